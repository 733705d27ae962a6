"""Writing a filing: one section at a time, rows that follow later, facts taken over, a draft given up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from breach.errors import TocsinError
from breach.vault import Destroyed
from breach.views.room import reader, refuse_into
from notifications.filings.form import Form, Section
from notifications.forms.filing_section import Place, SectionForm
from notifications.forms.filings import PromiseForm, WithdrawForm
from notifications.models import Filing
from notifications.queries import filing_board as board
from notifications.queries.filings import content_of, profile_of
from notifications.services import filings as service
from notifications.views.filings import found, frame, page_language, phase, show
from notifications.wording import pick


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, uid: str, row: str, key: str) -> HttpResponse:
    """Answer the rows of one section."""
    incident, context = frame(request, uid, "filing.draft")
    one = found(incident, row)
    part, after = _section(profile_of(one).form, key)
    form = _form(request, one, part, context)
    if request.method == "POST" and form.is_valid():
        if _save(request, one, form, context):
            messages.success(request, _("Saved."))
            next_one = after if "next" in request.POST and after else None
            return (
                redirect("filing-section", uid, row, next_one.key)
                if next_one
                else redirect("filing", uid, row)
            )
        form.show_version(one.version)
    standing = phase(one, context)
    language = page_language()
    context |= {
        "filing": one,
        "phase": standing,
        "authority": board.authority_name(one.authority, language),
        "form": form,
        "section": part,
        "title": pick(part.title, language),
        "notes": [note for note in standing.notes() if note.section == part.key],
        "sections": [(other.key, pick(other.title, language)) for other in profile_of(one).form.sections],
        "has_next": after is not None,
    }
    return render(request, "notifications/filings/section.html", context, status=422 if form.errors else 200)


def _section(form: Form, key: str) -> tuple[Section, Section | None]:
    """The section of that key and the one after it. 404 when the form has none."""
    keys = [section.key for section in form.sections]
    if key not in keys:
        raise Http404
    index = keys.index(key)
    return form.sections[index], form.sections[index + 1] if index + 1 < len(keys) else None


def _form(request: HttpRequest, one: Filing, part: Section, context: dict[str, Any]) -> SectionForm:
    if not one.is_open:
        raise Http404
    try:
        content = content_of(one)
    except Destroyed:
        raise Http404 from None
    place = Place(context["now"], one.incident.zone, page_language(), content.language)
    return SectionForm(
        request.POST if request.method == "POST" else None,
        form=profile_of(one).form,
        section=part,
        content=content,
        place=place,
        initial={"version": one.version},
    )


def _save(request: HttpRequest, one: Filing, form: SectionForm, context: dict[str, Any]) -> bool:
    if form.cleaned_data["version"] != one.version:
        form.add_error(
            None,
            _(
                "Somebody changed this filing since you opened it. Compare with what it says now, "
                "then save again: your words are still here."
            ),
        )
        return False
    if not form.changes():
        return True
    try:
        service.set_fields(actor=reader(request), filing=one, values=form.changes(), now=context["now"])
    except TocsinError as refusal:
        refuse_into(form, refusal)
        return False
    return True


@require_http_methods(["GET", "POST"])
def promise(request: HttpRequest, uid: str, row: str, key: str) -> HttpResponse:
    """Announce that a row follows by a time, or take that back."""
    incident, context = frame(request, uid, "filing.draft")
    one = found(incident, row)
    asked = profile_of(one).form.index.get(key)
    if asked is None or not asked.follows or not one.is_open:
        raise Http404
    back = reverse("filing-section", args=[uid, row, asked.section]) + f"#row-{asked.row}"
    given = content_of(one).to_follow.get(key)
    step = request.POST.get("step", "")
    form = PromiseForm(request.POST if step == "announce" else None, now=context["now"], zone=incident.zone)
    if given:
        form.initial = {"by": form.fields["by"].said(given.by), "reason": given.reason}  # type: ignore[attr-defined]
    try:
        if step == "announce" and form.is_valid():
            service.mark_to_follow(
                actor=reader(request), filing=one, key=key, now=context["now"], **form.cleaned_data
            )
            return redirect(back)
        if step == "drop":
            service.set_fields(actor=reader(request), filing=one, values={key: None}, now=context["now"])
            return redirect(back)
    except TocsinError as refusal:
        refuse_into(form, refusal)
    context |= {
        "filing": one,
        "form": form,
        "hidden": {"step": "announce"},
        "number": asked.row,
        "label": pick(asked.label, page_language()),
        "given": given,
        "has_answer": key in content_of(one).values,
        "back": back,
    }
    return render(request, "notifications/filings/promise.html", context, status=422 if form.errors else 200)


@require_POST
def take_over(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Fill the form again with what the case knows now."""
    incident, context = frame(request, uid, "filing.draft")
    one = found(incident, row)
    try:
        service.take_over_facts(actor=reader(request), filing=one, now=context["now"])
    except TocsinError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Filled with what the case knows now. What people wrote has stayed."))
    return redirect("filing", uid, row)


@require_POST
def withdraw(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Give up a draft."""
    incident, context = frame(request, uid, "filing.draft")
    one = found(incident, row)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            service.withdraw_draft(actor=reader(request), filing=one, now=context["now"], **form.cleaned_data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("The draft is given up. It stays in the record."))
            return redirect("filings", uid)
    return show(request, context, one, withdrawal=form)
