"""What one computation of stored clocks rests on: facts, awareness, and whether anybody has decided it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from breach.law.facts import Facts
from breach.law.steps import Step
from breach.models import Awareness, FactsVersion, Party
from breach.queries.facts import Signals, signals_of


@dataclass(frozen=True, slots=True)
class Basis:
    """`facts` let a provisional clock run from the earliest report or detection while nobody has decided."""

    facts: Facts
    version: FactsVersion
    awareness: Awareness | None
    provisional: bool
    ruled_out: bool


def basis_of(party: Party, version: FactsVersion) -> Basis:
    """Return the basis as the rows of `party` stand."""
    facts, signals = Facts.from_json(version.document), signals_of(party)
    return Basis(
        _with_signal(facts, signals),
        version,
        signals.awareness,
        provisional=not signals.decided,
        ruled_out=signals.ruled_out,
    )


def starts_at_awareness(working: tuple[Step, ...], names: tuple[str, ...]) -> bool:
    """Whether a clock has not started, or started at one of these events: then it waits for somebody to decide."""
    start = next((step for step in working if step.code.startswith("clock.starts")), None)
    return start is None or start.values.get("other_event", start.values["event"]) in names


def stored_step(step: Any) -> dict[str, Any]:
    return {"code": step.code, "values": dict(step.values)}


def earliest(instants: "list[datetime | None]") -> datetime | None:
    return min((one for one in instants if one is not None), default=None)


def _with_signal(facts: Facts, signals: Signals) -> Facts:
    if signals.decided or signals.earliest is None:
        return facts
    return replace(facts, controller_aware=signals.earliest)
