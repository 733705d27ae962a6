"""How the people who are affected differ from the list that was submitted for approval, and what became of their letters.

An approved list never changes by itself. What is done to people afterwards stands beside it here: nothing is sent to
anybody because of it, and nothing is kept from view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models import TextChoices as Choices
from django.utils.translation import gettext_lazy as _

from breach.models import (
    Absorption,
    IntakeFile,
    IntakeState,
    Person,
    PersonChange,
    SourceOrigin,
    SourceRecord,
)
from breach.models.people import PersonAction, PersonChannel
from breach.models.people import PersonState as Affected
from notifications.models import Notice, PersonNotice
from notifications.states import LEFT_OUT, NoticeState, PersonState, Withheld

PAGE = 50
# What somebody decided about one letter stays decided, whatever is corrected about the person.
_STAYS = (Withheld.LAW_ENFORCEMENT, Withheld.SAFETY, Withheld.TOLD_OTHERWISE)
_NOT_REACHED = (PersonState.UNREACHABLE, PersonState.FAILED, PersonState.WITHHELD)
_MENDS = (
    PersonAction.CORRECTED,
    PersonAction.MARKED,
    PersonAction.UNMARKED,
    PersonAction.RESTORED,
)


class Difference(Choices):
    """In what way a person differs from the submitted list."""

    LATE = "late", _("Found late")
    CORRECTED = "corrected", _("Corrected")
    TOLD_AGAIN = "told_again", _("A later table tells of them too")
    MARKED = "marked", _("Marked, or a mark ended")
    REMOVED = "removed", _("Removed")
    MERGED = "merged", _("Joined with another person")
    RESTORED = "restored", _("Put back")


@dataclass(frozen=True, slots=True)
class Changed:
    """One person of a list of differences. `row` is their letter, None for who is not on the notice; `at` (UTC) and
    `by` tell the newest change of that kind, None and "" where a table that was loaded joined two people. `new_kinds`
    are kinds of data that only a later table has of them.
    """

    person: Person
    row: PersonNotice | None
    at: datetime | None
    by: str
    new_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """A page of a list, in the order in which people were taken in; `after` leads to the next one, None at the end."""

    people: tuple[Changed, ...]
    after: int | None


def counts(notice: Notice) -> dict[Difference, int]:
    """Return how many people differ in each way, those ways only in which somebody does; none for a draft."""
    if notice.submitted_at is None or not _anything(notice):
        return {}
    found = {kind: differing(notice, kind).count() for kind in Difference}
    return {kind: count for kind, count in found.items() if count}


def differing(notice: Notice, kind: Difference) -> "QuerySet[Person]":
    """Return the people who differ in this way from what was submitted. Raises ValueError for a draft."""
    if notice.submitted_at is None:
        raise ValueError("a draft has no submitted list")
    if kind == Difference.LATE:
        return late_people(notice) if notice.parent_id is None else Person.objects.none()
    listed = Person.objects.filter(party=notice.party_id).filter(
        Exists(PersonNotice.objects.filter(notice=notice, person=OuterRef("pk")))
    )
    if kind == Difference.REMOVED:
        return listed.filter(state=Affected.REMOVED)
    if kind == Difference.MERGED:
        return listed.filter(state=Affected.MERGED, merged_into__isnull=False)
    if kind == Difference.TOLD_AGAIN:
        return listed.filter(Exists(_later_sources(notice).filter(person=OuterRef("pk"))))
    changed = listed.filter(pk__in=_changes(notice, _ACTIONS[kind]).values("person"))
    return changed.filter(state=Affected.ACTIVE)


def page(notice: Notice, kind: Difference, after: int = 0) -> ChangedPage:
    """Return a page of the people who differ in this way. Opens nothing sealed."""
    people = list(differing(notice, kind).filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    shown = people[:PAGE]
    rows = {row.person_id: row for row in notice.people.filter(person__in=shown)}
    when = _when(notice, kind, shown)
    kinds = _new_kinds(notice, shown) if kind == Difference.TOLD_AGAIN else {}
    changed = []
    for one in shown:
        at, by = when.get(one.pk, (None, ""))
        changed.append(Changed(one, rows.get(one.pk), at, by, kinds.get(one.pk, ())))
    return ChangedPage(tuple(changed), shown[-1].pk if len(people) > PAGE else None)


def late_people(notice: Notice) -> "QuerySet[Person]":
    """Return active people of the party whom neither the notice nor one of its batches knows."""
    known = PersonNotice.objects.filter(notice__in=_family(notice)).values("person_id")
    return Person.objects.filter(party=notice.party_id, state=Affected.ACTIVE).exclude(pk__in=known)


def to_write_again(notice: Notice) -> "QuerySet[Person]":
    """Return active people whom no letter of the notice or its batches reached and about whom something was mended since:
    a small batch can reach them now.
    """
    rows = PersonNotice.objects.filter(notice__in=_family(notice), person=OuterRef("pk"))
    # A row of an earlier letter that was followed by another is no letter of its own any more.
    others = rows.exclude(state__in=[*_NOT_REACHED, PersonState.SUPERSEDED])
    mended = Q(pk__in=_changes(notice, _MENDS).values("person")) | Q(
        Exists(_later_sources(notice).filter(person=OuterRef("pk")))
    )
    return (
        Person.objects.filter(mended, party=notice.party_id, state=Affected.ACTIVE)
        .filter(Exists(rows.filter(state__in=_NOT_REACHED).exclude(reason__in=_STAYS)))
        .exclude(Exists(others))
        .exclude(Exists(rows.filter(reason__in=_STAYS)))
        .exclude(channel=PersonChannel.NONE)
        .exclude(addressee__in=LEFT_OUT)
    )


_ACTIONS: Mapping[Difference, Sequence[str]] = {
    Difference.CORRECTED: (PersonAction.CORRECTED,),
    Difference.MARKED: (PersonAction.MARKED, PersonAction.UNMARKED),
    Difference.REMOVED: (PersonAction.REMOVED,),
    Difference.RESTORED: (PersonAction.RESTORED,),
}


def _family(notice: Notice) -> list[int]:
    """Return the notice that this one belongs to and all its batches, but for those that were given up."""
    parent = notice.parent_id or notice.pk
    batches = Notice.objects.filter(parent=parent).exclude(state=NoticeState.WITHDRAWN)
    return [parent, *batches.values_list("pk", flat=True)]


def _anything(notice: Notice) -> bool:
    """Say whether anything was done to the people of the party since: the lists behind it cost far more to ask for."""
    if _changes(notice, PersonAction.values).exists() or _later_files(notice).exists():
        return True
    merged = Person.objects.filter(party=notice.party_id, state=Affected.MERGED, merged_into__isnull=False)
    return merged.exists() or late_people(notice).filter(created_at__gt=notice.submitted_at).exists()


def _changes(notice: Notice, actions: Sequence[str]) -> "QuerySet[PersonChange]":
    return PersonChange.objects.filter(
        party=notice.party_id, action__in=actions, created_at__gt=notice.submitted_at
    )


def _later_files(notice: Notice) -> "QuerySet[IntakeFile]":
    loaded = Q(state=IntakeState.LOADED, loaded_at__gt=notice.submitted_at) | Q(state=IntakeState.LOADING)
    return IntakeFile.objects.filter(loaded, party=notice.party_id)


def _later_sources(notice: Notice) -> "QuerySet[SourceRecord]":
    return SourceRecord.objects.filter(
        file__in=_later_files(notice), origin=SourceOrigin.FILE, created_at__gt=notice.submitted_at
    )


def _when(notice: Notice, kind: Difference, people: Sequence[Person]) -> dict[int, tuple[datetime, str]]:
    """Return when and by whom each of these people was last changed in this way, as far as a change tells."""
    rows: QuerySet[Any]
    name = "person_id"
    if kind == Difference.LATE:
        rows, name = Person.objects.filter(pk__in=[one.pk for one in people]), "pk"
    elif kind == Difference.TOLD_AGAIN:
        rows = _later_sources(notice).filter(person__in=people)
    elif kind == Difference.MERGED:
        decided = Absorption.objects.filter(other__in=people, is_undone=False).order_by("pk")
        united = decided.values_list("other_id", "decision__created_at", "decision__created_by__name")
        return {person: (at, by or "") for person, at, by in united}
    else:
        rows = _changes(notice, _ACTIONS[kind]).filter(person__in=people)
    told = rows.order_by("pk").values_list(name, "created_at", "created_by__name")
    return {person: (at, by or "") for person, at, by in told}


def _new_kinds(notice: Notice, people: Sequence[Person]) -> dict[int, tuple[str, ...]]:
    """Return the kinds of data that only a later table has of each: letters about them would say more."""
    before: dict[int, set[str]] = {}
    since: dict[int, set[str]] = {}
    later = set(_later_sources(notice).filter(person__in=people).values_list("pk", flat=True))
    for pk, person, kinds in SourceRecord.objects.filter(person__in=people).values_list(
        "pk", "person_id", "kinds"
    ):
        (since if pk in later else before).setdefault(person, set()).update(kinds)
    return {person: tuple(sorted(kinds - before.get(person, set()))) for person, kinds in since.items()}
