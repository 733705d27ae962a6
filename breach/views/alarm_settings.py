"""Settings of alarms: the house's marks, and the endpoints that are told."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from breach import clock
from breach.errors import TocsinError
from breach.forms.house import EndpointForm, MarksForm
from breach.models import User, WebhookEndpoint
from breach.permissions import require
from breach.services import webhooks
from breach.services.reminder_plans import set_marks, standing_marks
from breach.views.room import reader, refuse_into

CAPABILITY = "settings.manage"


def _administrator(request: HttpRequest) -> User:
    user = reader(request)
    require(user, CAPABILITY)
    return user


@require_http_methods(["GET", "POST"])
def marks(request: HttpRequest) -> HttpResponse:
    """When clocks alarm."""
    user, standing = _administrator(request), standing_marks()
    form = MarksForm.of(standing, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_marks(actor=user, now=clock.now(), **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Running clocks alarm by these marks within a minute."))
            return redirect("settings-alarms")
    context = {"form": form, "version": standing.version}
    return render(request, "breach/settings/alarms.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def endpoints(request: HttpRequest) -> HttpResponse:
    """The list, and a new one; its key is shown in the answer and nowhere else."""
    user, added = _administrator(request), None
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = webhooks.add_endpoint(actor=user, now=clock.now(), **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            form = EndpointForm()
    rows = WebhookEndpoint.objects.select_related("created_by").order_by("retired_at", "name", "pk")
    context = {"form": form, "endpoints": rows, "added": added}
    return render(request, "breach/settings/webhooks.html", context, status=422 if form.errors else 200)


@require_POST
def try_endpoint(request: HttpRequest, row: str) -> HttpResponse:
    """Post a made-up alarm and say how it went."""
    user = _administrator(request)
    try:
        tried = webhooks.try_endpoint(actor=user, endpoint=_endpoint(row), now=clock.now())
    except TocsinError as refusal:
        messages.error(request, str(refusal))
        return redirect("settings-webhooks")
    if tried.taken:
        messages.success(request, _("The endpoint took the test (%(outcome)s).") % {"outcome": tried.outcome})
    else:
        text = _(
            "The endpoint did not take the test: %(outcome)s. Check its address and that it answers 2xx."
        )
        messages.error(request, text % {"outcome": tried.outcome})
    return redirect("settings-webhooks")


@require_POST
def retire_endpoint(request: HttpRequest, row: str) -> HttpResponse:
    """Tell it nothing more."""
    user, found = _administrator(request), _endpoint(row)
    try:
        webhooks.retire_endpoint(actor=user, endpoint=found, now=clock.now())
    except TocsinError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is told nothing more.") % {"name": found.name})
    return redirect("settings-webhooks")


def _endpoint(uid: str) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found
