"""What an account was told in the application: newest first, each with the page where it is seen to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from breach.models import InAppNotice, Role, User

SHOWN = 50
WORDS: dict[str, Any] = {
    "approval_asked": gettext_lazy("Something waits for your approval"),
    "task_assigned": gettext_lazy("A task was given to you"),
    "clock": gettext_lazy("A deadline needs you"),
    "clients_untold": gettext_lazy("Clients are still to be told"),
    "clients_silent": gettext_lazy("Clients did not acknowledge in time"),
    "hold_over": gettext_lazy("Law enforcement holds a notice back no longer: give it now"),
    "hold_review": gettext_lazy("Ask whether law enforcement still wants notices held back"),
    "decision_reopened": gettext_lazy("A fact changed under a decision: decide again"),
    "decision_review": gettext_lazy("A decision is to be looked at again"),
    "alarm_failed": gettext_lazy("An alarm did not get through"),
    "glass_broken": gettext_lazy("Somebody opened the incident in an emergency"),
    "new_device": gettext_lazy("Your account was opened on a new device"),
    "account_locked": gettext_lazy("Your account was locked after wrong passwords or codes"),
    "suspicion_reported": gettext_lazy("A report waits for triage"),
    "factor_reset": gettext_lazy("Somebody's second factors are to be removed: confirm or refuse it"),
}
# Kind: the address that it leads to; with the incident's uid where the notice has an incident.
PLACES = {
    "task_assigned": "playbook",
    "clock": "obligations",
    "clients_untold": "affected-clients",
    "clients_silent": "affected-clients",
    "hold_over": "holds",
    "hold_review": "holds",
    "decision_reopened": "assessment",
    "decision_review": "assessment",
    "alarm_failed": "obligations",
    "glass_broken": "access",
    "new_device": "sessions",
    "account_locked": "sessions",
    "suspicion_reported": "triage",
    "factor_reset": "factor-resets",
}


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One notice. `reference` is the incident's, or ""; `at` is UTC."""

    text: str
    reference: str
    url: str
    at: datetime
    is_new: bool


def told(user: User) -> list[ToldLine]:
    """Return the newest notices of `user`; of an incident they left, only that it was there."""
    rows = InAppNotice.objects.filter(user=user).select_related("incident", "user").order_by("-pk")[:SHOWN]
    return [_line(row) for row in rows]


def count_new(user: User) -> int:
    return InAppNotice.objects.filter(user=user, read_at=None).count()


def _line(row: InAppNotice) -> ToldLine:
    place = PLACES.get(row.kind, "overview")
    url = reverse("home")
    if row.kind == "approval_asked" and row.incident:
        url = reverse("approval", args=[row.incident.uid, row.values["approval"]])
    elif row.incident and row.user.role == Role.GUEST:
        url = reverse("asked", args=[row.incident.uid])
    elif row.incident:
        url = reverse(place, args=[row.incident.uid])
    elif row.kind in PLACES:
        url = reverse(place)
    text = WORDS.get(row.kind) or _("There is something to see")
    reference = row.incident.reference if row.incident else ""
    return ToldLine(str(text), reference, url, row.created_at, row.read_at is None)
