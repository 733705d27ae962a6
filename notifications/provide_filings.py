"""What filings and reports add to the incident room: tabs, next actions, the page an approver reads."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from breach import clock, providers
from breach.models import Approval, Incident, Phase, User
from breach.permissions import can
from breach.providers import NextAction, Tab
from notifications.queries import filing_board as board
from notifications.queries.filings import KIND

URGENT_FIRST, URGENT_FILE, URGENT_WRITE, URGENT_SUBMIT, URGENT_FOLLOW, URGENT_WAIT = 12, 6, 14, 13, 30, 60


def register() -> None:
    """Add the pages of filings and reports to the room."""
    providers.register_tab(Tab("filings", gettext_lazy("Filings"), "filings", "incident.view", 75))
    providers.register_tab(Tab("reports", gettext_lazy("Reports"), "reports", "incident.view", 80))
    providers.register_next_actions(next_actions)
    providers.register_subject_url(KIND, filing_url)


def filing_url(approval: Approval) -> str:
    """The page that shows all of what an approver is asked about."""
    return reverse("filing", args=[approval.incident.uid, approval.subject_uid])


def next_actions(incident: Incident, user: User) -> list[NextAction]:
    """What this user can do next for the filings of an open incident."""
    if incident.phase != Phase.OPEN or not can(user, "filing.draft", incident):
        return []
    language = (get_language() or "en")[:2]
    found = [
        _first(incident, party.authority, party.uid, language)
        for party in board.parties_owing_a_first_filing(incident)
    ]
    found += [
        _of_open(phase, board.short_authority(phase.filing.authority, language))
        for phase in board.open_phases(incident, clock.now(), language)
    ]
    for filing in board.to_be_completed(incident):
        text = _("%(authority)s: complete the filing with what was announced") % {
            "authority": board.short_authority(filing.authority, language)
        }
        found.append(NextAction(URGENT_FOLLOW, text, reverse("filing", args=[incident.uid, filing.uid])))
    return found


def _first(incident: Incident, authority: str, party: str, language: str) -> NextAction:
    text = _("%(authority)s: the first filing is due") % {
        "authority": board.short_authority(authority, language)
    }
    return NextAction(URGENT_FIRST, text, reverse("filing-new", args=[incident.uid]) + f"?party={party}")


def _of_open(phase: board.Phase, authority: str) -> NextAction:
    """What the phase waits for."""
    if phase.is_approved:
        urgency, text = URGENT_FILE, _("%(authority)s: file it and record the receipt")
    elif phase.waits:
        urgency, text = URGENT_WAIT, _("%(authority)s: the filing waits for its approver")
    elif phase.is_ready:
        urgency, text = URGENT_SUBMIT, _("%(authority)s: the filing waits to be submitted for approval")
    else:
        urgency, text = URGENT_WRITE, _("%(authority)s: the filing waits for answers")
    url = reverse("filing", args=[phase.filing.incident.uid, phase.filing.uid])
    return NextAction(urgency, text % {"authority": authority}, url)
