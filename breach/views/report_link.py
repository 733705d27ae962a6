"""Settings of the report page: its link, and whether the page for signing in shows it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import TocsinError
from breach.models import ReportLink, User
from breach.permissions import require
from breach.queries.suspicions import address_of
from breach.services import report_links
from breach.views.room import reader

SHOWN = 20


@require_http_methods(["GET", "POST"])
def report_link(request: HttpRequest) -> HttpResponse:
    """Show the link that works and those that did; POST makes, revokes, shows or hides it."""
    user = reader(request)
    require(user, report_links.CAPABILITY)
    if request.method == "POST":
        try:
            messages.success(request, _take(request.POST.get("step", ""), user))
        except TocsinError as refusal:
            messages.error(request, str(refusal))
        return redirect("settings-report-link")
    link = report_links.live_link()
    context = {
        "link": link,
        "address": settings.TOCSIN_BASE_URL.rstrip("/") + address_of(link) if link else "",
        "former": ReportLink.objects.filter(live=None).select_related("created_by")[:SHOWN],
    }
    return render(request, "breach/settings/report_link.html", context)


def _take(step: str, user: User) -> str:
    now, link = clock.now(), report_links.live_link()
    if step == "make":
        report_links.make_link(actor=user, now=now)
        return _("The new link works; the one before it opens nothing any more.")
    if link is None or step not in {"revoke", "show", "hide"}:
        raise Http404
    if step == "revoke":
        report_links.revoke_link(actor=user, link=link, now=now)
        return _("The link is revoked; its address opens nothing any more.")
    report_links.show_on_sign_in(actor=user, link=link, shown=step == "show", now=now)
    if step == "show":
        return _("Whoever comes to sign in sees the link.")
    return _("The page for signing in no longer shows the link.")
