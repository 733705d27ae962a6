"""Getting in: invitations, locks, devices, and the way back for somebody who lost every factor."""

import hashlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from breach.models.base import Row
from breach.models.users import User


class CountedLimit(models.Model):
    """The table of Django's database cache, in which allauth counts attempts. Nothing of ours reads it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "counted_limits"

    def __str__(self) -> str:
        return self.cache_key


class SignInLock(models.Model):
    """Failures in a row for one address, whether an account has it or not. `key` is its SHA-256 (hex)."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_failed_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key[:8]

    @staticmethod
    def key_of(email: str) -> str:
        return hashlib.sha256(f"sign-in:{email.strip().lower()}".encode()).hexdigest()


class Device(Row):
    """A browser that an account came in with. `digest` is the SHA-256 (hex) of a random cookie."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="devices")
    digest = models.CharField(max_length=64)
    label = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="device_once")]

    def __str__(self) -> str:
        return self.label


class Invitation(Row):
    """A code to be read aloud: one use, an end, few attempts. Stored as a slow hash, as a password is."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    code_hash = models.CharField(max_length=200)
    ends_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_live_invitation",
            )
        ]

    def __str__(self) -> str:
        return self.uid


class FactorReset(Row):
    """Somebody lost every factor. One person asks, another confirms; then a new invitation leads back in."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(decided_at=None), name="one_open_factor_reset"
            )
        ]

    def __str__(self) -> str:
        return self.uid
