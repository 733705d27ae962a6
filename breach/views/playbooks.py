"""The playbook: what to do, who does it, by when."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from breach.errors import TocsinError
from breach.forms.playbooks import MoveForm, OwnerForm, StartForm, stands_for_move, stands_for_owner
from breach.forms.standing import STOOD, digest_of
from breach.models import Incident, PlaybookRun, Task, TaskState
from breach.permissions import can
from breach.queries.fact_labels import fact_label, sector_label
from breach.queries.playbooks import TaskLine, offers, possible_owners, runs_of
from breach.services import playbooks
from breach.services.standing import one_writer
from breach.views.live import answer, live
from breach.views.room import reader, refuse_into, room

TONES = {
    TaskState.TODO: "neutral",
    TaskState.DOING: "info",
    TaskState.DONE: "good",
    TaskState.SKIPPED: "neutral",
}


@dataclass(frozen=True, slots=True)
class _Refused:
    """A form that came back, and the task it belongs to."""

    task_uid: str
    form: Form


@require_safe
@live
def playbook(request: HttpRequest, uid: str) -> HttpResponse:
    """Show what runs, and what could be started."""
    incident, context = room(request, uid, tab="playbook", capability="incident.view")
    return _page(request, incident, context)


@require_POST
def start(request: HttpRequest, uid: str) -> HttpResponse:
    """Start a playbook for one party."""
    incident, context = room(request, uid, tab="playbook", capability="playbook.edit")
    form = StartForm(request.POST, incident=incident)
    if form.is_valid():
        playbooks.start_playbook(
            actor=reader(request), incident=incident, now=context["now"], **form.cleaned_data
        )
        messages.success(request, _("Started. Give each task to somebody."))
    else:
        messages.error(request, _("This playbook cannot be started. Choose one of the list."))
    return redirect("playbook", uid)


@require_POST
def replan(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Count due times again from the awareness that stands now."""
    incident, context = room(request, uid, tab="playbook", capability="playbook.edit")
    run = get_object_or_404(PlaybookRun, incident=incident, uid=row)
    changed = playbooks.replan(actor=reader(request), run=run, now=context["now"])
    messages.success(
        request, _("Due times were counted again. Changed tasks: %(count)d") % {"count": len(changed)}
    )
    return redirect("playbook", uid)


