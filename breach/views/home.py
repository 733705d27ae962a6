"""The first page, the list of incidents, and the address that says whether the server answers."""

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from breach import clock
from breach.errors import Forbidden
from breach.forms.incident_list import IncidentListForm, wanted_of
from breach.models import Incident, Role, User
from breach.permissions import can
from breach.queries.home import home_of
from breach.queries.incident_list import list_of
from breach.views.room import reader


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what concerns the reader now."""
    if not isinstance(request.user, User):
        raise Http404
    if request.user.role == Role.GUEST:
        # A guest has one page: what they were asked.
        theirs = Incident.objects.asked_of(request.user).first()
        return (
            redirect("asked", theirs.uid) if theirs else render(request, "breach/access/nothing_asked.html")
        )
    now = clock.now()
    context = {
        "home": home_of(request.user, now),
        "now": now,
        "may_open_incident": can(request.user, "incident.open"),
        "may_report": can(request.user, "suspicion.report"),
        "may_see_reports": can(request.user, "suspicion.view"),
    }
    return render(request, "breach/home.html", context)


@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """List what the reader may see, page by page, narrowed by words and phase."""
    user = reader(request)
    if user.role == Role.GUEST:
        raise Forbidden(_("You see what you were asked about, and no list of incidents."))
    now, wanted = clock.now(), wanted_of(request.GET)
    context = {
        "found": list_of(user, wanted, request.GET.get("page"), now),
        "form": IncidentListForm(wanted),
        "wanted": wanted,
        "has_portfolio": can(user, "portfolio.view"),
        "now": now,
    }
    return render(request, "breach/incidents.html", context)


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django hands it over
    """Answer 200 when web server and database work; for supervisors and load balancers. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"ok": True})
