"""Lines of text shaped with HarfBuzz in the main font, as operands of PDF text operators.

Glyph numbers of the shipped font are kept in the subset, so a shaped line fits every subset that holds its
characters. PDF 32000-1, 9.4.3 (TJ) and 9.7 (composite fonts).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from notifications.letters import fonts

_CACHED_LINES = 50_000


@dataclass(frozen=True, slots=True)
class Shaped:
    """`array` is the operand of TJ, `advance` the width in em. `is_simple` False: do not stamp this line.

    `is_plain`: glyphs read back as exactly this text by way of the font's ToUnicode; otherwise the line needs
    an ActualText of its own.
    """

    array: bytes
    advance: float
    is_simple: bool
    is_plain: bool


@lru_cache(maxsize=_CACHED_LINES)
def shape(text: str, language: str) -> Shaped:
    """Shape one line; `language` is a BCP 47 tag (some letters look different in some languages)."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = language
    hb.shape(_font(), buffer)
    glyphs = [info.codepoint for info in buffer.glyph_infos]
    positions = buffer.glyph_positions
    simple = buffer.direction == "ltr" and 0 not in glyphs
    simple = simple and all(not (place.x_offset or place.y_offset or place.y_advance) for place in positions)
    advances = [place.x_advance for place in positions]
    names = unicode_of()
    plain = "".join(names.get(glyph, "\0") for glyph in glyphs) == text
    return Shaped(_operand(glyphs, advances), sum(advances) / units(), simple, plain)


def _operand(glyphs: list[int], advances: list[int]) -> bytes:
    """Hexadecimal glyph numbers; where kerning moves the next glyph, the move in thousandths of an em."""
    default = widths()
    parts = ["[<"]
    for glyph, advance in zip(glyphs, advances, strict=True):
        parts.append(f"{glyph:04X}")
        if advance != default[glyph]:
            parts.append(f">{(default[glyph] - advance) * 1000 / units():g}<")
    parts.append(">]")
    return "".join(parts).encode()


def line_width(text: str, points: float) -> float:
    """Width of one line in points, in the main font."""
    return shape(text, "und").advance * points


@cache
def _font() -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(fonts.FOLDER / fonts.MAIN))))


@cache
def units() -> int:
    """Font units to the em."""
    return int(_font().face.upem)


@cache
def widths() -> tuple[int, ...]:
    """Advance of every glyph, in font units."""
    with TTFont(fonts.FOLDER / fonts.MAIN, lazy=True) as font:
        table = font["hmtx"]
        return tuple(table[name][0] for name in font.getGlyphOrder())


@cache
def unicode_of() -> dict[int, str]:
    """Glyph number -> the character it stands for in ToUnicode; the lowest code point where several share a
    glyph.
    """
    with TTFont(fonts.FOLDER / fonts.MAIN, lazy=True) as font:
        found: dict[int, str] = {}
        for code, name in sorted(font.getBestCmap().items()):
            found.setdefault(font.getGlyphID(name), chr(code))
        return found
