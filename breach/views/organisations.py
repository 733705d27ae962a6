"""Settings of the house's legal entities: the list, a new one, and one to change."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock
from breach.errors import TocsinError
from breach.forms.organisations import OrganisationForm
from breach.models import Organisation
from breach.permissions import can, require
from breach.queries.organisations import organisation_cards
from breach.services.organisations import CAPABILITY, save_organisation
from breach.views.room import reader, refuse_into


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Every legal entity as filings and letters name it."""
    user = reader(request)
    require(user, "law.view")
    context = {"cards": organisation_cards(), "may_change": can(user, CAPABILITY)}
    return render(request, "breach/settings/organisations.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, row: str) -> HttpResponse:
    found = Organisation.objects.filter(uid=row).first()
    if found is None:
        raise Http404
    return _edit(request, found)


def _edit(request: HttpRequest, found: Organisation | None) -> HttpResponse:
    user = reader(request)
    require(user, CAPABILITY)
    form = OrganisationForm(request.POST if request.method == "POST" else None, organisation=found)
    if form.is_bound and form.is_valid():
        try:
            save_organisation(actor=user, organisation=found, values=form.cleaned_data, now=clock.now())
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(
                request, _("Saved. Drafts of filings and letters say it; what was submitted stays as it was.")
            )
            return redirect("settings-organisations")
    context = {"form": form, "organisation": found}
    return render(request, "breach/settings/organisation.html", context, status=422 if form.errors else 200)
