"""What a risk rule returns: a finding with its source, and a level from its lowest to its highest."""

from __future__ import annotations

from dataclasses import dataclass

from breach.law.datafiles import read
from breach.law.steps import Step


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is a key of the table `source` in `data/risk.toml`."""

    rule: str
    step: Step

    @property
    def source(self) -> str:
        return str(read("data/risk.toml")["source"][self.rule])

    def to_json(self) -> dict[str, object]:
        return {"rule": self.rule, "source": self.source, **self.step.to_json()}


@dataclass(frozen=True, slots=True)
class Axis:
    """One question of the assessment, answered on a scale of whole numbers.

    `likely` rests on what is known; `low` and `high` on what the facts in `needs` could turn out to be.
    """

    low: int
    likely: int
    high: int
    reasons: tuple[Finding, ...] = ()
    needs: tuple[str, ...] = ()

    @classmethod
    def known(cls, value: int, *reasons: Finding) -> Axis:
        return cls(value, value, value, reasons)


def number(name: str) -> int:
    return int(read("data/risk.toml")["number"][name]["number"])
