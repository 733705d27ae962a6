"""The drafting page: one wording with the letter beside it, what the lint minds at each field, and its versions.

"Check" and typing show what is typed without saving it; "Save" makes a version.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import BadInput, TocsinError
from breach.permissions import can, require
from breach.services.person_rows import local_day
from breach.services.record import record_read
from breach.views.room import reader, refuse_into, room
from breach.wording import country
from notifications import notation, previews
from notifications.contents import live_content
from notifications.forms.notices import TextForm
from notifications.letters import library, readability, wordiff
from notifications.letters.compose import circumstances
from notifications.letters.values import IncidentText, Letter, NoticeContent, Recipient, Wording
from notifications.models import Notice, NoticeText
from notifications.places import BLOCK_LABELS, OWN_LABELS, field_of, in_words, text_name
from notifications.queries import drafting as reading
from notifications.queries.drafting import Reader
from notifications.queries.extremes import Extremes, extremes_of
from notifications.services import texts
from notifications.views.notices import TAB, found, key_of


@require_http_methods(["GET", "POST"])
def notice_text(request: HttpRequest, uid: str, row: str, key: str) -> HttpResponse:
    """Write one text. htmx asks while somebody types, and gets the letter and the findings without the form."""
    incident, context = room(request, uid, tab=TAB, capability="letters.draft")
    notice = found(incident, row)
    saved = live_content(notice)
    wording, own = _text_of(saved, key)
    readers = reading.readers_of(notice, saved, wording)
    choices = [(str(number), _reader_name(one)) for number, one in enumerate(readers)]
    form = TextForm(request.POST or None, wording=wording, own=own, readers=choices)
    content = saved
    if request.method == "POST" and form.is_valid():
        content = _typed(saved, form)
        if "save" in request.POST:
            try:
                _save(request, notice, form, wording, own, context["now"])
            except TocsinError as refusal:
                _refuse(form, refusal)
            else:
                messages.success(request, _("Saved as a new version."))
                return redirect("notice-text", uid, row, key)
    day = local_day(incident, context["now"])
    chosen = _chosen(form, readers)
    context |= {"notice": notice, "key": key, "wording": wording, "form": form, "name": text_name(key)}
    context |= _beside(notice, content, content.wordings[key], readers, chosen, form, day)
    context["may_read_people"] = can(reader(request), "people.read", incident)
    if "people" in request.POST:
        context["real"] = _real(request, notice, content, content.wordings[key], day, context["now"])
    if getattr(request, "htmx", False):
        return render(request, "notifications/notices/_drafted.html", context)
    context |= _tools(notice, readers, key)
    return render(request, "notifications/notices/text.html", context, status=422 if form.errors else 200)


@require_safe
def text_version(request: HttpRequest, uid: str, row: str, key: str, part: str, version: int) -> HttpResponse:
    """What one version changed in the one before it, word by word."""
    incident, context = room(request, uid, tab=TAB, capability="letters.draft")
    notice = found(incident, row)
    language, _at, form = key.partition("@")
    versions = notice.texts.select_related("created_by").filter(part=part, language=language, form=form)
    new = versions.filter(version=version).first()
    if new is None:
        raise Http404
    old = versions.filter(version__lt=version).order_by("-version").first()
    changes = wordiff.changes(old.content if old else {}, new.content)
    context |= {
        "notice": notice,
        "key": key,
        "name": text_name(key),
        "new": new,
        "old": old,
        "next": versions.filter(version__gt=version).order_by("version").first(),
        "changes": [(_field_name(change.name), change.runs) for change in changes],
    }
    return render(request, "notifications/notices/version.html", context)


def _text_of(content: NoticeContent, key: str) -> tuple[Wording, IncidentText]:
    wording = content.wordings.get(key)
    if wording is None:
        raise Http404
    own = content.texts.get(key) or content.texts.get(wording.language) or IncidentText(wording.language)
    return wording, own


def _typed(content: NoticeContent, form: TextForm) -> NoticeContent:
    """Return the content with what is typed. Own words that say nothing do not stand in the way of others'."""
    wording, own = form.new_wording(), form.new_own()
    before = _text_of(content, wording.key)[1]
    own = replace(own, source_mark=before.source_mark if not form.cleaned_data["compared"] else "")
    texts_now = dict(content.texts)
    if wording.key in texts_now or own != before:
        texts_now[wording.key] = own
    return replace(content, wordings={**content.wordings, wording.key: wording}, texts=texts_now)


def _save(
    request: HttpRequest, notice: Notice, form: TextForm, wording: Wording, own: IncidentText, now: datetime
) -> None:
    user = reader(request)
    require(user, "letters.draft", notice.incident)
    library.check(form.new_wording())
    texts.check_incident_text(form.new_own())
    if form.new_wording() != wording:
        texts.edit_wording(actor=user, notice=notice, wording=form.new_wording(), now=now)
    compared = bool(form.cleaned_data["compared"])
    if compared or replace(form.new_own(), source_mark=own.source_mark) != own:
        texts.edit_incident_text(
            actor=user, notice=notice, text=form.new_own(), form=wording.form, now=now, compared=compared
        )


