"""The clients that an incident concerns: counted by state, narrowed, page by page, one opened, and as a table to take out.

Each page costs the same number of queries, whatever the number of clients.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from breach.law import kinds
from breach.models import AffectedClient, AffectedState, Incident, Obligation

PAGE = 50
# What a list is narrowed to: key, label, tone of its state.
VIEWS: dict[str, tuple[Any, str]] = {
    "to_tell": (_("To tell"), "info"),
    "overdue": (_("Late"), "bad"),
    "told": (_("Told"), "info"),
    "silent": (_("Not acknowledged"), "warn"),
    "acknowledged": (_("Acknowledged"), "good"),
    "left_out": (_("Not concerned after all"), "neutral"),
}
HEADER = (
    "reference",
    "name",
    "services",
    "kinds",
    "people",
    "state",
    "due",
    "told",
    "acknowledge_by",
    "acknowledged",
    "controller_told",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many clients stand where. `overdue` are part of `to_tell`, `silent` part of `told`."""

    total: int
    to_tell: int
    overdue: int
    told: int
    silent: int
    acknowledged: int
    left_out: int
    first_due: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One client of the list with its state in words."""

    row: AffectedClient
    view: str
    label: Any
    tone: str
    late: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page, most urgent first; `after` is the uid that leads to the next one, "" at the end."""

    lines: tuple[Line, ...]
    after: str
    counts: Counts


def counts_of(incident: Incident, now: datetime) -> Counts:
    """Count in one query."""
    of = AffectedState
    to_tell, told = Q(state=of.TO_TELL), Q(state=of.TOLD)
    found = AffectedClient.objects.filter(incident=incident).aggregate(
        total=Count("pk", filter=~Q(state=of.LEFT_OUT)),
        to_tell=Count("pk", filter=to_tell),
        overdue=Count("pk", filter=to_tell & Q(due__lt=now)),
        told=Count("pk", filter=told),
        silent=Count("pk", filter=told & Q(acknowledge_by__lt=now)),
        acknowledged=Count("pk", filter=Q(state=of.ACKNOWLEDGED)),
        left_out=Count("pk", filter=Q(state=of.LEFT_OUT)),
        first_due=Min("due", filter=to_tell),
    )
    return Counts(**found)


def narrowed(incident: Incident, view: str, text: str, now: datetime) -> QuerySet[AffectedClient]:
    """Clients of the list that `view` (a key of VIEWS; "" all but those left out) and `text` leave, most urgent first."""
    rows = AffectedClient.objects.filter(incident=incident)
    match view:
        case "overdue":
            rows = rows.filter(state=AffectedState.TO_TELL, due__lt=now)
        case "silent":
            rows = rows.filter(state=AffectedState.TOLD, acknowledge_by__lt=now)
        case "to_tell" | "told" | "acknowledged" | "left_out":
            rows = rows.filter(state=view)
        case _:
            rows = rows.exclude(state=AffectedState.LEFT_OUT)
    if text:
        rows = rows.filter(Q(client__name__icontains=text) | Q(client__reference__icontains=text))
    return rows.select_related("client").order_by("urgency", "pk")


def page_of(incident: Incident, *, view: str, text: str, after: str, now: datetime, size: int = PAGE) -> Page:
    """Return one page found by key, so that the last is as quick as the first."""
    rows = narrowed(incident, view, text, now)
    start = AffectedClient.objects.filter(incident=incident, uid=after).values("urgency", "pk").first()
    if start:
        rows = rows.filter(Q(urgency__gt=start["urgency"]) | Q(urgency=start["urgency"], pk__gt=start["pk"]))
    found = list(rows[: size + 1])
    shown = found[:size]
    return Page(
        tuple(line_of(row, now) for row in shown),
        shown[-1].uid if len(found) > size else "",
        counts_of(incident, now),
    )


def line_of(row: AffectedClient, now: datetime) -> Line:
    """Say in which state a client is at `now`."""
    view = str(row.state)
    if view == AffectedState.TO_TELL and row.due and row.due < now:
        view = "overdue"
    if view == AffectedState.TOLD and row.acknowledge_by and row.acknowledge_by < now:
        view = "silent"
    label, tone = VIEWS[view]
    late = bool(row.told_at and row.due and row.told_at > row.due)
    return Line(row, view, label, tone, late)


def clocks_of(row: AffectedClient) -> list[Obligation]:
    """The clocks of one client that run or were met, most urgent first."""
    rows = row.obligations.filter(state__in=["provisional", "running", "met"]).select_related("incident")
    return list(rows.order_by(F("due").asc(nulls_last=True), "pk"))


def export_rows(rows: QuerySet[AffectedClient], language: str) -> Iterator[list[str]]:
    """The list as rows of a table; instants in UTC."""
    words = kinds.load()
    yield list(HEADER)
    for row in rows.iterator(chunk_size=500):
        named = ", ".join(words[key].label(language) for key in row.kinds)
        instants = (row.due, row.told_at, row.acknowledge_by, row.acknowledged_at, row.controller_told_at)
        yield [
            row.client.reference,
            row.client.name,
            row.services,
            named,
            "" if row.people is None else str(row.people),
            str(row.get_state_display()),
            *("" if at is None else at.astimezone(UTC).isoformat(timespec="seconds") for at in instants),
        ]
