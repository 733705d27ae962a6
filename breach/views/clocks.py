"""The board of all running clocks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from breach import clock
from breach.errors import Forbidden
from breach.forms.clocks import NarrowingForm, narrowing_of
from breach.models import Role, User
from breach.queries.clock_board import board_of
from breach.views.room import reader


@require_safe
def clocks(request: HttpRequest) -> HttpResponse:
    """Most urgent first, page by page."""
    user = reader(request)
    if not _has_clocks(user):
        raise Forbidden(_("You see what you were asked about, and no clocks."))
    now, narrowing = clock.now(), narrowing_of(request.GET)
    board = board_of(user, narrowing, request.GET.get("page"), now)
    form = NarrowingForm(narrowing, regimes=board.regimes, to=board.to, parties=board.parties)
    context = {"board": board, "form": form, "narrowing": narrowing, "now": now}
    return render(request, "breach/clocks.html", context)


def board_link(request: HttpRequest) -> dict[str, object]:
    """Context processor: whether the bar on top leads to the board. Guests have none."""
    user = getattr(request, "user", None)
    return {"has_clocks": isinstance(user, User) and _has_clocks(user)}


def _has_clocks(user: User) -> bool:
    return user.role != Role.GUEST
