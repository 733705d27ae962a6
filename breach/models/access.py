"""Who may look into one incident beyond its members: in an emergency, or as a guest who was asked."""

from django.db import models
from django.db.models import Q

from breach.models.base import Row
from breach.models.incidents import Incident
from breach.models.texts import SealedTexts
from breach.models.timeline import Attachment
from breach.models.users import User


class GlassBreak(SealedTexts, Row):
    """Access taken in an emergency, with a reason. It ends at `ends_at`, or before when a member ends it."""

    text_label = "glass"
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="glass_breaks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="glass_breaks")
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "user"], condition=Q(ended_at=None), name="one_open_glass_break"
            )
        ]

    def __str__(self) -> str:
        return self.uid


class Share(Row):
    """A file of the timeline that a guest may read, until it is taken back."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="shares")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shares")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="shares")
    shared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "attachment"], condition=Q(withdrawn_at=None), name="shared_once"
            )
        ]

    def __str__(self) -> str:
        return self.uid
