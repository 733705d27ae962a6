"""Notices: the list, a new one, its texts with the letter beside them, and the page from which it is sent."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.models import Incident
from breach.permissions import can, require
from breach.services.person_rows import local_day
from breach.views.room import reader, refuse_into, room
from notifications import previews
from notifications.contents import current_texts, frozen_content
from notifications.forms.notices import FrameForm, NewNoticeForm, ReturnedForm
from notifications.letters.values import NoticeContent, Recipient
from notifications.models import Notice
from notifications.places import form_name
from notifications.queries import notices as reading
from notifications.services import notices, texts
from notifications.services.returns import record_returned

TAB = "notifications"


@require_http_methods(["GET", "POST"])
def notice_list(request: HttpRequest, uid: str) -> HttpResponse:
    """All notices of the incident with their sums, the print runs, and the entry for returned letters."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    user = reader(request)
    if request.method == "POST":
        require(user, "delivery.record", incident)
    form = ReturnedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = record_returned(actor=user, incident=incident, now=context["now"], **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Recorded. The letter is now: %s.") % row.get_state_display())
            return redirect("notices", uid)
    rows = list(reading.notices_of(incident))
    totals = reading.totals_by_notice(rows)
    context |= {
        "rows": [(notice, totals[notice.pk]) for notice in rows],
        "totals": reading.incident_totals(incident),
        "runs": reading.print_runs(incident),
        "form": form,
        "may_draft": can(user, "letters.draft", incident),
        "may_find": can(user, "people.read", incident),
        "may_record": can(user, "delivery.record", incident),
    }
    return render(request, "notifications/notices/list.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def notice_new(request: HttpRequest, uid: str) -> HttpResponse:
    incident, context = room(request, uid, tab=TAB, capability="letters.draft")
    parties, first = incident.parties.select_related("organisation"), context["party"]
    initial = {
        "party": first,
        "policy": ",".join(notices.policy_needed(first)),
        "languages": notices.languages_needed(first),
        "forms": notices.forms_needed(first),
    }
    form = NewNoticeForm(request.POST or None, parties=parties, initial=initial)
    if request.method == "POST" and form.is_valid():
        frame = form.frame()
        try:
            notice = notices.draft(
                actor=reader(request),
                incident=incident,
                channel_policy=frame.pop("policy"),
                now=context["now"],
                **frame,
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return redirect("notice", uid, notice.uid)
    context["form"] = form
    return render(request, "notifications/notices/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def notice_frame(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Channels, days of the breach, working title."""
    incident, context = room(request, uid, tab=TAB, capability="letters.draft")
    notice = found(incident, row)
    form = FrameForm(request.POST or None, initial=FrameForm.initial_of(notice))
    if request.method == "POST" and form.is_valid():
        try:
            texts.edit_frame(actor=reader(request), notice=notice, now=context["now"], **form.frame())
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Saved. What was approved before is void."))
            return redirect("notice", uid, row)
    context |= {"notice": notice, "form": form}
    return render(request, "notifications/notices/frame.html", context, status=422 if form.errors else 200)


@require_safe
def notice_variant(request: HttpRequest, uid: str, row: str, number: int) -> HttpResponse:
    """One of the different letters as it will be, for a made-up person."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    notice = found(incident, row)
    content, like, variant = _variant(notice, number)
    day = local_day(incident, context["now"])
    context |= {
        "notice": notice,
        "number": number,
        "variant": variant,
        "letter": previews.letter_like(content, like, day),
        "email": previews.email_like(content, like, day),
    }
    return render(request, "notifications/notices/variant.html", context)


@require_safe
def notice_variant_pdf(request: HttpRequest, uid: str, row: str, number: int) -> HttpResponse:
    """The same letter as PDF, as an attachment: a browser's viewer would need a wider policy."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    notice = found(incident, row)
    content, like, _one = _variant(notice, number)
    pdf = previews.pdf_like(content, like, local_day(incident, context["now"]))
    name = f"{incident.reference}-{notice.number}-{number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def found(incident: Incident, uid: str) -> Notice:
    notice = reading.notice_of(incident, uid)
    if notice is None:
        raise Http404
    return notice


def _variant(notice: Notice, number: int) -> tuple[NoticeContent, Recipient, reading.Variant]:
    content = frozen_content(notice)
    variants = reading.variants(notice, content)
    if not 1 <= number <= len(variants):
        raise Http404
    return content, variants[number - 1].like, variants[number - 1]


def key_of(text: Any) -> str:
    return f"{text.language}@{text.form}" if text.form else str(text.language)


def text_keys(notice: Notice) -> list[dict[str, Any]]:
    """Return what the notice's page says about each wording: key, language, version, whether own prose is
    there.
    """
    newest = current_texts(notice)
    own = {key_of(text) for text in newest if text.part == "incident"}
    return [
        {
            "key": key_of(text),
            "language": text.language,
            "form": form_name(text.form),
            "version": text.version,
            "has_own": bool({key_of(text), text.language} & own),
        }
        for text in newest
        if text.part == "wording"
    ]
