"""Who belongs to the incident, who looked in, what guests were given."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from breach.errors import TocsinError
from breach.forms.access import ShareForm
from breach.models import Attachment, GlassBreak, Incident, Share, User
from breach.permissions import can, require
from breach.queries import access as reading
from breach.services import access as service
from breach.services.break_glass import end_glass
from breach.views.room import reader, refuse_into, room


@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, uid: str) -> HttpResponse:
    """Show access and change it: close to others, take people out, end an emergency, share with guests."""
    incident, context = room(request, uid, tab="overview", capability="incident.view")
    user, step = reader(request), request.POST.get("step", "")
    may_manage = can(user, "members.manage", incident)
    if request.method == "POST":
        require(user, "members.manage", incident)
    share = ShareForm(request.POST if step == "share" else None, incident=incident) if may_manage else None
    refused = False
    if request.method == "POST":
        try:
            if step == "share" and share is not None and share.is_valid():
                _share(user, incident, share.cleaned_data, context["now"])
                return redirect("access", uid)
            if step in STEPS:
                STEPS[step](user, incident, request.POST.get("row", ""), context["now"])
                return redirect("access", uid)
            refused = True
        except TocsinError as refusal:
            refused = True
            if step == "share" and share is not None:
                refuse_into(share, refusal)
            else:
                messages.error(request, str(refusal))
    context |= {
        "members": reading.members_of(incident),
        "glass_breaks": reading.glass_breaks(incident),
        "shares": reading.shares_of(incident) if may_manage else [],
        "has_guests": bool(reading.guests_of(incident)),
        "reads": reading.reads_of(incident),
        "share_form": share,
        "may_manage": may_manage,
        "share_step": {"step": "share"},
    }
    return render(request, "breach/access/page.html", context, status=422 if refused else 200)


def _share(user: User, incident: Incident, data: dict[str, Any], now: Any) -> None:
    attachment = Attachment.objects.select_related("incident").get(incident=incident, uid=data["attachment"])
    service.share(actor=user, attachment=attachment, user=data["user"], now=now)


def _close(user: User, incident: Incident, _row: str, now: Any) -> None:
    service.set_need_to_know(actor=user, incident=incident, closed=True, now=now)


def _open(user: User, incident: Incident, _row: str, now: Any) -> None:
    service.set_need_to_know(actor=user, incident=incident, closed=False, now=now)


def _remove(user: User, incident: Incident, row: str, now: Any) -> None:
    member = incident.members.filter(uid=row).select_related("user").first()
    if member is None:
        raise Http404
    service.remove_member(actor=user, incident=incident, user=member.user, now=now)


def _end(user: User, incident: Incident, row: str, now: Any) -> None:
    found = GlassBreak.objects.filter(incident=incident, uid=row).select_related("incident").first()
    if found is None:
        raise Http404
    end_glass(actor=user, row=found, now=now)


def _take_back(user: User, incident: Incident, row: str, now: Any) -> None:
    found = Share.objects.filter(incident=incident, uid=row).select_related("incident", "user").first()
    if found is None:
        raise Http404
    service.take_back(actor=user, row=found, now=now)


STEPS = {"close": _close, "open": _open, "remove": _remove, "end": _end, "take-back": _take_back}
