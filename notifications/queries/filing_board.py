"""Filings as pages show them: phases per party and authority, one phase in full, what is to be done next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from breach.figures import Clock
from breach.law import authorities
from breach.models import (
    Approval,
    ApprovalState,
    Decision,
    Incident,
    Membership,
    Obligation,
    ObligationState,
    Party,
    User,
)
from breach.permissions import CAPABILITIES
from breach.queries.clocks import clock_of
from breach.vault import Destroyed
from notifications.filings.complete import Finding, asked, findings, required
from notifications.filings.content import FilingContent, ToFollow
from notifications.filings.diff import Change
from notifications.filings.form import Field, Section
from notifications.filings.profiles import GENERIC, Profile, profile_for
from notifications.filings.show import show_finding, show_state, show_value
from notifications.filings.show import words as filing_words
from notifications.models import OPEN_STATES, Filing, FilingState
from notifications.queries.filings import KIND, content_of, filings_of, print_of, profile_of
from notifications.wording import pick

TONES = {
    FilingState.DRAFT: "neutral",
    FilingState.ASKED: "warn",
    FilingState.APPROVED: "info",
    FilingState.SUBMITTED: "good",
    FilingState.WITHDRAWN: "neutral",
}
# Authorities carry the usual short form of their name in brackets behind it.
SHORT_FORM = re.compile(r"\(([^()]{2,20})\)$")
CLOCKS = (ObligationState.PROVISIONAL, ObligationState.RUNNING, ObligationState.MET)


def authority_name(key: str, language: str) -> str:
    """Name an authority by its profile, or from the list of authorities where it has none of its own."""
    profile = profile_for(key)
    if profile.key == GENERIC:
        known = authorities.load().get(key)
        return f"{known.name} ({known.country})" if known else key
    return pick(profile.name, language)


def short_authority(key: str, language: str) -> str:
    """Name an authority for a narrow place: by the short form behind its own name, where it has one."""
    known = authorities.load().get(key)
    found = SHORT_FORM.search(known.native_name) if known else None
    return found[1] if found else authority_name(key, language)


@dataclass(frozen=True, slots=True)
class Note:
    """One finding in words, with the section and row that mend it."""

    text: str
    section: str
    row: int
    blocks: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase as the pages show it at one moment.

    `state` is what the approver's answer makes of it, also before anybody wrote that down. `content` is None
    once the incident's key is destroyed; then nothing can be found wanting either.
    """

    filing: Filing
    state: FilingState
    name: str
    approval: Approval | None
    content: FilingContent | None
    findings: tuple[Finding, ...]
    language: str

    @property
    def state_label(self) -> Any:
        return self.state.label

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def completeness(self) -> str:
        return filing_words(self.language)[self.filing.completeness]

    @property
    def is_open(self) -> bool:
        return self.filing.is_open

    @property
    def can_be_edited(self) -> bool:
        return self.is_open and self.content is not None

    @property
    def is_draft(self) -> bool:
        return self.state == FilingState.DRAFT

    @property
    def waits(self) -> bool:
        return self.state == FilingState.ASKED

    @property
    def is_approved(self) -> bool:
        return self.state == FilingState.APPROVED

    @property
    def is_submitted(self) -> bool:
        return self.state == FilingState.SUBMITTED

    @property
    def was_refused(self) -> bool:
        return self.is_draft and self.approval is not None and self.approval.state == ApprovalState.REFUSED

    @property
    def is_ready(self) -> bool:
        return self.content is not None and not any(finding.blocks for finding in self.findings)

    @property
    def promises(self) -> int:
        return len(self.content.to_follow) if self.content else 0

    @property
    def first_promise(self) -> datetime | None:
        """The earliest time by which something was announced to follow (UTC)."""
        return (
            min((promise.by for promise in self.content.to_follow.values()), default=None)
            if self.content
            else None
        )

    def notes(self) -> tuple[Note, ...]:
        form = profile_of(self.filing).form
        return tuple(
            Note(show_finding(one, form, self.language), form.field(one.key).section, one.row, one.blocks)
            for one in self.findings
        )

    def blocking_notes(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes() if note.blocks)

    def other_notes(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes() if not note.blocks)


