"""Lines of text shaped with HarfBuzz in the main font, as operands of PDF text operators.

The main font's rules never look at the blank (a test holds that), so a line is shaped word by word, and words
come again: the cost of a line is mostly that of its new words. Glyph numbers of the shipped font are kept in
the subset, so a shaped line fits every subset that holds its characters. PDF 32000-1, 9.4.3 (TJ) and 9.7
(composite fonts).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from notifications.letters import fonts

_KEPT_WORDS = 50_000  # about 20 MB
_ESCAPES = {0x28: rb"\(", 0x29: rb"\)", 0x5C: rb"\\", 0x0D: rb"\r"}  # 7.3.4.2, literal strings


class Shaped(NamedTuple):
    """`array` is the operand of TJ, `advance` the width in font units. `is_simple` False: do not stamp this.

    `is_plain`: glyphs read back as exactly this text by way of the font's ToUnicode; otherwise the line needs
    an ActualText of its own. `glyphs` are the numbers that a font must hold to draw it.
    """

    array: bytes
    advance: int
    is_simple: bool
    is_plain: bool
    glyphs: frozenset[int]


_KNOWN: dict[str, dict[str, Shaped]] = {}
"""Words by language, for all shapers of this process."""


class Shaper:
    """Shapes lines in one language (a BCP 47 tag: some letters look different in some languages) and keeps
    count of the glyphs they draw.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = _KNOWN.setdefault(language, {})
        self._used: set[int] = set()
        self._counted: set[str] = set()
        self._symbols: set[str] = set()
        self._blank, self._width = blank()

    def line(self, text: str) -> Shaped:
        words, counted = self._words, self._counted
        parts, advance, simple, plain = [], 0, True, True
        for word in text.split(" "):
            array, width, is_simple, is_plain, glyphs = words.get(word) or self._word(word)
            if word not in counted:
                counted.add(word)
                self._used |= glyphs
            parts.append(array)
            advance += width
            simple &= is_simple
            plain &= is_plain
        advance += self._width * (len(parts) - 1)
        return Shaped(b"[(%b)]" % self._blank.join(parts), advance, simple, plain, frozenset())

    def symbols(self, text: str) -> Shaped:
        """One line of references or codes: figure by figure, without kerning, as the style sheet sets them."""
        marks = _symbols()
        try:
            array = b"".join([marks[char][0] for char in text])
            advance = sum([marks[char][1] for char in text])
        except KeyError:
            return Shaped(b"", 0, False, False, frozenset())
        self._symbols.update(text)
        return Shaped(b"[(%b)]" % array, advance, True, True, frozenset())

    @property
    def glyphs(self) -> set[int]:
        """Numbers of the glyphs in all lines so far, the blank included."""
        marks = _symbols()
        return self._used | {space_glyph()} | {marks[char][2] for char in self._symbols if char in marks}

    def _word(self, word: str) -> Shaped:
        """One word; its `array` is what stands between the parentheses."""
        if len(self._words) >= _KEPT_WORDS:
            self._words.clear()  # a run in order of places soon knows again what it needs
        found = self._words[word] = _shaped(word, self.language)
        return found


def _shaped(word: str, language: str) -> Shaped:
    buffer = hb.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    if buffer.script in _NO_SCRIPT:  # figures and signs take the script of the line they stand in
        buffer.script = "Latn"
    buffer.language = language
    hb.shape(_font(), buffer)
    default, names, widest = widths(), unicode_of(), units() * _LOOKS_LIKE_A_BLANK
    parts, glyphs, total, even, reads = [], [], 0, True, []
    for info, place in zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True):
        glyph, advance = info.codepoint, place.x_advance
        parts.append(_code(glyph))
        glyphs.append(glyph)
        total += advance
        if moved := advance - default[glyph]:
            parts.append(b")%g(" % (-moved * 1000 / units()))
        even = even and not (place.x_offset or place.y_offset or place.y_advance)
        reads.append(names.get(glyph, "\0") if moved < widest else "\0")
    simple = even and buffer.direction == "ltr" and 0 not in glyphs and fonts.is_stampable(word)
    return Shaped(b"".join(parts), total, simple, "".join(reads) == word, frozenset(glyphs))


_LOOKS_LIKE_A_BLANK = 0.08  # em; readers of text take wider kerning for the gap between two words
_NO_SCRIPT = frozenset({None, "", "Zyyy", "Zinh", "Zzzz"})


@cache
def _code(glyph: int) -> bytes:
    return b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in glyph.to_bytes(2))


@cache
def _symbols() -> dict[str, tuple[bytes, int, int]]:
    """Glyph number as bytes, advance and glyph number of what stands in references and codes."""
    return {
        text: (_code(glyph), widths()[glyph], glyph)
        for glyph, text in unicode_of().items()
        if text.isascii() and text.isprintable()
    }


@cache
def space_glyph() -> int:
    return next(number for number, text in unicode_of().items() if text == " ")


@cache
def blank() -> tuple[bytes, int]:
    """The blank between two words: its glyph number as bytes, and its width in font units."""
    return _code(space_glyph()), widths()[space_glyph()]


def line_width(text: str, points: float) -> float:
    """Width of one line in points, in the main font."""
    return _any_language().line(text).advance * points / units()


@cache
def _any_language() -> Shaper:
    return Shaper("und")


@cache
def main_face() -> hb.Face:
    return hb.Face(hb.Blob.from_file_path(str(fonts.FOLDER / fonts.MAIN)))


@cache
def _font() -> hb.Font:
    return hb.Font(main_face())


@cache
def units() -> int:
    """Font units to the em."""
    return int(main_face().upem)


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
