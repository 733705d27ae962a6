"""Real people whose letters are most likely to go wrong: the longest, and the oddest. The caller notes the reading."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from breach.models import Addressee
from breach.queries.marks import contacts_of
from breach.queries.people import open_people
from breach.services.keys import vault_for
from notifications.addressing import addressed_as
from notifications.letters.compose import wording_for
from notifications.letters.values import NoticeContent, Recipient, Wording
from notifications.models import Notice
from notifications.services.recipients import languages_of, people_of, served_by

LOOKED_AT = 20_000
"""So many people are opened; of a longer list every so manieth."""
AT_ONCE = 500
_USUAL = re.compile(r"[\w\s.,'’\-/()]", re.UNICODE)


class Extreme(TextChoices):
    NAME = "name", _("Longest name")
    SCRIPT = "script", _("Name in other letters than Latin, or with unusual signs")
    ADDRESS = "address", _("Most lines in the address")
    LINE = "line", _("Longest line in the address")


@dataclass(frozen=True, slots=True)
class Extremes:
    """Who is most extreme in which way (several ways may be one person's), and how many people were opened."""

    people: tuple[tuple[str, Recipient], ...]
    opened: int
    of: int

    def __repr__(self) -> str:
        return f"<Extremes of {self.opened}>"


def extremes_of(notice: Notice, content: NoticeContent, wording: Wording) -> Extremes:
    """Open the people whom this wording goes to and return the extreme ones, without codes or references."""
    ids = list(people_of(notice).order_by("pk").values_list("pk", flat=True))
    step = -(-len(ids) // LOOKED_AT) or 1
    chosen = ids[::step]
    best: dict[Extreme, tuple[int, Recipient]] = {}
    for recipient in _recipients(notice, chosen):
        if wording_for(content, recipient) != wording:
            continue
        for way, measure in _MEASURES.items():
            size = measure(recipient)
            if size > best.get(way, (0, recipient))[0]:
                best[way] = (size, recipient)
    found = [(str(way.label), best[way][1]) for way in Extreme if way in best]
    return Extremes(tuple(_joined(found)), len(chosen), len(ids))


def _recipients(notice: Notice, ids: list[int]) -> Iterator[Recipient]:
    incident, known, stream = notice.incident, languages_of(notice), iter(ids)
    while part := list(islice(stream, AT_ONCE)):
        contacts = contacts_of(vault_for(incident), set(part))
        for pk, person in zip(part, open_people(incident, part), strict=True):
            if person.addressee in (Addressee.SELF, Addressee.NEXT_OF_KIN) or pk in contacts:
                yield addressed_as(person, contacts.get(pk), served_by(person.language, known))


def _joined(found: list[tuple[str, Recipient]]) -> Iterator[tuple[str, Recipient]]:
    """One entry per person, with all the ways in which she or he is extreme."""
    ways: dict[str, list[str]] = {}
    people = {recipient.uid: recipient for _way, recipient in found}
    for way, recipient in found:
        ways.setdefault(recipient.uid, []).append(way)
    yield from ((" · ".join(said), people[uid]) for uid, said in ways.items())


def _oddness(recipient: Recipient) -> int:
    """Letters of other scripts, signs that names do not have, and marks that stack on letters."""
    text = unicodedata.normalize("NFC", recipient.full_name)
    return sum(
        (char.isalpha() and not unicodedata.name(char, "").startswith("LATIN"))
        or not (_USUAL.match(char) or unicodedata.combining(char))
        or bool(unicodedata.combining(char))
        for char in text
    )


_MEASURES: dict[Extreme, Callable[[Recipient], int]] = {
    Extreme.NAME: lambda one: len(one.full_name),
    Extreme.SCRIPT: _oddness,
    Extreme.ADDRESS: lambda one: len(one.address_lines) if len(one.address_lines) > 1 else 0,
    Extreme.LINE: lambda one: max((len(line) for line in (*one.address_lines, one.city)), default=0),
}
