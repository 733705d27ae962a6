"""Conditions under which a duty is owed: named tests with values from the regime files, in three-valued
logic.

A test answers yes, no or "cannot tell" (None), always with the fact that decided it and, where it cannot
tell, the facts it needs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from breach.law import people
from breach.law.exposure import all_kinds, is_malicious
from breach.law.facts import Facts
from breach.law.facts_parts import Sectors
from breach.law.kinds import group, has_special_category
from breach.law.risk import RISKS, Assessment, assess
from breach.law.steps import Step, step

OPERATORS: Mapping[str, Callable[[int, int], bool]] = {">": operator.gt, ">=": operator.ge, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Condition:
    """`test` is a key of TESTS; `values` its figures; `of` the conditions inside any, all and not."""

    test: str
    values: Mapping[str, Any]
    of: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`holds` is None where the facts in `needs` are missing."""

    holds: bool | None
    reason: Step
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """The facts of one party, seen by a law of `places`, with what is worked out once for all regimes."""

    facts: Facts
    assessment: Assessment
    kinds: frozenset[str] | None
    sectors: Mapping[str, bool | None]
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, facts: Facts) -> Case:
        sectors = {name: facts.is_sector(name) for name in Sectors.__dataclass_fields__}
        return cls(facts, assess(facts), all_kinds(facts), sectors)


def verdict(condition: Condition, case: Case) -> Verdict:
    return TESTS[condition.test](condition, case)


def all_of(conditions: Iterable[Condition], case: Case) -> Verdict | None:
    """Join conditions that must all hold; None when there are none. A no decides, then what is unknown."""
    found = [verdict(condition, case) for condition in conditions]
    if not found:
        return None
    for outcome in (False, None):
        decisive = [one for one in found if one.holds is outcome]
        if decisive:
            return Verdict(outcome, decisive[0].reason, _needs(decisive) if outcome is None else ())
    return found[-1]


def _needs(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(need for one in verdicts for need in one.needs))


def _all(condition: Condition, case: Case) -> Verdict:
    return all_of(condition.of, case) or Verdict(True, step("reason.no_condition"))


def _any(condition: Condition, case: Case) -> Verdict:
    found = [verdict(inner, case) for inner in condition.of]
    for one in found:
        if one.holds:
            return one
    unknown = [one for one in found if one.holds is None]
    if unknown:
        return Verdict(None, unknown[0].reason, _needs(unknown))
    return found[-1]


def _not(condition: Condition, case: Case) -> Verdict:
    inner = verdict(condition.of[0], case)
    return Verdict(None if inner.holds is None else not inner.holds, inner.reason, inner.needs)


def _risk(condition: Condition, case: Case) -> Verdict:
    """Compare the risk with the level asked for.

    "Unless unlikely to result in a risk" puts the burden on the controller: what is not excluded counts as a
    risk (EDPB 9/2022, in doubt notify). A high risk is only assumed when the known facts show it.
    """
    wanted, found = condition.values["level"], case.assessment
    least = RISKS.index(wanted)
    if RISKS.index(found.risk) >= least:
        return Verdict(True, step("reason.risk_reached", risk=found.risk))
    if RISKS.index(found.risk_high) < least:
        return Verdict(False, step("reason.risk_below", risk=found.risk, level=wanted))
    if wanted == "risk":
        return Verdict(True, step("reason.risk_not_excluded", facts=found.needs), found.needs)
    return Verdict(None, step("reason.risk_open", level=wanted, facts=found.needs), found.needs)


def _count(condition: Condition, case: Case) -> Verdict:
    """Compare a number of people, by the exact operator of the law, with its own base."""
    base, word, number = condition.values["of"], condition.values["operator"], condition.values["number"]
    if base == "residents":
        counts = [people.residents(case.facts, place) for place in case.places]
        found = None if None in counts else sum(count or 0 for count in counts)
        need = "people_by_region" if any("-" in place for place in case.places) else "people_by_country"
    elif base == "residents_of_one_state":
        found, need = _largest_state(case.facts), "people_by_region"
    else:
        found, need = people.total(case.facts), "people_total"
    values = {"base": base, "operator": word, "number": number}
    if found is None:
        return Verdict(None, step("reason.count_unknown", facts=need, **values), (need,))
    holds = OPERATORS[word](found, number)
    return Verdict(
        holds, step("reason.count_met" if holds else "reason.count_not_met", found=found, **values)
    )


