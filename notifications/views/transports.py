"""Settings of the ways out: what is set up, and a trial of each."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import BadInput, TocsinError
from breach.models import User
from breach.permissions import require
from breach.views.room import reader
from notifications.delivery.email import DJANGO_SMTP, bounce_address
from notifications.delivery.printer import registered_keys
from notifications.models.trials import TransportTrial, TriedTransport
from notifications.services.trials import CAPABILITY, try_bounces, try_email
from notifications.states import Outcome

TRIALS = {TriedTransport.EMAIL: try_email, TriedTransport.BOUNCES: try_bounces}
TONES = {
    Outcome.SUCCESS: "good",
    Outcome.TEMPORARY: "warn",
    Outcome.AMBIGUOUS: "warn",
    Outcome.PERMANENT: "bad",
}


@require_http_methods(["GET", "POST"])
def transports(request: HttpRequest) -> HttpResponse:
    """Show each way out and how its last trial ended; POST tries one."""
    user = reader(request)
    require(user, CAPABILITY)
    if request.method == "POST":
        _try(request, user)
        return redirect("settings-transports")
    context = {
        "mail": _mail(),
        "bounces": _bounces(),
        "printer": _printer(),
        "last_mail": _last(TriedTransport.EMAIL),
        "last_bounces": _last(TriedTransport.BOUNCES),
    }
    return render(request, "notifications/settings/transports.html", context)


def _try(request: HttpRequest, user: User) -> None:
    """Try one and say truthfully how it ended."""
    trial_of = TRIALS.get(request.POST.get("step", ""))  # type: ignore[call-overload]
    if trial_of is None:
        raise Http404
    try:
        trial = trial_of(actor=user, now=clock.now())
    except TocsinError as refusal:
        messages.error(request, str(refusal))
        return
    if trial.outcome == Outcome.SUCCESS:
        messages.success(request, _said(trial, user))
    elif trial.outcome == Outcome.PERMANENT:
        messages.error(request, _said(trial, user))
    else:
        messages.warning(request, _said(trial, user))


def _said(trial: TransportTrial, user: User) -> str:
    why = trial.get_code_display() + (f" ({trial.status})" if trial.status else "")
    if trial.outcome == Outcome.TEMPORARY:
        return _("It did not work for now: %(why)s. Trying again later could help.") % {"why": why}
    if trial.outcome == Outcome.PERMANENT:
        return _("It did not work, and will not before something is changed: %(why)s.") % {"why": why}
    if trial.outcome == Outcome.AMBIGUOUS:
        return _("Nobody can say whether the message left: %(why)s. Look into your mailbox.") % {"why": why}
    if trial.transport == TriedTransport.BOUNCES:
        return _("The mailbox opened; %(count)d unread messages lie in it.") % {"count": trial.found or 0}
    return _(
        "The mail server took the message for %(address)s. That it arrives you see in your own mailbox."
    ) % {"address": user.email}


def _last(transport: TriedTransport) -> dict[str, Any] | None:
    row = TransportTrial.objects.filter(transport=transport).select_related("created_by").first()
    return {"row": row, "tone": TONES[Outcome(row.outcome)]} if row else None


def _mail() -> dict[str, Any]:
    is_smtp = settings.EMAIL_BACKEND == DJANGO_SMTP
    return {
        "is_smtp": is_smtp,
        "way": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if is_smtp else settings.EMAIL_BACKEND,
        "encrypted": settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL,
        "signs_in": bool(settings.EMAIL_HOST_USER),
        "sender": settings.DEFAULT_FROM_EMAIL,
        "pace": settings.TOCSIN_MAIL_PER_MINUTE,
    }


def _bounces() -> dict[str, Any]:
    host = settings.TOCSIN_IMAP_HOST
    return {
        "address": "@".join(bounce_address()),
        "host": f"{host}:{settings.TOCSIN_IMAP_PORT}" if host else "",
        "folder": settings.TOCSIN_IMAP_FOLDER,
    }


def _printer() -> dict[str, Any]:
    """How many keys print files are sealed for; where the file cannot be read, what is wrong with it."""
    try:
        return {"keys": len(registered_keys()), "problem": ""}
    except BadInput as refusal:
        return {"keys": 0, "problem": str(refusal)}
