"""Who differs from the list that was submitted, way by way, with what became of their letters."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breach.permissions import can
from breach.views.room import reader, room
from notifications.queries import differences
from notifications.queries.differences import Difference
from notifications.views.notices import TAB, found


@require_safe
def listed(request: HttpRequest, uid: str, row: str, way: str) -> HttpResponse:
    """One list of people, by the references of their letters: names stand on the page of each person only."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    notice = found(incident, row)
    if way not in Difference.values or notice.submitted_at is None:
        raise Http404
    chosen = Difference(way)
    page = differences.page(notice, chosen, _number(request.GET.get("after", "")))
    context |= {
        "notice": notice,
        "chosen": chosen,
        "people": page.people,
        "may_read": can(reader(request), "people.read", incident),
        "after": page.after,
        "kinds": [(each.value, each.label, count) for each, count in differences.counts(notice).items()],
    }
    return render(request, "notifications/notices/differences.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
