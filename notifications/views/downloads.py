"""Files that leave by the browser: always as attachments, never shown inside a page."""

from django.db import transaction
from django.http import HttpResponse

from breach import clock
from breach.models import Incident, User
from breach.services.record import record_read


def attachment(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """Return `content` to be saved under `filename` (ASCII, without personal data)."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def note_taken(incident: Incident, user: User, what: str, count: int = 1) -> None:
    """Note in the incident's access chain that somebody took a file out, with `count` letters or rows in it."""
    with transaction.atomic():
        record_read(actor=user, incident=incident, what=what, count=count, now=clock.now())
