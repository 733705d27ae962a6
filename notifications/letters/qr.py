"""The QR code of the genuine-letter page, as rectangles: the same ones for the stamped and the whole letter.

ISO/IEC 18004, error correction M. Made by zxing-cpp: thirty times as fast as the others that were tried.
"""

from __future__ import annotations

from collections.abc import Iterator

import zxingcpp

QUIET = 2
"""Modules of white kept inside the picture; the box around it gives the rest of the four."""


def runs(link: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Size in modules, and dark horizontal runs as (column, row from the top, length)."""
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    size = image.shape[1]
    data = image.tobytes()
    found: list[tuple[int, int, int]] = []
    for row in range(image.shape[0]):
        found += [(column, row, length) for column, length in _dark(data[row * size : (row + 1) * size])]
    return size, found


def _dark(line: bytes) -> Iterator[tuple[int, int]]:
    start = line.find(b"\0")
    while start >= 0:
        end = line.find(b"\xff", start)
        end = len(line) if end < 0 else end
        yield start, end - start
        start = line.find(b"\0", end)


def svg(link: str) -> bytes:
    """The picture as SVG, for the layout engine."""
    size, found = runs(link)
    path = "".join(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for x, y, length in found)
    total = size + 2 * QUIET
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {total}"><path d="{path}"/></svg>'.encode()


def operators(link: str, x: float, y: float, side: float) -> bytes:
    """The picture as PDF operators: a square of `side` points whose lower left corner is (x, y)."""
    size, found = runs(link)
    total = size + 2 * QUIET
    step = side / total
    head = f"q 0 g {step:.5f} 0 0 {-step:.5f} {x:.3f} {y + side:.3f} cm\n"
    body = "".join(f"{column + QUIET} {row + QUIET} {length} 1 re\n" for column, row, length in found)
    return f"{head}{body}f Q\n".encode()
