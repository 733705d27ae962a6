"""Which regimes the house follows: the list, and the switch of one with its history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock
from breach.errors import TocsinError
from breach.forms.regimes import SoughtForm, SwitchForm, sought_of
from breach.law import regimes
from breach.law.regimes import Regime
from breach.models import RegimeSwitch, User
from breach.permissions import can, require
from breach.queries import law_list
from breach.queries.law_reach import reach
from breach.queries.switches import history
from breach.services.switches import switch_off, switch_on
from breach.views.room import reader, refuse_into


def _language() -> str:
    return (get_language() or "en")[:2]


@require_safe
def law(request: HttpRequest) -> HttpResponse:
    """All regimes, by jurisdiction."""
    user, language = reader(request), _language()
    require(user, "law.view")
    places = law_list.places(language)
    sought = sought_of(request.GET, places)
    found = law_list.groups(sought, clock.now(), language)
    context = {
        "form": SoughtForm(sought, places),
        "sought": sought,
        "groups": found,
        "counted": law_list.counted(found),
    }
    return render(request, "breach/settings/law.html", context)


@require_http_methods(["GET", "POST"])
def regime(request: HttpRequest, key: str) -> HttpResponse:
    """One regime: what it asks, where it reaches now, and its switch."""
    user = reader(request)
    require(user, "law.view")
    found = regimes.load().get(key)
    if found is None:
        raise Http404
    form = SwitchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(user, "law.manage")
        if form.is_valid() and _switched(request, user, found, form):
            return redirect("settings-regime", key)
    context = _regime(user, found) | {"form": form}
    return render(request, "breach/settings/regime.html", context, status=422 if form.errors else 200)


def _switched(request: HttpRequest, user: User, found: Regime, form: SwitchForm) -> bool:
    """Throw the switch; a refusal goes into the form."""
    off = request.POST.get("step") != "on"
    throw = switch_off if off else switch_on
    try:
        throw(actor=user, regime=found.key, reason=form.cleaned_data["reason"], now=clock.now())
    except TocsinError as refusal:
        refuse_into(form, refusal)
        return False
    said = _("%(name)s is switched off.") if off else _("%(name)s is followed again.")
    text = said % {"name": found.name(_language())}
    messages.success(request, text + " " + _("Running incidents are computed again within a minute."))
    return True


def _regime(user: User, found: Regime) -> dict[str, Any]:
    language, thrown = _language(), history(found.key)
    standing: RegimeSwitch | None = thrown[0] if thrown else None
    return {
        "card": law_list.card_of(found, standing, clock.now(), language),
        "history": thrown,
        "reached": reach(found.key, user, language),
        "may_switch": can(user, "law.manage"),
        "step": {"step": "on" if standing and standing.off else "off"},
    }