@dataclass(frozen=True, slots=True)
class Matter:
    """What one party tells one authority: its clocks and its phases, the latest first."""

    party: Party
    authority: str
    name: str
    clocks: tuple[Clock, ...]
    phases: tuple[Phase, ...]

    @property
    def last(self) -> Phase | None:
        """The phase that stands, withdrawn ones left aside."""
        return next((phase for phase in self.phases if phase.state != FilingState.WITHDRAWN), None)

    @property
    def can_be_drafted(self) -> bool:
        return self.last is None

    @property
    def can_be_followed_up(self) -> bool:
        return self.last is not None and self.last.is_submitted


def matters(incident: Incident, now: datetime, language: str) -> list[Matter]:
    """Every authority that is told, or owed a filing, per party."""
    parties = list(incident.parties.select_related("organisation").order_by("pk"))
    phases: dict[tuple[int, str], list[Phase]] = {}
    approvals = last_approvals(incident)
    for filing in filings_of(incident):
        phase = phase_of(filing, approvals.get(filing.uid), now, language)
        phases.setdefault((filing.party_id, filing.authority), []).insert(0, phase)
    owed = _owed(incident)
    for party in parties:
        if party.authority and any(one.party_id == party.pk for one in owed):
            phases.setdefault((party.pk, party.authority), [])
    by_pk = {party.pk: party for party in parties}
    return [
        Matter(
            party=by_pk[party_id],
            authority=key,
            name=authority_name(key, language),
            clocks=tuple(
                clock_of(one, now)
                for one in owed
                if one.party_id == party_id and one.regime == profile_for(key).regime
            ),
            phases=tuple(rows),
        )
        for (party_id, key), rows in phases.items()
    ]


def _owed(incident: Incident) -> list[Obligation]:
    rows = Obligation.objects.filter(incident=incident, to="authority", state__in=CLOCKS)
    rows = rows.select_related("incident", "party__organisation", "awareness")
    return list(rows.order_by(F("due").asc(nulls_last=True), "pk"))


def last_approvals(incident: Incident) -> dict[str, Approval]:
    """The latest approval of each filing of the incident, by the filing's uid."""
    rows = Approval.objects.filter(incident=incident, kind=KIND).select_related(
        "author", "decided_by", "incident"
    )
    return {row.subject_uid: row for row in rows.order_by("pk")}


def phase_of(filing: Filing, approval: Approval | None, now: datetime, language: str) -> Phase:
    """One phase at `now`. Opens its content; findings are of open phases only."""
    profile = profile_of(filing)
    try:
        content = content_of(filing)
    except Destroyed:
        content = None
    found = findings(content, profile.form, now) if content and filing.is_open else ()
    name = pick(profile.phases[filing.phase], language)
    return Phase(filing, _standing(filing, approval), name, approval, content, found, language)


def _standing(filing: Filing, approval: Approval | None) -> FilingState:
    """A filing that waits moves on by its next act; until then the approver's answer says where it stands."""
    state = FilingState(filing.state)
    if state != FilingState.ASKED or approval is None or approval.state == ApprovalState.ASKED:
        return state
    agreed = approval.state == ApprovalState.APPROVED and approval.digest == filing.digest
    return FilingState.APPROVED if agreed else FilingState.DRAFT


# --- one phase in full -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the form with its answer in words. `state` is answered, promised, missing, open or idle."""

    field: Field
    label: str
    lines: tuple[str, ...]
    state: str
    promise: ToFollow | None

    @property
    def number(self) -> int:
        return self.field.row