@require_POST
def move(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Begin, finish, set aside or open again."""
    incident, context = room(request, uid, tab="playbook", capability="playbook.edit")
    task = _task_of(incident, row)
    with one_writer(incident):
        moves = list(task.moves.all())
        task.refresh_from_db(fields=["state"])
        standing = stands_for_move(task.state, len(moves), moves[-1].note if moves else "")
        form = MoveForm(request.POST, standing=standing, auto_id=_ids(task.uid))
        if form.is_valid():
            data = form.cleaned_data
            try:
                playbooks.move_task(
                    actor=reader(request), task=task, to=data["to"], note=data["note"], now=context["now"]
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
    if form.is_valid():
        return _answer(request, incident, context, task)
    return _page(request, incident, context, _Refused(task.uid, form))


@require_POST
def assign(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Give a task to somebody."""
    incident, context = room(request, uid, tab="playbook", capability="playbook.edit")
    task = _task_of(incident, row)
    with one_writer(incident):
        task.refresh_from_db(fields=["owner"])
        standing = stands_for_owner(task.owner)
        form = OwnerForm(request.POST, standing=standing, incident=incident, auto_id=_ids(task.uid))
        if form.is_valid():
            try:
                playbooks.assign_task(
                    actor=reader(request), task=task, owner=form.cleaned_data["owner"], now=context["now"]
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
    if form.is_valid():
        return _answer(request, incident, context, task)
    return _page(request, incident, context, _Refused(task.uid, form))


def _ids(task_uid: str) -> str:
    """Keep the ids of many forms on one page apart."""
    return f"%s-{task_uid}"


def _task_of(incident: Incident, row: str) -> Task:
    return get_object_or_404(Task.objects.select_related("run__incident"), run__incident=incident, uid=row)


def _answer(request: HttpRequest, incident: Incident, context: dict[str, Any], task: Task) -> HttpResponse:
    """Answer a move that was made: the fragment for htmx, else the page again at the task."""
    if getattr(request, "htmx", False):
        return _page(request, incident, context)
    return redirect(f"{reverse('playbook', args=[incident.uid])}#task-{task.uid}")


def _page(
    request: HttpRequest, incident: Incident, context: dict[str, Any], refused: _Refused | None = None
) -> HttpResponse:
    language, now = _language(), context["now"]
    may_edit = can(reader(request), "playbook.edit", incident)
    owners = possible_owners(incident) if may_edit else []
    context |= {
        "runs": [
            {
                "run": run,
                "phases": [
                    {
                        "title": phase.title,
                        "tasks": [_shown(one, incident, refused, may_edit=may_edit) for one in phase.tasks],
                    }
                    for phase in run.phases
                ],
                "replan_url": reverse("playbook-replan", args=[incident.uid, run.uid]),
            }
            for run in runs_of(incident, now=now, language=language)
        ],
        "offers": [
            {"party": party, "offers": offers(incident, party, language=language)}
            for party in incident.parties.order_by("pk").select_related("organisation")
        ],
        "owners": owners,
        "live_url": reverse("playbook", args=[incident.uid]),
        "may_edit": may_edit,
    }
    status = 422 if refused else 200
    return answer(
        request, context, page="breach/playbook/page.html", part="breach/playbook/_room.html", status=status
    )


def _shown(task: TaskLine, incident: Incident, refused: _Refused | None, *, may_edit: bool) -> dict[str, Any]:
    """Return a task as playbook/_task.html takes it."""
    mine = refused if refused is not None and refused.task_uid == task.uid else None
    state = TaskState(task.state)
    return {
        "task": task,
        "tone": "bad" if task.is_overdue else TONES[state],
        "state_label": _("%(state)s, late") % {"state": task.state_label}
        if task.is_overdue
        else task.state_label,
        "is_open": bool(mine),
        "unsure": [_fact_name(key) for key in task.unsure],
        "moves": _moves(state) if may_edit else [],
        "may_assign": may_edit and state in (TaskState.TODO, TaskState.DOING),
        "form": mine.form if mine else None,
        **_stood(task, mine.form if mine else None),
        "move_url": reverse("task-move", args=[incident.uid, task.uid]),
        "assign_url": reverse("task-assign", args=[incident.uid, task.uid]),
    }


def _stood(task: TaskLine, form: Form | None) -> dict[str, Any]:
    """Return what the forms of a task carry: what stands, or what was typed where one of them came back."""
    notes = [move.note for move in task.moves]
    moving = stands_for_move(task.state, len(notes), notes[-1] if notes else "")
    shown = {
        "note": "",
        "move_stood": digest_of(moving),
        "owner_stood": digest_of(stands_for_owner(task.owner)),
        "owner_chosen": str(task.owner.pk) if task.owner else "",
    }
    if isinstance(form, MoveForm):
        shown |= {"note": form["note"].value() or "", "move_stood": form[STOOD].value()}
    if isinstance(form, OwnerForm):
        shown |= {"owner_chosen": form["owner"].value() or "", "owner_stood": form[STOOD].value()}
    return shown


def _moves(state: TaskState) -> list[dict[str, Any]]:
    """Return the legal moves from a state, the usual one first."""
    labels = {
        (TaskState.TODO, TaskState.DOING): pgettext("task", "Begin"),
        (TaskState.TODO, TaskState.DONE): pgettext("task", "Done"),
        (TaskState.DOING, TaskState.DONE): pgettext("task", "Done"),
        (TaskState.TODO, TaskState.SKIPPED): pgettext("task", "Not needed"),
        (TaskState.DOING, TaskState.SKIPPED): pgettext("task", "Not needed"),
        (TaskState.DOING, TaskState.TODO): pgettext("task", "Put back"),
        (TaskState.DONE, TaskState.DOING): pgettext("task", "Open again"),
        (TaskState.SKIPPED, TaskState.TODO): pgettext("task", "Needed after all"),
    }
    return [{"to": str(new), "label": label} for (old, new), label in labels.items() if old is state]


def _fact_name(key: str) -> str:
    head, _dot, part = key.partition(".")
    return sector_label(part) if head == "sectors" else fact_label(head)


def _language() -> str:
    return get_language() or "en"
