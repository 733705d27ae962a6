"""Offices that a letter names because the law of the person's state asks for it (data/agencies.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from notifications.letters.library import DATA


@dataclass(frozen=True, slots=True)
class Agencies:
    """One state: its ISO 3166-2 code, the lines to print, and the law that asks for them."""

    region: str
    lines: tuple[str, ...]
    source: str
    confidence: str


@cache
def states() -> Mapping[str, Agencies]:
    """By region. Raises KeyError at the first use where a state names an office that is not listed."""
    data = tomllib.loads((DATA / "agencies.toml").read_text(encoding="utf-8"))
    return {
        region: Agencies(
            region,
            tuple(data["offices"][key] for key in row["offices"]),
            row["source"],
            row["confidence"],
        )
        for region, row in data["states"].items()
    }


def lines_for(region: str) -> tuple[str, ...]:
    """The lines owed to people of this region; none where the law names none."""
    found = states().get(region)
    return found.lines if found else ()
