"""The timeline: quick add, filters, corrections. An htmx request gets the fragment of the same page."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from breach.errors import TocsinError
from breach.forms.standing import STOOD
from breach.forms.timeline import AttachForm, CorrectionForm, EventForm, FilterForm
from breach.models import Event, EventKind, Incident
from breach.permissions import can
from breach.queries.timeline import AttachedFile, Entry, entry_of, timeline_page
from breach.services import evidence as evidence_service
from breach.services import timeline as timeline_service
from breach.services.standing import one_writer
from breach.timewords import Precision
from breach.views.live import SEEN, answer, live
from breach.views.room import reader, refuse_into, room

TONES = {
    EventKind.DETECTED: "warn",
    EventKind.REPORTED: "warn",
    EventKind.CONTAINED: "good",
    EventKind.RECOVERED: "good",
    EventKind.COMMUNICATED: "info",
    EventKind.DECIDED: "info",
}
MORE = ("known", "is_detection", "is_report")  # fields that the quick add folds away while they are empty


@require_safe
@live
def timeline(request: HttpRequest, uid: str) -> HttpResponse:
    """Show entries by the time of the event, and the form to add one."""
    incident, context = room(request, uid, tab="timeline", capability="timeline.view")
    return _page(request, incident, context, EventForm(incident=incident, now=context["now"]))


@require_http_methods(["POST"])
def add(request: HttpRequest, uid: str) -> HttpResponse:
    """Enter an event with its files. After a refusal the form comes back with all that was typed."""
    incident, context = room(request, uid, tab="timeline", capability="timeline.add")
    form = EventForm(request.POST, request.FILES, incident=incident, now=context["now"])
    if form.is_valid():
        uploads = [evidence_service.Upload(one, one.name or "") for one in form.cleaned_data["attachments"]]
        try:
            evidence_service.log_with_files(
                actor=reader(request), incident=incident, uploads=uploads, now=context["now"], **form.entry()
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Entered."))
            return redirect("timeline", uid)
    return _page(request, incident, context, form)


@require_safe
def entry(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One entry, with the forms to correct it and to attach a file."""
    incident, context = room(request, uid, tab="timeline", capability="timeline.view")
    event = event_of(incident, row)
    form = CorrectionForm(event=event, now=context["now"])
    return entry_page(request, context, event, form=form, attach_form=AttachForm())


