"""Setting as whom a legal entity writes. What was submitted keeps its sender; drafts take the new one at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.models import Organisation, User
from breach.permissions import require
from breach.services.record import record
from notifications.letters import library
from notifications.letters.values import clean_line
from notifications.models.senders import SenderVersion
from notifications.queries.senders import standing_sender, values_of

CAPABILITY = "settings.manage"
LONGEST_NAME = (
    78  # with an address behind it the header stays below the 998 characters of RFC 5322, and is read whole
)
MOST_LINES, LONGEST_LINE = 3, 60  # what fits the small line above the address


def set_sender(
    *,
    actor: User,
    organisation: Organisation,
    from_email: str,
    reply_to: str,
    return_lines: Sequence[str],
    names: Mapping[str, str],
    now: datetime,
) -> SenderVersion | None:
    """Keep a new version; None where nothing changed. Raises BadInput naming the field."""
    require(actor, CAPABILITY)
    new: dict[str, Any] = {
        "from_email": _address(from_email, "from_email"),
        "reply_to": _address(reply_to, "reply_to"),
        "return_lines": _lines(return_lines),
        "names": _names(names),
    }
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        standing = standing_sender(organisation)
        old = values_of(standing)
        if old == new:
            return None
        number = standing.number + 1 if standing else 1
        row = SenderVersion.objects.create(
            organisation=organisation, number=number, **new, created_by=actor, created_at=now
        )
        data = {"organisation": organisation.uid, "number": number, "old": old, "new": new}
        record(actor=actor, incident=None, action="sender.set", subject=row.uid, data=data, now=now)
    return row


def _address(text: str, place: str) -> str:
    text = text.strip()
    if text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise BadInput(str(error.messages[0]), place=place) from None
    return text


def _lines(lines: Sequence[str]) -> list[str]:
    found = [line for line in map(clean_line, lines) if line]
    if len(found) > MOST_LINES or any(len(line) > LONGEST_LINE for line in found):
        raise BadInput(
            _("The return address does not fit above the address"),
            place="return_lines",
            mend=_("Give at most %(lines)d lines of %(length)d characters.")
            % {"lines": MOST_LINES, "length": LONGEST_LINE},
        )
    return found


def _names(names: Mapping[str, str]) -> dict[str, str]:
    found = {tag: clean_line(name) for tag, name in names.items()}
    for tag, name in found.items():
        if tag not in library.languages() or len(name) > LONGEST_NAME:
            raise BadInput(
                _("This name cannot be used"),
                place=f"name_{tag}",
                mend=_("Give at most %(length)d characters.") % {"length": LONGEST_NAME},
            )
    return {tag: name for tag, name in sorted(found.items()) if name}
