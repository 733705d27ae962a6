"""Figures over all incidents that somebody may see, drills left out. About incidents, never about single employees.

Everything is counted by the database: the same number of queries for one incident and for thousands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncMonth

from breach.models import FactsVersion, Incident, Obligation, ObligationState, Party, Phase, User
from breach.queries.incident_list import OPEN_PHASES
from notifications.models import PersonNotice
from notifications.states import TALLY_OF, Tally

DAYS = (3, 30, 90)  # upper ends of the classes of age; the last class has none
MONTHS = 12
ON_TIME, WITHIN, LATE, OVERDUE = "on_time", "within_outer", "late", "overdue"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Counts by key. `ages` by upper end in days (None: older), `months` by first day, `duties` and `causes` by their
    keys ("" is unknown), `people` by tally of their letter. `duties` are those owed to authorities whose hour is known.
    """

    incidents: int
    phases: Mapping[str, int]
    ages: Mapping[int | None, int]
    months: Mapping[datetime, int]
    duties: Mapping[str, int]
    causes: Mapping[str, int]
    people: Mapping[str, int]

    @property
    def on_time_share(self) -> float | None:
        """Per cent of duties that were met by the first of their ends, of all that were met or are overdue."""
        all_of_them = sum(self.duties.values())
        return self.duties[ON_TIME] * 100 / all_of_them if all_of_them else None


def portfolio_of(user: User, now: datetime) -> Portfolio:
    """Count what `user` may see as things stand at `now`; months by the clock of the house."""
    seen = Incident.objects.filter(
        pk__in=Incident.objects.visible_to(user).order_by().values("pk"), drill=False
    )
    phases = _counted(seen, "phase")
    return Portfolio(
        incidents=sum(phases.values()),
        phases={str(phase): phases.get(phase, 0) for phase in Phase.values},
        ages=_ages(seen, now),
        months=_months(seen, now),
        duties=_duties(seen, now),
        causes=_causes(seen),
        people=_people(seen),
    )


def _counted(rows: QuerySet[Incident], field: str) -> dict[str, int]:
    return dict(rows.order_by(field).values_list(field).annotate(n=Count("pk")))


def _ages(seen: QuerySet[Incident], now: datetime) -> dict[int | None, int]:
    """Open incidents by the days since they were opened."""
    opened = list(seen.filter(phase__in=OPEN_PHASES).values_list("created_at", flat=True))
    found: dict[int | None, int] = dict.fromkeys((*DAYS, None), 0)
    for at in opened:
        found[next((days for days in DAYS if now - at <= timedelta(days=days)), None)] += 1
    return found


def _months(seen: QuerySet[Incident], now: datetime) -> dict[datetime, int]:
    """Incidents opened in each of the last twelve months, the oldest first; a month without any counts zero."""
    zone = ZoneInfo(settings.TIME_ZONE)
    local = now.astimezone(zone)
    last = local.year * 12 + local.month - 1
    firsts = [datetime(of // 12, of % 12 + 1, 1, tzinfo=zone) for of in range(last - MONTHS + 1, last + 1)]
    rows = seen.filter(created_at__gte=firsts[0]).annotate(month=TruncMonth("created_at", tzinfo=zone))
    counted = dict(rows.order_by("month").values_list("month").annotate(n=Count("pk")))
    return {first: counted.get(first, 0) for first in firsts}


def _duties(seen: QuerySet[Incident], now: datetime) -> dict[str, int]:
    """What was owed to authorities by an hour: met in time, within the outer end, late, or not met and overdue."""
    rows = Obligation.objects.filter(incident__in=seen, to="authority", due__isnull=False)
    met = rows.filter(state=ObligationState.MET).order_by("lateness")
    found = dict(met.values_list("lateness").annotate(n=Count("pk")))
    overdue = rows.filter(state=ObligationState.RUNNING, due__lt=now).count()
    return {key: found.get(key, 0) for key in (ON_TIME, WITHIN, LATE)} | {OVERDUE: overdue}


def _causes(seen: QuerySet[Incident]) -> dict[str, int]:
    """Causes by the newest facts of each party of the house; "" where nothing is known yet."""
    newest = FactsVersion.objects.filter(party=OuterRef("pk")).order_by("-number")
    documents = Party.objects.filter(incident__in=seen).annotate(
        cause=Subquery(newest.values("document__cause")[:1])
    )
    found: dict[str, int] = {}
    for cause in documents.order_by("pk").values_list("cause", flat=True):
        key = str(cause or "")
        found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0])))


def _people(seen: QuerySet[Incident]) -> dict[str, int]:
    """People on submitted notices by what became of their letter; who is in a later batch is counted there."""
    rows = PersonNotice.objects.filter(notice__incident__in=seen, notice__recipients__gt=0)
    rows = rows.exclude(notice__state="withdrawn").exclude(state="superseded").order_by("state")
    found = dict.fromkeys((str(tally) for tally in Tally), 0)
    for state, count in rows.values_list("state").annotate(n=Count("pk")):
        found[str(TALLY_OF[state])] += count
    return found
