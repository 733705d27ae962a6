"""The incident's chain, page by page, and its export."""

import io

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from breach.models import Checkpoint, User
from breach.models.ledger import ChainHead, Entry
from breach.permissions import can
from breach.services.ledger import export_ledger
from breach.views.room import reader, room

PAGE = 50


@require_safe
def entries(request: HttpRequest, uid: str) -> HttpResponse:
    """Who did what, when; newest first."""
    incident, context = room(request, uid, tab="ledger", capability="ledger.view")
    page = Paginator(Entry.objects.filter(chain=incident.chain).order_by("-seq"), PAGE).get_page(
        request.GET.get("page")
    )
    actors = {
        user.uid: user.name
        for user in User.objects.filter(pk__in={row.actor_id for row in page if row.actor_id})
    }
    context |= {
        "page": page,
        "rows": [(row, actors.get(row.actor_uid, "")) for row in page],
        "head": ChainHead.objects.filter(chain=incident.chain).first(),
        "checkpoint": Checkpoint.objects.order_by("-number").first(),
        "may_export": can(reader(request), "ledger.export", incident),
    }
    return render(request, "breach/ledger.html", context)


@require_POST
def export(request: HttpRequest, uid: str) -> HttpResponse:
    """A copy that anybody can check with `python -m breach.ledger.verify`."""
    incident, context = room(request, uid, tab="ledger", capability="ledger.export")
    target = io.BytesIO()
    export_ledger(actor=reader(request), incidents=[incident], stream=target, now=context["now"])
    response = HttpResponse(target.getvalue(), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="ledger-{incident.reference}.jsonl"'
    return response
