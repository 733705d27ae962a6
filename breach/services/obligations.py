"""Stored clocks: computed from facts by the law room, kept with their working, superseded and never edited.

Until awareness is decided, what would run from awareness runs provisionally from the earliest report or detection.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.law import deadlines, private, regimes
from breach.law.facts import Facts
from breach.law.obligations import Answer, SwitchedOff, obligations
from breach.law.obligations import Obligation as Owed
from breach.models import (
    AwarenessState,
    FactsVersion,
    Incident,
    Obligation,
    ObligationState,
    Party,
    RegimeAnswer,
    RegimeSwitch,
    User,
)
from breach.queries import contracts
from breach.queries.clock_basis import Basis, basis_of, starts_at_awareness, stored_step
from breach.queries.law_changes import newest_change
from breach.queries.switches import switched_off
from breach.services import client_clocks, reminders
from breach.services.record import record

Key = tuple[str, str, str]  # regime, to, phase
LIVE = (ObligationState.PROVISIONAL, ObligationState.RUNNING, ObligationState.MET)


def refresh(
    *, actor: User | None, incident: Incident, party: Party, version: FactsVersion, now: datetime
) -> None:
    """Compute every clock of `party` again on this version of the facts. Call in the caller's transaction."""
    facts, basis = Facts.from_json(version.document), basis_of(party, version)
    # Read before the switches and contracts: what changes in between is seen by the next sweep.
    seen, switches = newest_change(), switched_off()
    answer = Answer()
    if not basis.ruled_out:
        rules = [*regimes.load().values(), *contracts.regimes_of(party, facts)]
        answer = client_clocks.without_told_one_by_one(
            obligations(basis.facts, rules, now, switched_off=switches), party
        )
    with transaction.atomic():
        Party.objects.filter(pk=party.pk).update(law_seen=seen)
        counts = _store(answer, basis, incident, party, actor, now)
        counts["answers"] = _store_answers(_answers(answer, switches), basis, actor, now)
        of_clients = client_clocks.refresh(actor=actor, party=party, version=version, now=now)
        counts |= {f"clients_{key}": count for key, count in of_clients.items()}
        record(
            actor=actor,
            incident=incident,
            action="obligations.computed",
            subject=party.uid,
            data={"facts": version.number, "provisional": basis.provisional, **counts},
            now=now,
        )


def mark_met(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    regime: str,
    to: str,
    phase: str,
    at: datetime,
    now: datetime,
) -> Obligation:
    """Record that what was owed was done at `at` (sending or submitting, never rendering).

    The caller's service has checked the right for what it did. Raises Conflict when nothing of that kind is owed.
    """
    if at > now:
        raise BadInput(
            _("The moment lies in the future"), place="at", mend=_("Give the moment it was submitted.")
        )
    with transaction.atomic():
        row = (
            Obligation.objects.select_for_update()
            .filter(party=party, affected=None, regime=regime, to=to, phase=phase, state__in=LIVE[:2])
            .order_by("-pk")
            .first()
        )
        if row is None:
            raise Conflict(_("Nothing of this kind is owed now."))
        _meet(row, at)
        reminders.withdraw(clocks=[row], why=row.state, now=now)
        data = {"regime": regime, "to": to, "phase": phase, "at": at.isoformat(), "lateness": row.lateness}
        record(actor=actor, incident=incident, action="obligation.met", subject=row.uid, data=data, now=now)
    return row


def amend_met(*, actor: User, row: Obligation, at: datetime | None, now: datetime) -> Obligation:
    """Correct when what `row` owes was done or, with None, say that it was not: its clock runs again, with its alarms.

    The caller's service keeps what was said before, has checked the right, and locks the party.
    """
    row = Obligation.objects.select_for_update(of=("self",)).select_related("awareness").get(pk=row.pk)
    if row.state != ObligationState.MET:
        raise Conflict(_("This is not recorded as done."))
    before = row.met_at.isoformat() if row.met_at else None
    if at is not None:
        _meet(row, at)
    else:
        decided = row.awareness is not None and row.awareness.state != AwarenessState.SUSPECTED
        # Where that is not all there is to it, the computation that follows puts it right.
        row.state = ObligationState.RUNNING if decided else ObligationState.PROVISIONAL
        row.met_at, row.lateness, row.called_off_at = None, "", None
        row.save(update_fields=["state", "met_at", "lateness", "called_off_at"])
        reminders.plan(clocks=[row], now=now)
    data = {"before": before, "at": at.isoformat() if at else None, "lateness": row.lateness}
    record(
        actor=actor, incident=row.incident, action="obligation.amended", subject=row.uid, data=data, now=now
    )
    return row


def _meet(row: Obligation, at: datetime) -> None:
    row.state, row.met_at = ObligationState.MET, at
    row.lateness = deadlines.state(row.due, row.outer, at) if row.due else ""
    row.save(update_fields=["state", "met_at", "lateness"])