@require_POST
def correct(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """Enter a correction as a new entry."""
    incident, context = room(request, uid, tab="timeline", capability="timeline.add")
    event = event_of(incident, row)
    with one_writer(incident):
        standing = _standing(event) if STOOD in request.POST else event
        form = CorrectionForm(request.POST, event=standing, now=context["now"])
        new = _corrected(request, standing, form, context["now"]) if form.is_valid() else None
    if new is not None:
        messages.success(request, _("Entered as a correction. The earlier entry stays."))
        return redirect(f"{reverse('timeline', args=[uid])}#entry-{new.uid}")
    return entry_page(request, context, event, form=form, attach_form=AttachForm())


def _standing(event: Event) -> Event:
    """Return the entry that stands in the place of `event`: itself, or the last correction of it."""
    later = Event.objects.filter(supersedes=event).select_related("incident").first()
    return event if later is None else _standing(later)


def _corrected(request: HttpRequest, event: Event, form: CorrectionForm, now: datetime) -> Event | None:
    try:
        return timeline_service.correct_event(
            actor=reader(request), event=event, now=now, **form.correction()
        )
    except TocsinError as refusal:
        refuse_into(form, refusal)
        return None


def event_of(incident: Incident, row: str) -> Event:
    rows = Event.objects.filter(incident=incident)
    return get_object_or_404(
        rows.select_related("incident", "created_by", "supersedes", "superseded_by"), uid=row
    )


def entry_page(
    request: HttpRequest,
    context: dict[str, Any],
    event: Event,
    *,
    form: CorrectionForm,
    attach_form: AttachForm,
) -> HttpResponse:
    """Render the page of one entry; also for evidence that is attached there."""
    incident, user = context["incident"], reader(request)
    one = entry_of(event, names=can(user, "evidence.read", incident))
    context |= {
        "entry": shown(one, incident, may_open=can(user, "evidence.read", incident), may_change=False),
        "form": form,
        "attach_form": attach_form,
        "may_correct": can(user, "timeline.add", incident) and (not one.corrected_by or form.is_bound),
        "may_attach": can(user, "evidence.add", incident),
        "correct_url": reverse("timeline-correct", args=[incident.uid, event.uid]),
        "attach_url": reverse("evidence-attach", args=[incident.uid, event.uid]),
    }
    status = 422 if form.errors or attach_form.errors else 200
    return render(request, "breach/timeline/entry.html", context, status=status)


def shown(entry: Entry, incident: Incident, *, may_open: bool, may_change: bool) -> dict[str, Any]:
    """Return an entry as components/timeline_entry.html takes it."""
    moment = entry.moment
    page = _entry_url(incident, entry.uid)
    text = entry.text
    if entry.reason:
        text = f"{text}\n\n" + _("Corrected because: %(reason)s") % {"reason": entry.reason}
    return {
        "uid": entry.uid,
        "text": text,
        "kind_label": entry.kind_label,
        "tone": TONES.get(EventKind(entry.kind), "neutral"),
        "actor": entry.author,
        "occurred_at": moment.occurred_from,
        "occurred_to": moment.occurred_to if moment.precision is Precision.RANGE else None,
        "precision_label": "" if moment.precision is Precision.EXACT else entry.precision_label,
        "zone": moment.zone,
        "original_text": moment.original_text,
        "known_at": entry.known_at if entry.known_at not in (entry.entered_at, moment.occurred_to) else None,
        "entered_at": entry.entered_at,
        "late_note": _signal_note(entry),
        "attachments": [_file(one, incident, may_open=may_open) for one in entry.attachments],
        "corrects_url": _entry_url(incident, entry.corrects),
        "corrected_by_url": _entry_url(incident, entry.corrected_by),
        "is_superseded": bool(entry.corrected_by),
        "actions": [{"label": _("Correct, attach"), "url": page}]
        if may_change and not entry.corrected_by
        else [],
    }


def _entry_url(incident: Incident, uid: str) -> str:
    return reverse("timeline-entry", args=[incident.uid, uid]) if uid else ""


def _signal_note(entry: Entry) -> str:
    """Say that an entry starts the provisional clock if it is the earliest such one."""
    if entry.is_report:
        return _("report of the breach")
    return _("first sign of the breach") if entry.is_detection else ""


def _file(one: AttachedFile, incident: Incident, *, may_open: bool) -> dict[str, Any]:
    url = reverse("evidence-download", args=[incident.uid, one.uid]) if may_open else ""
    return {"name": one.name or _("sealed file"), "size": one.size, "digest": one.sha256, "url": url}


def _page(request: HttpRequest, incident: Incident, context: dict[str, Any], form: EventForm) -> HttpResponse:
    user = reader(request)
    may_open, may_add = can(user, "evidence.read", incident), can(user, "timeline.add", incident)
    wanted = FilterForm(request.GET or None)
    chosen = wanted.cleaned_data if wanted.is_bound and wanted.is_valid() else {}
    number = request.GET.get("page", "1")
    page = timeline_page(
        incident,
        kinds=[chosen["kind"]] if chosen.get("kind") else [],
        with_files_only=bool(chosen.get("with_files")),
        newest_first=chosen.get("order") != "oldest",
        number=int(number) if number.isdecimal() else 1,
        names=may_open,
    )
    context |= {
        "form": form,
        "filter": wanted,
        "more_is_open": any(form.errors.get(name) or form[name].value() for name in MORE),
        "is_filtered": bool(chosen.get("kind") or chosen.get("with_files")),
        "page": page,
        "entries": [shown(one, incident, may_open=may_open, may_change=may_add) for one in page.entries],
        "may_add": may_add,
        "one_party": len(form.fields["party"].queryset) == 1,  # type: ignore[attr-defined]
        "live_url": _page_query(request, page.number),
        "older": _page_query(request, page.number + 1) if page.number < page.pages else "",
        "newer": _page_query(request, page.number - 1) if page.number > 1 else "",
    }
    status = 422 if form.errors else 200
    return answer(
        request, context, page="breach/timeline/page.html", part="breach/timeline/_room.html", status=status
    )


def _page_query(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    query.pop(SEEN, None)
    return f"{reverse('timeline', args=[request.resolver_match.kwargs['uid']])}?{query.urlencode()}"  # type: ignore[union-attr]
