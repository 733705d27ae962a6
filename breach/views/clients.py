"""The register of clients: list, one client, a table that waits to be accepted, and the way out as CSV."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock
from breach.errors import TocsinError
from breach.forms.clients import ClientFilterForm, ClientForm, ClientTableForm
from breach.models import Client, ClientImport
from breach.permissions import can, require
from breach.queries import clients as reading
from breach.services import clients as service
from breach.spreadsheet import csv_lines
from breach.views.room import reader, refuse_into

SHOWN_REFUSALS = 200


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The list, narrowed; a table given here is read and waits on a page of its own."""
    user = reader(request)
    require(user, "law.view")
    form = ClientTableForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        require(user, "law.manage")
        if form.is_valid():
            given = form.cleaned_data["table"]
            try:
                table = service.check_table(actor=user, stream=given, filename=given.name, now=clock.now())
            except TocsinError as refusal:
                form.add_error("table", str(refusal))
            else:
                return redirect("client-table", table.uid)
    narrowing = ClientFilterForm(request.GET)
    values = narrowing.narrowing()
    page = reading.client_page(reading.narrowed(**values), request.GET.get("after", ""))
    context = {
        "page": page,
        "filter": narrowing,
        "is_narrowed": any(values.values()),
        "form": form,
        "may_manage": can(user, "law.manage"),
    }
    return render(request, "breach/clients/register.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, row: str) -> HttpResponse:
    """Change one client, or take it out of the register."""
    found = Client.objects.filter(uid=row, ended_at=None).first()
    if found is None:
        raise Http404
    return _edit(request, found)


def _edit(request: HttpRequest, client: Client | None) -> HttpResponse:
    user, now = reader(request), clock.now()
    require(user, "law.manage")
    ends = request.POST.get("step") == "end"
    form = ClientForm.of(client, request.POST if request.method == "POST" and not ends else None)
    try:
        if client and ends:
            service.end_client(actor=user, client=client, now=now)
            messages.success(request, _("Taken out of the register."))
            return redirect("client-register")
        if form.is_bound and form.is_valid():
            service.save_client(actor=user, client=client, values=form.cleaned_data, now=now)
            messages.success(request, _("Saved. Clocks that rest on it are computed again within a minute."))
            return redirect("client-register")
    except TocsinError as refusal:
        refuse_into(form, refusal)
    context = {"form": form, "client": client}
    return render(request, "breach/clients/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, row: str) -> HttpResponse:
    """What a table would change, and what was refused, until somebody accepts or discards it."""
    user, now = reader(request), clock.now()
    require(user, "law.manage")
    found = ClientImport.objects.filter(uid=row).select_related("created_by").first()
    if found is None:
        raise Http404
    step = request.POST.get("step", "")
    try:
        if step == "accept":
            service.accept_table(actor=user, table=found, now=now)
            messages.success(request, _("The register holds what could be taken."))
            return redirect("client-register")
        if step == "discard":
            service.discard_table(actor=user, table=found)
            return redirect("client-register")
    except TocsinError as refusal:
        messages.error(request, str(refusal))
    context = {
        "table": found,
        "cells": [
            {**cell, "reason": reading.reason_text(cell["reason"])} for cell in found.refused[:SHOWN_REFUSALS]
        ],
        "more_cells": max(0, len(found.refused) - SHOWN_REFUSALS),
    }
    return render(request, "breach/clients/table.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The register as CSV; given back here, it changes nothing."""
    require(reader(request), "law.view")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="clients.csv"'
    response.writelines(csv_lines(reading.export_rows()))
    return response
