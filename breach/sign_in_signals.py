"""What allauth tells us: a sign-in, a wrong code, a factor shown, added or removed."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.dispatch import receiver
from django.http import HttpRequest

from breach import clock
from breach.models import User
from breach.proof import BEGAN, DEVICE_COOKIE, SEEN, note_factor
from breach.services import sign_in
from breach.services.record import record_account
from breach.services.sessions import browser_of


@receiver(auth_signals.user_logged_in)
def session_begun(request: HttpRequest, **_rest: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = clock.now().isoformat()


@receiver(account_signals.user_logged_in)
def signed_in(request: HttpRequest, user: User, **rest: Any) -> None:
    method = "single sign-on" if "sociallogin" in rest else _method(request)
    agent = request.headers.get("User-Agent", "")
    request.device_cookie = sign_in.note_sign_in(  # type: ignore[attr-defined]
        user=user,
        device=request.COOKIES.get(DEVICE_COOKIE, ""),
        label=browser_of(agent),
        method=method,
        now=clock.now(),
    )


@receiver(mfa_signals.authentication_failed)
def wrong_code(user: User, **_rest: Any) -> None:
    sign_in.count_failure(user.email, now=clock.now())


@receiver(mfa_signals.authenticator_used)
def factor_shown(request: HttpRequest, **_rest: Any) -> None:
    note_factor(request, clock.now())


@receiver(mfa_signals.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Any, **_rest: Any) -> None:
    # Setting one up took the factor itself: a code of the app, a touch of the key.
    note_factor(request, clock.now())
    record_authentication(request, user, "mfa", type=str(authenticator.type), reauthenticated=True)
    record_account(user, "factor.added", {"type": str(authenticator.type)}, clock.now())


@receiver(mfa_signals.authenticator_removed)
def factor_removed(user: User, authenticator: Any, **_rest: Any) -> None:
    record_account(user, "factor.removed", {"type": str(authenticator.type)}, clock.now())


@receiver(mfa_signals.authenticator_reset)
def codes_renewed(user: User, authenticator: Any, **_rest: Any) -> None:
    record_account(user, "factor.renewed", {"type": str(authenticator.type)}, clock.now())


@receiver(account_signals.password_changed)
@receiver(account_signals.password_reset)
@receiver(account_signals.password_set)
def password_changed(user: User, **_rest: Any) -> None:
    record_account(user, "account.password_changed", {}, clock.now())


def _method(request: HttpRequest) -> str:
    shown = request.session.get("account_authentication_methods", [])
    kinds = [str(one.get("type") or one.get("method")) for one in shown]
    return "+".join(dict.fromkeys(kinds)) or "code"
