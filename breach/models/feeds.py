"""Calendar feeds: running clocks for a program that cannot sign in."""

from django.db import models

from breach.models.base import Row
from breach.models.users import User


class ClockFeed(Row):
    """One secret address of somebody's clocks. Kept is `token_hash` (breach/vault/mac.py), never the token."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="clock_feeds")
    digest = models.CharField(max_length=64, unique=True)
    read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.uid
