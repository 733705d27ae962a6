"""How each law wants people to be told: the channel that comes first, and what stands in for letters that cannot arrive.

The rules stand in `data/telling.toml`, each with its citation. A law that is not there says nothing about channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from breach.errors import BadInput
from breach.law import regimes
from breach.law.datafiles import read
from breach.law.places import is_within

FILE = "data/telling.toml"
CHANNELS = ("", "post", "email")
EMAIL = ("allowed", "if_agreed")


@dataclass(frozen=True, slots=True)
class Substitute:
    """The public notice for people whom no letter reaches. `people` is the number from which it is owed, None where the law
    names none; days are calendar days, None likewise. `fewer` says, by language, what is done for fewer people.
    """

    citation: str
    people: int | None = None
    website_days: int | None = None
    toll_free_days: int | None = None
    media_instead: bool = False
    fewer: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TellingRule:
    """One law's rule. `first` is post, email or "" (no order); `email` is allowed, or if_agreed: only to those who agreed."""

    regime: str
    first: str
    email: str
    citation: str
    confidence: str
    source: str
    substitute: Substitute | None = None

    def unreached(self, by_country: Mapping[str, int]) -> int:
        """Return how many of the people counted by country (ISO 3166-1) live where the law applies."""
        territory = regimes.load()[self.regime].scope.territory
        return sum(
            count
            for code, count in by_country.items()
            if any(is_within(code, place) or is_within(place, code) for place in territory)
        )

    def owes_substitute(self, by_country: Mapping[str, int]) -> bool:
        """Say whether the number of the law is reached by people whom no letter reaches, counted by country."""
        people = self.substitute.people if self.substitute else None
        return people is not None and self.unreached(by_country) >= people


@cache
def load() -> Mapping[str, TellingRule]:
    """Return the rules by regime. Raises BadInput naming the rule that does not fit."""
    rules = [rule_from(row, f"{FILE}, rule {number}") for number, row in enumerate(read(FILE)["rule"], 1)]
    return MappingProxyType({rule.regime: rule for rule in rules})


def rule_from(row: Mapping[str, Any], place: str) -> TellingRule:
    """Return one rule of the file. Raises BadInput naming `place` for a key or value that nobody reads."""
    values = {"first": "", **row}
    known = set(TellingRule.__dataclass_fields__)
    if values.keys() != known - ({"substitute"} - values.keys()):
        _refuse("it does not have the keys of a rule", place, f"Give it: {', '.join(sorted(known))}")
    if values["regime"] not in regimes.load():
        _refuse(f"there is no regime {values['regime']!r}", place, "Name a file of breach/law/regimes")
    if values["first"] not in CHANNELS or values["email"] not in EMAIL:
        _refuse("first or email has another word", place, f"Use {CHANNELS} and {EMAIL}")
    if not values["citation"] or values["confidence"] not in ("verified", "partly verified", "from memory"):
        _refuse("citation or confidence is missing", place, "Name the place where it is written")
    return TellingRule(**{**values, "substitute": _substitute(values.get("substitute"), place)})


def _substitute(row: Mapping[str, Any] | None, place: str) -> Substitute | None:
    if row is None:
        return None
    if strange := sorted(set(row) - set(Substitute.__dataclass_fields__)):
        _refuse(f"substitute.{strange[0]} is not a known key", place, "Correct the name")
    if not row.get("citation"):
        _refuse("substitute has no citation", place, "Name the place where it is written")
    return Substitute(**row)


def _refuse(what: str, place: str, mend: str) -> None:
    raise BadInput(what, place=place, mend=mend, code="telling")
