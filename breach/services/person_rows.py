"""Source records and people as rows: how one is sealed, and how the other follows from it. For the
services beside it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from breach.intake.addressee import NO_KIN, NOBODY, addressee_of, seen_through
from breach.intake.dates import is_minor
from breach.intake.match import CUSTOMER_NUMBER, EMAIL, NAME_BIRTH_POSTCODE, NATIONAL_ID, plain_keys
from breach.intake.normalise import channel_of, has_address
from breach.intake.prepare import SOURCE_DIGEST, with_salt
from breach.intake.record import NONE, Record, merged
from breach.models import BlindKey, Incident, Person, PersonChange, PersonState, SourceRecord
from breach.queries.blind_keys import keys_of
from breach.queries.marks import marks_of
from breach.vault import IncidentVault, new_salt, salted_digest

INDEXES = {
    EMAIL: "email_index",
    CUSTOMER_NUMBER: "customer_index",
    NAME_BIRTH_POSTCODE: "name_index",
    NATIONAL_ID: "identifier_index",
}
EMPTY: Mapping[str, Record | None] = MappingProxyType({})
# Fields of a person that follow from their records.
FOLLOWS = (
    "country",
    "region",
    "language",
    "kinds",
    "minor",
    "relation",
    "addressee",
    "channel",
    "channel_why",
    "has_email",
    "has_address",
)


@dataclass(frozen=True, slots=True)
class Sealing:
    """A source record ready to be stored: its row without a person yet, and the salted digest for the
    ledger.
    """

    row: SourceRecord
    digest: bytes


class SealedSource(Protocol):
    """What opening asks of a source record: where its sealed bytes belong, and these."""

    sealed: Any

    @property
    def context(self) -> str: ...


def local_day(incident: Incident, now: datetime) -> date:
    """Return the day it is at the incident; ages and future dates are told by it."""
    return now.astimezone(ZoneInfo(incident.zone)).date()


def seal_sources(vault: IncidentVault, rows: Sequence[tuple[SourceRecord, Record]]) -> list[Sealing]:
    """Fill in sealed blob and blind indexes of unsaved rows, but for that of a national identifier, which is in no
    record. The salt of each digest is sealed with its record.
    """
    bodies, digests = [], []
    for row, record in rows:
        content, salt = record.to_bytes(), new_salt()
        digests.append(bytes.fromhex(salted_digest(SOURCE_DIGEST, content, salt)))
        bodies.append((row.context, with_salt(content, salt)))
        for kind, text in plain_keys(record):
            setattr(row, INDEXES[kind], vault.blind(text, kind=kind))
    blobs = vault.seal_many(bodies)
    for (row, _record), blob in zip(rows, blobs, strict=True):
        row.sealed = blob
    return [Sealing(row, digest) for (row, _record), digest in zip(rows, digests, strict=True)]


def store_source(row: SourceRecord) -> None:
    """Save one source record with its blind keys; a load of a whole table does it in bulk."""
    row.save()
    BlindKey.objects.bulk_create(keys_of(row))


def open_sources(vault: IncidentVault, rows: Sequence[SealedSource]) -> list[Record]:
    """Open the records of source rows, in their order."""
    blobs = vault.open_many((row.context, bytes(row.sealed)) for row in rows)
    return [Record.from_json(json.loads(blob)["record"]) for blob in blobs]


def open_views(vault: IncidentVault, people: Sequence[Person]) -> list[Record]:
    """Open the merged views of people, in their order."""
    blobs = vault.open_many((person.context, bytes(person.sealed)) for person in people)
    return [Record.from_bytes(blob) for blob in blobs]


def settle(
    vault: IncidentVault,
    person: Person,
    records: Sequence[Record],
    kinds: Iterable[str],
    on: date,
    marks: Mapping[str, Record | None] = EMPTY,
) -> None:
    """Set every field of an unsaved or changed person that follows from its records, oldest first, and from what is
    marked (queries/marks.py). Saves nothing.
    """
    view = merged(list(records))
    person.country, person.region, person.relation = view.country, view.region, view.relation
    person.kinds = sorted(set(kinds))
    person.minor = is_minor(view.born, on) if view.born else None
    person.addressee, contact = addressee_of(marks, minor=person.minor)
    reached = seen_through(view, contact) if contact else view
    person.language = reached.language
    person.has_email, person.has_address = bool(reached.email), has_address(reached)
    if not person.channel_why:
        person.channel = NONE if person.addressee in (NO_KIN, NOBODY) else channel_of(reached)
    person.sealed = vault.seal(view.to_bytes(), context=person.context)


def resettle(vault: IncidentVault, person: Person, on: date) -> None:
    """Work a person out again from the source records stored for it, and save."""
    rows = list(person.sources.order_by("pk"))
    kinds = {kind for row in rows for kind in row.kinds}
    marks = marks_of(vault, [person.pk]).get(person.pk, EMPTY)
    settle(vault, person, open_sources(vault, rows), kinds, on, marks)
    person.save(update_fields=[*FOLLOWS, "sealed"])


def absorb(keeper: Person, other: Person) -> None:
    """Move all source records of `other` to `keeper` and close `other`; `resettle` the keeper afterwards."""
    other.sources.update(person=keeper)
    other.state, other.merged_into = PersonState.MERGED, keeper
    other.save(update_fields=["state", "merged_into"])


def note_change(
    person: Person, *, action: str, reason: str, actor_id: int | None, now: datetime, **texts: str
) -> PersonChange:
    """Keep who changed a person and why; the reason is sealed, since it may name them."""
    change = PersonChange(
        incident=person.incident,
        party_id=person.party_id,
        person=person,
        action=action,
        created_by_id=actor_id,
        created_at=now,
    )
    change.seal_texts(reasons=reason, **texts)
    change.save()
    return change
