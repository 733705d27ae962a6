"""Done outside this system: a duty met through an authority's own form, by counsel, by telephone; recorded, corrected.

The clock ends at the instant that is given and says from it whether that was in time. A record is never edited: a
correction, or that nothing was done after all, is a new row that names the old one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import (
    Discharge,
    DischargeStep,
    DischargeWay,
    Event,
    EventKind,
    Obligation,
    ObligationState,
    Party,
    SealedFile,
    User,
)
from breach.permissions import require
from breach.queries.discharges import discharges_of
from breach.services import facts as facts_service
from breach.services import obligations
from breach.services.evidence import Upload, log_with_sealed, seal_uploads
from breach.services.record import record
from breach.timewords import Moment

RIGHT = "delivery.record"
OPEN = (ObligationState.PROVISIONAL, ObligationState.RUNNING)
LONGEST_REFERENCE, LONGEST_NOTE = 200, 2000


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: when, in which way (a DischargeWay), with whose reference, and a note.

    Of a span of time its end counts. Reference and note are sealed; one of the two is needed.
    """

    moment: Moment
    way: str
    reference: str = ""
    note: str = ""

    @property
    def at(self) -> datetime:
        return self.moment.occurred_to


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row to write, with the state it leads to."""

    step: str
    done: Done
    reasons: str = ""
    supersedes: Discharge | None = None
    uploads: Sequence[Upload] = ()


def record_done(
    *, actor: User, obligation: Obligation, done: Done, now: datetime, uploads: Sequence[Upload] = ()
) -> Discharge:
    """Record that what a law or a contract asks was done outside this system, and end its clock.

    Raises BadInput for a time still to come or missing words, Conflict when nothing of that kind is owed.
    """
    require(actor, RIGHT, obligation.incident)
    if obligation.affected_id:
        raise Conflict(_("Whether a client was told is recorded on that client's page."))
    _check(done, obligation, now)
    return _store(actor, obligation, _Entry(DischargeStep.RECORDED, done, uploads=uploads), now)


def correct_done(
    *,
    actor: User,
    discharge: Discharge,
    done: Done,
    reasons: str,
    now: datetime,
    uploads: Sequence[Upload] = (),
) -> Discharge:
    """Say otherwise how and when it was done. Raises as `record_done`, and Conflict when that is not the last word."""
    require(actor, RIGHT, discharge.incident)
    _check(done, discharge.obligation, now)
    _check_reasons(reasons)
    entry = _Entry(DischargeStep.CORRECTED, done, reasons, discharge, uploads)
    return _store(actor, discharge.obligation, entry, now)


def take_back_done(*, actor: User, discharge: Discharge, reasons: str, now: datetime) -> Discharge:
    """Say that it was not done: the clock runs again, with its alarms."""
    require(actor, RIGHT, discharge.incident)
    _check_reasons(reasons)
    said = Done(Moment.at(discharge.at, discharge.zone, text=discharge.original_text), discharge.way)
    entry = _Entry(DischargeStep.TAKEN_BACK, said, reasons, discharge)
    return _store(actor, discharge.obligation, entry, now)


def _store(actor: User, owed: Obligation, entry: _Entry, now: datetime) -> Discharge:
    incident, party = owed.incident, owed.party
    sealed: Sequence[SealedFile] = ()
    if entry.uploads:
        sealed = seal_uploads(actor=actor, incident=incident, uploads=entry.uploads, now=now)
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        row = _move_clock(actor, owed, entry, now)
        event = _log(actor, row, entry, sealed, now) if sealed else None
        kept = _row(actor, row, entry, event, now)
        # A phase that was done may start the next one, of a law or of a contract.
        facts_service.refresh(
            actor=actor, incident=incident, party=party, reason=f"done outside: {entry.step}", now=now
        )
        data = {
            "obligation": row.uid,
            "at": kept.at.isoformat(),
            "zone": kept.zone,
            "way": kept.way,
            "lateness": row.lateness,
            "supersedes": entry.supersedes.uid if entry.supersedes else None,
            "event": event.uid if event else None,
            "texts_digest": kept.texts_digest,
        }
        action = f"done_outside.{entry.step}"
        record(actor=actor, incident=incident, action=action, subject=kept.uid, data=data, now=now)
    return kept


def _move_clock(actor: User, owed: Obligation, entry: _Entry, now: datetime) -> Obligation:
    """End the clock of what is owed, move its end, or let it run again."""
    if entry.supersedes is None:
        return obligations.mark_met(
            actor=actor,
            incident=owed.incident,
            party=owed.party,
            regime=owed.regime,
            to=owed.to,
            phase=owed.phase,
            at=entry.done.at,
            now=now,
        )
    last = discharges_of(owed).last()
    if last is None or last.pk != entry.supersedes.pk:
        raise Conflict(_("This record was changed in the meantime. Look at its last step."))
    if last.step == DischargeStep.TAKEN_BACK:
        raise Conflict(_("This record was taken back. Record anew when it was done."))
    met = Obligation.objects.filter(
        party=owed.party, affected=None, regime=owed.regime, to=owed.to, phase=owed.phase
    ).filter(state=ObligationState.MET)
    row = met.order_by("-pk").first()
    if row is None:
        raise Conflict(_("This is not recorded as done."))
    at = None if entry.step == DischargeStep.TAKEN_BACK else entry.done.at
    return obligations.amend_met(actor=actor, row=row, at=at, now=now)


def _log(actor: User, row: Obligation, entry: _Entry, sealed: Sequence[SealedFile], now: datetime) -> Event:
    """Let the timeline carry the proof, where evidence is kept."""
    event, _files = log_with_sealed(
        actor=actor,
        incident=row.incident,
        sealed=sealed,
        now=now,
        party=row.party,
        kind=EventKind.COMMUNICATED,
        text=_("Proof of what was done outside this system"),
        moment=replace(entry.done.moment, original_text=""),
    )
    return event


def _row(actor: User, row: Obligation, entry: _Entry, event: Event | None, now: datetime) -> Discharge:
    done = entry.done
    kept = Discharge(
        incident=row.incident,
        party=row.party,
        obligation=row,
        step=entry.step,
        at=done.at,
        zone=done.moment.zone,
        original_text=done.moment.original_text,
        way=done.way,
        event=event,
        supersedes=entry.supersedes,
        created_by=actor,
        created_at=now,
    )
    kept.seal_texts(reference=done.reference, note=done.note, reasons=entry.reasons)
    kept.save()
    return kept


def _check(done: Done, owed: Obligation, now: datetime) -> None:
    if done.way not in DischargeWay.values:
        raise BadInput(_("This way is not known"), place="way", mend=_("Choose one of the list."))
    if done.at > now:
        raise BadInput(
            _("This time is still to come"), place="at", mend=_("Give the moment when it was done.")
        )
    began = owed.facts.document.get("occurred_from") if owed.facts else None
    if began and done.at < datetime.fromisoformat(began):
        raise BadInput(
            _("This lies before the breach began"), place="at", mend=_("Correct the day, or that fact first.")
        )
    if not (done.reference.strip() or done.note.strip()):
        raise BadInput(
            _("Nothing says how it was done"),
            place="reference",
            mend=_("Give the reference, or say in the note who was told."),
        )
    for place, text, most in (
        ("reference", done.reference, LONGEST_REFERENCE),
        ("note", done.note, LONGEST_NOTE),
    ):
        if len(text.strip()) > most:
            raise BadInput(
                _("This is too long"),
                place=place,
                mend=_("Use at most %(most)d characters.") % {"most": most},
            )


def _check_reasons(reasons: str) -> None:
    if not reasons.strip():
        raise BadInput(
            _("Say what was wrong"), place="reasons", mend=_("A correction is read beside what it corrects.")
        )