def _largest_state(facts: Facts) -> int | None:
    states = [number for place, number in (facts.people_by_region or {}).items() if place.startswith("US-")]
    if states:
        return max(states)
    return 0 if people.residents(facts, "US") == 0 else None


def _fact(condition: Condition, case: Case) -> Verdict:
    name, wanted = condition.values["name"], condition.values.get("is", True)
    found = getattr(case.facts, name)
    if found is None:
        found = condition.values.get("assume")
    if found is None:
        return Verdict(None, step("reason.fact_unknown", facts=name), (name,))
    holds = found == wanted
    return Verdict(holds, step("reason.fact_yes" if found is True else "reason.fact_no", facts=name))


def _sector(condition: Condition, case: Case) -> Verdict:
    name = condition.values["name"]
    found = case.facts.is_sector(name)
    if found is None and "assume" in condition.values:
        found = bool(condition.values["assume"])
    if found is None:
        return Verdict(None, step("reason.sector_unknown", sector=name), (f"sectors.{name}",))
    return Verdict(found, step("reason.sector_yes" if found else "reason.sector_no", sector=name))


def _kinds(condition: Condition, case: Case) -> Verdict:
    wanted = group(condition.values["group"])
    if case.kinds is None:
        return Verdict(None, step("reason.kinds_unknown", facts="data_kinds"), ("data_kinds",))
    found = sorted(case.kinds.intersection(wanted))
    if found:
        return Verdict(True, step("reason.kinds_found", kinds=found))
    return Verdict(False, step("reason.kinds_absent"))


def _special(_condition: Condition, case: Case) -> Verdict:
    if case.kinds is None:
        return Verdict(None, step("reason.kinds_unknown", facts="data_kinds"), ("data_kinds",))
    holds = has_special_category(case.kinds)
    return Verdict(holds, step("reason.special_found" if holds else "reason.special_absent"))


def _malicious(condition: Condition, case: Case) -> Verdict:
    holds = is_malicious(case.facts)
    if holds is None and "assume" in condition.values:
        holds = bool(condition.values["assume"])
    if holds is None:
        return Verdict(None, step("reason.fact_unknown", facts="cause"), ("cause",))
    return Verdict(holds, step("reason.malicious" if holds else "reason.not_malicious"))


def _serious_harm(_condition: Condition, case: Case) -> Verdict:
    """Serious or significant harm, in laws outside the GDPR family: the user's finding, else our risk."""
    facts, risk = case.facts, case.assessment
    if facts.serious_harm_likely is not None:
        word = "reason.serious_harm" if facts.serious_harm_likely else "reason.no_serious_harm"
        return Verdict(facts.serious_harm_likely, step(word))
    if facts.no_harm_determination:
        return Verdict(False, step("reason.no_harm_determination"))
    if risk.risk == "high_risk":
        return Verdict(True, step("reason.serious_harm_from_risk"))
    if risk.risk_high == "unlikely":
        return Verdict(False, step("reason.no_serious_harm_from_risk"))
    return Verdict(
        None, step("reason.serious_harm_unknown", facts="serious_harm_likely"), ("serious_harm_likely",)
    )


def _protection(_condition: Condition, case: Case) -> Verdict:
    """People need it to protect themselves (Swiss FADP Art 24(4)): the user's finding, else a high risk."""
    if case.facts.people_can_protect_themselves is None and case.assessment.risk == "high_risk":
        return Verdict(True, step("reason.risk_reached", risk="high_risk"))
    return _fact(Condition("fact", {"name": "people_can_protect_themselves"}), case)


def _unprotected(_condition: Condition, case: Case) -> Verdict:
    """The data were not made unreadable: some laws ask for nothing when they were."""
    if case.facts.unintelligible or (case.facts.encryption == "all" and case.facts.key_compromised is False):
        return Verdict(False, step("reason.data_unreadable"))
    return Verdict(True, step("reason.data_readable"))


def _established(condition: Condition, case: Case) -> Verdict:
    place = condition.values["place"]
    holds = people.is_established_in(case.facts, place)
    if holds is None:
        return Verdict(None, step("scope.establishment_unknown", place=place), ("established_in",))
    return Verdict(holds, step("scope.established" if holds else "scope.not_established", place=place))


TESTS: Mapping[str, Callable[[Condition, Case], Verdict]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "risk": _risk,
    "count": _count,
    "fact": _fact,
    "sector": _sector,
    "kinds": _kinds,
    "special_category": _special,
    "malicious": _malicious,
    "serious_harm": _serious_harm,
    "protection_needed": _protection,
    "unprotected": _unprotected,
    "established": _established,
}
