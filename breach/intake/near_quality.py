"""How good matching is, on records of which the truth is known: a table of precision and recall.

Counted are pairs of records held to be one person, by exact keys and what follows from accepting suggestions,
against the pairs that are one person in truth.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from breach.intake import match as matching
from breach.intake.near import Pair, comparable
from breach.intake.near_run import near_pairs
from breach.intake.record import Record, merged

THRESHOLDS = (0.999, 0.99, 0.95, 0.9, 0.8, 0.5)
AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Quality:
    """One line of the table. `accepted` are suggestions accepted at this threshold, `wrong` wrong pairs of records."""

    step: str
    accepted: int
    precision: float
    recall: float
    wrong: int


@dataclass(frozen=True, slots=True)
class Matched:
    """Records matched by exact keys (record number -> first record of its person), and pairs of these."""

    group: dict[int, int]
    pairs: tuple[Pair, ...]


def match_records(records: Sequence[Record]) -> Matched:
    """Match as the product does: exact keys first, then one merged view of each person is compared."""
    sources = [
        matching.Source(
            ref,
            tuple(matching.Key(kind, text.encode()) for kind, text in matching.plain_keys(each)),
            matching.identity_of(each),
        )
        for ref, each in enumerate(records)
    ]
    group = dict(matching.match(sources).group)
    members: dict[int, list[Record]] = {}
    for ref, root in group.items():
        members.setdefault(root, []).append(records[ref])
    people = (comparable(root, merged(rows)) for root, rows in members.items())
    return Matched(group, tuple(near_pairs(people)))


def quality(
    matched: Matched, truth: Sequence[Hashable], plain: Sequence[tuple[int, int, float]] | None = None
) -> list[Quality]:
    """Return the table: automatic merges alone, then with what each threshold would accept.

    `plain` stands for another matcher's (left, right, probability) in place of the pairs, without cautions.
    """
    found = [_line(AUTOMATIC, 0, matched.group, truth)]
    open_pairs = [(one.left, one.right, one.probability) for one in matched.pairs if not one.caution]
    for threshold in THRESHOLDS:
        taken = [(left, right) for left, right, likely in plain or open_pairs if likely >= threshold]
        found.append(_line(f"{threshold:g}", len(taken), _joined(matched.group, taken), truth))
    return found


def table(lines: Sequence[Quality]) -> list[dict[str, Any]]:
    """Return the table as JSON values."""
    return [asdict(one) for one in lines]


def _joined(group: dict[int, int], pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    root = {one: one for one in group.values()}

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for left, right in pairs:
        first, second = sorted((find(left), find(right)))
        root[second] = first
    return {ref: find(one) for ref, one in group.items()}


def _line(step: str, accepted: int, group: dict[int, int], truth: Sequence[Hashable]) -> Quality:
    right = _pairs(Counter((one, truth[ref]) for ref, one in group.items()))
    held = _pairs(Counter(group.values()))
    real = _pairs(Counter(truth))
    return Quality(
        step,
        accepted,
        round(right / held, 5) if held else 1.0,
        round(right / real, 5) if real else 1.0,
        held - right,
    )


def _pairs(sizes: "Counter[Hashable]") -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
