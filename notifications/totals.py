"""Sums that must come out: approved = delivered + failed + pending + ambiguous + withheld. Pure.

Counted as failed are `failed` (refused or given up, no channel left) and `unreachable` (no usable address,
from the
start or after bounces and returns). Counted as withheld are `withheld` (a person decided) and `superseded`
(the
person is written to in a later batch and counted there). Everything between release and proof of sending is
pending.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from notifications.states import TALLY_OF, PersonState, Tally


@dataclass(frozen=True, slots=True)
class Totals:
    """People on a notice. `unreachable` is a part of `failed`, named because the law asks for it."""

    approved: int
    delivered: int = 0
    failed: int = 0
    pending: int = 0
    ambiguous: int = 0
    withheld: int = 0
    unreachable: int = 0

    @property
    def summed(self) -> int:
        return self.delivered + self.failed + self.pending + self.ambiguous + self.withheld

    @property
    def reconciled(self) -> bool:
        return self.approved == self.summed and self.unreachable <= self.failed

    @property
    def is_done(self) -> bool:
        return self.pending == 0 and self.ambiguous == 0

    def to_json(self) -> dict[str, int | bool]:
        return {field.name: getattr(self, field.name) for field in fields(self)} | {
            "reconciled": self.reconciled
        }

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def totals_of(approved: int, states: Mapping[str, int]) -> Totals:
    """Sum the rows by state. `approved` is the number that was frozen at submission, not counted from the
    rows.

    Raises KeyError for a state that no sum knows.
    """
    sums = dict.fromkeys(Tally, 0)
    for state, count in states.items():
        sums[TALLY_OF[state]] += count
    unreachable = states.get(PersonState.UNREACHABLE, 0)
    return Totals(approved, **{tally.value: count for tally, count in sums.items()}, unreachable=unreachable)
