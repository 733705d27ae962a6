"""What the reader was told, and that they have seen it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.models import InAppNotice
from breach.queries.told import told as told_to
from breach.views.room import reader


@require_http_methods(["GET", "POST"])
def told(request: HttpRequest) -> HttpResponse:
    """Show the newest notices; a press marks all of them as seen."""
    user = reader(request)
    if request.method == "POST":
        InAppNotice.objects.filter(user=user, read_at=None).update(read_at=clock.now())
        return redirect("told")
    lines = told_to(user)
    context = {"lines": lines, "has_new": any(line.is_new for line in lines)}
    return render(request, "breach/told.html", context)
