"""All regimes as the house follows them: in force or not, switched on or off, each with its phases in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from breach.law import condition_words, regimes, words
from breach.law.places import country_of
from breach.law.regimes import Duty, Regime
from breach.law.scope import standing
from breach.models import RegimeSwitch
from breach.queries.switches import switches
from breach.queries.workings import confidence_label

ON, OFF, NOT_IN_FORCE = "on", "off", "not_in_force"


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One thing a regime asks. `special` and `guidance` mark a special case and a number that is not in the law."""

    to: str
    phase: str
    recipient: str
    by_when: str
    event: str
    conditions: tuple[str, ...]
    special: bool
    guidance: bool


@dataclass(frozen=True, slots=True)
class RegimeCard:
    """`state` is on, off or not_in_force; a regime that is off has its `switch`. `status` is a sentence."""

    regime: Regime
    name: str
    place: str
    status: str
    confidence: str
    state: str
    switch: RegimeSwitch | None
    phases: tuple[PhaseLine, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The regimes of one jurisdiction: a country with its parts."""

    code: str
    name: str
    cards: tuple[RegimeCard, ...]
    off: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What of the list is shown; "" is everything. `place` is the code of a group."""

    text: str = ""
    place: str = ""
    state: str = ""

    @property
    def is_any(self) -> bool:
        return any((self.text, self.place, self.state))


def groups(sought: Sought, now: datetime, language: str) -> tuple[Group, ...]:
    """Return the regimes that fit, by jurisdiction in the order of its name; within a country the whole before parts."""
    thrown = switches()
    cards = [card_of(regime, thrown.get(key), now, language) for key, regime in regimes.load().items()]
    found: dict[str, list[RegimeCard]] = {}
    for card in cards:
        if _fits(card, sought):
            found.setdefault(_group(card.regime), []).append(card)
    named = [(words.name("place", code, language), code, rows) for code, rows in found.items()]
    return tuple(
        Group(code, name, tuple(sorted(rows, key=_order)), sum(row.state == OFF for row in rows))
        for name, code, rows in sorted(named, key=lambda one: one[0].casefold())
    )


def places(language: str) -> list[tuple[str, str]]:
    """Return the jurisdictions to choose from, code and name, by name."""
    codes = {_group(regime) for regime in regimes.load().values()}
    return sorted(((code, words.name("place", code, language)) for code in codes), key=lambda one: one[1])


def card_of(regime: Regime, switch: RegimeSwitch | None, now: datetime, language: str) -> RegimeCard:
    """Return a regime in words. `switch` is the one that stands, whether on or off."""
    verdict = standing(regime, now)
    is_off = bool(switch and switch.off)
    return RegimeCard(
        regime=regime,
        name=regime.name(language),
        place=words.name("place", regime.jurisdiction, language),
        status=words.word(verdict.reason, language),
        confidence=confidence_label(regime.confidence),
        state=OFF if is_off else ON if verdict.holds else NOT_IN_FORCE,
        switch=switch if is_off else None,
        phases=tuple(phase_line(duty, language) for duty in regime.duties),
    )


def phase_line(duty: Duty, language: str) -> PhaseLine:
    return PhaseLine(
        to=words.name("to", duty.to, language),
        phase=words.name("phase", duty.phase, language),
        recipient=duty.recipient,
        by_when=condition_words.by_when(duty, language),
        event=words.name("event", duty.event, language) if duty.event else "",
        conditions=condition_words.conditions(duty.when, language),
        special=bool(duty.only_for),
        guidance=duty.guidance,
    )


def _fits(card: RegimeCard, sought: Sought) -> bool:
    regime = card.regime
    if sought.state and card.state != sought.state:
        return False
    if sought.place and _group(regime) != sought.place:
        return False
    heard = " ".join((*regime.names.values(), regime.key, regime.citation, card.place)).casefold()
    return all(word in heard for word in sought.text.casefold().split())


def _group(regime: Regime) -> str:
    return country_of(regime.jurisdiction)


def _order(card: RegimeCard) -> tuple[bool, str, str]:
    return ("-" in card.regime.jurisdiction, card.place.casefold(), card.name.casefold())


def counted(found: Iterable[Group]) -> Mapping[str, int]:
    """Count the regimes of some groups, and those that are off."""
    rows = [card for group in found for card in group.cards]
    return {"all": len(rows), "off": sum(card.state == OFF for card in rows)}
