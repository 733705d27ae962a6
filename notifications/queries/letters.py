"""One letter, finished, for looking at: by the same composer and renderer as the ones that leave."""

from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.addressing import address
from notifications.contents import frozen_content
from notifications.letters.compose import compose
from notifications.letters.render import render_pdf
from notifications.letters.values import Letter, Recipient
from notifications.models import PersonNotice


def letter_of(row: PersonNotice, *, now: datetime) -> tuple[Letter, Recipient]:
    """One person's letter, dated today at the incident's place, and to whom it is addressed."""
    notice = row.notice
    (addressed,) = address(notice, [row])
    day = now.astimezone(ZoneInfo(notice.incident.zone)).date()
    return compose(frozen_content(notice), addressed.recipient, date=day), addressed.recipient


def letter_pdf(row: PersonNotice, *, now: datetime) -> bytes:
    """The whole letter of one person as tagged PDF (PDF/UA-1)."""
    letter, _recipient = letter_of(row, now=now)
    return render_pdf(letter)
