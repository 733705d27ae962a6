"""Accounts. An affected person is never one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from breach.models.base import new_uid, zone_validator


class Role(models.TextChoices):
    RESPONDER = "responder", _("Responder")
    MANAGER = "manager", _("Manager")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")
    GUEST = "guest", _("Guest")


FRESH_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Proof:
    """When the session behind a request last saw a second factor (UTC, or None), as of `now`."""

    at: datetime | None
    now: datetime

    @property
    def is_fresh(self) -> bool:
        return self.at is not None and self.now - self.at <= FRESH_FOR


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody of the house or its advisers; signs in by e-mail address."""

    uid = models.CharField(max_length=26, unique=True, default=new_uid, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    language = models.CharField(_("language"), max_length=10, default="en")
    zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[zone_validator]
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects: ClassVar[UserManager] = UserManager()
    # Set by the middleware on requests that change something, for accounts that hold a second factor.
    # None: no session stands behind this (a job, a command), or no factor can be asked for.
    proof: Proof | None = None

    class Meta:
        verbose_name = _("account")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    # Django asks these of a user model; Tocsin's rights are in breach/permissions.py, and nobody stands above them.
    is_staff = False
    is_superuser = False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        from breach.permissions import can  # noqa: PLC0415 - permissions read this model

        return can(self, perm, obj)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
