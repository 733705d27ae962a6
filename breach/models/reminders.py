"""Alarms of clocks and reviews: the house's marks, one row for each alarm, recipient and channel, and where alarms go."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.facts import Decision, Obligation
from breach.models.incidents import Incident
from breach.models.users import User


class ReminderPlan(Row):
    """When a clock alarms, as the house set it: a version that is never edited; the newest one stands.

    `shares` are per cent of the time from the start of a clock to its end, `hours_before` hours before the
    end. The end itself always alarms.
    """

    shares = models.JSONField()
    hours_before = models.JSONField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)


class WebhookEndpoint(Row):
    """A machine of the house that is told of alarms. Its address may hold a secret: it is sealed, as the key is.

    In clear stand the name, the host and how the last attempt went.
    """

    name = models.CharField(_("name"), max_length=80)
    host = models.CharField(_("host"), max_length=255)
    sealed = models.BinaryField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ReminderChannel(models.TextChoices):
    IN_APP = "in_app", _("In the application")
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")


class ReminderState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HANDING_OVER = "handing_over", _("Being handed over")
    SENT = "sent", _("Sent")
    COVERED = "covered", _("Covered by a later alarm")
    FAILED = "failed", _("Not delivered")
    WITHDRAWN = "withdrawn", _("Called off")


class Reminder(Row):
    """One alarm of an obligation, or of a decision to be looked at again, for one recipient by one channel.

    It leaves once. `state` moves only by conditional updates in breach/services/reminders.py. `next_try_at` is when it may
    leave: at first `due`, after a failure later. `interrupted` counts hand-overs of which nobody knows
    whether they happened. A row never goes away: what was called off says why in `note`.
    """

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="reminders", null=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reminders", null=True)
    plan = models.ForeignKey(ReminderPlan, on_delete=models.PROTECT, related_name="+", null=True)
    mark = models.CharField(max_length=20)
    due = models.DateTimeField()
    channel = models.CharField(max_length=20, choices=ReminderChannel.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=20, choices=ReminderState.choices, default=ReminderState.PLANNED)
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    interrupted = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)
    covered_by = models.ForeignKey("self", on_delete=models.PROTECT, related_name="covers", null=True)
    note = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.CheckConstraint(
                name="reminder_of_one_thing",
                condition=Q(obligation__isnull=False, decision__isnull=True)
                | Q(obligation__isnull=True, decision__isnull=False),
            ),
            models.CheckConstraint(
                name="reminder_has_one_recipient",
                condition=Q(channel="webhook", endpoint__isnull=False, user__isnull=True)
                | Q(~Q(channel="webhook"), endpoint__isnull=True, user__isnull=False),
            ),
            models.UniqueConstraint(
                name="reminder_once_per_person",
                fields=["obligation", "mark", "channel", "user"],
                condition=Q(user__isnull=False) & ~Q(state="withdrawn"),
            ),
            models.UniqueConstraint(
                name="reminder_once_per_endpoint",
                fields=["obligation", "mark", "endpoint"],
                condition=Q(endpoint__isnull=False) & ~Q(state="withdrawn"),
            ),
            models.UniqueConstraint(
                name="reminder_of_decision_once",
                fields=["decision", "mark", "channel", "user"],
                condition=Q(decision__isnull=False) & ~Q(state="withdrawn"),
            ),
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="reminder_to_send")]

    @property
    def subject(self) -> Obligation | Decision:
        """What it alarms about."""
        found = self.obligation or self.decision
        if found is None:
            raise ValueError("an alarm is about a clock or a decision")
        return found


class InAppNotice(Row):
    """What somebody should look at; carries a reference, never a detail of the case."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
