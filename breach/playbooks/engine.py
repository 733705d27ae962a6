"""Playbook and situation in, tasks with due times out. Pure: no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breach.playbooks.format import Condition, Playbook, TaskSpec


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan rests on. Instants are aware UTC.

    `facts` is the facts document of the party (unknown: None or absent), `party` holds role, establishment
    and drill. `awareness` is the instant due times count from; `started` when the playbook was started.
    """

    facts: Mapping[str, Any]
    party: Mapping[str, Any]
    awareness: datetime
    started: datetime


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task that stands. `depends_on` names only tasks that stand too; `unsure` the facts still unknown."""

    spec: TaskSpec
    position: int
    due: datetime
    depends_on: tuple[str, ...]
    unsure: tuple[str, ...]


def plan(playbook: Playbook, situation: Situation) -> tuple[PlannedTask, ...]:
    """Return the tasks that stand in this situation, in the playbook's order."""
    standing = [(spec, _holds(spec, situation)) for spec in playbook.tasks]
    kept = {spec.key for spec, (stands, _) in standing if stands}
    return tuple(
        PlannedTask(
            spec=spec,
            position=position,
            due=due_of(spec, awareness=situation.awareness, started=situation.started),
            depends_on=tuple(key for key in spec.depends_on if key in kept),
            unsure=unsure,
        )
        for position, (spec, (stands, unsure)) in enumerate(standing)
        if stands
    )


def due_of(spec: TaskSpec, *, awareness: datetime, started: datetime) -> datetime:
    """Return when the task is due (UTC). What was due before the playbook was started is due at its start."""
    base = started if spec.counts_from == "start" else awareness
    return max(base + spec.offset, started)


def _holds(spec: TaskSpec, situation: Situation) -> tuple[bool, tuple[str, ...]]:
    unsure: list[str] = []
    for condition in spec.when:
        value = _value(condition.fact, situation)
        if value is None:
            if not condition.if_unknown:
                return False, ()
            unsure.append(condition.fact)
        elif not _passes(condition, value):
            return False, ()
    return True, tuple(unsure)


def _value(fact: str, situation: Situation) -> Any:
    head, _, part = fact.partition(".")
    if head == "party":
        return situation.party.get(part)
    value = situation.facts.get(head)
    return value.get(part) if part and isinstance(value, Mapping) else value


def _passes(condition: Condition, value: Any) -> bool:
    if condition.test == "over":
        return bool(value > condition.values[0])
    if condition.test == "is":
        return bool(value == condition.values[0])
    members = value if isinstance(value, list | tuple | Mapping) else [value]
    return any(member in condition.values for member in members)
