"""Near matching as rows: runs that look for pairs, decisions about them, and what uniting two people moved."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.facts import PartyRow
from breach.models.people import Person
from breach.models.users import User


class MatchState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    COMPARING = "comparing", _("Comparing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class MatchRun(PartyRow):
    """One search for near matches among the people of a party.

    It may be killed anywhere: what was stored stays, and done again it adds only what is missing. `compared`
    counts people read, `suggested` pairs stored.
    """

    state = models.CharField(max_length=20, choices=MatchState.choices, default=MatchState.WAITING)
    model_version = models.CharField(max_length=20)
    people = models.PositiveIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    suggested = models.PositiveIntegerField(default=0)
    progress_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(state__in=["waiting", "comparing"]),
                name="match_one_run_of_a_party",
            )
        ]


class DecisionState(models.TextChoices):
    CARRYING = "carrying", _("Being carried out")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class MatchDecision(PartyRow):
    """What somebody decided about one suggestion, or about all from a probability on (`threshold`).

    `count` suggestions and the Merkle `root` over their uids stand in the ledger. `united` people were closed
    into older ones, `kept_apart` pairs were not, since somebody had separated them before.
    """

    join = models.BooleanField()
    threshold = models.FloatField(null=True)
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=DecisionState.choices, default=DecisionState.CARRYING)
    united = models.PositiveIntegerField(default=0)
    kept_apart = models.PositiveIntegerField(default=0)
    progress_at = models.DateTimeField()
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]


class Absorption(models.Model):
    """That `other` was closed into `keeper` by a decision, and which source records went along: enough to undo it."""

    decision = models.ForeignKey(MatchDecision, on_delete=models.PROTECT, related_name="absorptions")
    keeper = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sources = models.JSONField()
    is_undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.other_id} into {self.keeper_id}"
