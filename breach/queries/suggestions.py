"""Reading suggestions that two people are one: counts by threshold, pages, both sides opened. Nothing here writes."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from breach.models import EvidenceState, MatchDecision, MatchRun, MergeEvidence, Party, Person, PersonState
from breach.queries.people import PersonValue, open_people

THRESHOLDS = (0.999, 0.99, 0.95, 0.9, 0.8, 0.5)
PAGE = 20


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair that waits, both people opened, the older one first. `fields` are (field, level, weight in bits)."""

    evidence: MergeEvidence
    older: PersonValue
    younger: PersonValue
    fields: tuple[tuple[str, str, float], ...]
    caution: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    suggestions: tuple[Suggestion, ...]
    after: str


def waiting(party: Party) -> QuerySet[MergeEvidence]:
    """Return what waits for a decision: pairs of two active people. What another decision settled is gone."""
    return MergeEvidence.objects.filter(
        incident=party.incident_id,
        state=EvidenceState.SUGGESTED,
        source__person__party=party,
        source__person__state=PersonState.ACTIVE,
        other__person__state=PersonState.ACTIVE,
    ).exclude(source__person=F("other__person"))


def acceptable(party: Party, threshold: float) -> QuerySet[MergeEvidence]:
    """Return what accepting by this threshold would take: without the pairs that must be seen one by one."""
    return waiting(party).filter(probability__gte=threshold, caution="")


def counts(party: Party) -> dict[str, int]:
    """Count for every threshold what it would take; `all` waits, `one_by_one` must be seen. One query."""
    names = {f"{each:g}": Count("pk", filter=Q(probability__gte=each, caution="")) for each in THRESHOLDS}
    figures = waiting(party).aggregate(
        all=Count("pk"),
        one_by_one=Count("pk", filter=~Q(caution="") | Q(probability__isnull=True)),
        **{f"t{name.replace('.', '_')}": count for name, count in names.items()},
    )
    found = {name: figures[f"t{name.replace('.', '_')}"] for name in names}
    return {"all": figures["all"], "one_by_one": figures["one_by_one"], **found}


def page(party: Party, *, after: int = 0, cautioned: bool = False, size: int = PAGE) -> Page:
    """Return a page of suggestions, found by key. `cautioned`: only those that are seen one by one."""
    rows = (
        waiting(party).select_related("source__person", "other__person").filter(pk__gt=after).order_by("pk")
    )
    if cautioned:
        rows = rows.filter(~Q(caution="") | Q(probability__isnull=True))
    found = list(rows[: size + 1])
    shown = found[:size]
    ids = [pk for one in shown for pk in sorted((one.source.person_id, one.other.person_id))]
    values = list(open_people(party.incident, ids))
    pairs = tuple(
        Suggestion(
            one,
            values[2 * n],
            values[2 * n + 1],
            tuple((field, level, weight) for field, level, weight in one.fields or ()),
            tuple(one.caution.split(",")) if one.caution else (),
        )
        for n, one in enumerate(shown)
    )
    return Page(pairs, str(shown[-1].pk) if len(found) > size else "")


def decisions(party: Party) -> QuerySet[MatchDecision]:
    return MatchDecision.objects.filter(party=party).select_related("created_by", "undone_by").order_by("-pk")


def last_run(party: Party) -> MatchRun | None:
    return MatchRun.objects.filter(party=party).order_by("-pk").first()


def people_of(evidence: MergeEvidence) -> tuple[Person, Person]:
    """Return the two people, the older one first."""
    older, younger = sorted((evidence.source.person, evidence.other.person), key=lambda one: one.pk)
    return older, younger
