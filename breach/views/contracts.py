"""Contracts that ask for something after an incident: the list, one of them with its versions, its end."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock
from breach.errors import TocsinError
from breach.forms.contracts import EndForm, WithdrawForm
from breach.models import Contract, User
from breach.permissions import can, require
from breach.queries.contract_pages import Example, contract_card, contract_cards, template_cards
from breach.services import contracts as service
from breach.views.room import reader, refuse_into


def language_of_page() -> str:
    return (get_language() or "en")[:2]


@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """All contracts with their clocks, and what a new one may begin with."""
    user, language = reader(request), language_of_page()
    require(user, "law.view")
    context = {
        "cards": contract_cards(clock.now().date(), language),
        "templates": template_cards(language),
        "may_change": can(user, "law.manage"),
    }
    return render(request, "breach/settings/contracts.html", context)


@require_http_methods(["GET", "POST"])
def contract(request: HttpRequest, row: str) -> HttpResponse:
    """One contract with its clauses, tried now, and every version that was kept; the forms that end it."""
    user, now = reader(request), clock.now()
    require(user, "law.view")
    found = contract_of(row)
    data = request.POST if request.method == "POST" else None
    withdraws = data is not None and data.get("step") == "withdraw"
    end = EndForm(None if withdraws else data)
    withdraw = WithdrawForm(data if withdraws else None)
    if data is not None:
        require(user, "law.manage")
        used: Any = withdraw if withdraws else end
        if used.is_valid() and _ended(request, user, found, used, now):
            return redirect("settings-contract", row)
    example = Example(now, user.zone, found.organisation.country)
    context = {
        "card": contract_card(found, now.date(), language_of_page(), example),
        "example": example,
        "end": end,
        "withdraw": withdraw,
        "withdraw_step": {"step": "withdraw"},
        "may_change": can(user, "law.manage") and found.withdrawn_at is None,
    }
    refused = bool(end.errors or withdraw.errors)
    return render(request, "breach/settings/contract.html", context, status=422 if refused else 200)


def contract_of(uid: str) -> Contract:
    rows = Contract.objects.select_related("organisation").prefetch_related("versions__created_by")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _ended(
    request: HttpRequest, user: User, found: Contract, form: EndForm | WithdrawForm, now: datetime
) -> bool:
    """End or withdraw the contract; a refusal goes into the form."""
    given = form.cleaned_data
    try:
        if isinstance(form, EndForm):
            service.end_contract(
                actor=user, contract=found, last_day=given["last_day"], reason=given["reason"], now=now
            )
            said = _("The end is recorded, as a version of its own.")
        else:
            service.withdraw_contract(actor=user, contract=found, reason=given["why"], now=now)
            said = _("The contract is withdrawn. Running incidents are computed again within a minute.")
    except TocsinError as refusal:
        refuse_into(form, refusal)
        return False
    messages.success(request, said)
    return True
