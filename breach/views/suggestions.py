"""Pairs of people who may be one: looked for, shown side by side, decided by threshold or one by one, undone."""

import math
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from breach.errors import TocsinError
from breach.models import MatchDecision, MergeEvidence, Party, User
from breach.permissions import can, require
from breach.queries import suggestions as queries
from breach.services import near_matching, suggestions
from breach.services.record import record_read
from breach.views.room import reader, room

FIELDS = {
    "given_name": gettext_lazy("given name"),
    "family_name": gettext_lazy("family name"),
    "birth_date": gettext_lazy("birth date"),
    "address": gettext_lazy("address"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("telephone"),
    "customer_number": gettext_lazy("customer number"),
    "national_id": gettext_lazy("national identifier"),
}
LEVELS = {
    "same": gettext_lazy("the same"),
    "swapped": gettext_lazy("given and family name swapped"),
    "nickname": gettext_lazy("short form of the same name"),
    "alike": gettext_lazy("alike"),
    "initial": gettext_lazy("the same initial"),
    "loosely_alike": gettext_lazy("a little alike"),
    "part": gettext_lazy("a part in common"),
    "day_and_month_swapped": gettext_lazy("day and month swapped"),
    "street": gettext_lazy("the same street, another place"),
    "same_place": gettext_lazy("the same place, another street"),
    "moved": gettext_lazy("another address"),
    "different": gettext_lazy("different"),
}
KEYS = {
    "near": gettext_lazy("Near match"),
    "email": gettext_lazy("The same e-mail address"),
    "customer_number": gettext_lazy("The same customer number"),
    "national_id": gettext_lazy("The same national identifier"),
    "name_birth_postcode": gettext_lazy("The same name, birth date and postcode"),
    "by_hand": gettext_lazy("By hand"),
}
SHOWN_DECISIONS = 10


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything that waits for a decision, and the decisions made."""
    incident, context = room(request, uid, tab="people", capability="people.read")
    user, party = reader(request), context["party"]
    if request.method == "POST":
        require(user, "people.edit", incident)
        _act(request, user, party, context["now"])
        return redirect("people-suggestions", uid)
    cautioned = request.GET.get("one_by_one") == "1"
    shown = queries.page(party, after=_number(request.GET.get("after", "0")), cautioned=cautioned)
    if shown.suggestions:
        with transaction.atomic():
            record_read(
                actor=user,
                incident=incident,
                what="people/suggestions",
                count=2 * len(shown.suggestions),
                now=context["now"],
            )
    counts = queries.counts(party)
    run = queries.last_run(party)
    context |= {
        "counts": counts,
        "thresholds": [(_percent(each), f"{each:g}", counts[f"{each:g}"]) for each in queries.THRESHOLDS],
        "pairs": [_shown(one) for one in shown.suggestions],
        "after": shown.after,
        "one_by_one": cautioned,
        "run": run,
        "is_running": run is not None and run.state in near_matching.UNFINISHED,
        "decisions": [(one, _percent(one.threshold)) for one in queries.decisions(party)[:SHOWN_DECISIONS]],
        "may_edit": can(user, "people.edit", incident),
    }
    partial = bool(request.headers.get("HX-Request"))
    return render(
        request, "breach/people/_search.html" if partial else "breach/people/suggestions.html", context
    )


def _percent(probability: float | None) -> float | None:
    """Return a probability as pages say it, rounded down: nothing but certainty is 100 %."""
    return None if probability is None else math.floor(probability * 1000 + 1e-6) / 10


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Http404 from None


def _shown(one: queries.Suggestion) -> dict[str, Any]:
    return {
        "uid": one.evidence.uid,
        "why": KEYS.get(one.evidence.key, one.evidence.key),
        "probability": _percent(one.evidence.probability),
        "older": one.older,
        "younger": one.younger,
        "fields": [
            {"field": FIELDS[field], "level": LEVELS[level], "weight": weight, "speaks_for": weight > 0}
            for field, level, weight in one.fields
        ],
        "caution": [FIELDS[field] for field in one.caution],
    }


def _act(request: HttpRequest, user: User, party: Party, now: Any) -> None:
    steps: dict[str, Callable[[], str]] = {
        "search": lambda: _search(user, party, now),
        "accept": lambda: _accept(request, user, party, now),
        "one": lambda: _one(request, user, party, now),
        "undo": lambda: _undo(request, user, party, now),
    }
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    try:
        messages.success(request, step())
    except TocsinError as refusal:
        messages.error(request, str(refusal))


def _search(user: User, party: Party, now: Any) -> str:
    near_matching.start(actor=user, incident=party.incident, party=party, now=now)
    return _("The search has begun. You can go on working meanwhile.")


def _accept(request: HttpRequest, user: User, party: Party, now: Any) -> str:
    try:
        threshold, count = float(request.POST.get("threshold", "")), int(request.POST.get("count", ""))
    except ValueError:
        raise Http404 from None
    decision = suggestions.accept_from(actor=user, party=party, threshold=threshold, count=count, now=now)
    suggestions.carry_on(decision=decision, now=now)
    return ngettext("%(count)s pair accepted.", "%(count)s pairs accepted.", decision.count) % {
        "count": decision.count
    }


def _one(request: HttpRequest, user: User, party: Party, now: Any) -> str:
    found = queries.waiting(party).filter(uid=request.POST.get("pair", "")).first()
    if found is None and not MergeEvidence.objects.filter(uid=request.POST.get("pair", "")).exists():
        raise Http404
    if found is None:
        return _("This suggestion was decided already.")
    join = request.POST.get("join") == "yes"
    suggestions.decide_one(actor=user, evidence=found, join=join, now=now)
    return _("One person from now on.") if join else _("They stay two people.")


def _undo(request: HttpRequest, user: User, party: Party, now: Any) -> str:
    decision = MatchDecision.objects.filter(party=party, uid=request.POST.get("decision", "")).first()
    if decision is None:
        raise Http404
    suggestions.undo(actor=user, decision=decision, now=now)
    return _("Undone. The suggestions wait again.")
