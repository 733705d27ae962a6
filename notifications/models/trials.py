"""Trials of the ways out: whether the mail server and the mailbox for bounces work, as somebody tried them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models import Row, User
from notifications.states import Code, Outcome


class TriedTransport(models.TextChoices):
    EMAIL = "email", _("E-mail")
    BOUNCES = "bounces", _("Mailbox for bounces")


class TransportTrial(Row):
    """One trial. It begins as unclear and stays so where the process ended before the answer. `status` is the code of RFC 3463
    that the other side gave, or empty; of a mailbox `found` is how many unread messages lie in it.
    """

    transport = models.CharField(max_length=10, choices=TriedTransport.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.AMBIGUOUS)
    code = models.CharField(max_length=20, choices=Code.choices, default=Code.INTERRUPTED)
    status = models.CharField(max_length=12, blank=True)
    found = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["transport", "-id"], name="trial_newest")]
