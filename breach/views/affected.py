"""The clients that an incident concerns: list, choice, one client, and the way out as CSV."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import BadInput, TocsinError
from breach.forms.affected import AcknowledgedForm, ChooseForm, ReasonForm, ToldForm
from breach.models import AffectedClient, AffectedState, Client, Incident
from breach.permissions import can, require
from breach.queries import affected as reading
from breach.queries import workings
from breach.queries.clients import narrowed as narrowed_register
from breach.queries.clocks import clock_of
from breach.services import affected as service
from breach.services.affected_table import read_concerns, read_references
from breach.spreadsheet import csv_lines
from breach.views.room import reader, refuse_into, room

TAB = "obligations"
# Step: its words on the button, and the state it starts from.
REASONED: dict[str, tuple[Any, str]] = {
    "take_back": (gettext_lazy("Take back: was not told"), AffectedState.TOLD),
    "leave_out": (gettext_lazy("Not concerned after all"), AffectedState.TO_TELL),
    "list_again": (gettext_lazy("List again"), AffectedState.LEFT_OUT),
}


@require_http_methods(["GET", "POST"])
def clients(request: HttpRequest, uid: str) -> HttpResponse:
    """The list; many at once are recorded as told or acknowledged here."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    now, step = context["now"], request.POST.get("step", "")
    is_told = request.method == "POST" and step != "acknowledged"
    told = ToldForm(request.POST if is_told else None, now=now, zone=incident.zone)
    confirmed = AcknowledgedForm(
        request.POST if step == "acknowledged" else None, now=now, zone=incident.zone
    )
    if request.method == "POST":
        require(reader(request), "delivery.record", incident)
        form = told if is_told else confirmed
        if form.is_valid():
            try:
                _record(request, incident, form, now)
            except TocsinError as refusal:
                refuse_into(form, refusal)
            else:
                return redirect("affected-clients", uid)
    view, text, after = (request.GET.get(name, "") for name in ("view", "text", "after"))
    page = reading.page_of(incident, view=view, text=text[:60], after=after, now=now)
    context |= {
        "page": page,
        "view": view,
        "text": text,
        "views": _views(page.counts),
        "told_form": told,
        "confirmed_form": confirmed,
        "chosen": request.POST.getlist("member"),
        "may_edit": can(reader(request), "incident.edit", incident),
        "may_record": can(reader(request), "delivery.record", incident),
        "has_register": bool(page.counts.total) or Client.objects.filter(ended_at=None).exists(),
    }
    status = 422 if told.errors or confirmed.errors else 200
    return render(request, "breach/affected/page.html", context, status=status)


def _views(counts: reading.Counts) -> list[dict[str, Any]]:
    return [
        {"key": key, "label": label, "count": getattr(counts, key), "tone": tone}
        for key, (label, tone) in reading.VIEWS.items()
    ]


def _record(request: HttpRequest, incident: Incident, form: Any, now: Any) -> None:
    """Record what the form says of the rows that were ticked, or of all whom it can concern."""
    data = {key: getattr(value, "occurred_from", value) for key, value in form.cleaned_data.items()}
    everybody = request.POST.get("whom") == "all"
    members = None if everybody else request.POST.getlist("member")
    if members == []:
        raise BadInput(_("No client is ticked"), mend=_("Tick some in the list, or choose all."))
    act = service.mark_told if isinstance(form, ToldForm) else service.record_acknowledged
    count = act(actor=reader(request), incident=incident, members=members, now=now, **data)
    text = ngettext("Recorded for %(count)d client.", "Recorded for %(count)d clients.", count)
    messages.success(request, text % {"count": count})


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, uid: str) -> HttpResponse:
    """Say which clients are concerned, and by what."""
    incident, context = room(request, uid, tab=TAB, capability="incident.edit")
    form = ChooseForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = service.list_clients(
                actor=reader(request), incident=incident, concerns=_concerns(form), now=context["now"]
            )
        except BadInput as refusal:
            if refusal.place in form.fields:
                refuse_into(form, refusal)
            else:  # a row and column of the table
                form.add_error("table", str(refusal))
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            text = _("%(new)d listed, %(changed)d changed, %(same)d unchanged.")
            messages.success(request, text % {"new": done.new, "changed": done.changed, "same": done.same})
            return redirect("affected-clients", uid)
    context |= {"form": form}
    return render(request, "breach/affected/choose.html", context, status=422 if form.errors else 200)


def _concerns(form: ChooseForm) -> dict[str, service.Concern]:
    data, usual = form.cleaned_data, form.concern()
    if data["way"] == "table":
        return read_concerns(data["table"], data["table"].name[-80:], usual)
    if data["way"] == "references":
        return dict.fromkeys(read_references(data["references"]), usual)
    narrowing = form.narrowing() if data["way"] == "filter" else {}
    rows = narrowed_register(**{key: narrowing.get(key, "") for key in ("text", "language", "window")})
    return dict.fromkeys(rows.values_list("reference", flat=True)[: service.MOST + 1], usual)


@require_http_methods(["GET", "POST"])
def client(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One client: its contact, its clocks, what happened, and what may be recorded next."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    now, step = context["now"], request.POST.get("step", "")
    found = AffectedClient.objects.filter(incident=incident, uid=row).select_related("client").first()
    if found is None:
        raise Http404
    forms = {
        "told": ToldForm(request.POST if step == "told" else None, now=now, zone=incident.zone),
        "acknowledged": AcknowledgedForm(
            request.POST if step == "acknowledged" else None, now=now, zone=incident.zone
        ),
        "reason": ReasonForm(request.POST if step in REASONED else None),
    }
    if request.method == "POST":
        require(reader(request), "delivery.record", incident)
        form = forms.get(step) or forms["reason"]
        if form.is_bound and form.is_valid():
            try:
                _act(request, incident, found, step, form, now)
            except TocsinError as refusal:
                refuse_into(form, refusal)
            else:
                messages.success(request, _("Recorded."))
                return redirect("affected-client", uid, row)
    page_language = (get_language() or "en")[:2]
    context |= {
        "line": reading.line_of(found, now),
        "member": found,
        "clocks": [(clock_of(one, now), workings.of(one, page_language)) for one in reading.clocks_of(found)],
        "steps": found.steps.select_related("incident", "created_by"),
        "forms": forms,
        "reasoned": [(key, label) for key, (label, state) in REASONED.items() if state == found.state],
        "may_record": can(reader(request), "delivery.record", incident),
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "breach/affected/client.html", context, status=status)


def _act(
    request: HttpRequest, incident: Incident, found: AffectedClient, step: str, form: Any, now: Any
) -> None:
    data = {key: getattr(value, "occurred_from", value) for key, value in form.cleaned_data.items()}
    acts: dict[str, Any] = {
        "told": service.mark_told,
        "acknowledged": service.record_acknowledged,
        "take_back": service.take_back_told,
        "leave_out": service.leave_out,
        "list_again": service.list_again,
    }
    acts[step](actor=reader(request), incident=incident, members=[found.uid], now=now, **data)


@require_safe
def export(request: HttpRequest, uid: str) -> HttpResponse:
    """The list as narrowed, as CSV."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    view, text = request.GET.get("view", ""), request.GET.get("text", "")[:60]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{incident.reference}-clients.csv"'
    rows = reading.narrowed(incident, view, text, context["now"])
    language = (get_language() or "en")[:2]
    response.writelines(csv_lines(reading.export_rows(rows, language)))
    return response
