"""What the outward side adds to the incident room: tabs, next actions, totals, and where an approval's
content stands.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from breach import providers
from breach.models import Approval, Incident, Person, User
from breach.permissions import can
from breach.providers import NextAction, PersonLink, Section, Tab, Total
from notifications import provide_filings
from notifications.models import Notice, PersonNotice, PrintRun
from notifications.queries.letters import letters_to
from notifications.queries.notices import incident_totals
from notifications.queries.reach import owes_public
from notifications.states import NoticeState, PersonState, RunState

# Smaller is shown first. Approvals and clocks stand before, at 5 and 10.
RELEASE, UNCLEAR, POST, DRAFT = 6, 8, 25, 30

READERS = Section(
    "readers",
    _("Readers of reports"),
    _("People who may be given reports, each with a public key"),
    "readers",
    "readers.manage",
    50,
)
SENDERS = Section(
    "senders",
    _("Senders"),
    _("As whom each organisation writes, where answers go and undelivered letters come back to."),
    "settings-senders",
    "law.view",
    33,
)
TRANSPORTS = Section(
    "transports",
    _("Ways out"),
    _("Mail server, bounces and printer: how letters leave, with a test."),
    "settings-transports",
    "settings.manage",
    34,
)


def register() -> None:
    """Register with breach/providers.py. Called once, when the app is ready."""
    providers.register_tab(Tab("notifications", _("Notifications"), "notices", "incident.view", 70))
    providers.register_next_actions(next_actions)
    providers.register_totals(totals)
    providers.register_subject_url("letters", letters_url)
    providers.register_person_links(person_links)
    providers.register_section(READERS)
    providers.register_section(SENDERS)
    providers.register_section(TRANSPORTS)
    provide_filings.register()


def next_actions(incident: Incident, user: User) -> list[NextAction]:
    """What should happen next with letters, for those who may do it."""
    found: list[NextAction] = []
    for notice in incident.letter_notices.filter(state__in=[NoticeState.DRAFT, NoticeState.APPROVED]):
        url = reverse("notice", args=[incident.uid, notice.uid])
        if notice.state == NoticeState.APPROVED and can(user, "release", incident):
            found.append(NextAction(RELEASE, _("Letters are approved and wait for release"), url))
        if notice.state == NoticeState.DRAFT and can(user, "letters.submit", incident):
            found.append(NextAction(DRAFT, _("A notice is a draft: finish and submit it"), url))
    if can(user, "delivery.record", incident):
        found += _unclear(incident) + _to_post(incident) + _to_publish(incident)
    return found


def _unclear(incident: Incident) -> list[NextAction]:
    rows = PersonNotice.objects.filter(notice__incident=incident, state=PersonState.AMBIGUOUS)
    first = rows.select_related("notice").order_by("pk").first()
    if first is None:
        return []
    count = rows.count()
    text = ngettext(
        "Of %(count)d letter nobody knows whether it left",
        "Of %(count)d letters nobody knows whether they left",
        count,
    ) % {"count": count}
    url = reverse("notice", args=[incident.uid, first.notice.uid]) + "#unclear"
    return [NextAction(UNCLEAR, text, url)]


def _to_post(incident: Incident) -> list[NextAction]:
    waiting = [RunState.READY, RunState.PRINTED]
    run = PrintRun.objects.filter(notice__incident=incident, state__in=waiting, letters__gt=0).first()
    if run is None:
        return []
    url = reverse("print-run", args=[incident.uid, run.uid])
    return [NextAction(POST, _("A print run waits to be posted"), url)]


def _to_publish(incident: Incident) -> list[NextAction]:
    if not owes_public(incident):
        return []
    text = _("Letters did not reach so many people that a notice in public is owed")
    return [NextAction(POST, text, reverse("reach", args=[incident.uid]))]


def totals(incident: Incident, user: User) -> list[Total]:
    """Numbers of the overview, each with the page that lists what was counted."""
    if not can(user, "incident.view", incident):
        return []
    sums, url = incident_totals(incident), reverse("notices", args=[incident.uid])
    if not sums.approved:
        return []
    found = [
        Total(_("Letters sent"), sums.delivered, url),
        Total(_("Letters pending"), sums.pending, url),
        Total(_("Letters failed"), sums.failed, url),
    ]
    if sums.ambiguous:
        found.append(Total(_("Letters unclear"), sums.ambiguous, url))
    return found


def letters_url(approval: Approval) -> str:
    """The page that shows exactly what an approval of letters is about."""
    notice = Notice.objects.filter(uid=approval.subject_uid).first()
    return reverse("notice", args=[approval.incident.uid, notice.uid]) if notice else ""


def person_links(person: Person, user: User) -> list[PersonLink]:
    """The letters to one person, for those who may read about people."""
    if not can(user, "people.read", person.incident):
        return []
    return [
        PersonLink(
            _("Notice %(number)d, letter %(reference)s")
            % {"number": row.notice.number, "reference": row.reference},
            row.get_state_display(),
            reverse("letter", args=[person.incident.uid, row.uid]),
        )
        for row in letters_to(person)
    ]
