"""What the drafting page shows beside a text: for whom it can be read, what speaks against it, how easily it reads."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from breach.models import Addressee
from breach.models.people import Person
from notifications import previews
from notifications.letters import library, readability
from notifications.letters.compose import variant_of, wording_for
from notifications.letters.lint import lint
from notifications.letters.prose import PLACE_OF
from notifications.letters.values import Finding, Letter, NoticeContent, Recipient, VariantKey, Wording
from notifications.models import Notice
from notifications.queries.findings import is_uncertain
from notifications.queries.notices import STAND_IN, stand_ins
from notifications.services.recipients import languages_of, people_of, served_by

MOST = 60
"""So many different letters are offered to look at; the ones of most people first."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One of the different letters that a wording makes: a stand-in for its people, and how many they are (0: made
    up, since nobody on the list gets this wording).
    """

    key: VariantKey
    like: Recipient
    people: int


def readers_of(notice: Notice, content: NoticeContent, wording: Wording) -> list[Reader]:
    """Return for whom this wording can be read, most people first. Opens nothing sealed. Never empty."""
    found: dict[VariantKey, Reader] = {}
    for like, count in _groups(notice):
        if wording_for(content, like) != wording:
            continue
        key = variant_of(content, like)
        before = found.get(key)
        found[key] = Reader(key, before.like if before else like, count + (before.people if before else 0))
    readers = sorted(found.values(), key=lambda one: (-one.people, str(one.key)))[:MOST]
    return readers or list(_made_up(notice, wording))


def _groups(notice: Notice) -> Iterator[tuple[Recipient, int]]:
    """People by all that can change their letter: those on the notice, or those it would go to now."""
    if notice.people.exists():
        yield from stand_ins(notice)
        return
    names = ("language", "country", "region", "kinds", "minor", "addressee")
    known = languages_of(notice)
    # Without an order, or each person would be a group of their own.
    rows = people_of(notice).order_by().values(*names).annotate(n=Count("pk"))
    for row in rows:
        yield _like(row, served_by(row["language"] or "", known)), row["n"]


def _like(row: dict[str, object], language: str) -> Recipient:
    kinds = row["kinds"]
    minor = row["minor"]
    return Recipient(
        uid="",
        full_name=STAND_IN,
        language=language,
        country=str(row["country"] or ""),
        region=str(row["region"] or ""),
        kinds=tuple(kinds) if isinstance(kinds, list) else (),
        minor=minor if isinstance(minor, bool) else None,
        deceased=row["addressee"] == Addressee.NEXT_OF_KIN,
    )


def _made_up(notice: Notice, wording: Wording) -> Iterator[Reader]:
    form = library.forms().get(wording.form)
    rows = (
        Person.objects.filter(party=notice.party, state="active").order_by().values_list("kinds", flat=True)
    )
    kinds = tuple(sorted({kind for kinds in rows.distinct() for kind in kinds}))
    like = previews.like_of(wording.language, wording.form, form.regions if form else (), kinds)
    yield Reader(VariantKey(wording.language, kinds, minor=False, form=wording.form), like, 0)


def findings_in(
    notice: Notice, content: NoticeContent, wording: Wording, readers: list[Reader], *, date: dt.date
) -> list[Finding]:
    """Return what the lint minds in this one text as `content` has it, legal findings first."""
    found = lint(
        content,
        [reader.like for reader in readers],
        date=date,
        uncertain=is_uncertain(notice.party),
        only=wording.key,
    )
    return [finding for finding in found if _is_in(finding.place, content, wording)]


def _is_in(place: str, content: NoticeContent, wording: Wording) -> bool:
    """Whether a finding is about this text, or about own words that it shares with others of its language."""
    key, _slash, name = place.partition("/")
    shares = wording.key not in content.texts and name in PLACE_OF.values()
    return key == wording.key or (shares and key == wording.language)


def ease_of(letter: Letter) -> readability.Score | None:
    """Return how easily the letter reads, by the formula of its language."""
    return readability.score(
        (
            paragraph.text
            for section in letter.body.sections
            if section.key != "contact"
            for paragraph in section.paragraphs
            if len(paragraph.text.split()) > readability.LABEL_WORDS
        ),
        letter.body.key.language,
    )
