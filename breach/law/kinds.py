"""The data-kind vocabulary (`data/kinds.toml`): what was exposed, in words that every room shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from breach.law.datafiles import read


@dataclass(frozen=True, slots=True)
class Kind:
    """`edpb` is a data type of row 70 of the EDPB template; `enisa` a class of the ENISA method or "none"."""

    key: str
    labels: Mapping[str, str]
    edpb: str
    enisa: str
    article_9: bool
    us: tuple[str, ...]
    harm: str
    identifies: str

    def label(self, language: str) -> str:
        return self.labels.get(language[:2], self.labels["en"])


@cache
def load() -> Mapping[str, Kind]:
    """Return all kinds by key, in the order of the file."""
    rows = read("data/kinds.toml")["kind"]
    return {
        key: Kind(
            key=key,
            labels=row["label"],
            edpb=row["edpb"],
            enisa=row["enisa"],
            article_9=row["article_9"],
            us=tuple(row["us"]),
            harm=row["harm"],
            identifies=row["identifies"],
        )
        for key, row in rows.items()
    }


def known(keys: Iterable[str]) -> tuple[Kind, ...]:
    """Return the kinds of these keys; raises KeyError for a key that is not in the vocabulary."""
    table = load()
    return tuple(table[key] for key in keys)


def group(name: str) -> frozenset[str]:
    """Return the kinds of a group that laws name together, such as "financial"."""
    return frozenset(read("data/kinds.toml")["group"][name])


def has_special_category(keys: Iterable[str]) -> bool:
    return any(kind.article_9 for kind in known(keys))
