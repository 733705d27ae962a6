"""Playbooks at work: a run for one party, its tasks, and every move of a task."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.facts import Awareness, PartyRow
from breach.models.incidents import Incident
from breach.models.texts import SealedTexts
from breach.models.users import User


class TaskState(models.TextChoices):
    TODO = "todo", _("To do")
    DOING = "doing", _("Being done")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Not needed")


OPEN_TASK = (TaskState.TODO, TaskState.DOING)


class TaskRole(models.TextChoices):
    """Who a task is for; its owner is a person."""

    RESPONDER = "responder", _("Responder")
    MANAGER = "manager", _("Manager")
    DPO = "dpo", _("Data protection officer")


class PlaybookRun(PartyRow):
    """One playbook, started for one party. `document` keeps wording and rules as they were then.

    Due times count from `base` (UTC): awareness where it is decided, else the earliest report
    (`provisional`); those of the first minutes count from the start itself (`created_at`).
    """

    key = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    document = models.JSONField()
    base = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    awareness = models.ForeignKey(Awareness, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["party", "key"], name="playbook_once_per_party")]


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(state__in=OPEN_TASK)


class Task(Row):
    """One task of a run. `services/playbooks.py` alone sets `state`, along its table of moves."""

    run = models.ForeignKey(PlaybookRun, on_delete=models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=TaskRole.choices)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.TODO)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="tasks")
    due = models.DateTimeField(null=True)
    # Keys of facts that were unknown when the task was planned: it stands until they are known.
    unsure = models.JSONField(default=list)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="task_once_per_run"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
        ]
        indexes = [models.Index(fields=["owner", "state", "due"], name="task_of_owner")]

    @property
    def incident(self) -> Incident:
        return self.run.incident


class TaskMove(SealedTexts, Row):
    """One move of a task with its note, which may name people and is sealed. Moves are only added."""

    text_label = "task_move"
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="moves")
    moved_from = models.CharField(max_length=10, choices=TaskState.choices)
    moved_to = models.CharField(max_length=10, choices=TaskState.choices)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    @property
    def incident(self) -> Incident:
        return self.task.run.incident

    @property
    def note(self) -> str:
        return self.texts["note"]
