"""The shipped fonts: which characters they hold, and their measures. No system font is ever asked."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parents[1] / "fonts"
MAIN = "NotoSans-Regular.ttf"
BOLD = "NotoSans-Bold.ttf"
FURTHER = (
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansArmenian-Regular.ttf",
    "NotoSansGeorgian-Regular.ttf",
)
"""Fonts for names that the main one lacks; letters that need them are laid out whole, never stamped."""

_JOINERS = frozenset("\u200c\u200d")  # Persian and others spell names with them


@dataclass(frozen=True, slots=True)
class Metrics:
    """Vertical measures in thousandths of an em, as the layout engine uses them (hhea)."""

    ascent: float
    descent: float


@cache
def characters(name: str) -> frozenset[int]:
    with TTFont(FOLDER / name, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def all_characters() -> frozenset[int]:
    return frozenset().union(*(characters(name) for name in (MAIN, *FURTHER)))


@cache
def metrics(name: str = MAIN) -> Metrics:
    with TTFont(FOLDER / name, lazy=True) as font:
        unit = font["head"].unitsPerEm / 1000
        return Metrics(font["hhea"].ascent / unit, -font["hhea"].descent / unit)


@cache
def bounding_box(name: str = MAIN) -> tuple[int, int, int, int]:
    """Left, bottom, right and top of all glyphs laid over each other, in font units."""
    with TTFont(FOLDER / name, lazy=True) as font:
        head = font["head"]
        return head.xMin, head.yMin, head.xMax, head.yMax


def unprintable(text: str) -> tuple[str, ...]:
    """Characters that would come out as boxes, or that reorder the line unseen (bidirectional controls)."""
    return tuple(sorted({char for char in text if not _is_printable(char)}))


def _is_printable(char: str) -> bool:
    if char in _JOINERS:
        return True
    return ord(char) in all_characters() and unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}


def is_stampable(text: str) -> bool:
    """Whether the main font holds every character (Latin, Greek, Cyrillic: one glyph after the other)."""
    return _stampable().issuperset(text)


@cache
def _stampable() -> frozenset[str]:
    return frozenset(map(chr, characters(MAIN))) - _JOINERS
