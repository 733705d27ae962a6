"""A contract entered or changed: the terms, its clauses, and the clocks they would give before anything is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import BadInput, TocsinError
from breach.forms.clauses import clauses_of
from breach.forms.contracts import ContractForm, initial_of, initial_of_template
from breach.law import private
from breach.models import Contract, Organisation, User
from breach.permissions import require
from breach.queries.contract_pages import Example, clause_cards, try_clock
from breach.services import contracts as service
from breach.views.contracts import contract_of, language_of_page
from breach.views.room import reader, refuse_into

Save = Callable[[ContractForm, dict[str, Any]], Contract]


@dataclass(frozen=True, slots=True)
class Editor:
    """What is edited: a contract, or None for a new one; the clauses to begin with; keys that are taken; who saves."""

    user: User
    now: datetime
    contract: Contract | None
    initial: dict[str, Any]
    bases: list[dict[str, Any]]
    taken: frozenset[str]
    save: Save


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a contract, from a template or from nothing."""
    user, now = reader(request), clock.now()
    require(user, "law.manage")
    template = str(request.GET.get("template", ""))
    bases = private.from_template(template) if template in private.templates() else []

    def save(form: ContractForm, document: dict[str, Any]) -> Contract:
        organisation = Organisation.objects.get(uid=form.cleaned_data["organisation"])
        return service.add_contract(actor=user, organisation=organisation, document=document, now=now)

    initial = initial_of_template(template) if bases else {}
    return _edit(request, Editor(user, now, None, initial, bases, frozenset(), save))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, row: str) -> HttpResponse:
    """Change the terms: the next version, with the old ones kept."""
    user, now = reader(request), clock.now()
    require(user, "law.manage")
    found = contract_of(row)
    if found.withdrawn_at is not None:
        messages.error(request, _("This contract was withdrawn. Enter it as a new one."))
        return redirect("settings-contract", row)

    def save(form: ContractForm, document: dict[str, Any]) -> Contract:
        reason = form.cleaned_data["reason"]
        service.change_contract(actor=user, contract=found, document=document, reason=reason, now=now)
        return found

    terms = found.current.document
    taken = frozenset(one["key"] for version in found.versions.all() for one in version.document["clause"])
    return _edit(request, Editor(user, now, found, initial_of(terms), terms["clause"], taken, save))


def _edit(request: HttpRequest, editor: Editor) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    step, tried = request.POST.get("step", ""), None
    form = ContractForm(
        data,
        initial=editor.initial,
        changing=editor.contract is not None,
        now=editor.now,
        zone=editor.user.zone,
    )
    clauses = clauses_of(data, editor.bases)
    if step == "more":
        clauses = clauses_of(clauses.one_more(), editor.bases)
        for one in (form, *clauses.forms):
            one.hush()
    elif data is not None:
        document = _checked(form, clauses, editor)
        if document and step == "try":
            tried = clause_cards(document, language_of_page(), _example(form, editor))
        elif document:
            saved = _saved(form, clauses, document, editor)
            if saved is not None:
                messages.success(
                    request, _("Recorded. Running incidents are computed again within a minute.")
                )
                return redirect("settings-contract", saved.uid)
    elif not editor.bases:
        clauses.extra = 1
    context: dict[str, Any] = {"form": form, "clauses": clauses, "contract": editor.contract, "tried": tried}
    if tried:
        context["example"] = _example(form, editor)
    refused = bool(form.errors or clauses.total_error_count())
    return render(request, "breach/settings/contract_form.html", context, status=422 if refused else 200)


def _checked(form: ContractForm, clauses: Any, editor: Editor) -> dict[str, Any] | None:
    """The terms, if everything in them stands; else the forms say what does not."""
    if not all([form.is_valid(), clauses.is_valid()]):
        return None
    if not clauses.written():
        form.add_error(None, _("Add at least one clause: each becomes a clock."))
        return None
    document = form.document(clauses.documents(editor.taken))
    try:
        terms = service.terms_of(document)
        _try_all(terms, clauses, _example(form, editor))
    except BadInput as refusal:
        _refuse(form, clauses, refusal)
        return None
    return terms if not clauses.total_error_count() else None


def _try_all(terms: dict[str, Any], clauses: Any, example: Example) -> None:
    """Run every clock once: one that no calendar can hold is refused beside its period, and not in an incident."""
    rules = private.regimes_of("tried", "1", terms)
    for one, rule in zip(clauses.written(), rules, strict=True):
        try:
            try_clock(rule, example, "en")
        except BadInput as refusal:
            one.add_error("number", f"{refusal.message}. {refusal.mend}".strip())


def _saved(form: ContractForm, clauses: Any, terms: dict[str, Any], editor: Editor) -> Contract | None:
    try:
        return editor.save(form, terms)
    except TocsinError as refusal:
        _refuse(form, clauses, refusal)
        return None


def _refuse(form: ContractForm, clauses: Any, refusal: TocsinError) -> None:
    """Show a refusal beside the field of the clause or of the contract that it names."""
    place = getattr(refusal, "place", "")
    clause, _comma, key = place.partition(", ")
    number = clause.removeprefix("clause ")
    if clause == place or not number.isdigit():
        refuse_into(form, refusal)
        return
    one = clauses.written()[int(number) - 1]
    text = f"{getattr(refusal, 'message', '')}. {getattr(refusal, 'mend', '')}".strip()
    one.add_error(one.place_of(key), text)


def _example(form: ContractForm, editor: Editor) -> Example:
    said = form.cleaned_data.get("example")
    uid = form.cleaned_data.get("organisation")
    house = editor.contract.organisation if editor.contract else Organisation.objects.filter(uid=uid).first()
    at = said.occurred_from if said else editor.now
    return Example(at, editor.user.zone, house.country if house else "")
