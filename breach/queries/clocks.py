"""Stored obligations as clocks for a page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from breach.figures import Clock
from breach.models import Obligation, ObligationState

PHASES = {
    "early_warning": _("early warning"),
    "initial": _("first notification"),
    "intermediate": _("intermediate report"),
    "final": _("final report"),
    "assessment": _("assessment"),
    "annual": _("annual report"),
}
RECIPIENTS = {
    "individuals": _("People concerned"),
    "controller": _("Controller"),
    "media": _("Media"),
    "consumer_reporting_agencies": _("Consumer reporting agencies"),
}


def obligation_label(obligation: Obligation) -> str:
    """Name an obligation by who is told and in which phase: `CNIL: first notification`."""
    who = RECIPIENTS.get(obligation.to) or obligation.recipient or obligation.to
    phase = PHASES.get(obligation.phase, obligation.phase)
    return pgettext("who is told: in which phase", "%(who)s: %(phase)s") % {"who": who, "phase": phase}


def clock_of(obligation: Obligation, now: datetime) -> Clock:
    """Return the obligation as a clock seen at `now`, in the zone of its incident, leading to its working."""
    incident = obligation.incident
    return Clock(
        label=obligation_label(obligation),
        now=now,
        due=obligation.due,
        zone=incident.zone,
        started=obligation.runs_from,
        outer=obligation.outer,
        standard=obligation.standard.replace("_", " "),
        done_at=obligation.met_at,
        provisional=obligation.state == ObligationState.PROVISIONAL,
        url=reverse("obligation", args=[incident.uid, obligation.uid]),
    )
