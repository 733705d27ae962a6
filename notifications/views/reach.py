"""Whom letters reached, what a law makes of the others, and the drafts of a notice in public."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.figures import Count, bar_plot
from breach.law import regimes, telling
from breach.models import Incident, Party
from breach.permissions import can, require
from breach.services.person_rows import local_day
from breach.views.room import reader, refuse_into, room
from breach.wording import country, language
from notifications.forms.public import PublicForm
from notifications.queries import reach as reading
from notifications.queries.reach import Substitution
from notifications.services.public_notices import record_public
from notifications.views.downloads import attachment
from notifications.views.notices import TAB

FORMS = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


@require_http_methods(["GET", "POST"])
def reached(request: HttpRequest, uid: str) -> HttpResponse:
    """Told, pending and not reached by country; a notice in public is drafted and recorded here."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    user, now = reader(request), context["now"]
    if request.method == "POST":
        require(user, "delivery.record", incident)
    found = reading.substitutions(incident)
    laws = [(f"{one.party.uid}/{one.rule.regime}", _title(one)) for one in found]
    form = PublicForm(request.POST or None, laws=laws, initial={"published_on": local_day(incident, now)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        party_uid, regime = data.pop("about").split("/")
        try:
            party = incident.parties.get(uid=party_uid)
            record_public(actor=user, party=party, regime=regime, now=now, **data)
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            messages.success(request, _("Recorded."))
            return redirect("reach", uid)
    rows = reading.reach(incident)
    told = bar_plot(_("Told"), [Count(country(one.country) or "—", one.told) for one in rows])
    lost = bar_plot(_("Not reached"), [Count(country(one.country) or "—", one.unreached) for one in rows])
    context |= {
        "rows": [(country(one.country) if one.country else "—", one) for one in rows],
        "plots": [told, lost] if rows else [],
        "found": [_shown(one, incident, now) for one in found],
        "form": form,
        "may_record": bool(found) and can(user, "delivery.record", incident),
    }
    return render(request, "notifications/notices/reach.html", context, status=422 if form.errors else 200)


@require_safe
def draft(request: HttpRequest, uid: str, row: str, regime: str, tag: str, form: str) -> HttpResponse:
    """The draft of a notice in public in one language, as a page or as text for the media, to be saved."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    party = incident.parties.filter(uid=row).first()
    rule = telling.load().get(regime)
    if party is None or rule is None or rule.substitute is None or form not in FORMS:
        raise Http404
    found = reading.drafts(party, rule, local_day(incident, context["now"]))
    text = next((one for one in found if one.language == tag), None)
    if text is None:
        raise Http404
    name = f"{incident.reference}-{regime}-{tag}.{form}"
    return attachment((text.html if form == "html" else text.text).encode(), name, FORMS[form])


def _title(one: Substitution) -> str:
    return f"{regimes.load()[one.rule.regime].name(get_language() or 'en')}, {one.party.organisation.name}"


def _shown(one: Substitution, incident: Incident, now: Any) -> dict[str, Any]:
    substitute = one.rule.substitute
    fewer = (substitute.fewer if substitute else None) or {}
    return {
        "title": _title(one),
        "one": one,
        "law": substitute,
        "fewer": fewer.get((get_language() or "en")[:2], fewer.get("en", "")),
        "drafts": _drafts(one.party, one, incident, now),
    }


def _drafts(party: Party, one: Substitution, incident: Incident, now: Any) -> list[tuple[str, str]]:
    if one.state == "fewer":
        return []
    found = reading.drafts(party, one.rule, local_day(incident, now))
    return [(text.language, language(text.language)) for text in found]
