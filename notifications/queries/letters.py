"""One letter, finished, for looking at: by the same composer and renderer as the ones that leave."""

from dataclasses import dataclass, replace
from datetime import datetime

from breach.models import Person
from breach.services.person_rows import local_day
from notifications.addressing import address
from notifications.contents import frozen_content
from notifications.letters.compose import compose
from notifications.letters.render import render_pdf
from notifications.letters.values import Letter, Recipient
from notifications.models import PersonNotice


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter with whom it is about: never log or store it. `email` is where e-mail to them goes, or ""."""

    letter: Letter
    recipient: Recipient
    email: str

    def __repr__(self) -> str:
        return f"<ReadLetter {self.letter.uid}>"


def read_letter(row: PersonNotice, *, now: datetime, large_print: bool = False) -> ReadLetter:
    """One person's letter with the date that it bears; one that has not left is dated today at the incident's place."""
    notice = row.notice
    (addressed,) = address(notice, [row])
    recipient = replace(addressed.recipient, large_print=True) if large_print else addressed.recipient
    day = row.letter_date or local_day(notice.incident, now)
    return ReadLetter(compose(frozen_content(notice), recipient, date=day), recipient, addressed.person.email)


def letter_of(row: PersonNotice, *, now: datetime) -> tuple[Letter, Recipient]:
    """One person's letter, and to whom it is addressed."""
    found = read_letter(row, now=now)
    return found.letter, found.recipient


def letter_pdf(row: PersonNotice, *, now: datetime) -> bytes:
    """The whole letter of one person as tagged PDF (PDF/UA-1)."""
    return render_pdf(read_letter(row, now=now).letter)


def letters_to(person: Person) -> list[PersonNotice]:
    """Return the letters about one person that were written, the newest first."""
    rows = PersonNotice.objects.filter(person=person).exclude(notice__submitted_at=None)
    return list(rows.select_related("notice__incident").order_by("-pk"))
