"""Opening, staffing and moving incidents."""

from contextlib import nullcontext

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach import clock
from breach.errors import TocsinError
from breach.forms.incidents import IncidentForm, MemberForm, PhaseForm
from breach.models import AwarenessState, PhaseChange
from breach.permissions import can, require
from breach.services.awareness import set_awareness
from breach.services.incidents import PartyData, add_member, move_incident, open_incident
from breach.services.standing import one_writer
from breach.views.room import reader, refuse_into, room


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident; a provisional clock runs from the first report at once."""
    user, now = reader(request), clock.now()
    require(user, "incident.open")
    form = IncidentForm(request.POST or None, user=user, now=now)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        party = PartyData(data["organisation"], data["role"], data["establishment"], data["authority"])
        try:
            with transaction.atomic():
                incident = open_incident(
                    actor=user,
                    title=data["title"],
                    kind=data["kind"],
                    zone=data["zone"],
                    parties=[party],
                    now=now,
                    drill=data["drill"],
                )
                set_awareness(
                    actor=user,
                    incident=incident,
                    party=incident.lead_party(),
                    state=AwarenessState.SUSPECTED,
                    instant=data["reported"].occurred_from,
                    zone=data["reported"].zone,
                    original_text=data["reported"].original_text,
                    reasons=data["why"],
                    now=now,
                )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return redirect("overview", incident.uid)
    return render(request, "breach/incident_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, uid: str) -> HttpResponse:
    """Who works on the incident."""
    incident, context = room(request, uid, tab="overview", capability="incident.view")
    user, now = reader(request), context["now"]
    form = MemberForm(request.POST or None, incident=incident, may_name=can(user, "members.manage", incident))
    if request.method == "POST":
        require(user, "incident.edit", incident)
        if form.is_valid():
            data = form.cleaned_data
            try:
                add_member(
                    actor=user,
                    incident=incident,
                    user=data["user"],
                    is_dpo=data.get("is_dpo", False),
                    is_deputy=data.get("is_deputy", False),
                    now=now,
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
            else:
                messages.success(
                    request, _("%(name)s now works on this incident.") % {"name": data["user"].name}
                )
                return redirect("members", uid)
    context |= {
        "form": form,
        "members": incident.members.select_related("user").order_by("user__name"),
        "may_edit": can(user, "incident.edit", incident),
    }
    return render(request, "breach/members.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, uid: str) -> HttpResponse:
    """Close, reopen or rule out."""
    incident, context = room(request, uid, tab="overview", capability="incident.edit")
    posted = request.method == "POST"
    with one_writer(incident) if posted else nullcontext():
        incident.refresh_from_db(fields=["phase"])
        last = PhaseChange.objects.filter(incident=incident).order_by("pk").last()
        standing = {"phase": incident.phase, "reasons": last.reasons if last else ""}
        form = PhaseForm(request.POST if posted else None, standing=standing)
        if posted and form.is_valid():
            try:
                move_incident(
                    actor=reader(request), incident=incident, now=context["now"], **form.cleaned_data
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
    if posted and form.is_valid():
        return redirect("overview", uid)
    return render(
        request, "breach/incident_move.html", context | {"form": form}, status=422 if form.errors else 200
    )
