"""What is known, field by field: entered, compared, kept in versions, read from a file and written to one."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import BadInput
from breach.forms.fact_names import suggested
from breach.forms.facts import FactsFileForm, FactsForm, filled, merged
from breach.law.facts import Facts
from breach.law.facts_file import to_json_text, to_toml_text
from breach.models import FactsVersion, Incident
from breach.permissions import can, require
from breach.queries.fact_labels import fact_label
from breach.queries.fact_sections import is_a_fact
from breach.queries.fact_values import differences
from breach.queries.fact_versions import changed_since, version_line, versions
from breach.queries.facts import FIRM, latest_version, standing_facts
from breach.queries.open_questions import open_questions
from breach.services.facts import Stale, update_facts
from breach.views.fact_places import Layout, side_by_side
from breach.views.room import reader, room

# Pages that ask for facts, and that one goes back to.
BACK = {
    "obligations": gettext_lazy("Obligations"),
    "assessment": gettext_lazy("Assessment"),
    "overview": gettext_lazy("Overview"),
}
MORE_ROWS = 12
NAMED = 6  # changed facts that a message names
_NUMBER = re.compile(r"[0-9]{1,9}")
_PLACE = re.compile(r"[\w.-]{1,60}")
WRITERS = {"json": (to_json_text, "application/json"), "toml": (to_toml_text, "application/toml")}


@require_http_methods(["GET", "POST"])
def facts(request: HttpRequest, uid: str) -> HttpResponse:
    """Every fact with its field; unknown is an answer."""
    incident, context = room(request, uid, tab="obligations", capability="incident.view")
    user, party, now = reader(request), context["party"], context["now"]
    if request.method != "POST":
        form = FactsForm(standing=standing_facts(party), now=now, zone=incident.zone)
        return _page(request, incident, context, form)
    require(user, "facts.edit", incident)
    seen = request.POST.get("version", "")
    number = int(seen) if _NUMBER.fullmatch(seen) else standing_facts(party).number
    standing = standing_facts(party, number)
    form = FactsForm(
        request.POST, standing=standing, now=now, zone=incident.zone, only_look="more" in request.POST
    )
    if "more" in request.POST:
        form.offer_rows(MORE_ROWS)
        return _page(request, incident, context, form)
    if not form.is_valid():
        return _page(request, incident, context, form)
    try:
        version = update_facts(
            actor=user,
            incident=incident,
            party=party,
            changes=form.changes(),
            reason=form.cleaned_data["reason"],
            overruled=form.overruled_now(),
            expected=number,
            now=now,
        )
    except Stale:
        return _both(request, incident, context, form)
    except BadInput as refusal:
        form.refuse(refusal)
        return _page(request, incident, context, form)
    return _done(request, incident, version, number)


def _both(
    request: HttpRequest, incident: Incident, context: dict[str, Any], typed: FactsForm
) -> HttpResponse:
    """Somebody was quicker: show what they recorded beside what was typed, on top of their version."""
    party, number = context["party"], typed.standing.number
    theirs, later = changed_since(party, number, incident.zone)
    latest = standing_facts(party)
    now, zone = context["now"], incident.zone
    data = merged(typed, FactsForm(standing=latest, now=now, zone=zone))
    form = FactsForm(data, standing=latest, now=now, zone=zone)
    context |= {"later": later, "theirs": theirs, "sides": side_by_side(typed, theirs, zone)}
    form.add_error(None, _("Somebody recorded facts while you were typing. Nothing of yours is stored yet."))
    return _page(request, incident, context, form, status=409)


def _done(request: HttpRequest, incident: Incident, version: FactsVersion, seen: int) -> HttpResponse:
    if version.number == seen:
        messages.info(request, _("Nothing was changed."))
    else:
        labels = [one.label for one in version_line(version, incident.zone).changed]
        named = ", ".join(labels[:NAMED]) + (", …" if len(labels) > NAMED else "")
        said = {"number": version.number, "named": named}
        messages.success(
            request,
            _("Facts recorded. Every clock was computed again.")
            + " "
            + _("Version %(number)d changed: %(named)s.") % said,
        )
    back = _back(request, incident)
    if back["is_asked"]:
        return redirect(back["url"])
    return redirect("facts-version", incident.uid, version.uid)


def _page(
    request: HttpRequest, incident: Incident, context: dict[str, Any], form: FactsForm, *, status: int = 0
) -> HttpResponse:
    asked = request.GET.get("ask", "")
    asked = asked if is_a_fact(asked) else ""
    questions = open_questions(context["party"])
    layout = Layout(
        form=form,
        incident=incident,
        questions={one.fact: one for one in questions},
        theirs={one.key: one for one in context.get("theirs", ())},
        asked=asked,
    )
    context |= {
        "form": form,
        "file_form": context.get("file_form") or FactsFileForm(),
        "sections": layout.sections(),
        "asked": fact_label(asked) if asked else "",
        "questions": questions,
        "back": _back(request, incident),
        "suggested": suggested(),
        "versions": versions(context["party"], incident.zone),
        "may_edit_facts": can(reader(request), "facts.edit", incident),
    }
    failed = bool(form.is_bound and form.errors) or bool(context["file_form"].errors)
    return render(request, "breach/facts/page.html", context, status=status or (422 if failed else 200))


def _back(request: HttpRequest, incident: Incident) -> dict[str, str]:
    """Where the reader came from, as the address says; the obligations where it does not."""
    name, at = request.GET.get("back", ""), request.GET.get("at", "")
    known = name if name in BACK else "obligations"
    place = f"#{at}" if name == known and _PLACE.fullmatch(at) else ""
    url = reverse(known, args=[incident.uid]) + place
    return {"url": url, "label": str(BACK[known]), "is_asked": "yes" if name == known else ""}


@require_http_methods(["POST"])
def upload(request: HttpRequest, uid: str) -> HttpResponse:
    """Fill the form from a file; nothing is stored before somebody has looked at it."""
    incident, context = room(request, uid, tab="obligations", capability="facts.edit")
    party, now = context["party"], context["now"]
    standing = standing_facts(party)
    form = FactsForm(standing=standing, now=now, zone=incident.zone)
    file_form = FactsFileForm(request.POST, request.FILES)
    context["file_form"] = file_form
    if not file_form.is_valid():
        return _page(request, incident, context, form)
    given, facts = file_form.cleaned_data["facts"]
    document = facts.to_json()
    named = {key: document[key] for key in given}
    new = {**standing.document, **{key: value for key, value in named.items() if key not in FIRM}}
    context |= {
        "from_file": file_form.cleaned_data["name"],
        "file_changes": differences(standing.document, new, incident.zone),
        "left_alone": [
            fact_label(key)
            for key in sorted(FIRM & named.keys())
            if named[key] is not None and named[key] != standing.document.get(key)
        ],
    }
    data = filled(form, named)
    data["reason"] = _("File %(name)s") % {"name": file_form.cleaned_data["name"]}
    form = FactsForm(data, standing=standing, now=now, zone=incident.zone)
    return _page(request, incident, context, form)


def _version(incident: Incident, row: str) -> FactsVersion:
    rows = FactsVersion.objects.filter(incident=incident, uid=row).select_related("created_by", "party")
    found = rows.first()
    if found is None:
        raise Http404
    return found


@require_safe
def version(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One version, what it changed, and the document to take away."""
    incident, context = room(request, uid, tab="obligations", capability="incident.view")
    found = _version(incident, row)
    last = latest_version(found.party)
    context |= {
        "line": version_line(found, incident.zone),
        "is_last": last is not None and last.pk == found.pk,
        "known": differences(None, found.document, incident.zone),
    }
    return render(request, "breach/facts/version.html", context)


@require_safe
def document(request: HttpRequest, uid: str, row: str, kind: str) -> HttpResponse:
    """The whole document of one version as a file, as `manage.py facts --check` reads it."""
    incident, _context = room(request, uid, tab="obligations", capability="incident.view")
    found = _version(incident, row)
    if kind not in WRITERS:
        raise Http404
    write, content_type = WRITERS[kind]
    name = f"facts-{incident.reference}-{found.number}.{kind}"
    return HttpResponse(
        write(Facts.from_json(found.document)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