def _store(
    answer: Answer, basis: Basis, incident: Incident, party: Party, actor: User | None, now: datetime
) -> dict[str, int]:
    own = Obligation.objects.filter(party=party, affected=None, state__in=LIVE)
    stored = {_key(row): row for row in own.select_for_update()}
    owed = {_key(one): one for one in answer.obligations}
    gone = [row for key, row in stored.items() if key not in owed and row.state != ObligationState.MET]
    other = {key: one for key, one in owed.items() if not (key in stored and _same(stored[key], one, basis))}
    old = [stored[key] for key in other if key in stored]
    _end(gone, ObligationState.ENDED, now)
    _end(old, ObligationState.SUPERSEDED, now)
    rows = [_row(one, stored.get(key), basis, incident, party, actor, now) for key, one in other.items()]
    Obligation.objects.bulk_create(rows)
    reminders.plan(clocks=[row for row in rows if not row.met_at], now=now)
    return {
        "new": len(rows) - len(old),
        "superseded": len(old),
        "ended": len(gone),
        "kept": len(owed) - len(rows),
    }


def _row(
    one: Owed,
    old: Obligation | None,
    basis: Basis,
    incident: Incident,
    party: Party,
    actor: User | None,
    now: datetime,
) -> Obligation:
    state = ObligationState.PROVISIONAL if _is_provisional(one, basis) else ObligationState.RUNNING
    met_at = old.met_at if old else None
    return Obligation(
        incident=incident,
        party=party,
        regime=one.regime,
        rule_version=one.rule_version,
        to=one.to,
        recipient=one.recipient,
        phase=one.phase,
        state=ObligationState.MET if met_at else state,
        trigger_event=one.trigger_event,
        runs_from=one.runs_from_instant,
        due=one.due,
        outer=one.outer,
        held=one.held is not None,
        held_until=one.held.until if one.held else None,
        standard=one.standard or "",
        working=[stored_step(step) for step in one.working],
        reason=stored_step(one.reason),
        label=dict(one.label),
        citation=one.citation,
        confidence=one.confidence,
        facts=basis.version,
        awareness=basis.awareness,
        supersedes=old,
        met_at=met_at,
        lateness=deadlines.state(one.due, one.outer, met_at) if met_at and one.due else "",
        created_by=actor,
        created_at=now,
    )


def _end(rows: Sequence[Obligation], state: ObligationState, now: datetime) -> None:
    Obligation.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)
    reminders.withdraw(clocks=rows, why=state, now=now)


def _same(row: Obligation, one: Owed, basis: Basis) -> bool:
    """Whether nothing that a reader relies on has changed."""
    provisional = _is_provisional(one, basis)
    same_kind = row.state == ObligationState.MET or (row.state == ObligationState.PROVISIONAL) == provisional
    return (
        same_kind
        and row.due == one.due
        and row.outer == one.outer
        and row.held == (one.held is not None)
        and row.held_until == (one.held.until if one.held else None)
        and row.runs_from == one.runs_from_instant
        and row.rule_version == one.rule_version
        and (row.state == ObligationState.MET or row.working == [stored_step(step) for step in one.working])
        and row.standard == (one.standard or "")
    )


def _is_provisional(one: Owed, basis: Basis) -> bool:
    """A clock of a contract that runs from the attack or a suspicion does not wait for anybody to decide awareness."""
    if not basis.provisional or not private.is_private(one.regime):
        return basis.provisional
    return starts_at_awareness(one.working, ("awareness",))


def _answers(answer: Answer, switches: Mapping[str, RegimeSwitch]) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is to be said of every regime under which nothing is owed: outcome and detail, by regime."""
    found: dict[str, tuple[str, dict[str, Any]]] = {
        one.regime: ("ruled_out", {"reason": stored_step(one.reason)}) for one in answer.ruled_out
    }
    found |= {
        one.regime: ("undecided", {"reason": stored_step(one.reason), "needs": list(one.needs)})
        for one in answer.undecided
    }
    return found | {
        one.regime: ("switched_off", _would(one, switches[one.regime])) for one in answer.switched_off
    }


def _would(one: SwitchedOff, switch: RegimeSwitch) -> dict[str, Any]:
    """The switch, and what the regime would have asked of this party."""
    other = one.undecided or one.ruled_out
    return {
        "switch": switch.uid,
        "would": [
            {
                "to": owed.to,
                "phase": owed.phase,
                "recipient": owed.recipient,
                "due": owed.due.isoformat() if owed.due else None,
                "standard": owed.standard or "",
                "reason": stored_step(owed.reason),
            }
            for owed in one.would
        ],
        "reason": stored_step(other.reason) if other else None,
        "needs": list(one.undecided.needs) if one.undecided else [],
    }


def _store_answers(
    wanted: Mapping[str, tuple[str, dict[str, Any]]], basis: Basis, actor: User | None, now: datetime
) -> int:
    """Let the answers on this version of the facts stand; one that changed ends and stays. Returns how many are new."""
    version = basis.version
    standing = {row.regime: row for row in RegimeAnswer.objects.filter(facts=version, ended_at=None)}
    gone = [row.pk for key, row in standing.items() if wanted.get(key) != (row.outcome, row.detail)]
    RegimeAnswer.objects.filter(pk__in=gone).update(ended_at=now)
    ended = set(gone)
    rows = [
        RegimeAnswer(
            incident_id=version.incident_id,
            party_id=version.party_id,
            facts=version,
            regime=key,
            outcome=outcome,
            detail=detail,
            created_by=actor,
            created_at=now,
        )
        for key, (outcome, detail) in wanted.items()
        if key not in standing or standing[key].pk in ended
    ]
    RegimeAnswer.objects.bulk_create(rows)
    return len(rows)


def _key(one: Any) -> Key:
    return (one.regime, one.to, one.phase)
