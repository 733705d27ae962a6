"""Incidents as lists show them: each with the clock to look at first, read from stored rows.

A list costs the same number of queries whatever its length. The clock to look at first is found by the index
`obligation_first` of each incident, so that an incident with hundreds of clocks costs what one with a single clock does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from breach.figures import Clock
from breach.models import Incident, Obligation, Party, Phase, User
from breach.queries.clocks import shown_clocks

OPEN_PHASES = (Phase.REPORTED, Phase.OPEN)
PAGE = 25
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident of a list, with the clock to look at first."""

    incident: Incident
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list is shown; "" is everything. `text` is looked for in reference, title and organisation."""

    text: str = ""
    phase: str = ""

    @property
    def is_any(self) -> bool:
        return not (self.text or self.phase)


@dataclass(frozen=True, slots=True)
class IncidentList:
    """One page of the list."""

    page: Page[Incident]
    lines: tuple[IncidentLine, ...]


def list_of(user: User, wanted: Wanted, number: str | None, now: datetime) -> IncidentList:
    """Return one page of what `user` may see: what is open first, by the clock that ends next, then the newest."""
    rows = Incident.objects.visible_to(user)
    if wanted.phase:
        rows = rows.filter(phase=wanted.phase)
    for word in wanted.text[:LONGEST_SEARCH].split():
        named = Party.objects.filter(incident=OuterRef("pk"), organisation__name__icontains=word)
        rows = rows.filter(Q(reference__icontains=word) | Q(title__icontains=word) | Exists(named))
    page = Paginator(most_urgent_first(rows), PAGE).get_page(number)
    return IncidentList(page, lines_of(page, now))


def most_urgent_first(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Order incidents by their clock that ends next; those of which no clock runs last, the newest before."""
    clocks = Obligation.objects.filter(incident=OuterRef("pk"), urgency__isnull=False).order_by(
        "urgency", "pk"
    )
    # Over again by key: what makes a list visible may count an incident twice.
    ordered = Incident.objects.filter(pk__in=rows.order_by().values("pk"))
    ordered = ordered.annotate(
        first_clock=Subquery(clocks.values("pk")[:1]), ends=Subquery(clocks.values("urgency")[:1])
    )
    return ordered.order_by(F("ends").asc(nulls_last=True), "-created_at", "-pk")


def lines_of(rows: Iterable[Incident], now: datetime) -> tuple[IncidentLine, ...]:
    """Return rows of `most_urgent_first` with their clocks as things stand at `now`."""
    incidents = list(rows)
    wanted = [pk for one in incidents if (pk := getattr(one, "first_clock", None))]
    found = list(Obligation.objects.filter(pk__in=wanted).select_related("incident"))
    shown = zip(found, shown_clocks(found, now), strict=True)
    clocks = {row.incident_id: one for row, one in shown}
    return tuple(IncidentLine(one, clocks.get(one.pk)) for one in incidents)
