"""Running clocks for a calendar program: the feed itself, and the page on which its reader makes and revokes it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from breach import clock
from breach.errors import TocsinError
from breach.models import ClockFeed, User
from breach.permissions import require
from breach.queries.feeds import calendar_of, feeds_of
from breach.services import feeds
from breach.services.limits import WAIT, count_reading
from breach.views.room import reader


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Hand the calendar to whoever has its token. Every token that opens nothing gets the same answer."""
    now = clock.now()
    user = feeds.open_feed(token=token, now=now)
    if user is None:
        response = HttpResponse(status=404, content_type="text/plain; charset=utf-8")
        if not count_reading(request):
            response.status_code = 429
            response["Retry-After"] = str(WAIT)
    else:
        response = HttpResponse(calendar_of(user, now), content_type="text/calendar; charset=utf-8")
    # Calendar programs do not mind; a browser stores it instead of showing it inside our origin.
    response["Content-Disposition"] = 'attachment; filename="tocsin.ics"'
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
def own_feeds(request: HttpRequest) -> HttpResponse:
    """The list, and a new one; its address is shown in the answer and nowhere else."""
    user, address = _subscriber(request), ""
    if request.method == "POST":
        try:
            made = feeds.make_feed(actor=user, now=clock.now())
        except TocsinError as refusal:
            messages.error(request, f"{refusal}. {getattr(refusal, 'mend', '')}".strip())
            return redirect("settings-feeds")
        address = settings.TOCSIN_BASE_URL.rstrip("/") + reverse("clock-feed", args=[made.token])
    context = {"feeds": feeds_of(user), "address": address}
    return render(request, "breach/settings/feeds.html", context)


@require_POST
def revoke_feed(request: HttpRequest, row: str) -> HttpResponse:
    """End one of the reader's own."""
    user = _subscriber(request)
    found = ClockFeed.objects.filter(user=user, uid=row).first()
    if found is None:
        raise Http404
    try:
        feeds.revoke_feed(actor=user, feed=found, now=clock.now())
    except TocsinError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The feed is revoked; its address opens nothing any more."))
    return redirect("settings-feeds")


def _subscriber(request: HttpRequest) -> User:
    user = reader(request)
    require(user, feeds.CAPABILITY)
    return user
