"""The frame of every incident page: load through visible_to, check the right, give header and tabs."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from breach import clock, providers
from breach.errors import BadInput, TocsinError
from breach.models import GlassBreak, Incident, User
from breach.permissions import can, membership, open_glass, require, sees_every_incident
from breach.providers import Tab
from breach.queries.clocks import shown_clocks
from breach.queries.live import mark_of, visible_with_head
from breach.queries.room import next_actions, urgent_clock
from breach.services.record import record_read

TABS = [
    Tab("overview", _("Overview"), "overview", "incident.view", 10),
    Tab("timeline", _("Timeline"), "timeline", "timeline.view", 20),
    Tab("playbook", _("Playbook"), "playbook", "incident.view", 30),
    Tab("people", _("People"), "people", "people.count", 40),
    Tab("assessment", _("Assessment"), "assessment", "incident.view", 50),
    Tab("obligations", _("Obligations"), "obligations", "incident.view", 60),
    Tab("ledger", _("Ledger"), "ledger", "ledger.view", 90),
]


def room(request: HttpRequest, uid: str, *, tab: str, capability: str) -> tuple[Incident, dict[str, Any]]:
    """Return the incident and the context of `incident_base.html`. 404 when it is not visible, 403 without the right."""
    user = reader(request)
    now = clock.now()
    # Where the ledger stands is read before anything else of the page: what is entered meanwhile is news to it.
    incident = visible_with_head(user, uid).first()
    if incident is None:
        raise Http404
    require(user, capability, incident)
    emergency = _look_from_outside(request, incident, user, now)
    shown = sorted([*TABS, *providers.tabs], key=lambda one: one.order)
    actions = next_actions(incident, user, now)
    urgent = urgent_clock(incident)
    return incident, {
        "incident": incident,
        "party": incident.lead_party(),
        "now": now,
        "tabs": [
            {
                "key": one.key,
                "label": one.label,
                "url": reverse(one.url_name, args=[uid]),
                "active": one.key == tab,
            }
            for one in shown
            if can(user, one.capability, incident)
        ],
        "tab": tab,
        "clock": shown_clocks([urgent], now)[0] if urgent else None,
        "next_action": actions[0] if actions else None,
        "next_actions": actions,
        "emergency": emergency,
        "live_url": reverse("incident-live", args=[uid]),
        "live_mark": mark_of(incident.ledger_size, now),  # type: ignore[attr-defined]
    }


def _look_from_outside(
    request: HttpRequest, incident: Incident, user: User, now: datetime
) -> GlassBreak | None:
    """Enter a page view by somebody who is no member, where that is to be seen; return the emergency access."""
    glass = None if sees_every_incident(user) else open_glass(user, incident)
    if glass is not None and membership(user, incident) is not None:
        glass = None
    watched = glass is not None or (incident.need_to_know and sees_every_incident(user))
    if watched and request.method == "GET" and "HX-Request" not in request.headers:
        match = request.resolver_match
        with transaction.atomic():
            what = f"page/{match.url_name if match else ''}"
            record_read(actor=user, incident=incident, what=what, count=1, now=now)
    return glass


def reader(request: HttpRequest) -> User:
    """The signed-in account. Pages of the room are for accounts only."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def refuse_into(form: Form, refusal: TocsinError) -> None:
    """Show a service's refusal beside the field it names, so that nothing typed is lost."""
    place = getattr(refusal, "place", "")
    mend = getattr(refusal, "mend", "")
    text = f"{refusal.message}. {mend}" if isinstance(refusal, BadInput) else str(refusal)
    form.add_error(place if place in form.fields else None, text.strip())
