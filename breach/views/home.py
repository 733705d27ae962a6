"""The first page, and the address that says whether the server answers."""

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from breach import clock
from breach.models import Incident, Role, User
from breach.permissions import can
from breach.queries.home import home_of


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
    }
    return render(request, "breach/home.html", context)


@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django hands it over
    """Answer 200 when web server and database work; for supervisors and load balancers. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"ok": True})
