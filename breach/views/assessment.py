"""Severity, risk, advice and decision on one page, in that order."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach.errors import TocsinError
from breach.forms.law import AdviceForm, AssessmentForm, DecisionForm
from breach.models import Advice, Assessment, Decision
from breach.permissions import can, require
from breach.queries.facts import facts_of
from breach.queries.severity import rules_answer
from breach.services import decisions
from breach.views.room import reader, refuse_into, room

FORMS: dict[str, type[Form]] = {"assess": AssessmentForm, "advise": AdviceForm, "decide": DecisionForm}
RIGHTS = {"assess": "assessment.make", "advise": "advice.give", "decide": "decision.make"}
ACTS: dict[str, Any] = {"assess": decisions.assess, "advise": decisions.advise, "decide": decisions.decide}


@require_http_methods(["GET", "POST"])
def assessment(request: HttpRequest, uid: str) -> HttpResponse:
    incident, context = room(request, uid, tab="assessment", capability="incident.view")
    user, party = reader(request), context["party"]
    form_name = request.POST.get("form", "")
    if request.method == "POST":
        require(user, RIGHTS.get(form_name, "assessment.make"), incident)
    forms = {name: kind(request.POST if name == form_name else None) for name, kind in FORMS.items()}
    if form_name in FORMS and forms[form_name].is_valid():
        try:
            ACTS[form_name](
                actor=user,
                incident=incident,
                party=party,
                now=context["now"],
                **forms[form_name].cleaned_data,
            )
        except TocsinError as refusal:
            refuse_into(forms[form_name], refusal)
        else:
            messages.success(request, _("Recorded."))
            return redirect("assessment", uid)
    context |= {
        "rules": rules_answer(facts_of(party), (get_language() or "en")[:2]),
        "assessments": Assessment.objects.filter(party=party)
        .select_related("created_by", "facts", "incident")
        .order_by("-pk"),
        "advices": Advice.objects.filter(party=party)
        .select_related("created_by", "incident")
        .order_by("-pk"),
        "decisions": Decision.objects.filter(party=party)
        .select_related("created_by", "facts", "advice", "incident")
        .order_by("-pk"),
        "forms": forms,
        "hidden": {name: {"form": name} for name in FORMS},
        "may": {name: can(user, right, incident) for name, right in RIGHTS.items()},
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "breach/assessment.html", context, status=422 if failed else 200)