@dataclass(frozen=True, slots=True)
class Part:
    """One section with the rows that say something or should."""

    section: Section
    title: str
    rows: tuple[Row, ...]
    missing: int

    @property
    def key(self) -> str:
        return self.section.key


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One difference to the phase before, in words."""

    number: int
    label: str
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def parts_of(phase: Phase, now: datetime) -> tuple[Part, ...]:
    """Every section with its answers, in the order of the form; nothing when the content is erased."""
    if phase.content is None:
        return ()
    return tuple(
        _part(phase, phase.content, section, now) for section in profile_of(phase.filing).form.sections
    )


def _part(phase: Phase, content: FilingContent, section: Section, now: datetime) -> Part:
    rows = [row for field in section.fields if (row := _row(phase, content, field, now)).state != "idle"]
    blocked = {finding.key for finding in phase.findings if finding.blocks}
    missing = sum(field.key in blocked for field in section.fields)
    return Part(section, pick(section.title, phase.language), tuple(rows), missing)


def _row(phase: Phase, content: FilingContent, field: Field, now: datetime) -> Row:
    value, promise = content.values.get(field.key), content.to_follow.get(field.key)
    if promise is not None:
        state = "promised"
    elif value is not None:
        state = "answered"
    elif not asked(content, field, content.facts(now)):
        state = "idle"
    else:
        state = "missing" if required(field) else "open"
    return Row(
        field, pick(field.label, phase.language), show_value(field, value, phase.language), state, promise
    )


def changes_of(phase: Phase, now: datetime) -> tuple[ChangeRow, ...]:
    """What this phase changes against the one before."""
    if phase.content is None or phase.filing.follows is None:
        return ()
    return tuple(_change(phase, change) for change in print_of(phase.filing, now).changes())


def _change(phase: Phase, change: Change) -> ChangeRow:
    field = profile_of(phase.filing).form.field(change.key)
    zone = phase.filing.incident.zone
    old, new = (show_state(field, state, phase.language, zone) for state in (change.old, change.new))
    return ChangeRow(
        change.row, pick(field.label, phase.language), filing_words(phase.language)[change.kind], old, new
    )


def channel_of(profile: Profile, language: str) -> str:
    """How this authority takes filings, in words."""
    return pick(profile.channel, language)


# --- who and what next -----------------------------------------------------------------------------------


def approvers_of(incident: Incident, author: User) -> list[Membership]:
    """Members who may approve what `author` submits: managers first, then deputies."""
    roles = [role for role, rights in CAPABILITIES.items() if "approve" in rights]
    rows = Membership.objects.filter(
        incident=incident, user__role__in=roles, user__is_active=True, is_dpo=False
    )
    return list(rows.exclude(user=author).select_related("user").order_by("is_deputy", "pk"))


def parties_owing_a_first_filing(incident: Incident) -> list[Party]:
    """Parties whose first filing is owed and not drafted, unless management decided against it."""
    told = Filing.objects.filter(incident=incident).exclude(state=FilingState.WITHDRAWN).values("party_id")
    running = Obligation.objects.filter(
        incident=incident, to="authority", phase="initial", state=ObligationState.RUNNING
    ).exclude(party__in=told)
    parties = {row.party_id: row.party for row in running.select_related("party") if _answers(row)}
    return [party for party in parties.values() if not _decided_against(party)]


def _answers(owed: Obligation) -> bool:
    """Whether a filing to the party's lead authority is what this clock asks for."""
    return bool(owed.party.authority) and profile_for(owed.party.authority).regime == owed.regime


def _decided_against(party: Party) -> bool:
    rows = Decision.objects.filter(party=party, about="authority").order_by("-pk")
    return rows.values_list("outcome", flat=True).first() == "do_not_notify"


def open_phases(incident: Incident, now: datetime, language: str) -> list[Phase]:
    """Phases that are being written, wait, or are approved and not yet filed."""
    rows = Filing.objects.filter(incident=incident, state__in=OPEN_STATES).select_related("incident", "party")
    filings = list(rows)
    approvals = last_approvals(incident) if filings else {}
    return [phase_of(filing, approvals.get(filing.uid), now, language) for filing in filings]


def to_be_completed(incident: Incident) -> list[Filing]:
    """Submitted phases that announced more and are the last of their matter."""
    later = (
        Filing.objects.exclude(state=FilingState.WITHDRAWN).filter(follows__isnull=False).values("follows")
    )
    rows = Filing.objects.filter(incident=incident, state=FilingState.SUBMITTED, completeness="incomplete")
    return list(rows.exclude(pk__in=later).select_related("incident"))