def _refuse(form: TextForm, refusal: TocsinError) -> None:
    """Show a refusal beside the field whose place in the letter it names."""
    if isinstance(refusal, BadInput) and (name := field_of(refusal.place)) in form.fields:
        refusal = BadInput(refusal.message, place=name, mend=refusal.mend, code=refusal.code)
    refuse_into(form, refusal)


def _chosen(form: TextForm, readers: list[Reader]) -> Reader:
    typed = str(form.data.get("reader", "0"))
    return readers[int(typed)] if typed.isdecimal() and int(typed) < len(readers) else readers[0]


def _beside(
    notice: Notice,
    content: NoticeContent,
    wording: Wording,
    readers: list[Reader],
    chosen: Reader,
    form: TextForm,
    day: Any,
) -> dict[str, Any]:
    """Return the letter, its score and the fields with what is minded at each."""
    letter = _letter(content, chosen.like, day)
    minded = in_words(reading.findings_in(notice, content, wording, readers, date=day))
    holding = circumstances(content, letter.body.key if letter else chosen.key)
    value = form.data.get if form.is_bound else form.initial.get
    fields = [
        {
            "field": form[name],
            "findings": [one for one in minded if one["field"] == name],
            "only_some": notation.only_some(str(value(name) or ""), holding),
            "errors": form.errors.get(name, []),
        }
        for name in form.fields
        if name != "reader"
    ]
    names = set(form.fields)
    return {
        "letter": letter,
        "ease": reading.ease_of(letter) if letter else None,
        "formula": readability.formulas().get(wording.language.partition("-")[0]),
        "fields": fields,
        "minded": [one for one in minded if one["field"] not in names],
        "blocking": sum(one["blocks"] for one in minded),
        "warning": sum(not one["blocks"] for one in minded),
    }


def _letter(content: NoticeContent, like: Recipient, day: Any) -> Letter | None:
    """Return the letter as it reads, or None while the notation is wrong: the finding says where."""
    try:
        return previews.letter_like(content, like, day)
    except BadInput:
        return None


def _real(
    request: HttpRequest, notice: Notice, content: NoticeContent, wording: Wording, day: Any, now: datetime
) -> dict[str, Any]:
    """Open the people of the list, note it, and return the letters to the extreme ones."""
    user, incident = reader(request), notice.incident
    require(user, "people.read", incident)
    found_people: Extremes = extremes_of(notice, content, wording)
    with transaction.atomic():
        record_read(
            actor=user, incident=incident, what=f"draft/{notice.uid}", count=found_people.opened, now=now
        )
    letters = []
    for way, person in found_people.people:
        shown = replace(person, code=previews.SAMPLE_CODE, reference=previews.SAMPLE_REFERENCE)
        try:
            letters.append((way, previews.letter_to(content, shown, day)))
        except BadInput:
            continue
    return {"letters": letters, "opened": found_people.opened, "of": found_people.of}


def _tools(notice: Notice, readers: list[Reader], key: str) -> dict[str, Any]:
    kinds = sorted({kind for one in readers for kind in one.like.kinds})
    rows = notice.texts.select_related("created_by").order_by("part", "-version")
    versions: list[NoticeText] = [text for text in rows if key_of(text) == key]
    return {
        "placeholders": notation.placeholders(),
        "conditions": notation.conditions(kinds, sorted({one.like.country for one in readers})),
        "versions": versions,
    }


def _reader_name(one: Reader) -> str:
    """`an adult in France; IBAN, e-mail address (12 people)`."""
    who = (
        _("next of kin") if one.like.deceased else _("a minor’s guardian") if one.key.minor else _("an adult")
    )
    parts = [who]
    if one.key.country or one.key.region:
        parts[0] += f" ({one.key.region or country(one.key.country)})"
    parts += [", ".join(notation.term_in_words(kind) for kind in one.key.kinds)] if one.key.kinds else []
    count = ngettext("%(count)s person", "%(count)s people", one.people) % {"count": one.people}
    parts.append(count if one.people else _("made up"))
    return "; ".join(parts)


def _field_name(name: str) -> str:
    kind, _bar, key = name.partition("_")
    if kind == "own":
        return str(OWN_LABELS[key])
    if kind in ("text", "heading") and key in BLOCK_LABELS:
        label = str(BLOCK_LABELS[key])
        return label if kind == "text" else f"{label}, {_('Heading').lower()}"
    return {
        "title": _("Title of the letter"),
        "translated_from": _("Own words translated from"),
        "translator": _("Translated by"),
        "checker": _("Checked by, somebody else"),
    }.get(name, name)
