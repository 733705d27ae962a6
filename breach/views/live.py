"""Pages that keep up with other people: htmx asks the page itself what changed since the mark it carries."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breach import clock
from breach.queries.live import is_unchanged
from breach.views.room import reader, room

View = Callable[..., HttpResponse]
SEEN = "seen"


def asks_for_news(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False)) and request.method == "GET" and SEEN in request.GET


def live(view: View) -> View:
    """Answer 204 with one query while nothing changed; then the page is asked, and shows its parts.

    Who lost the right meanwhile is refused by the page: losing it is a change.
    """

    @wraps(view)
    def shown(request: HttpRequest, uid: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if asks_for_news(request) and is_unchanged(reader(request), uid, request.GET[SEEN], clock.now()):
            return HttpResponse(status=204)
        return view(request, uid, *args, **kwargs)

    return shown


def answer(
    request: HttpRequest, context: dict[str, Any], *, page: str, part: str, status: int = 200
) -> HttpResponse:
    """Render the whole page, `part` of it for htmx, or the head and `part` for a page that keeps up."""
    if asks_for_news(request):
        return render(request, "breach/_news.html", context | {"part": part})
    template = part if getattr(request, "htmx", False) else page
    return render(request, template, context, status=status)


@require_safe
@live
def head(request: HttpRequest, uid: str) -> HttpResponse:
    """The head of the room, for pages of which nothing else keeps up."""
    _incident, context = room(request, uid, tab="", capability="incident.view")
    return render(request, "breach/_news.html", context)
