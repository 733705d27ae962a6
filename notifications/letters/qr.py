"""The QR code of the genuine-letter page, as rectangles: the same ones for the stamped and the whole letter.

ISO/IEC 18004, error correction M. Made by zxing-cpp: thirty times as fast as the others that were tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import zxingcpp

QUIET = 2
"""Modules of white kept inside the picture; the box around it gives the rest of the four."""
_CHUNK = 8


def modules(link: str) -> tuple[int, bytes]:
    """Size in modules, and one byte for each, row by row from the top: 0 is dark."""
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture: Any = code.to_image(scale=1, add_quiet_zones=False)  # a buffer, though its types do not say so
    image = memoryview(picture)
    return math.isqrt(image.nbytes), image.tobytes()


def _dark(line: bytes) -> Iterator[tuple[int, int]]:
    """Start and length of each dark run of a row."""
    start = line.find(b"\0")
    while start >= 0:
        end = line.find(b"\xff", start)
        end = len(line) if end < 0 else end
        yield start, end - start
        start = line.find(b"\0", end)


def svg(link: str) -> bytes:
    """The picture as SVG, for the layout engine."""
    size, data = modules(link)
    rows = ((row, _dark(data[row * size : (row + 1) * size])) for row in range(size))
    path = "".join(
        f"M{start + QUIET} {row + QUIET}h{length}v1h-{length}z"
        for row, runs in rows
        for start, length in runs
    )
    total = size + 2 * QUIET
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {total}"'
    return f'<svg {box}><path d="{path}"/></svg>'.encode()


def operators(link: str, x: float, y: float, side: float) -> bytes:
    """The picture as PDF operators: a square of `side` points whose lower left corner is (x, y)."""
    size, data = modules(link)
    step = side / (size + 2 * QUIET)
    head = b"q 0 g %.5f 0 0 %.5f %.3f %.3f cm\n" % (step, -step, x, y + side)
    parts = (
        _rectangles(data[row * size + start : row * size + min(start + _CHUNK, size)], start, row)
        for row in range(size)
        for start in range(0, size, _CHUNK)
    )
    return b"%b%bf Q\n" % (head, b"".join(parts))


@cache
def _rectangles(part: bytes, column: int, row: int) -> bytes:
    """Path of a part of one row. There are few different parts, and making them anew takes most of the
    time.
    """
    return b"".join(b"%d %d %d 1 re\n" % (column + start + QUIET, row + QUIET, n) for start, n in _dark(part))
