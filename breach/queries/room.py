"""What the header of an incident shows: the most urgent clock and what should happen next."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from breach import providers
from breach.models import (
    AffectedClient,
    AffectedState,
    Assessment,
    AwarenessState,
    Decision,
    Incident,
    Obligation,
    ObligationState,
    Phase,
    User,
)
from breach.models.playbooks import Task
from breach.permissions import can
from breach.providers import NextAction
from breach.queries.approvals import waiting_for
from breach.queries.clocks import obligation_label
from breach.queries.facts import DECIDED, current_awareness

LIVE = (ObligationState.PROVISIONAL, ObligationState.RUNNING)


def live_obligations(incident: Incident) -> "list[Obligation]":
    """Clocks that run, most urgent first: those with an instant, then those held with no end set, then the rest.

    Of clients' clocks those that carry the others of their group.
    """
    rows = Obligation.objects.filter(incident=incident, state__in=LIVE, carries=True).select_related(
        "party__organisation", "awareness"
    )
    found = list(rows.order_by("urgency", "pk"))
    for row in found:
        row.incident = incident  # known already: a page words each row in the zone of its incident
    return found


def urgent_clock(incident: Incident) -> Obligation | None:
    rows = Obligation.objects.filter(incident=incident, state__in=LIVE, due__isnull=False, carries=True)
    found = rows.select_related("party__organisation", "awareness").order_by("due").first()
    if found is not None:
        found.incident = incident
    return found


def next_actions(incident: Incident, user: User, now: datetime) -> list[NextAction]:
    """Computed from state, most urgent first."""
    found: list[NextAction] = []
    if incident.phase == Phase.OPEN:
        found += _awareness(incident) + _judgement(incident, user) + _tasks(incident, now)
        found += _clock(incident, user) + _clients(incident, user)
    for approval in waiting_for(user):
        if approval.incident_id == incident.pk:
            text = _("Something waits for your approval")
            found.append(NextAction(5, text, reverse("approval", args=[incident.uid, approval.uid])))
    for provider in providers.next_actions:
        found += provider(incident, user)
    return sorted(found, key=lambda action: action.urgency)


def _awareness(incident: Incident) -> list[NextAction]:
    found = []
    for party in incident.parties.all():
        row = current_awareness(party)
        if row is None or row.state == AwarenessState.SUSPECTED:
            url = reverse("obligations", args=[incident.uid]) + "#awareness"
            found.append(NextAction(10, _("Decide whether and when you became aware"), url))
    return found


def _judgement(incident: Incident, user: User) -> list[NextAction]:
    """Assess, then decide, once awareness is settled; open decisions that a new fact undermined come first."""
    party = incident.lead_party()
    row = current_awareness(party)
    if row is None or row.state not in DECIDED:
        return []
    url = reverse("assessment", args=[incident.uid])
    if Decision.objects.filter(party=party, reopened_at__isnull=False).exists():
        standing = Decision.objects.filter(party=party).order_by("about", "-pk")
        latest = {one.about: one for one in reversed(standing)}
        if any(one.reopened_at for one in latest.values()):
            return [NextAction(7, _("A fact changed under a decision: decide again"), url)]
    if not Assessment.objects.filter(party=party).exists():
        return [NextAction(15, _("Assess severity and risk"), url)]
    if can(user, "decision.make", incident) and not Decision.objects.filter(party=party).exists():
        return [NextAction(16, _("Decide whom to tell"), url)]
    return []


def _clock(incident: Incident, user: User) -> list[NextAction]:
    """The next deadline, when nothing more particular is to be done."""
    row = urgent_clock(incident)
    if (
        row is None
        or row.affected_id
        or row.state != ObligationState.RUNNING
        or not can(user, "filing.draft", incident)
    ):
        return []
    label = obligation_label(row, (get_language() or "en")[:2])
    text = _("Meet the next deadline: %(label)s") % {"label": label}
    return [NextAction(28, text, reverse("obligation", args=[incident.uid, row.uid]))]


def _clients(incident: Incident, user: User) -> list[NextAction]:
    """Controllers that the house, as their processor, has still to tell."""
    if not can(user, "delivery.record", incident):
        return []
    count = AffectedClient.objects.filter(incident=incident, state=AffectedState.TO_TELL).count()
    if not count:
        return []
    text = ngettext("Tell %(count)d client", "Tell %(count)d clients", count) % {"count": count}
    return [NextAction(9, text, reverse("affected-clients", args=[incident.uid]) + "?view=to_tell")]


def _tasks(incident: Incident, now: datetime) -> list[NextAction]:
    overdue = Task.objects.filter(run__incident=incident, state__in=["todo", "doing"], due__lt=now).count()
    if not overdue:
        return []
    text = ngettext("%(count)d task is overdue", "%(count)d tasks are overdue", overdue) % {"count": overdue}
    return [NextAction(20, text, reverse("playbook", args=[incident.uid]))]


def totals(incident: Incident, user: User) -> "list[providers.Total]":
    """Numbers of the overview, each with the page it was counted from."""
    from breach.models.people import Person  # noqa: PLC0415 - keeps this module light for the header

    found = []
    if can(user, "people.count", incident):
        count = Person.objects.filter(incident=incident, state="active").count()
        found.append(providers.Total(_("People affected"), count, reverse("people", args=[incident.uid])))
    for provider in providers.totals:
        found += provider(incident, user)
    return found
