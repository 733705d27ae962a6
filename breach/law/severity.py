"""Severity by the ENISA method: recommendations for a methodology, working document v1.0, December 2013.

`SE = DPC x EI + CB`. All figures are quarters as integers, so that 2, 3 and 4 compare exactly; a figure that
rests on unknown facts is a `Span` from its lowest to its highest value. Scores stand in `data/enisa.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from breach.law import kinds, people
from breach.law.datafiles import read
from breach.law.exposure import all_kinds, is_lost_thing, is_malicious, is_unintelligible
from breach.law.facts import Facts
from breach.law.steps import Step, step

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Span:
    """`low` to `high`, in quarters; one value when both are equal."""

    low: int
    high: int

    @property
    def is_known(self) -> bool:
        return self.low == self.high

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def to_json(self) -> float | dict[str, float]:
        """Return the figure in whole units: 1.25 for five quarters."""
        low, high = self.low / QUARTERS, self.high / QUARTERS
        return low if self.is_known else {"low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Enisa:
    """`level` is low, medium, high or very_high, from and to; `flags` go with the result, outside the sum."""

    dpc: Span
    ei: Span
    cb: Span
    se: Span
    level: tuple[str, str]
    flags: tuple[str, ...]
    reasons: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        low, high = self.level
        return {
            "dpc": self.dpc.to_json(),
            "ei": self.ei.to_json(),
            "cb": self.cb.to_json(),
            "se": self.se.to_json(),
            "level": low if low == high else {"low": low, "high": high},
            "flags": list(self.flags),
        }


@dataclass(frozen=True, slots=True)
class _Score:
    span: Span
    reasons: tuple[Step, ...]


def enisa(facts: Facts) -> Enisa:
    """Score the severity of a breach, with a reason for every step."""
    dpc, ei = _data_context(facts), _identification(facts)
    circumstances = (_confidentiality(facts), _integrity(facts), _availability(facts), _intent(facts))
    cb = Span(0, 0)
    for part in circumstances:
        cb += part.span
    se = score(dpc.span, ei.span, cb)
    reasons = (*dpc.reasons, *ei.reasons, *(reason for part in circumstances for reason in part.reasons))
    return Enisa(dpc.span, ei.span, cb, se, (level(se.low), level(se.high)), _flags(facts), reasons)


def score(dpc: Span, ei: Span, cb: Span) -> Span:
    """Return SE. DPC and EI are both in quarters, so their product is divided once: DPC holds whole units."""
    return Span(dpc.low * ei.low // QUARTERS + cb.low, dpc.high * ei.high // QUARTERS + cb.high)


def level(se: int) -> str:
    """Return the level of `se` quarters. The lower bound belongs to the level above."""
    found = "low"
    for name, least in _table()["level"].items():
        if se >= least:
            found = name
    return found


def _table() -> dict[str, Any]:
    return read("data/enisa.toml")


def _known(quarters: int, *reasons: Step) -> _Score:
    return _Score(Span(quarters, quarters), reasons)


def _data_context(facts: Facts) -> _Score:
    found = all_kinds(facts)
    if not found:
        everything = _table()["class"].values()
        units = [row["base"] for row in everything]
        reason = step("enisa.dpc.unknown", facts="data_kinds")
        return _Score(Span(min(units) * QUARTERS, max(units) * QUARTERS), (reason,))
    scored = [_class_score(facts, name, keys) for name, keys in _classes(found).items()]
    best = max(scored, key=lambda one: one[0])
    return _known(best[0] * QUARTERS, *best[1])


def _classes(found: Iterable[str]) -> dict[str, list[str]]:
    """Sort kinds into classes. Credentials are no class: alone they score as simple data."""
    classes: dict[str, list[str]] = {}
    for kind in kinds.known(sorted(found)):
        if kind.enisa != "none":
            classes.setdefault(kind.enisa, []).append(kind.key)
    return classes or {"simple": sorted(found)}


def _class_score(facts: Facts, name: str, keys: list[str]) -> tuple[int, list[Step]]:
    row = _table()["class"][name]
    reasons = [step("enisa.dpc.class", data_class=name, kinds=keys, score=row["base"])]
    steps = 0
    for code, size in _adjustments(facts, name, keys):
        steps += size
        reasons.append(step(code, data_class=name, steps=f"{size:+d}"))
    for given in facts.adjustments or ():
        if given.data_class == name:
            steps += given.steps
            reasons.append(
                step("enisa.dpc.given", data_class=name, steps=f"{given.steps:+d}", text=given.reason)
            )
    steps = min(max(steps, row["least"]), row["most"])
    total = row["base"] + steps
    if steps:
        reasons.append(step("enisa.dpc.total", data_class=name, score=total))
    return total, reasons


def _adjustments(facts: Facts, name: str, keys: list[str]) -> Iterable[tuple[str, int]]:
    row = _table()["class"][name]
    if facts.data_public_before or facts.data_wrong:
        yield ("enisa.dpc.public" if facts.data_public_before else "enisa.dpc.wrong"), row["least"]
        return
    if facts.data_depth and row["depth"].get(facts.data_depth):
        yield f"enisa.dpc.depth_{facts.data_depth}", row["depth"][facts.data_depth]
    for factor, size in row["factor"].items():
        if getattr(facts, factor):
            yield f"enisa.dpc.{factor}", size
    fraud = _table()["fraud_kinds"]
    if name == "financial" and any(key in fraud for key in keys):
        yield "enisa.dpc.fraud", row["fraud"]
    elif (
        name == "financial"
        and all(key in _table()["number_only_kinds"] for key in keys)
        and not facts.data_depth
    ):
        yield "enisa.dpc.number_only", row["number_only"]


def _identification(facts: Facts) -> _Score:  # noqa: PLR0911 - a ladder of cases, read from the top
    levels = _table()["identification"]
    if facts.identification:
        return _known(
            levels[facts.identification], step("enisa.ei.given", identification=facts.identification)
        )
    if is_unintelligible(facts):
        return _known(levels["negligible"], step("enisa.ei.unintelligible"))
    found = all_kinds(facts)
    if not found:
        reason = step("enisa.ei.unknown", facts="data_kinds,identification")
        return _Score(Span(levels["negligible"], levels["maximum"]), (reason,))
    strong = [kind.key for kind in kinds.known(sorted(found)) if kind.identifies == "strong"]
    weak = [kind.key for kind in kinds.known(sorted(found)) if kind.identifies == "weak"]
    if "name" in strong and len(strong) + len(weak) > 1:
        return _known(levels["maximum"], step("enisa.ei.name_and_more", kinds=[*strong, *weak]))
    if strong:
        span = Span(levels["negligible"], levels["maximum" if len(strong) > 1 else "significant"])
        return _Score(span, (step("enisa.ei.context", kinds=strong, facts="identification"),))
    if weak:
        span = Span(levels["negligible"], levels["limited"])
        return _Score(span, (step("enisa.ei.context", kinds=weak, facts="identification"),))
    return _known(levels["negligible"], step("enisa.ei.no_identifier"))


def _circumstance(name: str, facts_needed: str) -> _Score:
    highest = max(_table()["circumstance"][name].values())
    return _Score(Span(0, highest), (step(f"enisa.cb.{name}.unknown", facts=facts_needed),))


def _chosen(name: str, word: str) -> _Score:
    quarters = _table()["circumstance"][name][word]
    return _known(quarters, step(f"enisa.cb.{name}.{word}", score=f"{quarters / QUARTERS:g}"))


def _confidentiality(facts: Facts) -> _Score:  # noqa: PLR0911 - a ladder of cases, read from the top
    name = "confidentiality"
    if facts.confidentiality is False:
        return _known(0)
    if facts.recipients in ("known", "trusted"):
        return _chosen(name, "known_recipients")
    if facts.recipients == "public" or facts.exfiltration in ("confirmed", "likely"):
        return _chosen(name, "unknown_recipients")
    if facts.exfiltration in ("no_evidence", "excluded") or facts.recipients == "none":
        return _chosen(name, "exposed")
    if facts.recipients == "unknown" and not is_lost_thing(facts):
        return _chosen(name, "unknown_recipients")
    if is_lost_thing(facts) and facts.accessed is not True:
        return _chosen(name, "exposed")
    return _circumstance(name, "confidentiality,exfiltration,recipients")


def _integrity(facts: Facts) -> _Score:
    if facts.integrity is False:
        return _known(0)
    if facts.integrity and facts.integrity_effect:
        return _chosen("integrity", facts.integrity_effect)
    return _circumstance("integrity", "integrity,integrity_effect")


def _availability(facts: Facts) -> _Score:
    if facts.availability is False:
        return _known(0)
    if facts.availability and facts.backup:
        rebuilt = facts.backup == "none" and facts.restore_hours is not None
        return _chosen("availability", "partial" if rebuilt else facts.backup)
    return _circumstance("availability", "availability,backup")


def _intent(facts: Facts) -> _Score:
    malicious = is_malicious(facts)
    if malicious is None:
        return _circumstance("intent", "cause")
    return _chosen("intent", "malicious" if malicious else "accidental")


def _flags(facts: Facts) -> tuple[str, ...]:
    """Flags of section 5: more than 100 people (101 sets it), and whether strangers can read the data."""
    table = _table()["flag"]
    number = people.total(facts)
    flags = [table["many_word"]] if number is not None and number > table["many"]["number"] else []
    unintelligible = is_unintelligible(facts)
    is_stated = facts.encryption is not None or facts.unintelligible is not None
    if unintelligible is not None and is_stated:
        flags.append("unintelligible" if unintelligible else "intelligible")
    return tuple(flags)
