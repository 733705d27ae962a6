"""Starting playbooks, giving tasks to people, moving tasks on, and counting due times again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import (
    Awareness,
    AwarenessState,
    InAppNotice,
    Incident,
    Party,
    PlaybookRun,
    Task,
    TaskMove,
    TaskState,
    User,
)
from breach.models.playbooks import OPEN_TASK
from breach.permissions import can, require
from breach.playbooks import PlannedTask, Situation, get, plan
from breach.queries.facts import current_awareness, latest_version
from breach.queries.playbooks import Base, base_of, open_dependencies, playbook_of
from breach.services.record import record

# States of a task and every legal move between them.
MOVES = frozenset(
    {
        (TaskState.TODO, TaskState.DOING),
        (TaskState.TODO, TaskState.DONE),
        (TaskState.TODO, TaskState.SKIPPED),
        (TaskState.DOING, TaskState.TODO),  # put back
        (TaskState.DOING, TaskState.DONE),
        (TaskState.DOING, TaskState.SKIPPED),
        (TaskState.DONE, TaskState.DOING),  # it turned out not to be done
        (TaskState.SKIPPED, TaskState.TODO),  # it turned out to be needed
    }
)
NEEDS_REASON = frozenset(
    {
        (TaskState.TODO, TaskState.SKIPPED),
        (TaskState.DOING, TaskState.SKIPPED),
        (TaskState.DONE, TaskState.DOING),
        (TaskState.SKIPPED, TaskState.TODO),
    }
)


def start_playbook(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    key: str,
    now: datetime,
    awareness: Awareness | None = None,
) -> PlaybookRun:
    """Start a playbook for `party` and plan its tasks on the facts as they stand.

    Due times count from `awareness`, by default the one that stands; before it is decided, provisionally
    from the earliest report. Raises BadInput for an unknown key, Conflict when it runs already or the breach
    is ruled out.
    """
    require(actor, "playbook.edit", incident)
    playbook = get(key)
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        if PlaybookRun.objects.filter(party=party, key=key).exists():
            raise Conflict(_("This playbook was started already. Its tasks are on the Playbook page."))
        awareness = awareness or current_awareness(party)
        base = _base(party, awareness, now)
        run = PlaybookRun.objects.create(
            incident=incident,
            party=party,
            key=key,
            version=playbook.version,
            document=dict(playbook.document),
            base=base.instant,
            provisional=base.provisional,
            awareness=awareness,
            created_by=actor,
            created_at=now,
        )
        tasks = [_planned(run, one, now) for one in plan(playbook, _situation(run))]
        Task.objects.bulk_create(tasks)
        data = {
            "party": party.uid,
            "playbook": key,
            "version": playbook.version,
            "base": base.instant.isoformat(),
            "provisional": base.provisional,
            "tasks": {task.key: _written(task.due) for task in tasks},
        }
        record(actor=actor, incident=incident, action="playbook.started", subject=run.uid, data=data, now=now)
    return run


def assign_task(*, actor: User, task: Task, owner: User | None, now: datetime) -> Task:
    """Give a task to a member of the incident, or to nobody. The new owner gets a notice.

    Raises BadInput for somebody who may not work on tasks here, Conflict for a finished task.
    """
    incident = task.run.incident
    require(actor, "playbook.edit", incident)
    if owner is not None and not may_own(owner, incident):
        raise BadInput(
            _("This person does not work on the incident"), place="owner", mend=_("Make them a member first.")
        )
    with transaction.atomic():
        task = _locked(task)
        if task.state not in OPEN_TASK:
            raise Conflict(_("This task is finished. Open it again before you give it to somebody."))
        old = task.owner
        if old == owner:
            return task
        task.owner = owner
        task.save(update_fields=["owner"])
        if owner is not None and owner != actor:
            InAppNotice.objects.create(
                user=owner, incident=incident, kind="task_assigned", values={"task": task.uid}, created_at=now
            )
        data = {
            "run": task.run.uid,
            "task": task.key,
            "old": old.uid if old else None,
            "new": owner.uid if owner else None,
        }
        record(actor=actor, incident=incident, action="task.assigned", subject=task.uid, data=data, now=now)
    return task


def may_own(user: User, incident: Incident) -> bool:
    """Whether tasks of the incident can be given to `user`: who works on it, and guests who are asked."""
    return can(user, "playbook.edit", incident) or can(user, "asked.answer", incident)


def begin_task(*, actor: User, task: Task, now: datetime, note: str = "", seen: str | None = None) -> Task:
    """Begin a task; one that nobody owns becomes the actor's."""
    return move_task(actor=actor, task=task, to=TaskState.DOING, note=note, now=now, seen=seen)


def complete_task(*, actor: User, task: Task, note: str, now: datetime, seen: str | None = None) -> Task:
    """Finish a task. What it depends on may still be open, but then the note has to say why."""
    return move_task(actor=actor, task=task, to=TaskState.DONE, note=note, now=now, seen=seen)


def skip_task(*, actor: User, task: Task, reason: str, now: datetime, seen: str | None = None) -> Task:
    """Set a task aside as not needed, with the reason."""
    return move_task(actor=actor, task=task, to=TaskState.SKIPPED, note=reason, now=now, seen=seen)


