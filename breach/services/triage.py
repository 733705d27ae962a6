"""Triage: from a report to an incident, or to no personal data breach, with reasons; and back again.

Every step is a new row and an entry in the chain of the house. What a report says enters the incident's
timeline when it becomes one, sealed under the incident's key from then on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import (
    AwarenessState,
    EventKind,
    Incident,
    Phase,
    Suspicion,
    SuspicionState,
    TriageStep,
    User,
)
from breach.permissions import require
from breach.services.awareness import set_awareness
from breach.services.incidents import PartyData, open_incident
from breach.services.record import record
from breach.services.timeline import log_event
from breach.timewords import Moment

NEW, INCIDENT = SuspicionState.NEW, SuspicionState.INCIDENT
NO_BREACH, DUPLICATE = SuspicionState.NO_BREACH, SuspicionState.DUPLICATE
# Every legal move, and the right that it asks for.
MOVES = {
    (NEW, INCIDENT): "suspicion.triage",
    (NEW, DUPLICATE): "suspicion.triage",
    (NEW, NO_BREACH): "suspicion.rule_out",
    # A decision is taken back by a new one: more is known now.
    (INCIDENT, NEW): "suspicion.triage",
    (DUPLICATE, NEW): "suspicion.triage",
    (NO_BREACH, NEW): "suspicion.triage",
}
LIVE = (Phase.REPORTED, Phase.OPEN)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an incident is opened with."""

    title: str
    kind: str
    zone: str
    party: PartyData
    drill: bool = False


@dataclass(slots=True)
class _Move:
    """One step that is being made, in the transaction around it."""

    row: Suspicion
    actor: User
    state: SuspicionState
    reasons: str
    now: datetime
    incident: Incident | None = None
    stays: Suspicion | None = None
    extra: dict[str, int] = field(default_factory=dict)

    def write(self) -> None:
        """Store the step, move the report, append to the chain of the house."""
        old = self.row.state
        self.row.state, self.row.incident, self.row.duplicate_of = self.state, self.incident, self.stays
        self.row.save(update_fields=["state", "incident", "duplicate_of"])
        step = TriageStep(
            suspicion=self.row,
            state=self.state,
            incident=self.incident,
            duplicate_of=self.stays,
            created_by=self.actor,
            created_at=self.now,
        )
        step.seal_texts(reasons=self.reasons)
        step.save()
        data = {
            "old": str(old),
            "new": str(self.state),
            "incident": self.incident.uid if self.incident else None,
            "duplicate_of": self.stays.uid if self.stays else None,
            "reasons_digest": step.texts_digest,
        }
        record(
            actor=self.actor,
            incident=None,
            action="suspicion.triaged",
            subject=self.row.uid,
            data=data | self.extra,
            now=self.now,
        )


def open_from(
    *, actor: User, suspicion: Suspicion, opening: Opening, reasons: str, now: datetime
) -> Incident:
    """Open an incident from a report. Its provisional clock runs from when the first report was received."""
    with transaction.atomic():
        row = _locked(actor, suspicion, INCIDENT, reasons)
        incident = open_incident(
            actor=actor,
            title=opening.title,
            kind=opening.kind,
            zone=opening.zone,
            parties=[opening.party],
            drill=opening.drill,
            now=now,
        )
        reports = _with_merged(row)
        merged = {"merged": len(reports) - 1}
        _Move(row, actor, INCIDENT, reasons, now, incident=incident, extra=merged).write()
        _enter(incident, reports, actor, now)
        set_awareness(
            actor=actor,
            incident=incident,
            party=incident.lead_party(),
            state=AwarenessState.SUSPECTED,
            instant=min(one.created_at for one in reports),
            zone=opening.zone,
            reasons=reasons,
            now=now,
        )
    return incident


