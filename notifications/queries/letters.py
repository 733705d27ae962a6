"""One letter, finished, for looking at: by the same composer and renderer as the ones that leave."""

from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.addressing import address
from notifications.contents import frozen_content, live_content
from notifications.letters.compose import compose
from notifications.letters.render import render_pdf
from notifications.models import PersonNotice


def letter_pdf(row: PersonNotice, *, now: datetime) -> bytes:
    """The whole letter of one person as tagged PDF (PDF/UA-1), dated today at the incident's place."""
    notice = row.notice
    content = frozen_content(notice) if notice.content else live_content(notice)
    (addressed,) = address(notice, [row])
    return render_pdf(
        compose(content, addressed.recipient, date=now.astimezone(ZoneInfo(notice.incident.zone)).date())
    )
