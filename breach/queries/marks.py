"""What is marked about people, opened: whom a letter about them goes to. Callers ask `permissions` first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from breach.intake.addressee import SELF, addressee_of
from breach.intake.record import Record
from breach.models import Person, PersonMark
from breach.vault import IncidentVault

Marks = dict[str, Record | None]


@dataclass(frozen=True, slots=True)
class MarkValue:
    """One mark as the page of a person shows it; `ended_at` None while it holds. Instants in UTC."""

    uid: str
    kind: str
    label: str
    reasons: str
    contact: Record | None
    by: str
    since: datetime
    ended_at: datetime | None = field(default=None)


def marks_of(vault: IncidentVault, people: Iterable[int]) -> dict[int, Marks]:
    """Return by person (primary key) the newest open mark of each kind, with the contact given for it."""
    found: dict[int, Marks] = {}
    rows = PersonMark.objects.filter(source__person__in=list(people), ended_at=None).order_by("pk")
    for mark in rows.select_related("source"):
        found.setdefault(mark.source.person_id, {})[mark.kind] = _contact(vault, mark)
    return found


def contacts_of(vault: IncidentVault, people: Iterable[int]) -> dict[int, Record]:
    """Return by person (primary key) the record of whoever is written to instead of them."""
    others = Person.objects.filter(pk__in=list(people)).exclude(addressee=SELF)
    minors = dict(others.values_list("pk", "minor"))
    marks = marks_of(vault, minors) if minors else {}
    found = {}
    for pk, minor in minors.items():
        _addressee, contact = addressee_of(marks.get(pk, {}), minor=minor)
        if contact:
            found[pk] = contact
    return found


def shown(vault: IncidentVault, person: Person) -> list[MarkValue]:
    """Return every mark of one person, the newest first, ended ones included."""
    rows = PersonMark.objects.filter(source__person=person).select_related("created_by", "incident")
    return [
        MarkValue(
            uid=mark.uid,
            kind=mark.kind,
            label=mark.get_kind_display(),
            reasons=mark.reasons,
            contact=_contact(vault, mark),
            by=mark.created_by.name if mark.created_by else "",
            since=mark.created_at,
            ended_at=mark.ended_at,
        )
        for mark in rows.order_by("-pk")
    ]


def _contact(vault: IncidentVault, mark: PersonMark) -> Record | None:
    if mark.sealed_contact is None:
        return None
    return Record.from_bytes(vault.open(bytes(mark.sealed_contact), context=mark.contact_context))
