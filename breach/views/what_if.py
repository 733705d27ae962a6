"""Suppose that laws which do not apply yet applied here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from breach.queries.what_if import choices, what_if
from breach.views.room import room


@require_safe
def suppose(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the difference to today for the laws named in the address; one that is not offered is left out."""
    _incident, context = room(request, uid, tab="obligations", capability="incident.view")
    now, language = context["now"], (get_language() or "en")[:2]
    offered = choices(request.GET.getlist("law"), now, language)
    chosen = [one.key for one in offered if one.chosen]
    context |= {
        "choices": offered,
        "has_chosen": bool(chosen),
        "found": what_if(context["party"], chosen, now, language),
    }
    return render(request, "breach/obligations/what_if.html", context)
