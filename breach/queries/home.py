"""What the first page shows somebody: their incidents, their tasks, what ends next, what waits for approval.

Each list has an end and leads to the whole one; each costs a fixed number of queries, whatever its length.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import get_language

from breach.figures import Clock
from breach.models import Approval, Incident, User
from breach.models.playbooks import OPEN_TASK, Task
from breach.permissions import can
from breach.queries.approvals import waiting_for
from breach.queries.clock_board import Narrowing, running_clocks
from breach.queries.clocks import shown_clocks
from breach.queries.incident_list import OPEN_PHASES, IncidentLine, lines_of, most_urgent_first
from breach.queries.suspicions import waiting_reports

MOST_INCIDENTS, MOST_TASKS, MOST_CLOCKS, MOST_CLOSED = 12, 20, 12, 10


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of the reader, with its clock."""

    task: Task
    incident: Incident
    clock: Clock


@dataclass(frozen=True, slots=True)
class Home:
    """All lists of the first page. `open_count` counts open incidents, also those that are not listed."""

    incidents: tuple[IncidentLine, ...]
    open_count: int
    closed: tuple[Incident, ...]
    clocks: tuple[tuple[Incident, Clock], ...]
    tasks: tuple[TaskLine, ...]
    approvals: tuple[Approval, ...]
    # Reports that wait for triage; 0 for who does not see them.
    reports: int

    @property
    def has_more(self) -> bool:
        return self.open_count > len(self.incidents)


def home_of(user: User, now: datetime) -> Home:
    """Collect the first page of `user` as things stand at `now`."""
    visible = Incident.objects.visible_to(user)
    open_incidents = visible.filter(phase__in=OPEN_PHASES)
    return Home(
        incidents=lines_of(most_urgent_first(open_incidents)[:MOST_INCIDENTS], now),
        open_count=open_incidents.count(),
        closed=tuple(visible.exclude(phase__in=OPEN_PHASES).order_by("-closed_at", "-pk")[:MOST_CLOSED]),
        clocks=_clocks(user, now),
        tasks=_tasks(user, open_incidents, now),
        approvals=tuple(waiting_for(user)),
        reports=waiting_reports() if can(user, "suspicion.view") else 0,
    )


def _clocks(user: User, now: datetime) -> tuple[tuple[Incident, Clock], ...]:
    rows = running_clocks(user, Narrowing(), now).filter(due__isnull=False).prefetch_related("incident")
    shown = list(rows[:MOST_CLOCKS])
    return tuple(zip((row.incident for row in shown), shown_clocks(shown, now), strict=True))


def _tasks(user: User, incidents: QuerySet[Incident], now: datetime) -> tuple[TaskLine, ...]:
    rows = Task.objects.filter(
        owner=user, state__in=OPEN_TASK, run__incident__in=incidents.order_by().values("pk")
    )
    rows = rows.select_related("run__incident").order_by(F("due").asc(nulls_last=True), "pk")[:MOST_TASKS]
    return tuple(TaskLine(task, task.run.incident, _task_clock(task, now)) for task in rows)


def _task_clock(task: Task, now: datetime) -> Clock:
    return Clock(label=task_title(task), now=now, due=task.due, zone=task.run.incident.zone)


def task_title(task: Task) -> str:
    """Return the title that the playbook had when the run was started, in the language of the page."""
    titles = next(item["title"] for item in task.run.document["task"] if item["key"] == task.key)
    wanted = (get_language() or "en").split("-")[0]
    return str(titles.get(wanted) or titles["en"])
