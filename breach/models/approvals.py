"""Approvals: two people, bound to the digest of exactly what leaves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.incidents import Incident
from breach.models.texts import SealedTexts
from breach.models.users import User


class ApprovalState(models.TextChoices):
    ASKED = "asked", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    VOID = "void", _("Void: the content changed")


class Approval(SealedTexts, Row):
    """One request. Its digest covers canonical content, recipients and channel policy; the author cannot decide it."""

    text_label = "approval"
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=20)
    subject_uid = models.CharField(max_length=26, db_index=True)
    digest = models.CharField(max_length=64)
    summary = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=ApprovalState.choices, default=ApprovalState.ASKED)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Everybody who had a hand in the content; none of them decides.
    authors = models.ManyToManyField(User, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_uid"],
                condition=models.Q(state__in=["asked", "approved"]),
                name="one_live_approval_per_subject",
            ),
        ]


class ApprovalRequest(Row):
    """Who was asked, in turn; the next one is asked when `answer_by` passes without an answer."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="requests")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="approval_requests")
    position = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["approval", "approver"], name="approver_asked_once")]