def move_task(*, actor: User, task: Task, to: str, note: str, now: datetime, seen: str | None = None) -> Task:
    """Move a task along MOVES. The note is sealed and kept with the move; `seen` is the state the actor saw.

    Raises Conflict for a move that is not in the table or when the state moved on, BadInput where a reason
    is missing.
    """
    incident = task.run.incident
    _require_move(actor, task, to)
    with transaction.atomic():
        task = _locked(task)
        old, new = TaskState(task.state), TaskState(to)
        if seen is not None and seen != old:
            raise Conflict(_("Somebody else moved this task. It is now: %(state)s.") % {"state": old.label})
        if (old, new) not in MOVES:
            raise Conflict(
                _("A task cannot go from “%(old)s” to “%(new)s”.") % {"old": old.label, "new": new.label}
            )
        ahead_of = open_dependencies(task) if new is TaskState.DONE else []
        _check_note(note, old, new, ahead_of)
        task.state = new
        if new is TaskState.DOING and task.owner is None:
            task.owner = actor
        task.save(update_fields=["state", "owner"])
        move = TaskMove(task=task, moved_from=old, moved_to=new, created_by=actor, created_at=now)
        move.seal_texts(note=note)
        move.save()
        data = {
            "run": task.run.uid,
            "task": task.key,
            "old": str(old),
            "new": str(new),
            "owner": task.owner.uid if task.owner else None,
            "ahead_of": ahead_of,
            "note_digest": move.texts_digest,
        }
        record(actor=actor, incident=incident, action="task.moved", subject=task.uid, data=data, now=now)
    return task


def _require_move(actor: User, task: Task, to: str) -> None:
    """Who works on the incident moves every task; a guest begins and finishes those given to them."""
    if task.owner_id == actor.pk and can(actor, "asked.answer", task.run.incident):
        if to not in (TaskState.DOING, TaskState.DONE):
            raise Forbidden(_("You may begin and finish what you were asked, nothing else."))
        return
    require(actor, "playbook.edit", task.run.incident)


def can_start(task: Task) -> bool:
    """Tell whether everything that the task depends on is done or set aside."""
    return not open_dependencies(task)


def replan(*, actor: User | None, run: PlaybookRun, now: datetime) -> list[Task]:
    """Count due times again from the awareness that stands, and add tasks that the facts now call for.

    Finished tasks keep their due time; the ledger keeps the old one of every other. Returns what changed.
    `actor` is None for a service that has checked its right and acts on a schedule.
    """
    if actor is not None:
        require(actor, "playbook.edit", run.incident)
    with transaction.atomic():
        run = PlaybookRun.objects.select_for_update().get(pk=run.pk)
        awareness = current_awareness(run.party)
        if awareness is not None and awareness.state == AwarenessState.RULED_OUT:
            return []
        old, new = Base(run.base, run.provisional), base_of(run.party, otherwise=run.base)
        run.base, run.provisional, run.awareness = new.instant, new.provisional, awareness
        run.save(update_fields=["base", "provisional", "awareness"])
        moved, added, dues = _replanned(run, now)
        if not moved and not added and old == new:
            return []
        data = {
            "party": run.party.uid,
            "old_base": old.instant.isoformat(),
            "new_base": new.instant.isoformat(),
            "provisional": new.provisional,
            "dues": dues,
            "added": {task.key: _written(task.due) for task in added},
        }
        record(
            actor=actor,
            incident=run.incident,
            action="playbook.replanned",
            subject=run.uid,
            data=data,
            now=now,
        )
    return [*moved, *added]


def replan_party(*, actor: User | None, party: Party, now: datetime) -> list[Task]:
    """Count again every run of `party`, after its awareness changed."""
    return [
        task
        for run in PlaybookRun.objects.filter(party=party)
        for task in replan(actor=actor, run=run, now=now)
    ]


def _replanned(run: PlaybookRun, now: datetime) -> tuple[list[Task], list[Task], dict[str, list[str | None]]]:
    """Return moved tasks, added tasks, and old and new due of the moved ones by key."""
    there = {task.key: task for task in run.tasks.all()}
    moved, added = [], []
    dues: dict[str, list[str | None]] = {}
    for one in plan(playbook_of(run), _situation(run)):
        task = there.get(one.spec.key)
        if task is None:
            added.append(_planned(run, one, now))
        elif task.state in OPEN_TASK and task.due != one.due:
            dues[task.key] = [_written(task.due), _written(one.due)]
            task.due, task.unsure = one.due, list(one.unsure)
            moved.append(task)
    Task.objects.bulk_update(moved, ["due", "unsure"])
    Task.objects.bulk_create(added)
    return moved, added, dues


def _base(party: Party, awareness: Awareness | None, now: datetime) -> Base:
    if awareness is not None and awareness.state == AwarenessState.RULED_OUT:
        raise Conflict(_("It was ruled out that personal data are concerned. Record awareness again first."))
    if awareness is not None and awareness.state in (AwarenessState.DECIDED, AwarenessState.CORRECTED):
        return Base(awareness.instant, provisional=False)
    return base_of(party, otherwise=now)


def _situation(run: PlaybookRun) -> Situation:
    version = latest_version(run.party)
    party: dict[str, Any] = {
        "role": run.party.role,
        "establishment": run.party.establishment,
        "drill": run.incident.drill,
    }
    return Situation(
        facts=version.document if version else {}, party=party, awareness=run.base, started=run.created_at
    )


def _planned(run: PlaybookRun, one: PlannedTask, now: datetime) -> Task:
    return Task(
        run=run,
        key=one.spec.key,
        position=one.position,
        role=one.spec.role,
        due=one.due,
        unsure=list(one.unsure),
        created_at=now,
    )


def _locked(task: Task) -> Task:
    return (
        Task.objects.select_for_update(of=("self",)).select_related("run__incident", "owner").get(pk=task.pk)
    )


def _check_note(note: str, old: TaskState, new: TaskState, ahead_of: list[str]) -> None:
    if note.strip():
        return
    if (old, new) in NEEDS_REASON:
        raise BadInput(_("This needs a reason"), place="note", mend=_("Say why in one sentence."))
    if ahead_of:
        raise BadInput(
            _("It depends on tasks that are still open"),
            place="note",
            mend=_("Finish them, or say why it is done already."),
        )


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
