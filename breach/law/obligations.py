"""Facts, rules and now in; what is owed to whom by when and why out, for every regime.

Each regime is answered: it applies, with its clocks; it is ruled out, with the fact that decided; or it
cannot be told yet, with the facts that are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from breach.law import authorities, events, holds, regimes, scope
from breach.law.conditions import Case, Verdict, all_of
from breach.law.covered import harm_test, is_covered
from breach.law.deadlines import clock, counting
from breach.law.facts import Facts
from breach.law.holds import Held
from breach.law.places import country_of
from breach.law.regimes import Duty, Regime
from breach.law.steps import Step, step

UTC_ZONE = "UTC"
_OWNERS = ("controller", "joint_controller")


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing owed. Instants are UTC; `due` is None without a number or before the clock starts.

    `reason` is the fact that decided; `why` all of them, from the territory to the threshold. A request of
    law enforcement moves or stops `due` (`held`); the working says so, and where a clock goes on in spite of it.
    `label` is what a contract calls it, by language; empty for laws.
    """

    regime: str
    rule_version: str
    to: str
    recipient: str
    phase: str
    trigger_event: str
    runs_from_instant: datetime | None
    due: datetime | None
    outer: datetime | None
    standard: str | None
    working: tuple[Step, ...]
    citation: str
    confidence: str
    reason: Step
    why: tuple[Step, ...] = ()
    authorities: tuple[str, ...] = ()
    label: Mapping[str, str] = field(default_factory=dict)
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A regime, or one duty of it (`to` and `phase` set), that asks for nothing here."""

    regime: str
    reason: Step
    to: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A regime, or one duty of it, that waits for the facts named in `needs` (keys of the facts document)."""

    regime: str
    needs: tuple[str, ...]
    reason: Step
    to: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A regime that the house does not follow, with what it would have asked here."""

    regime: str
    would: tuple[Obligation, ...] = ()
    undecided: Undecided | None = None
    ruled_out: RuledOut | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Every regime stands in one of the first three or in `switched_off`. `duties_*` are duties of regimes
    that do apply.
    """

    obligations: tuple[Obligation, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    duties_ruled_out: tuple[RuledOut, ...] = ()
    duties_undecided: tuple[Undecided, ...] = ()
    switched_off: tuple[SwitchedOff, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """`binds`: in force, and it binds this party for these people and data, whatever its duties ask."""

    owed: tuple[Obligation, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    binds: bool = False


def obligations(
    facts: Facts,
    rules: Iterable[Regime] | None,
    now: datetime,
    *,
    simulate: Collection[str] = (),
    switched_off: Collection[str] = (),
) -> Answer:
    """Answer for every regime in `rules` (None: all laws). `simulate` names regimes to be taken as in force;
    those that would replace duties of another do so. `switched_off` names those that the house does not follow.
    """
    case = Case.of(facts)
    asked = list(regimes.load().values() if rules is None else rules)
    found = {one.key: _answer(one, case, now, simulated=one.key in simulate) for one in asked}
    for regime in asked:
        if regime.key in simulate and found[regime.key].binds:
            _replace(regime, found)
    off = {key: found.pop(key) for key in list(found) if key in switched_off}
    return replace(_joined(found), switched_off=tuple(_off(key, one) for key, one in off.items()))


def _joined(found: Mapping[str, _Found]) -> Answer:
    owed: list[Obligation] = []
    ruled_out: list[RuledOut] = []
    undecided: list[Undecided] = []
    parts_out: list[RuledOut] = []
    parts_open: list[Undecided] = []
    for key, one in found.items():
        owed += one.owed
        if one.owed:
            parts_out += one.ruled_out
            parts_open += one.undecided
        elif one.undecided:
            undecided.append(_whole(one.undecided))
        else:
            ruled_out.append(RuledOut(key, one.ruled_out[0].reason))
    return Answer(tuple(owed), tuple(ruled_out), tuple(undecided), tuple(parts_out), tuple(parts_open))


def _off(key: str, found: _Found) -> SwitchedOff:
    answer = _joined({key: found})
    return SwitchedOff(
        key, answer.obligations, next(iter(answer.undecided), None), next(iter(answer.ruled_out), None)
    )


def _replace(regime: Regime, found: dict[str, _Found]) -> None:
    """Take away the duties in whose place the simulated `regime` would come."""
    for key, to in regime.replaces:
        old = found.get(key)
        if old is None or not old.binds:
            continue
        gone = [(one.to, one.phase) for one in old.owed if one.to == to]
        gone += [(one.to, one.phase) for one in old.undecided if one.to == to]
        reason = step("scope.replaced", source=regime.citation)
        found[key] = replace(
            old,
            owed=tuple(one for one in old.owed if one.to != to),
            undecided=tuple(one for one in old.undecided if one.to != to),
            ruled_out=(*old.ruled_out, *(RuledOut(key, reason, *duty) for duty in gone)),
        )


def _whole(parts: tuple[Undecided, ...]) -> Undecided:
    """Join the open duties of a regime of which nothing is owed yet."""
    needs = dict.fromkeys(need for part in parts for need in part.needs)
    return Undecided(parts[0].regime, tuple(needs), parts[0].reason)


def _answer(regime: Regime, case: Case, now: datetime, *, simulated: bool) -> _Found:
    why, known = [], events.instants(case.facts, regime.key)
    for gate in _gates(regime, case, known, now, simulated=simulated):
        if gate.holds is False:
            return _Found(ruled_out=(RuledOut(regime.key, gate.reason),))
        if gate.holds is None:
            return _Found(undecided=(Undecided(regime.key, gate.needs, gate.reason),))
        why.append(gate.reason)
    return _duties(regime, case, known, tuple(why))


def _gates(
    regime: Regime, case: Case, known: Mapping[str, datetime], now: datetime, *, simulated: bool
) -> Iterable[Verdict]:
    """Ask the cheap questions first; a later one is not asked when an earlier one rules the regime out."""
    facts = case.facts
    start = events.start_of(regime.trigger, known)
    yield scope.in_force(regime, start.at if start else now, simulated=simulated)
    sector, territory = scope.binds_sector(regime, facts), scope.reaches(regime, facts)
    yield from sorted((sector, territory), key=lambda verdict: verdict.holds is not False)
    if regime.scope.link == "contract":
        return
    yield _role(regime, facts)
    if facts.role == "processor":
        return
    if regime.covered is not None:
        yield is_covered(regime.covered, regime.jurisdiction, case)
    elif regime.scope.link == "people":
        yield Verdict(None, step("covered.not_recorded", place=regime.jurisdiction), ("data_kinds",))


def _role(regime: Regime, facts: Facts) -> Verdict:
    bound = {role for duty in regime.duties for role in duty.by}
    if facts.role is None:
        if bound.isdisjoint(_OWNERS) or "processor" in bound:
            return (
                Verdict(None, step("scope.role_unknown", facts="role"), ("role",))
                if bound.isdisjoint(_OWNERS)
                else Verdict(True, step("scope.role_assumed"))
            )
        return Verdict(True, step("scope.role_assumed"))
    if facts.role in bound:
        return Verdict(True, step("scope.role", role=facts.role))
    return Verdict(False, step("scope.not_role", role=facts.role))


def _duties(regime: Regime, case: Case, known: Mapping[str, datetime], why: tuple[Step, ...]) -> _Found:
    here = replace(case, places=regime.scope.territory)
    role = case.facts.role or "controller"
    owed, ruled_out, undecided = [], [], []
    for duty in regime.duties:
        if role not in duty.by:
            continue
        verdict = _owed(regime, duty, here)
        if verdict is None or verdict.holds:
            reasons = (*why, verdict.reason) if verdict else why
            owed.append(_obligation(regime, duty, case, known, reasons))
        elif verdict.holds is None:
            undecided.append(Undecided(regime.key, verdict.needs, verdict.reason, duty.to, duty.phase))
        else:
            ruled_out.append(RuledOut(regime.key, verdict.reason, duty.to, duty.phase))
    if not (owed or ruled_out or undecided):
        ruled_out.append(RuledOut(regime.key, step("scope.not_role", role=role)))
    return _Found(tuple(owed), tuple(ruled_out), tuple(undecided), binds=True)


def _owed(regime: Regime, duty: Duty, case: Case) -> Verdict | None:
    """Join the conditions of a duty with the harm test of its statute; None when nothing is asked."""
    if duty.without_harm:
        relied_on = bool(case.facts.no_harm_determination)
        code = "reason.no_harm_determination" if relied_on else "covered.exemption_not_claimed"
        return Verdict(relied_on, step(code))
    if regime.covered is not None and "processor" not in duty.by:
        harm = harm_test(regime.covered, case.facts)
        if not harm.holds:
            return harm
    return all_of(duty.when, case)


def _obligation(
    regime: Regime, duty: Duty, case: Case, known: Mapping[str, datetime], why: tuple[Step, ...]
) -> Obligation:
    facts = case.facts
    found = _competent(regime, duty, facts)
    zone = ZoneInfo(facts.zone or UTC_ZONE)
    count = counting(regime, zone, _country(facts))
    run = clock(duty, known, count, case.sectors)
    after = holds.held(regime, duty, facts, run, count)
    recipients = "; ".join(one.native_name for one in found) or duty.recipient
    return Obligation(
        regime=regime.key,
        rule_version=regime.version,
        to=duty.to,
        recipient=recipients,
        phase=duty.phase,
        trigger_event=duty.event or "",
        runs_from_instant=run.runs_from,
        due=after.due,
        outer=after.outer,
        standard=duty.standard,
        working=(*run.working, *_authority_steps(regime, duty, found), *after.working),
        citation=regime.citation,
        confidence=duty.confidence,
        reason=why[-1],
        why=why,
        authorities=tuple(one.key for one in found),
        label=regime.names if regime.scope.link == "contract" else {},
        held=after.held,
    )


def _competent(regime: Regime, duty: Duty, facts: Facts) -> tuple[authorities.Authority, ...]:
    """A regime of the EEA without a recipient of its own means the data protection authorities."""
    if duty.to != "authority" or duty.recipient or regime.scope.territory != ("EEA",):
        return ()
    return authorities.competent(facts)


def _authority_steps(
    regime: Regime, duty: Duty, found: tuple[authorities.Authority, ...]
) -> tuple[Step, ...]:
    if duty.to != "authority" or duty.recipient or regime.scope.territory != ("EEA",):
        return ()
    if not found:
        return (step("authority.open"),)
    if len(found) > 1:
        return (step("authority.every", names="; ".join(one.native_name for one in found)),)
    return (step("authority.competent", names=found[0].native_name),)


def _country(facts: Facts) -> str | None:
    place = facts.main_establishment or next(iter(facts.established_in or ()), None)
    return place and (place if place.startswith("DE-") else country_of(place))