def join_incident(
    *, actor: User, suspicion: Suspicion, incident: Incident, reasons: str, now: datetime
) -> None:
    """Put a report, and those merged into it, with an incident that is being worked on."""
    require(actor, "timeline.add", incident)
    if incident.phase not in LIVE:
        raise Conflict(_("This incident is closed. Open it again first, or open a new one."))
    with transaction.atomic():
        row = _locked(actor, suspicion, INCIDENT, reasons)
        reports = _with_merged(row)
        merged = {"merged": len(reports) - 1}
        _Move(row, actor, INCIDENT, reasons, now, incident=incident, extra=merged).write()
        _enter(incident, reports, actor, now)


def rule_out(*, actor: User, suspicion: Suspicion, reasons: str, now: datetime) -> None:
    """Decide that this is no personal data breach."""
    with transaction.atomic():
        row = _locked(actor, suspicion, NO_BREACH, reasons)
        _Move(row, actor, NO_BREACH, reasons, now).write()


def merge(*, actor: User, suspicion: Suspicion, into: Suspicion, reasons: str, now: datetime) -> None:
    """Say that two reports are about the same; `into` stays, and this one follows it.

    Where `into` is with an incident, what this one says enters that incident's timeline.
    Raises BadInput where `into` is the same or was merged itself, Conflict where others were merged into this.
    """
    with transaction.atomic():
        # Both rows in the order of their ids: two people may merge them into each other.
        found = Suspicion.objects.select_for_update().filter(pk__in=[suspicion.pk, into.pk]).order_by("pk")
        stays = next(one for one in list(found) if one.pk == into.pk)
        row = _locked(actor, suspicion, DUPLICATE, reasons)
        if stays.pk == row.pk or stays.state == DUPLICATE:
            raise BadInput(
                _("This report does not stay"), place="into", mend=_("Choose one that was not merged itself.")
            )
        if row.duplicates.exists():
            raise Conflict(_("Others were merged into this report. Merge the other one into this."))
        incident = stays.incident
        if incident is not None:
            require(actor, "timeline.add", incident)
        _Move(row, actor, DUPLICATE, reasons, now, stays=stays).write()
        if incident is not None:
            _enter(incident, [row], actor, now)


def reopen(*, actor: User, suspicion: Suspicion, reasons: str, now: datetime) -> None:
    """Take a decision back, by a new one. An incident that was opened stays as it is."""
    with transaction.atomic():
        row = _locked(actor, suspicion, NEW, reasons)
        _Move(row, actor, NEW, reasons, now).write()


def _locked(actor: User, suspicion: Suspicion, state: SuspicionState, reasons: str) -> Suspicion:
    """Lock the report and check right, move and reasons."""
    require(actor, "suspicion.triage")
    row = Suspicion.objects.select_for_update().get(pk=suspicion.pk)
    old = SuspicionState(row.state)
    if (old, state) not in MOVES:
        raise Conflict(_("This report was decided meanwhile: %(state)s.") % {"state": old.label})
    require(actor, MOVES[old, state])
    if not reasons.strip():
        raise BadInput(_("The decision needs reasons"), place="reasons", mend=_("Say why."))
    return row


def _with_merged(row: Suspicion) -> list[Suspicion]:
    return [row, *row.duplicates.order_by("pk")]


def _enter(incident: Incident, reports: list[Suspicion], actor: User, now: datetime) -> None:
    party = incident.lead_party()
    for one in reports:
        for kind, text, moment, is_report in _entries(one):
            log_event(
                actor=actor,
                incident=incident,
                party=party,
                kind=kind,
                text=text,
                moment=moment,
                known_at=max(one.created_at, moment.occurred_from),
                is_report=is_report,
                now=now,
            )


def _entries(one: Suspicion) -> Iterator[tuple[EventKind, str, Moment, bool]]:
    """Yield what a report says for the timeline: kind, text, moment, and whether it starts the clocks."""
    received = Moment.at(one.created_at, one.zone)
    yield EventKind.REPORTED, one.texts["text"], received, True
    if one.occurred_from < one.created_at:
        yield EventKind.OBSERVED, _("The author of the report noticed it."), one.moment, False
    for word in one.words.all():
        text = _("Added to the report: %(text)s") % {"text": word.texts["text"]}
        yield EventKind.NOTE, text, Moment.at(word.created_at, one.zone), False
