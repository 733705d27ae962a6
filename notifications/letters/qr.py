"""The QR code of the genuine-letter page: the same modules as SVG, as PNG, and as operators of a PDF.

ISO/IEC 18004, byte mode, error correction M. Every step from the text to the modules (Reed-Solomon code,
placement, a fixed mask) is a sum without carries: codes of equally long texts differ by the exclusive or of
what their bytes differ in. So segno encodes one text of each length and the effect of each bit, and every
further code is a few additions of whole pictures. The standard leaves the mask to a score of looks; a fixed
one is read alike, and keeps the sum.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from operator import xor

import segno

QUIET = 2
"""Modules of white kept inside the picture; the box around it gives the rest of the four."""
_MASK = 3
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Picture:
    """A square of `side` modules, quiet zone included: rows from the top, one bit each, 1 is dark, each row
    padded to whole bytes.
    """

    side: int
    data: bytes

    @property
    def row_bytes(self) -> int:
        return (self.side + 7) // 8

    def is_dark(self, row: int, column: int) -> bool:
        return bool(self.data[row * self.row_bytes + column // 8] >> (7 - column % 8) & 1)


def picture(link: str) -> Picture:
    """Raises ValueError for a link that fits no code (over 2,331 bytes) or holds a character beyond U+00FF.

    Scanners read bytes beyond ASCII as UTF-8; addresses of pages are ASCII.
    """
    series, drawn = drawn_as_number(link)
    return Picture(series.side, drawn.to_bytes(series.size))


def drawn_as_number(link: str) -> tuple[_Series, int]:
    """The picture as one number, and the series that says how large it is."""
    data = link.encode("latin-1")
    series = _SERIES.get(len(data))
    if series is None:
        if len(_SERIES) >= _SERIES_KEPT:
            _SERIES.clear()
        series = _SERIES[len(data)] = _Series(data)
    return series, series.draw(data)


class _Series:
    """All codes of texts of one length, counted from the first of them: those that follow share most of it, and
    differ in their end. `side` in modules, `size` of a picture in bytes.
    """

    def __init__(self, first: bytes) -> None:
        self._first = first
        modules, self._start = _encoded(first)
        self.side = modules + 2 * QUIET
        self.size = (self.side + 7) // 8 * self.side
        self._bits: dict[tuple[int, int], int] = {}
        self._begins_at(len(first))

    def draw(self, data: bytes) -> int:
        """The picture as one number, most significant bit first."""
        if data[: self._from] != self._first[: self._from]:
            self._begins_at(
                next(n for n, pair in enumerate(zip(data, self._first, strict=True)) if pair[0] != pair[1])
            )
        drawn = self._start
        for place, effects in self._pieces:
            drawn ^= effects[data[place : place + _PIECE]]
        return drawn

    def _begins_at(self, place: int) -> None:
        """From here on the texts differ; what they say before is in the first picture."""
        self._from = place
        self._pieces = [
            (start, _Effects(self, start, self._first[start : start + _PIECE]))
            for start in range(place, len(self._first), _PIECE)
        ]

    def effect(self, place: int, change: int) -> int:
        """What the picture changes by when the byte at `place` changes by these bits."""
        total = 0
        for bit in (1 << number for number in range(8)):
            if change & bit:
                total ^= self._effect_of_bit(place, bit)
        return total

    def _effect_of_bit(self, place: int, bit: int) -> int:
        if (place, bit) not in self._bits:
            changed = bytearray(self._first)
            changed[place] ^= bit
            self._bits[place, bit] = _encoded(bytes(changed))[1] ^ self._start
        return self._bits[place, bit]


class _Effects(dict[bytes, int]):
    """A few bytes of a text at one place -> what the picture changes by against the first text."""

    def __init__(self, series: _Series, place: int, first: bytes) -> None:
        super().__init__()
        self._series, self._place, self._first = series, place, first

    def __missing__(self, piece: bytes) -> int:
        if len(self) >= _EFFECTS_KEPT:
            self.clear()
        total = 0
        for place, change in enumerate(map(xor, piece, self._first), start=self._place):
            total ^= self._series.effect(place, change)
        self[piece] = total
        return total


_PIECE = 2
_EFFECTS_KEPT = 4_096  # codes are written with 32 letters: about a thousand pairs
_SERIES: dict[int, _Series] = {}
_SERIES_KEPT = 32


def _encoded(data: bytes) -> tuple[int, int]:
    """Size of the code in modules, and its picture as one number, most significant bit first."""
    code = segno.make_qr(data, error="m", mode="byte", mask=_MASK, boost_error=False, encoding="latin-1")
    size = len(code.matrix)
    pad = -(size + 2 * QUIET) % 8
    drawn = 0
    for row in code.matrix:
        value = 0
        for module in row:
            value = value << 1 | (module & 1)
        drawn = drawn << size + 2 * QUIET + pad | value << QUIET + pad
    return size, drawn << (size + 2 * QUIET + pad) * QUIET


def svg(link: str) -> bytes:
    """The picture as SVG, for letters that are read on a screen."""
    found = picture(link)
    rows = range(found.side)
    path = "".join(
        f"M{column} {row}h1v1h-1z" for row in rows for column in rows if found.is_dark(row, column)
    )
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {found.side} {found.side}"'
    return f'<svg {box} shape-rendering="crispEdges"><path d="{path}"/></svg>'.encode()


def png(link: str) -> bytes:
    """The picture as PNG with one pixel per module (ISO/IEC 15948), for print: what `operators` draws."""
    found, wide = picture(link), (1 << 8) - 1
    rows = (
        found.data[start : start + found.row_bytes] for start in range(0, len(found.data), found.row_bytes)
    )
    grey = b"".join(b"\0" + bytes(byte ^ wide for byte in row) for row in rows)
    head = struct.pack(">IIBBBBB", found.side, found.side, 1, 0, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(grey)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def operators(link: str, x: float, y: float, side: float) -> bytes:
    """The picture as an inline image (ISO 32000-1, 8.9.7) of `side` points, lower left corner (x, y).

    Hexadecimal, since raw data might hold the word that ends an inline image.
    """
    series, drawn = drawn_as_number(link)
    return b"q %.3f 0 0 %.3f %.3f %.3f cm BI/W %d/H %d/CS/G/BPC 1/D[1 0]/F/AHx ID %0*x> EI Q\n" % (
        side, side, x, y, series.side, series.side, 2 * series.size, drawn,
    )  # fmt: skip
