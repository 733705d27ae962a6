"""From a written filing to its receipt: preview, approval, the files, the receipt, the next phase."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from breach.errors import TocsinError
from breach.views.room import reader, refuse_into
from notifications.forms.filings import ApproversForm, FollowUpForm, ReceiptForm
from notifications.models import Filing
from notifications.queries import filing_board as board
from notifications.queries import filings as reading
from notifications.services import filing_submission
from notifications.services import filings as service
from notifications.services.filing_rows import settle
from notifications.views.downloads import attachment, note_taken
from notifications.views.filings import found, frame, page_language, phase, show


def _named(one: Filing, ending: str) -> str:
    return f"{one.incident.reference}-{one.authority}-{one.number}{ending}"


@require_safe
def preview(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The phase as it would print now."""
    incident, context = frame(request, uid, "incident.view")
    one = found(incident, row)
    content = reading.preview_pdf(one, context["now"])
    note_taken(incident, reader(request), f"filing/{one.uid}/preview")
    return attachment(content, _named(one, "-preview.pdf"), "application/pdf")


@require_safe
def pdf(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The PDF that was made after approval."""
    incident, _context = frame(request, uid, "incident.view")
    one = found(incident, row)
    content = reading.open_pdf(one)
    note_taken(incident, reader(request), f"filing/{one.uid}/pdf")
    return attachment(content, _named(one, ".pdf"), "application/pdf")


@require_safe
def document(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The same for machines."""
    incident, _context = frame(request, uid, "incident.view")
    one = found(incident, row)
    content = reading.open_json(one)
    note_taken(incident, reader(request), f"filing/{one.uid}/json")
    return attachment(content, _named(one, ".json"), "application/json")


@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Ask people, in turn, to approve exactly this content."""
    incident, context = frame(request, uid, "filing.submit")
    one, user = found(incident, row), reader(request)
    candidates = board.approvers_of(incident, user)
    form = ApproversForm(request.POST if request.method == "POST" else None, candidates=candidates)
    if request.method == "POST" and form.is_valid():
        try:
            settled = settle(filing=one, actor=user, now=context["now"])
            service.submit_for_approval(
                actor=user,
                filing=settled,
                approvers=form.approvers(),
                answer_within=form.answer_within(),
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Submitted. The first approver is asked now."))
            return redirect("filing", uid, row)
    context |= {
        "filing": one,
        "phase": phase(one, context),
        "authority": board.authority_name(one.authority, page_language()),
        "form": form,
        "has_candidates": bool(candidates),
    }
    return render(request, "notifications/filings/submit.html", context, status=422 if form.errors else 200)


@require_POST
def make(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Make PDF and JSON of the approved content."""
    incident, context = frame(request, uid, "filing.submit")
    one = found(incident, row)
    try:
        filing_submission.render_filing(actor=reader(request), filing=one, now=context["now"])
    except TocsinError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("PDF and JSON are made. File them by the authority's own channel."))
    return redirect("filing", uid, row)


@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Record that it was filed, when, how, and the number the authority gave."""
    incident, context = frame(request, uid, "filing.submit")
    one = found(incident, row)
    form = ReceiptForm(
        request.POST if request.method == "POST" else None, now=context["now"], zone=incident.zone
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            filing_submission.mark_submitted(
                actor=reader(request),
                filing=one,
                receipt=data["receipt"],
                at=data["at"].occurred_from,
                channel=data["channel"],
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Recorded. The clock that this filing answers has ended."))
            return redirect("filing", uid, row)
    context |= {
        "filing": one,
        "phase": phase(one, context),
        "authority": board.authority_name(one.authority, page_language()),
        "channel_note": board.channel_of(reading.profile_of(one), page_language()),
        "form": form,
    }
    return render(request, "notifications/filings/receipt.html", context, status=422 if form.errors else 200)


@require_POST
def follow(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Start the next phase from this one."""
    incident, context = frame(request, uid, "filing.draft")
    one = found(incident, row)
    form = FollowUpForm(request.POST)
    if form.is_valid():
        try:
            made = service.follow_up(
                actor=reader(request),
                filing=one,
                completeness=form.cleaned_data["completeness"],
                now=context["now"],
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return redirect("filing", uid, made.uid)
    return show(request, context, one, follow_up=form)
