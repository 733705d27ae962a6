"""Accounts as administrators see them: state, factors, locks, what waits. A fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Count, Q

from breach.models import FactorReset, Invitation, SignInLock, User

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account. `invitation` waits to be used; `locked_until` is UTC, or None."""

    user: User
    invitation: Invitation | None
    locked_until: datetime | None
    factors: int
    passkeys: int
    has_app: bool
    has_single_sign_on: bool
    sessions: int
    reset: FactorReset | None

    @property
    def state(self) -> str:
        """closed, locked, invited, ended (the code has), or in_use."""
        if not self.user.is_active:
            return "closed"
        if self.locked_until:
            return "locked"
        if self.user.joined_at:
            return "in_use"
        return "invited" if self.invitation else "ended"


def account_lines(now: datetime) -> list[AccountLine]:
    return _lines(User.objects.order_by("-is_active", "name"), now)


def account_of(user: User, now: datetime) -> AccountLine:
    return _lines(User.objects.filter(pk=user.pk), now)[0]


def open_resets() -> list[FactorReset]:
    return list(FactorReset.objects.filter(decided_at=None).select_related("user", "asked_by").order_by("pk"))


def _lines(users: Iterable[User], now: datetime) -> list[AccountLine]:
    rows = list(users)
    live = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, ends_at__gt=now, user__in=rows)
    invited = {one.user_id: one for one in live}
    locks = dict(SignInLock.objects.filter(locked_until__gt=now).values_list("key", "locked_until"))
    of_kind = Count("pk", filter=Q(type=Authenticator.Type.WEBAUTHN))
    factors = {
        row["user"]: row
        for row in Authenticator.objects.filter(user__in=rows, type__in=KINDS)
        .values("user")
        .annotate(all=Count("pk"), keys=of_kind)
    }
    open_sessions = dict(UserSession.objects.filter(user__in=rows).values_list("user").annotate(Count("pk")))
    tied = set(SocialAccount.objects.filter(user__in=rows).values_list("user_id", flat=True))
    resets = {one.user_id: one for one in open_resets()}
    return [
        AccountLine(
            user=user,
            invitation=invited.get(user.pk),
            locked_until=locks.get(SignInLock.key_of(user.email)),
            factors=factors.get(user.pk, {}).get("all", 0),
            passkeys=factors.get(user.pk, {}).get("keys", 0),
            has_app=factors.get(user.pk, {}).get("all", 0) > factors.get(user.pk, {}).get("keys", 0),
            has_single_sign_on=user.pk in tied,
            sessions=open_sessions.get(user.pk, 0),
            reset=resets.get(user.pk),
        )
        for user in rows
    ]
