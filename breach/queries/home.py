"""What the first page shows somebody: their incidents, their tasks, what ends next, what waits for approval.

Each list costs a fixed number of queries, whatever its length.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import get_language

from breach.figures import Clock, most_urgent
from breach.models import Approval, Incident, Obligation, ObligationState, Phase, User
from breach.models.playbooks import OPEN_TASK, Task
from breach.queries.approvals import waiting_for
from breach.queries.clocks import shown_clocks

LIVE = (ObligationState.PROVISIONAL, ObligationState.RUNNING)
OPEN_PHASES = (Phase.REPORTED, Phase.OPEN)
MOST_TASKS, MOST_CLOCKS, MOST_CLOSED = 20, 12, 10


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident of the list, with the clock to look at first."""

    incident: Incident
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of the reader, with its clock."""

    task: Task
    incident: Incident
    clock: Clock


@dataclass(frozen=True, slots=True)
class Home:
    """All lists of the first page."""

    incidents: tuple[IncidentLine, ...]
    closed: tuple[Incident, ...]
    clocks: tuple[tuple[Incident, Clock], ...]
    tasks: tuple[TaskLine, ...]
    approvals: tuple[Approval, ...]


def home_of(user: User, now: datetime) -> Home:
    """Collect the first page of `user` as things stand at `now`."""
    visible = Incident.objects.visible_to(user)
    open_incidents = list(visible.filter(phase__in=OPEN_PHASES).order_by("-created_at"))
    obligations = _live_obligations(open_incidents)
    clocks: dict[int, list[Clock]] = {}
    shown = list(zip(obligations, shown_clocks(obligations, now), strict=True))
    for row, one in shown:
        clocks.setdefault(row.incident_id, []).append(one)
    timed = [(row.incident, one) for row, one in shown if row.due is not None][:MOST_CLOCKS]
    return Home(
        incidents=tuple(IncidentLine(one, most_urgent(clocks.get(one.pk, []))) for one in open_incidents),
        closed=tuple(visible.exclude(phase__in=OPEN_PHASES).order_by("-closed_at", "-pk")[:MOST_CLOSED]),
        clocks=tuple(timed),
        tasks=_tasks(user, open_incidents, now),
        approvals=tuple(waiting_for(user)),
    )


def _live_obligations(incidents: list[Incident]) -> list[Obligation]:
    rows = Obligation.objects.filter(incident__in=incidents, state__in=LIVE, carries=True).select_related(
        "incident"
    )
    return list(rows.order_by(F("due").asc(nulls_last=True), "pk"))


def _tasks(user: User, incidents: list[Incident], now: datetime) -> tuple[TaskLine, ...]:
    rows = Task.objects.filter(owner=user, state__in=OPEN_TASK, run__incident__in=incidents)
    rows = rows.select_related("run__incident").order_by(F("due").asc(nulls_last=True), "pk")[:MOST_TASKS]
    return tuple(TaskLine(task, task.run.incident, _task_clock(task, now)) for task in rows)


def _task_clock(task: Task, now: datetime) -> Clock:
    return Clock(label=task_title(task), now=now, due=task.due, zone=task.run.incident.zone)


def task_title(task: Task) -> str:
    """Return the title that the playbook had when the run was started, in the language of the page."""
    titles = next(item["title"] for item in task.run.document["task"] if item["key"] == task.key)
    wanted = (get_language() or "en").split("-")[0]
    return str(titles.get(wanted) or titles["en"])
