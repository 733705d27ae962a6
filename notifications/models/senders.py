"""As whom a legal entity writes: versions that are never edited; the newest one stands."""

from django.db import models

from breach.models import Organisation, Row, User


class SenderVersion(Row):
    """An empty field leaves what the organisation and the machine say. `names` are display names by language tag."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="senders")
    number = models.PositiveIntegerField()
    from_email = models.EmailField(blank=True)
    reply_to = models.EmailField(blank=True)
    return_lines = models.JSONField(default=list)
    names = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="sender_number_once")]
