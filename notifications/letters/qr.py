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
    data = link.encode("latin-1")
    series = _SERIES.get(len(data))
    if series is None:
        if len(_SERIES) >= _SERIES_KEPT:
            _SERIES.clear()
        series = _SERIES[len(data)] = _Series(data)
    return Picture(series.side, series.draw(data))


class _Series:
    """All codes of texts of one length, counted from the first of them: those that follow share most of it."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        size, self._drawn = _encoded(first)
        self.side = size + 2 * QUIET
        self._bytes = (self.side + 7) // 8 * self.side
        self._effects: dict[tuple[int, int], int] = {}

    def draw(self, data: bytes) -> bytes:
        drawn, effects = self._drawn, self._effects
        for change in enumerate(map(xor, data, self._first)):
            if change[1]:
                drawn ^= effects[change] if change in effects else self._effect(*change)
        return drawn.to_bytes(self._bytes)

    def _effect(self, place: int, change: int) -> int:
        """What the picture changes by when the byte at `place` changes by these bits."""
        total = 0
        for bit in range(8):
            if change >> bit & 1:
                total ^= self._effect_of_bit(place, 1 << bit)
        self._effects[place, change] = total
        return total

    def _effect_of_bit(self, place: int, bit: int) -> int:
        if (place, bit) not in self._effects:
            changed = bytearray(self._first)
            changed[place] ^= bit
            self._effects[place, bit] = _encoded(bytes(changed))[1] ^ self._drawn
        return self._effects[place, bit]


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
    found = picture(link)
    return b"q %.3f 0 0 %.3f %.3f %.3f cm BI/W %d/H %d/CS/G/BPC 1/D[1 0]/F/AHx ID %b> EI Q\n" % (
        side, side, x, y, found.side, found.side, found.data.hex().encode(),
    )  # fmt: skip
