"""Severity, risk, advice and decision on one page, in that order."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach.errors import TocsinError
from breach.forms.law import AdviceForm, AssessmentForm, DecisionForm, ReviewForm
from breach.forms.standing import StandingForm
from breach.models import Advice, Decision, Incident, Party, User
from breach.permissions import can, require
from breach.queries import assessments
from breach.queries.decisions import DecisionLine, decision_lines
from breach.queries.law_standing import law_standing, stands_for_review
from breach.services import decisions, reviews
from breach.services.standing import one_writer
from breach.views.room import reader, refuse_into, room

FORMS: dict[str, type[StandingForm]] = {
    "assess": AssessmentForm,
    "advise": AdviceForm,
    "decide": DecisionForm,
    "review": ReviewForm,
}
RIGHTS = {
    "assess": "assessment.make",
    "advise": "advice.give",
    "decide": "decision.make",
    "review": "decision.make",
}
ACTS: dict[str, Any] = {"assess": decisions.assess, "advise": decisions.advise, "decide": decisions.decide}


@require_http_methods(["GET", "POST"])
def assessment(request: HttpRequest, uid: str) -> HttpResponse:
    incident, context = room(request, uid, tab="assessment", capability="incident.view")
    user, party = reader(request), context["party"]
    form_name = request.POST.get("form", "")
    if request.method == "POST":
        require(user, RIGHTS.get(form_name, "assessment.make"), incident)
    posted = request.POST if request.method == "POST" else None
    with one_writer(incident) if posted is not None else nullcontext():
        stood = law_standing(party, posted.get("decision", "") if posted else "")
        forms = {
            name: kind(posted if name == form_name else None, standing=stood[name])
            for name, kind in FORMS.items()
        }
        done = form_name in FORMS and _take(form_name, forms[form_name], user, party, context["now"])
    if done:
        messages.success(request, _("Recorded."))
        return redirect("assessment", uid)
    language = (get_language() or "en")[:2]
    kept = assessments.kept(party, language)
    context |= {
        "standing": assessments.now(party, kept, language),
        "assessments": kept,
        "advices": Advice.objects.filter(party=party)
        .select_related("created_by", "incident")
        .order_by("-pk"),
        "forms": forms,
        "hidden": {name: {"form": name} for name in FORMS},
        "may": _may(user, incident),
    }
    lines = decision_lines(party, language)
    context["decisions"] = [_shown(line, forms["review"], context["may"]["review"]) for line in lines]
    context["asks_again"] = any(line.stands and line.reopened for line in lines)
    failed = any(form.errors for form in forms.values())
    return render(request, "breach/assessment.html", context, status=422 if failed else 200)


def _take(name: str, form: StandingForm, user: User, party: Party, now: datetime) -> bool:
    if not form.is_valid():
        return False
    try:
        _act(name, form, user, party, now)
    except TocsinError as refusal:
        refuse_into(form, refusal)
        return False
    return True


def _act(name: str, form: Form, user: User, party: Party, now: datetime) -> None:
    data = form.cleaned_data
    if name != "review":
        ACTS[name](actor=user, incident=party.incident, party=party, now=now, **data)
        return
    row = Decision.objects.filter(party=party, uid=data["decision"]).select_related("incident").first()
    if row is None:
        raise Http404
    reviews.move_review(actor=user, decision=row, review_on=data["review_on"], now=now)


def _may(user: User, incident: Incident) -> dict[str, bool]:
    rights = {right: can(user, right, incident) for right in dict.fromkeys(RIGHTS.values())}
    return {name: rights[right] for name, right in RIGHTS.items()}


def _shown(line: DecisionLine, posted: Form, may_review: bool) -> dict[str, Any]:
    """A decision with the form for its day: what was posted where it was refused, else the day that stands."""
    if not (may_review and line.stands):
        return {"shown": line, "review": None, "hidden": {}}
    is_posted = posted.is_bound and posted.data.get("decision") == line.row.uid
    initial = {"decision": line.row.uid, "review_on": line.row.review_on}
    # Two decisions stand at most, each with the same form: the ids of their fields differ.
    form = (
        posted
        if is_posted
        else ReviewForm(
            initial=initial, standing=stands_for_review(line.row), auto_id=f"id_{line.row.about}_%s"
        )
    )
    return {"shown": line, "review": form, "hidden": {"form": "review"}}
