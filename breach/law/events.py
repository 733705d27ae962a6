"""Events that start legal clocks: a closed list (`data/events.toml`), with the words of the instruments
for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from breach.errors import BadInput
from breach.law.datafiles import read
from breach.law.facts import Facts
from breach.law.facts_fields import suggestion
from breach.law.steps import Step, step


@dataclass(frozen=True, slots=True)
class Event:
    key: str
    fact: str
    stands_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """The instant from which a clock runs, the event that gave it, and how it was found."""

    event: str
    at: datetime
    working: tuple[Step, ...]


@cache
def load() -> Mapping[str, Event]:
    rows = read("data/events.toml")["event"]
    return {key: Event(key, row["fact"], tuple(row["stands_in"])) for key, row in rows.items()}


@cache
def _words() -> Mapping[str, str]:
    rows = read("data/events.toml")["event"]
    words = {_plain(key): key for key in rows}
    for key, row in rows.items():
        words.update({_plain(word): key for word in row["means"]})
    return words


def event_named(word: str) -> str:
    """Return our name of the event that an instrument or a user calls `word`."""
    try:
        return _words()[_plain(word)]
    except KeyError:
        raise BadInput(
            f"no event is called {word!r}",
            place="event",
            mend=suggestion(word, load(), f"Use one of: {', '.join(load())}"),
            code="event",
        ) from None


def instants(facts: Facts, regime: str) -> dict[str, datetime]:
    """Return the known events of a breach, with what was already submitted under `regime`."""
    found = {key: getattr(facts, event.fact) for key, event in load().items() if event.fact}
    known = {key: at for key, at in found.items() if at is not None}
    for submission in facts.submissions or ():
        if submission.regime in (None, regime):
            key = "people_notified" if submission.to == "individuals" else f"{submission.phase}_submitted"
            if key in load():
                # A final report follows the latest intermediate one (DORA RTS Art 5); all others follow the
                # first.
                pick = max if submission.phase == "intermediate" else min
                known[key] = pick(known.get(key, submission.at), submission.at)
    return known


def start_of(event: str, known: Mapping[str, datetime]) -> Start | None:
    """Find when `event` happened, or what may stand in for it; None when its clock has not started."""
    for name in _order(event):
        if name in known:
            at = known[name]
            if name == event:
                return Start(name, at, (step("clock.starts", event=event, at=at),))
            return Start(name, at, (step("clock.starts_instead", event=event, other_event=name, at=at),))
    return None


@cache
def _order(event: str) -> tuple[str, ...]:
    """The event and its stand-ins, theirs included, each once."""
    order = [event]
    for name in order:
        order.extend(other for other in load()[name].stands_in if other not in order)
    return tuple(order)


def _plain(word: str) -> str:
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())
