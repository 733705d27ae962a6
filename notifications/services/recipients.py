"""Who is written to: chosen as the active people of the party, frozen at submission, one row each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from breach.models import Party
from breach.models.people import Person
from notifications.codes import new_reference
from notifications.delivery.channels import may_email, next_channel, usable
from notifications.models import Notice, PersonNotice
from notifications.models.notices import TextPart
from notifications.states import LEFT_OUT, Channel, PersonState, Withheld

# A SQLite write transaction stays well under 250 ms with this many rows.
BATCH = 500
FALLBACK_LANGUAGE = "en"
CONTACT = ("has_email", "has_address", "channel", "channel_why")
FIELDS = ("pk", "language", "country", "addressee", "kinds", *CONTACT)


def active_people(party: Party) -> "QuerySet[Person]":
    """Everybody of the party whom a letter may concern; merged and removed people are out."""
    return Person.objects.filter(party=party, state="active")


def people_of(notice: Notice) -> "QuerySet[Person]":
    """Whom the notice would go to now: the ones named on it, or all of the party."""
    everybody = active_people(notice.party)
    return everybody.filter(notices__notice=notice) if notice.is_listed else everybody


def freeze_people(notice: Notice, now: datetime) -> int:
    """Give every recipient exactly one row and drop rows of people who are no longer concerned. Returns the
    number.

    Works in short transactions and may be repeated: a row that is there stays. A person whom somebody took
    out
    stays taken out. People without a usable channel are listed as unreachable, not forgotten.
    """
    # Nothing has happened to the rows of a draft, so they may go.
    _untouched(notice).exclude(person__in=people_of(notice)).delete()
    languages = languages_of(notice)
    rows = people_of(notice).order_by("pk").values(*FIELDS).iterator(chunk_size=BATCH)
    for batch in _batches(rows, BATCH):
        _add_rows(notice, batch, languages, now)
    _refresh_rows(notice, languages, now)
    return notice.people.count()


def add_people(notice: Notice, people: "QuerySet[Person]", now: datetime) -> int:
    """Name people on a small batch. Returns how many rows it has now."""
    languages = languages_of(notice)
    for batch in _batches(people.order_by("pk").values(*FIELDS).iterator(chunk_size=BATCH), BATCH):
        _add_rows(notice, batch, languages, now)
    return notice.people.count()


def languages_of(notice: Notice) -> list[str]:
    """Return the tags in which the notice has a wording."""
    tags = notice.texts.filter(part=TextPart.WORDING, form="").values_list("language", flat=True)
    return sorted(set(tags))


def served_by(tag: str, known: Collection[str]) -> str:
    """Return the language among `known` in which a person of this BCP 47 tag is written to; English where
    none fits.
    """
    primary = tag.partition("-")[0]
    wanted = (tag, primary, FALLBACK_LANGUAGE)
    return next((one for one in wanted if one in known), min(known, default=FALLBACK_LANGUAGE))


def frozen_uids(notice: Notice) -> Iterator[str]:
    """Yield the uids of the people on the notice, sorted, those taken out included: removal voids nothing."""
    uids = notice.people.order_by("person__uid").values_list("person__uid", flat=True)
    return uids.iterator(chunk_size=10_000)


def _add_rows(
    notice: Notice, people: Sequence[Mapping[str, Any]], languages: Collection[str], now: datetime
) -> None:
    with transaction.atomic():
        known = set(
            notice.people.filter(person__in=[one["pk"] for one in people]).values_list("person_id", flat=True)
        )
        fresh = [one for one in people if one["pk"] not in known]
        PersonNotice.objects.bulk_create(
            [_row(notice, one, languages, now) for one in fresh], ignore_conflicts=True, batch_size=500
        )


def _row(
    notice: Notice, person: Mapping[str, Any], languages: Collection[str], now: datetime
) -> PersonNotice:
    email, address = usable(**{name: person[name] for name in CONTACT})
    email = email and may_email(notice.kept_from_email, person["kinds"])
    channel = next_channel(notice.policy, has_email=email, has_address=address)
    left_out = LEFT_OUT.get(person["addressee"])
    state = PersonState.LISTED if channel else PersonState.UNREACHABLE
    return PersonNotice(
        notice=notice,
        person_id=person["pk"],
        reference=new_reference(),
        language=served_by(person["language"] or "", languages),
        country=person["country"] or "",
        addressee=person["addressee"],
        channel=Channel.NONE if left_out else channel or Channel.NONE,
        state=PersonState.WITHHELD if left_out else state,
        reason=left_out or ("" if channel else Withheld.NO_CHANNEL),
        created_at=now,
    )


def _refresh_rows(notice: Notice, languages: Collection[str], now: datetime) -> None:
    """List again those whose contact data, marks, language or the notice's policy changed since they were listed."""
    rows = _untouched(notice).select_related("person")
    stale = []
    for row in rows.iterator(chunk_size=BATCH):
        fresh = _row(notice, {name: getattr(row.person, name) for name in FIELDS}, languages, now)
        if any(
            getattr(row, name) != getattr(fresh, name)
            for name in ("channel", "language", "country", "addressee", "state", "reason")
        ):
            stale.append(row)
    for start in range(0, len(stale), BATCH):
        batch = stale[start : start + BATCH]
        people = Person.objects.filter(pk__in=[row.person_id for row in batch]).values(*FIELDS)
        with transaction.atomic():
            notice.people.filter(pk__in=[row.pk for row in batch]).delete()
            _add_rows(notice, list(people), languages, now)


def _untouched(notice: Notice) -> "QuerySet[PersonNotice]":
    """Rows that stand as they were listed: nobody has decided anything about them."""
    listed = Q(state__in=[PersonState.LISTED, PersonState.UNREACHABLE])
    return notice.people.filter(listed | Q(state=PersonState.WITHHELD, reason__in=LEFT_OUT.values()))


def _batches(rows: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, size)):
        yield batch
