"""Reading playbooks at work: runs with their tasks, worded in the language of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from breach.models import (
    AwarenessState,
    Incident,
    Party,
    PlaybookRun,
    Task,
    TaskMove,
    TaskState,
    User,
)
from breach.models.playbooks import OPEN_TASK
from breach.playbooks import Playbook, load, read_playbook
from breach.queries.facts import signals_of

FINISHED = (TaskState.DONE, TaskState.SKIPPED)


@dataclass(frozen=True, slots=True)
class Base:
    """What due times count from: an instant (UTC), and whether awareness is still open."""

    instant: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One move of a task. `note` is opened."""

    by: str
    at: datetime
    moved_to: str
    note: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as it stands. `waits_for` holds the titles of open tasks it depends on."""

    uid: str
    key: str
    title: str
    guide: str
    role_label: str
    state: str
    state_label: str
    owner: User | None
    due: datetime | None
    is_overdue: bool
    waits_for: tuple[str, ...]
    unsure: tuple[str, ...]
    moves: tuple[MoveLine, ...]


@dataclass(frozen=True, slots=True)
class PhaseLine:
    title: str
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run. `is_outdated`: due times count from another instant than the awareness that stands now."""

    uid: str
    title: str
    summary: str
    version: str
    party: Party
    base: Base
    is_outdated: bool
    finished: int
    total: int
    overdue: int
    phases: tuple[PhaseLine, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A playbook that can be started. `fits` marks the one for the incident's kind."""

    key: str
    title: str
    summary: str
    fits: bool


def base_of(party: Party, *, otherwise: datetime) -> Base:
    """Return what due times of `party` count from: awareness, else the earliest report, else `otherwise`."""
    signals = signals_of(party)
    if signals.awareness is not None and signals.decided:
        return Base(signals.awareness.instant, provisional=False)
    return Base(signals.earliest or otherwise, provisional=True)


def playbook_of(run: PlaybookRun) -> Playbook:
    """Return the playbook as it was when the run was started."""
    return read_playbook(run.document, place=f"{run.key} {run.version}")


def open_dependencies(task: Task) -> list[str]:
    """Return the keys of tasks that `task` depends on and that are neither done nor set aside."""
    wanted = playbook_of(task.run).task(task.key).depends_on
    left = task.run.tasks.filter(key__in=wanted).exclude(state__in=FINISHED)
    return list(left.order_by("position").values_list("key", flat=True))


def runs_of(incident: Incident, *, now: datetime, language: str) -> tuple[RunLine, ...]:
    """Return every run of the incident with its tasks, by phase. Fixed number of queries per run."""
    moves = Prefetch("moves", TaskMove.objects.select_related("created_by"))
    tasks = Prefetch("tasks", Task.objects.select_related("owner").prefetch_related(moves))
    runs = PlaybookRun.objects.filter(incident=incident).select_related("party__organisation", "awareness")
    return tuple(_run(run, incident, now, language) for run in runs.prefetch_related(tasks))


def tasks_asked(incident: Incident, user: User, *, now: datetime, language: str) -> tuple[TaskLine, ...]:
    """Return the tasks given to `user`, without the notes of other people and without what others do."""
    rows = Task.objects.filter(run__incident=incident, owner=user).select_related("run", "owner")
    mine = Prefetch("moves", TaskMove.objects.filter(created_by=user).select_related("created_by"))
    lines = []
    for task in rows.prefetch_related(mine).order_by("due", "pk"):
        task.run.incident = incident
        lines.append(_task(task, playbook_of(task.run), {}, now, language))
    return tuple(lines)


def offers(incident: Incident, party: Party, *, language: str) -> tuple[Offer, ...]:
    """Return the playbooks not yet started for `party`, the one for the incident's kind first."""
    started = set(PlaybookRun.objects.filter(party=party).values_list("key", flat=True))
    found = [
        Offer(key, said(book.title, language), said(book.summary, language), key == incident.kind)
        for key, book in load().items()
        if key not in started
    ]
    return tuple(sorted(found, key=lambda offer: (not offer.fits, offer.title)))


def possible_owners(incident: Incident) -> list[User]:
    """Return the members who may work on tasks, by name; guests may be asked."""
    members = incident.members.filter(user__is_active=True, user__role__in=["responder", "manager", "guest"])
    return [member.user for member in members.select_related("user").order_by("user__name")]


def said(words: Mapping[str, str], language: str) -> str:
    """Return the wording in `language` (BCP 47), else in English."""
    return words.get(language.partition("-")[0]) or words["en"]


def _run(run: PlaybookRun, incident: Incident, now: datetime, language: str) -> RunLine:
    playbook = playbook_of(run)
    tasks = list(run.tasks.all())
    run.incident = incident  # notes open with the incident's key; saves a query per task
    for task in tasks:
        task.run = run
    titles = {
        task.key: said(playbook.task(task.key).title, language) for task in tasks if task.state in OPEN_TASK
    }
    lines = {task.key: _task(task, playbook, titles, now, language) for task in tasks}
    phases = (
        PhaseLine(
            said(phase.title, language),
            tuple(
                lines[spec.key] for spec in playbook.tasks if spec.phase == phase.key and spec.key in lines
            ),
        )
        for phase in playbook.phases
    )
    return RunLine(
        uid=run.uid,
        title=said(playbook.title, language),
        summary=said(playbook.summary, language),
        version=run.version,
        party=run.party,
        base=Base(run.base, run.provisional),
        is_outdated=_is_outdated(run),
        finished=sum(task.state in FINISHED for task in tasks),
        total=len(tasks),
        overdue=sum(line.is_overdue for line in lines.values()),
        phases=tuple(phase for phase in phases if phase.tasks),
    )


def _is_outdated(run: PlaybookRun) -> bool:
    signals = signals_of(run.party)
    if signals.awareness is not None and signals.awareness.state == AwarenessState.RULED_OUT:
        return False
    return base_of(run.party, otherwise=run.base) != Base(run.base, run.provisional)


def _task(
    task: Task, playbook: Playbook, open_titles: Mapping[str, str], now: datetime, language: str
) -> TaskLine:
    spec = playbook.task(task.key)
    is_open = task.state in OPEN_TASK
    return TaskLine(
        uid=task.uid,
        key=task.key,
        title=said(spec.title, language),
        guide=said(spec.guide, language),
        role_label=task.get_role_display(),
        state=task.state,
        state_label=task.get_state_display(),
        owner=task.owner,
        due=task.due,
        is_overdue=is_open and task.due is not None and task.due < now,
        waits_for=tuple(open_titles[key] for key in spec.depends_on if key in open_titles) if is_open else (),
        unsure=tuple(task.unsure) if is_open else (),
        moves=tuple(_move(move, task) for move in task.moves.all()),
    )


def _move(move: TaskMove, task: Task) -> MoveLine:
    move.task = task
    return MoveLine(move.created_by.name, move.created_at, move.get_moved_to_display(), move.note)
