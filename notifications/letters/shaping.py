"""Lines of text shaped with HarfBuzz in the main font, as operands of PDF text operators.

Most letters of the main font look at no more than the letter behind them, to stand closer to it or further off. So
each pair of letters is shaped once, and a line is a sum of its pairs. Where a rule of the font looks further
(combining marks, ligatures, a few signs of single languages), a line is shaped word by word instead; the font's rules
never look at the blank. Tests hold both against the font's own tables. Glyph numbers of the shipped font are kept in
the subset, so a shaped line fits every subset that holds its characters. PDF 32000-1, 9.4.3 (TJ) and 9.7
(composite fonts).
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from operator import add
from typing import NamedTuple

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from notifications.letters import fonts

_KEPT_WORDS = 5_000
# In Catalan the letters on both sides of the dot move together; three tone letters of phonetics may become one sign.
_LOOKING_FURTHER = "\u00b7\u02e5\u02e6\u02e7\u02e8\u02e9"
_ESCAPES = {0x28: rb"\(", 0x29: rb"\)", 0x5C: rb"\\", 0x0D: rb"\r"}  # 7.3.4.2, literal strings


class Shaped(NamedTuple):
    """`array` is the operand of TJ, `advance` the width in font units. `is_simple` False: do not stamp this.

    `is_plain`: glyphs read back as exactly this text by way of the font's ToUnicode; otherwise the line needs
    an ActualText of its own.
    """

    array: bytes
    advance: int
    is_simple: bool
    is_plain: bool


class _Pairs(dict[str, "tuple[bytes, int] | None"]):
    """Two letters in one language -> the first of them as it stands before the second, as operand of TJ and width;
    None where two letters are too few to know. One letter -> the last of a line.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, both: str) -> tuple[bytes, int] | None:
        found = self[both] = _first_of(both, self._language) if all(map(_looks_one_ahead, both)) else None
        return found


@cache
def _pairs(language: str) -> _Pairs:
    """For all shapers of this process."""
    return _Pairs(language)


@cache
def _looks_one_ahead(char: str) -> bool:
    """Whether one letter and the next tell how it is set: Latin letters, figures and signs, but no marks."""
    return not unicodedata.category(char).startswith("M") and char not in _LOOKING_FURTHER


def _first_of(both: str, language: str) -> tuple[bytes, int] | None:
    pair, alone = _glyphs(both, language), [_glyphs(char, language) for char in both]
    if any(found is None for found in alone) or pair is None:
        return None
    drawn = [glyph for found in alone if found for glyph, _advance in found]
    if [glyph for glyph, _advance in pair] != drawn or len(drawn) != len(both):
        return None
    default, names = widths(), unicode_of()
    glyph, advance = pair[0]
    last, its_advance = pair[-1]
    moved = advance - default[glyph]
    reads = all(names.get(number) == char for number, char in zip(drawn, both, strict=True))
    if not reads or moved >= _gap() or (len(both) == 2 and its_advance != default[last]):  # noqa: PLR2004
        return None
    return _code(glyph) + _kern(moved), advance


def _glyphs(text: str, language: str) -> list[tuple[int, int]] | None:
    """Glyph and advance of each; None where Latin script is not all there is to it."""
    buffer = _shape(text, language)
    found = list(zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True))
    even = not any(place.x_offset or place.y_offset or place.y_advance for _info, place in found)
    if buffer.script != "Latn" or not even or not fonts.is_stampable(text):
        return None
    return [(info.codepoint, place.x_advance) for info, place in found]


class Shaper:
    """Shapes lines in one language (a BCP 47 tag: some letters look different in some languages) and keeps
    count of the glyphs they draw.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._pairs = _pairs(language)
        self._used: set[int] = set()
        self._letters: set[str] = set()
        self._symbols: set[str] = set()

    def line(self, text: str) -> Shaped:
        """One line; what it draws is counted."""
        pairs = self._pairs
        found = [pairs[both] for both in map(add, text, text[1:])]
        found += [pairs[last] for last in text[-1:]]
        parts = [part for part in found if part]
        if len(parts) < len(found):
            return self._word_by_word(text)
        self._letters.update(text)
        array = b"[(%b)]" % b"".join([part[0] for part in parts])
        return Shaped(array, sum([part[1] for part in parts]), True, True)

    def _word_by_word(self, text: str) -> Shaped:
        words = [_word(word, self.language) for word in text.split(" ")]
        self._used.update(*[word.glyphs for word in words])
        code, width = blank()
        return Shaped(
            b"[(%b)]" % code.join([word.array for word in words]),
            sum(word.advance for word in words) + width * (len(words) - 1),
            all(word.is_simple for word in words),
            all(word.is_plain for word in words),
        )

    def symbols(self, text: str) -> Shaped:
        """One line of references or codes: figure by figure, without kerning, as the style sheet sets them."""
        marks = _symbols()
        try:
            parts = [marks[char] for char in text]
        except KeyError:
            return Shaped(b"", 0, False, False)
        self._symbols.update(text)
        array = b"[(%b)]" % b"".join([part[0] for part in parts])
        return Shaped(array, sum([part[1] for part in parts]), True, True)

    @property
    def glyphs(self) -> set[int]:
        """Numbers of the glyphs in all lines so far, the blank included."""
        marks = _symbols()
        figures = {marks[char][2] for char in self._symbols}
        letters = {
            info.codepoint for char in self._letters for info in _shape(char, self.language).glyph_infos
        }
        return self._used | {space_glyph()} | figures | letters


class _Word(NamedTuple):
    """As `Shaped`, but `array` is what stands between the parentheses; `glyphs` are the numbers that a font must hold
    to draw it.
    """

    array: bytes
    advance: int
    is_simple: bool
    is_plain: bool
    glyphs: frozenset[int]


@lru_cache(_KEPT_WORDS)
def _word(word: str, language: str) -> _Word:
    """One word with all rules of the font."""
    buffer = _shape(word, language)
    default, names, widest = widths(), unicode_of(), _gap()
    parts, glyphs, total, even, reads = [], [], 0, True, []
    for info, place in zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True):
        glyph, advance = info.codepoint, place.x_advance
        moved = advance - default[glyph]
        parts.append(_code(glyph) + _kern(moved))
        glyphs.append(glyph)
        total += advance
        even = even and not (place.x_offset or place.y_offset or place.y_advance)
        reads.append(names.get(glyph, "\0") if moved < widest else "\0")
    simple = even and buffer.direction == "ltr" and 0 not in glyphs and fonts.is_stampable(word)
    return _Word(b"".join(parts), total, simple, "".join(reads) == word, frozenset(glyphs))


def _shape(text: str, language: str) -> hb.Buffer:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    if buffer.script in _NO_SCRIPT:  # figures and signs take the script of the line they stand in
        buffer.script = "Latn"
    buffer.language = language
    hb.shape(_font(), buffer)
    return buffer


def _kern(moved: int) -> bytes:
    """What moves the next glyph by so many font units."""
    return b")%g(" % (-moved * 1000 / units()) if moved else b""


@cache
def _gap() -> float:
    """From so many font units on, kerning reads as a blank."""
    return units() * _LOOKS_LIKE_A_BLANK


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
