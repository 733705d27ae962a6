"""Accounts, for administrators: invite, change, close, unlock; and the second person's side of a reset."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import TocsinError
from breach.forms.accounts import InviteForm, RoleForm
from breach.models import FactorReset, User
from breach.permissions import require
from breach.queries.accounts import account_lines, account_of, open_resets
from breach.services import accounts, factor_resets, invitations, sessions, sign_in
from breach.services.invitations import Invited
from breach.views.room import reader, refuse_into

Step = Callable[[User, User, datetime], Invited | None]


@never_cache
@require_http_methods(["GET", "POST"])
def users(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, and the form that invites."""
    actor, now = reader(request), clock.now()
    require(actor, "users.manage")
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invited = invitations.invite(actor=actor, now=now, **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return _show_code(request, invited)
    context = {"form": form, "accounts": account_lines(now), "now": now}
    return render(request, "breach/users/list.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, row: str) -> HttpResponse:
    """One account, and one step with it."""
    actor, now = reader(request), clock.now()
    require(actor, "users.manage")
    account = User.objects.filter(uid=row).first()
    if account is None:
        raise Http404
    step = request.POST.get("step", "")
    form = RoleForm(request.POST if step == "role" else None, initial={"role": account.role})
    if request.method == "POST":
        try:
            if step == "role" and form.is_valid():
                accounts.change_role(actor=actor, user=account, now=now, **form.cleaned_data)
                messages.success(request, _("The role is changed. The account's sessions have ended."))
                return redirect("user", row)
            if step in STEPS:
                invited = STEPS[step](actor, account, now)
                if invited:
                    return _show_code(request, invited)
                messages.success(request, DONE[step])
                return redirect("user", row)
        except TocsinError as refusal:
            refuse_into(form, refusal)
    context = {
        "account": account_of(account, now),
        "form": form,
        "is_self": account.pk == actor.pk,
        "role_step": {"step": "role"},
    }
    status = 422 if form.errors or request.method == "POST" else 200
    return render(request, "breach/users/account.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def resets(request: HttpRequest) -> HttpResponse:
    """Resets of second factors that wait for a second person."""
    actor, now = reader(request), clock.now()
    require(actor, "factors.confirm")
    refused = ""
    if request.method == "POST":
        found = FactorReset.objects.filter(uid=request.POST.get("reset", "")).first()
        if found is None:
            raise Http404
        try:
            if request.POST.get("step") == "confirm":
                return _show_code(request, factor_resets.confirm_reset(actor=actor, reset=found, now=now))
            factor_resets.refuse_reset(actor=actor, reset=found, now=now)
            messages.success(request, _("Nothing was removed."))
            return redirect("factor-resets")
        except TocsinError as refusal:
            refused = str(refusal)
    context = {"resets": open_resets(), "reader": actor, "refused": refused}
    return render(request, "breach/users/resets.html", context, status=422 if refused else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in; each can be ended, or all others at once."""
    actor, now = reader(request), clock.now()
    key = request.session.session_key or ""
    if request.method == "POST":
        chosen = request.POST.get("session", "")
        lines = sessions.sessions_of(actor, current=key)
        ended = [one for one in lines if str(one.id) == chosen or (chosen == "others" and not one.is_current)]
        for one in ended:
            sessions.end_session(user=actor, session=one.id, now=now)
        messages.success(request, _("Ended.") if ended else _("Nothing was open there any more."))
        return redirect("sessions")
    return render(
        request, "breach/users/sessions.html", {"sessions": sessions.sessions_of(actor, current=key)}
    )


def _show_code(request: HttpRequest, invited: Invited) -> HttpResponse:
    """Show the code once, in the answer itself: it stands in no address and in no session."""
    context: dict[str, Any] = {"invited": invited, "base_url": request.build_absolute_uri("/join/")}
    return render(request, "breach/users/code.html", context)


def _code(actor: User, account: User, now: datetime) -> Invited:
    return invitations.invite_again(actor=actor, user=account, now=now)


def _withdraw(actor: User, account: User, now: datetime) -> None:
    invitations.withdraw(actor=actor, user=account, now=now)


def _close(actor: User, account: User, now: datetime) -> None:
    accounts.set_active(actor=actor, user=account, active=False, now=now)


def _open(actor: User, account: User, now: datetime) -> None:
    accounts.set_active(actor=actor, user=account, active=True, now=now)


def _sessions(actor: User, account: User, now: datetime) -> None:
    sessions.end_sessions(actor=actor, user=account, now=now)


def _unlock(actor: User, account: User, now: datetime) -> None:
    sign_in.unlock(actor=actor, user=account, now=now)


def _reset(actor: User, account: User, now: datetime) -> None:
    factor_resets.ask_reset(actor=actor, user=account, now=now)


STEPS: dict[str, Step] = {
    "code": _code,
    "withdraw": _withdraw,
    "close": _close,
    "open": _open,
    "sessions": _sessions,
    "unlock": _unlock,
    "reset": _reset,
}
DONE = {
    "withdraw": gettext_lazy("The code does not open anything any more."),
    "close": gettext_lazy("The account is closed, and its sessions have ended."),
    "open": gettext_lazy("The account is open again."),
    "sessions": gettext_lazy("Its sessions have ended."),
    "unlock": gettext_lazy("The lock is off. The password stays as it is."),
    "reset": gettext_lazy("A second person has to confirm this. They were told."),
}
