"""Whether a regime binds this party at all: in force, sector, territory (GDPR Art 3 and its like)."""

from __future__ import annotations

from datetime import datetime

from breach.law import people
from breach.law.conditions import Verdict
from breach.law.facts import Facts
from breach.law.regimes import Regime
from breach.law.steps import step


def in_force(regime: Regime, at: datetime, *, simulated: bool) -> Verdict:
    """Say whether the regime applies on the day of `at`. A simulated regime is taken as in force."""
    if simulated:
        return Verdict(True, step("scope.simulated"))
    if regime.status == "proposed":
        return Verdict(False, step("scope.proposed"))
    if regime.applies_from is not None and at.date() < regime.applies_from:
        return Verdict(False, step("scope.not_yet", day=regime.applies_from.isoformat()))
    if regime.applies_until is not None and at.date() > regime.applies_until:
        return Verdict(False, step("scope.ended", day=regime.applies_until.isoformat()))
    if regime.applies_from is None and regime.status == "adopted":
        return Verdict(False, step("scope.no_date"))
    return Verdict(True, step("scope.in_force"))


def standing(regime: Regime, at: datetime) -> Verdict:
    """Say the same of a regime by itself, and since when it is in force where the day is known."""
    verdict = in_force(regime, at, simulated=False)
    if not verdict.holds or regime.applies_from is None:
        return verdict
    return Verdict(True, step("scope.in_force_since", day=regime.applies_from.isoformat()))


def binds_sector(regime: Regime, facts: Facts) -> Verdict:
    roles = regime.scope.not_sectors_as
    free = not roles or (facts.role or "controller") in roles
    for name in regime.scope.not_sectors:
        if free and facts.is_sector(name):
            return Verdict(False, step("scope.other_law", sector=name))
    wanted = regime.scope.sectors
    if not wanted:
        return Verdict(True, step("scope.every_sector"))
    answers = {name: facts.is_sector(name) for name in wanted}
    if any(answers.values()):
        return Verdict(True, step("scope.sector", sector=[name for name, found in answers.items() if found]))
    unknown = [name for name, found in answers.items() if found is None]
    if unknown:
        return Verdict(
            None, step("scope.sector_unknown", sector=unknown), tuple(f"sectors.{name}" for name in unknown)
        )
    return Verdict(False, step("scope.not_sector", sector=wanted))


def reaches(regime: Regime, facts: Facts) -> Verdict:
    """Say whether the party or the people are where the law looks for them. A contract binds its party."""
    if regime.scope.link == "contract":
        return Verdict(True, step("scope.contract", source=regime.citation))
    verdicts = [_reaches_place(regime, place, facts) for place in regime.scope.territory]
    for outcome in (True, None):
        for verdict in verdicts:
            if verdict.holds is outcome:
                return verdict
    return verdicts[-1]


def _reaches_place(regime: Regime, place: str, facts: Facts) -> Verdict:  # noqa: PLR0911 - a ladder of cases, read from the top
    established = people.is_established_in(facts, place)
    found = people.residents(facts, place)
    link = regime.scope.link
    if link != "people" and established:
        return Verdict(True, step("scope.established", place=place))
    if link == "establishment":
        if established is None:
            return Verdict(None, step("scope.establishment_unknown", place=place), ("established_in",))
        return Verdict(False, step("scope.not_established", place=place))
    if found:
        return _people_reached(regime, place, found, facts)
    need = "people_by_region" if "-" in place and facts.people_by_country is not None else "people_by_country"
    if found is None:
        return Verdict(None, step("scope.people_unknown", place=place), (need,))
    if link != "people" and established is None:
        return Verdict(None, step("scope.establishment_unknown", place=place), ("established_in",))
    return Verdict(False, step("scope.no_residents" if link == "people" else "scope.no_link", place=place))


def _people_reached(regime: Regime, place: str, found: int, facts: Facts) -> Verdict:
    """Count people in a place as a link, unless the party is known not to address them (GDPR Art 3(2))."""
    aimed = getattr(facts, regime.scope.targets) if regime.scope.targets else True
    if aimed is False:
        return Verdict(False, step("scope.not_targeted", place=place))
    return Verdict(True, step("scope.residents", place=place, number=found))
