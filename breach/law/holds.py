"""Requests of law enforcement to hold back notices: what each law lets them hold, for how long, and what goes on.

The numbers stand in the `[hold]` table of each regime, with their citation (HIPAA: 45 CFR 164.412).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from breach.law.deadlines import Clock, Count, end_of
from breach.law.facts import Facts
from breach.law.facts_parts import Hold
from breach.law.places import is_within
from breach.law.regimes import Duty, HoldRule, Period, Regime
from breach.law.steps import Step, local, step


@dataclass(frozen=True, slots=True)
class Held:
    """A notice that may not be given yet: until an instant (UTC), or, `until` None, with no end set."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A clock after every request that concerns its law. `held` is None where nothing holds it back.

    `due` is None while a request without an end holds it, and where the law has no number.
    """

    due: datetime | None
    outer: datetime | None
    working: tuple[Step, ...]
    held: Held | None


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one request does to one duty: how long it holds (`until` None: no end set), or that it does not."""

    holds: bool
    until: datetime | None
    working: tuple[Step, ...]


def held(regime: Regime, duty: Duty, facts: Facts, run: Clock, count: Count) -> Outcome:
    """Say what the requests on record do to a clock.

    A request moves only the notices that the law lets it hold back; for all others the working says that
    the clock goes on.
    """
    effects = [_effect(regime.hold, duty, hold, count) for hold in facts.holds or () if _is_for(regime, hold)]
    working = tuple(line for effect in effects for line in effect.working)
    holding = [effect for effect in effects if effect.holds]
    if not holding:
        return Outcome(run.due, run.outer, working, None)
    ends = [effect.until for effect in holding]
    if None in ends:
        return Outcome(None, None, working, Held(None))
    until = max(end for end in ends if end is not None)
    due = max(run.due, until) if run.due else None
    return Outcome(due, run.outer and due and max(run.outer, due), working, Held(until))


def _is_for(regime: Regime, hold: Hold) -> bool:
    """A request under the law of a place concerns the laws of that place, and of the larger one it lies in.

    One that names its laws concerns no others.
    """
    if hold.regimes is not None and regime.key not in hold.regimes:
        return False
    return any(
        is_within(place, hold.jurisdiction) or is_within(hold.jurisdiction, place)
        for place in regime.scope.territory
    )


def _effect(rule: HoldRule, duty: Duty, hold: Hold, count: Count) -> _Effect:
    if duty.to not in rule.to or (hold.scope is not None and duty.to not in hold.scope):
        return _Effect(False, None, (step("clock.not_held", document=hold.document),))
    if hold.form == "oral" and rule.written_only:
        line = step("clock.hold_needs_writing", document=hold.document, citation=rule.citation)
        return _Effect(False, None, (line,))
    until, limits = hold.until, []
    for code, period in _limits(rule, hold):
        last = end_of(period, hold.since, Count(count.zone, count.calendar, is_eu=False)).due
        if until is None or until > last:
            until = last
            values = {"value": period.value, "unit": period.unit, "at": local(last, count.zone)}
            limits.append(step(code, **values, citation=rule.citation))
    if until is None:
        at = local(hold.since, count.zone)
        return _Effect(True, None, (step("clock.held_open", document=hold.document, at=at),))
    line = step("clock.held", document=hold.document, at=local(until, count.zone))
    return _Effect(True, until, (line, *limits))


def _limits(rule: HoldRule, hold: Hold) -> Iterable[tuple[str, Period]]:
    """The numbers of the law that may cut this request short."""
    if hold.form == "oral" and rule.oral:
        yield "clock.hold_oral", rule.oral
    if hold.until is None and rule.open:
        yield "clock.hold_open_limit", rule.open
    if rule.longest:
        yield "clock.hold_longest", rule.longest
