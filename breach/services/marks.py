"""Marking people: deceased, represented, a minor with a verified guardian, not to be written to.

A mark is a source record of its own, so nothing is overwritten and it stays with the person when records move.
Letters that were approved before are not changed: delivery leaves them out and says so (notifications).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from breach.errors import BadInput, Conflict
from breach.intake.record import Record
from breach.models import (
    Incident,
    MarkKind,
    Person,
    PersonMark,
    PersonState,
    SourceOrigin,
    SourceRecord,
    User,
)
from breach.permissions import require
from breach.queries import people as people_queries
from breach.services.keys import vault_for
from breach.services.people import active_person, contact_record, log_change
from breach.services.person_rows import local_day, resettle, seal_sources, store_source

NEEDS_CONTACT = frozenset({MarkKind.REPRESENTED, MarkKind.GUARDIAN})
MANY = 5_000


@dataclass(frozen=True, slots=True)
class Marked:
    """What marking many people at once did. `unknown` are lines that nobody on the list has, `ambiguous` those that
    several people have, by number (from 1): the lines themselves are personal.
    """

    marked: int
    already: int
    unknown: tuple[int, ...]
    ambiguous: tuple[int, ...]


def mark(
    *, actor: User, person: Person, kind: str, contact: Mapping[str, str], reason: str, now: datetime
) -> PersonMark:
    """Mark a person. `contact` by field (breach/intake/mapping.py) is whom to write to instead; may be empty for the
    deceased. `reason` says how it is known, for a guardian how it was verified.

    Raises BadInput without what the mark needs, Conflict when the person is not active or has this mark.
    """
    incident = person.incident
    require(actor, "people.edit", incident)
    _check(kind, contact, reason)
    theirs = contact_record(incident, contact, person.country, now) if _given(contact) else None
    with transaction.atomic():
        person = active_person(person)
        if kind == MarkKind.GUARDIAN and not person.minor:
            raise BadInput(
                "This person is not known to be a minor", place="kind", mend="Correct the birth date first."
            )
        if _open_marks(person).filter(kind=kind).exists():
            raise Conflict("This person is marked so already. End that mark first.")
        return _store(actor, person, kind, theirs, reason, now)


def mark_many(
    *, actor: User, incident: Incident, kind: str, lines: Iterable[str], reason: str, now: datetime
) -> Marked:
    """Mark everybody whose e-mail address, customer number or national identifier stands in `lines` (one in each).

    For lists such as "do not contact" or a registry of deaths. Each person is marked in a transaction of their own;
    done again it marks who is missing. Raises BadInput for a mark that needs a contact, or too many lines.
    """
    require(actor, "people.edit", incident)
    if kind in NEEDS_CONTACT:
        raise BadInput(
            "Everybody has a contact of their own here", place="kind", mend="Mark them one by one."
        )
    _check(kind, {}, reason)
    wanted = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    if not wanted:
        raise BadInput("No line names anybody", place="lines", mend="Write one e-mail or number per line.")
    if len(wanted) > MANY:
        raise BadInput(f"More than {MANY} lines", place="lines", mend="Give them in several parts.")
    marked = already = 0
    unknown: list[int] = []
    ambiguous: list[int] = []
    for number, line in wanted:
        found = [one for one in people_queries.search(incident, line) if one.state == PersonState.ACTIVE]
        if len(found) != 1:
            (ambiguous if found else unknown).append(number)
            continue
        try:
            mark(actor=actor, person=found[0], kind=kind, contact={}, reason=reason, now=now)
            marked += 1
        except Conflict:
            already += 1
    return Marked(marked, already, tuple(unknown), tuple(ambiguous))


def end_mark(*, actor: User, mark: PersonMark, reason: str, now: datetime) -> PersonMark:
    """End a mark that is wrong or over; it stays to be seen. Raises Conflict when it was ended."""
    require(actor, "people.edit", mark.incident)
    if not reason.strip():
        raise BadInput("The reason is missing", place="reason", mend="Say in a few words why.")
    with transaction.atomic():
        person = active_person(Person.objects.get(pk=SourceRecord.objects.get(pk=mark.source_id).person_id))
        if not PersonMark.objects.filter(pk=mark.pk, ended_at=None).update(ended_at=now, ended_by=actor):
            raise Conflict("This mark was ended already.")
        _follow(actor, person, mark, "unmarked", reason, now)
    mark.refresh_from_db()
    return mark


def _check(kind: str, contact: Mapping[str, str], reason: str) -> None:
    if kind not in MarkKind.values:
        raise BadInput(
            f"There is no mark {kind!r}", place="kind", mend=f"Marks: {', '.join(MarkKind.values)}."
        )
    if not reason.strip():
        raise BadInput("The reason is missing", place="reason", mend="Say how this is known.")
    if kind in NEEDS_CONTACT and not _given(contact):
        raise BadInput(
            "Nobody to write to is named", place="full_name", mend="Give name and address or e-mail."
        )
    if kind == MarkKind.DO_NOT_WRITE and _given(contact):
        raise BadInput("Nobody is written to here", place="full_name", mend="Leave the contact empty.")


def _given(contact: Mapping[str, str]) -> bool:
    return any(value.strip() for value in contact.values())


def _open_marks(person: Person) -> QuerySet[PersonMark]:
    return PersonMark.objects.filter(source__person=person, ended_at=None)


def _store(
    actor: User, person: Person, kind: str, theirs: Record | None, reason: str, now: datetime
) -> PersonMark:
    incident, vault = person.incident, vault_for(person.incident)
    source = SourceRecord(
        incident=incident,
        party_id=person.party_id,
        person=person,
        origin=SourceOrigin.MARK,
        created_by=actor,
        created_at=now,
    )
    seal_sources(vault, [(source, Record())])
    store_source(source)
    made = PersonMark(
        incident=incident,
        party_id=person.party_id,
        source=source,
        kind=kind,
        created_by=actor,
        created_at=now,
    )
    made.seal_texts(reasons=reason)
    if theirs:
        made.sealed_contact = vault.seal(theirs.to_bytes(), context=made.contact_context)
    made.save()
    _follow(actor, person, made, "marked", reason, now)
    return made


def _follow(actor: User, person: Person, mark: PersonMark, action: str, reason: str, now: datetime) -> None:
    """Work the person out again. The ledger says that something is marked, not what: that is personal."""
    resettle(vault_for(person.incident), person, local_day(person.incident, now))
    log_change(actor, person, action, reason, now, {"mark": mark.uid, "digest": mark.texts_digest})
