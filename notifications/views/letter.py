"""The letter of one person, found by its reference: how it went, once more as PDF or by e-mail."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.models import Incident
from breach.permissions import can, require
from breach.views.people import note_read
from breach.views.room import reader, refuse_into, room
from notifications.forms.letter import CopyForm, ReferenceForm
from notifications.models import PersonNotice
from notifications.queries.letters import read_letter
from notifications.services.copies import refusal, send_copy, take_pdf
from notifications.services.returns import find_letter
from notifications.states import Outcome
from notifications.views.downloads import attachment
from notifications.views.notices import TAB

SIZES = {"letter": False, "large": True}


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask for the reference of a letter, and lead to it."""
    incident, context = room(request, uid, tab=TAB, capability="people.read")
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = find_letter(incident, form.cleaned_data["reference"])
        except TocsinError as refused:
            refuse_into(form, refused)
        else:
            return redirect("letter", uid, row.uid)
    context |= {"form": form}
    return render(
        request, "notifications/notices/letter_find.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One person's letter and its way so far; a copy is sent from here to the address that we have."""
    incident, context = room(request, uid, tab=TAB, capability="people.read")
    user, now, found = reader(request), context["now"], _found(incident, row)
    if request.method == "POST":
        require(user, "delivery.record", incident)
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            copy = send_copy(actor=user, row=found, now=now, **form.cleaned_data)
        except TocsinError as refused:
            refuse_into(form, refused)
        else:
            if copy.outcome == Outcome.SUCCESS:
                messages.success(request, _("The copy is with the mail server."))
            else:
                messages.error(request, _("The copy did not leave: %s.") % copy.get_code_display())
            return redirect("letter", uid, row)
    note_read(incident, user, f"letter/{found.uid}", 1)
    against = refusal(found, now)
    context |= {
        "row": found,
        "read": read_letter(found, now=now),
        "attempts": found.attempts.order_by("-pk"),
        "copies": found.copies.select_related("created_by").order_by("-pk"),
        "against": against,
        "form": form,
        "may_send": can(user, "delivery.record", incident) and not against.email,
    }
    return render(request, "notifications/notices/letter.html", context, status=422 if form.errors else 200)


@require_safe
def letter_pdf(request: HttpRequest, uid: str, row: str, size: str) -> HttpResponse:
    """The letter as tagged PDF, to be saved; in large print on request."""
    incident, context = room(request, uid, tab=TAB, capability="people.read")
    if size not in SIZES:
        raise Http404
    found = _found(incident, row)
    content = take_pdf(actor=reader(request), row=found, large_print=SIZES[size], now=context["now"])
    return attachment(content, f"{incident.reference}-{found.reference}.pdf", "application/pdf")


def _found(incident: Incident, uid: str) -> PersonNotice:
    rows = PersonNotice.objects.filter(notice__incident=incident, uid=uid).exclude(notice__submitted_at=None)
    found: Any = rows.select_related("notice__incident", "notice__party__organisation", "person").first()
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]
