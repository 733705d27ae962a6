"""What the public page counts."""

from django.db import models


class PortalCount(models.Model):
    """Questions from one origin within one window. `origin` is a keyed hash: no address of a stranger is
    kept.
    """

    origin = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "window"], name="portal_count_once")]

    def __str__(self) -> str:
        return f"{self.window:%Y-%m-%d %H:%M}: {self.count}"
