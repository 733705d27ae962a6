"""Filings: who is told and how far that is, a first draft, and one phase in full."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.models import Incident
from breach.permissions import can
from breach.views.room import reader, refuse_into, room
from notifications.forms.filings import DraftForm, FollowUpForm, WithdrawForm, channel_label
from notifications.models import Filing
from notifications.queries import filing_board as board
from notifications.queries.filings import profile_of
from notifications.services import filings as service

TAB = "filings"


def page_language() -> str:
    return (get_language() or "en")[:2]


def frame(request: HttpRequest, uid: str, capability: str) -> tuple[Incident, dict[str, Any]]:
    return room(request, uid, tab=TAB, capability=capability)


def found(incident: Incident, row: str) -> Filing:
    """One filing of the incident. 404 when it has none of that uid."""
    rows = Filing.objects.filter(incident=incident, uid=row)
    one = rows.select_related(
        "incident", "party__organisation", "author", "submitted_by", "follows__incident"
    ).first()
    if one is None:
        raise Http404
    return one


def phase(filing: Filing, context: dict[str, Any]) -> board.Phase:
    """The filing as it stands now."""
    approval = board.last_approvals(filing.incident).get(filing.uid)
    return board.phase_of(filing, approval, context["now"], page_language())


@require_safe
def filing_list(request: HttpRequest, uid: str) -> HttpResponse:
    """Every authority that is told or owed a filing, with its clocks and phases."""
    incident, context = frame(request, uid, "incident.view")
    matters = board.matters(incident, context["now"], page_language())
    may_draft = can(reader(request), "filing.draft", incident)
    draft = {"label": _("Draft a filing"), "url": reverse("filing-new", args=[uid]), "icon": "plus"}
    context |= {
        "matters": matters,
        "may_draft": may_draft,
        "actions": [draft | {"primary": not matters}] if may_draft else [],
    }
    return render(request, "notifications/filings/list.html", context)


@require_http_methods(["GET", "POST"])
def filing_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Start the first phase to one authority, filled with what the case knows."""
    incident, context = frame(request, uid, "filing.draft")
    chosen = {
        "authority": request.GET.get("authority", ""),
        "party": _party_pk(incident, request.GET.get("party", "")),
    }
    form = DraftForm(request.POST if request.method == "POST" else None, incident=incident, initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.draft_filing(
                actor=reader(request), incident=incident, now=context["now"], **form.cleaned_data
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return redirect("filing", uid, made.uid)
    return render(
        request,
        "notifications/filings/new.html",
        context | {"form": form},
        status=422 if form.errors else 200,
    )


def _party_pk(incident: Incident, uid: str) -> int | None:
    return incident.parties.filter(uid=uid).values_list("pk", flat=True).first()


@require_safe
def filing(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """All of one phase: what it says, what it still lacks, what changed, and what can be done with it."""
    incident, context = frame(request, uid, "incident.view")
    one = found(incident, row)
    return show(request, context, one)


def show(
    request: HttpRequest,
    context: dict[str, Any],
    one: Filing,
    *,
    withdrawal: WithdrawForm | None = None,
    follow_up: FollowUpForm | None = None,
) -> HttpResponse:
    """Draw the page of one phase, with a form that was refused where there is one."""
    user, incident, now = reader(request), one.incident, context["now"]
    standing = phase(one, context)
    later = Filing.objects.filter(follows=one).exclude(state="withdrawn").first()
    may_draft, may_submit = can(user, "filing.draft", incident), can(user, "filing.submit", incident)
    profile = profile_of(one)
    context |= {
        "filing": one,
        "phase": standing,
        "authority": board.authority_name(one.authority, page_language()),
        "authority_page": profile.page,
        "channel_note": board.channel_of(profile, page_language()),
        "form_version": profile.form,
        "form_status": profile.form.status_text.get(page_language(), profile.form.status_text["en"]),
        "parts": board.parts_of(standing, now),
        "changes": board.changes_of(standing, now),
        "channel": channel_label(one),
        "later": later,
        "may_edit": may_draft and standing.can_be_edited,
        "may_submit": may_submit and standing.is_draft and standing.is_ready,
        "may_make": may_submit and standing.is_approved and one.pdf_id is None,
        "may_record": may_submit and standing.is_approved,
        "may_follow": may_draft and standing.is_submitted and later is None and standing.content is not None,
        "withdrawal": withdrawal or WithdrawForm(),
        "follow_up": follow_up or FollowUpForm(),
    }
    failed = any(form.errors for form in (context["withdrawal"], context["follow_up"]))
    return render(request, "notifications/filings/filing.html", context, status=422 if failed else 200)
