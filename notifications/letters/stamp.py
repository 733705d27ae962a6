"""What differs from letter to letter, drawn as PDF operators over the pages that all letters of a variant
share.
"""

from __future__ import annotations

from dataclasses import dataclass

from notifications.letters import fonts, geometry, qr
from notifications.letters.address import Window
from notifications.letters.pdf import text_string
from notifications.letters.render import Layout
from notifications.letters.shaping import shape
from notifications.letters.values import Personal

_INK = b"0.10196 g\n"  # the text colour of the style sheet, #1a1a1a
_FONT = b"S"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text to be stamped: page from 0, left edge and baseline in points from the lower left
    corner.
    """

    page: int
    text: str
    points: float
    left: float
    baseline: float
    room: float


def is_stampable(
    personal: Personal, layout: Layout, window: Window, *, language: str, statutory: bool
) -> bool:
    """Whether every line has its glyphs in the main font, reads left to right, and fits its place."""
    if len(personal.address) > window.lines:
        return False
    return all(
        fonts.is_stampable(line.text) and _fits(line, language)
        for line in lines(personal, layout, window, statutory=statutory)
    )


def _fits(line: Line, language: str) -> bool:
    shaped = shape(line.text, language)
    return shaped.is_simple and shaped.advance * line.points <= line.room


def contents(
    personal: Personal, layout: Layout, window: Window, *, language: str, statutory: bool
) -> tuple[bytes, ...]:
    """Operators for each page of the layout, to follow the shared page. The font is known to them as /S."""
    pages = [[_INK] for _ in range(layout.pages)]
    for line in lines(personal, layout, window, statutory=statutory):
        pages[line.page].append(_operators(line, language))
    if personal.link:
        slot = layout.slots["qr"]
        side = geometry.QR_MM * geometry.POINTS_PER_MM
        bottom = layout.sheet[1] - slot.top - side
        pages[slot.page].append(qr.operators(personal.link, slot.left, bottom, side))
    return tuple(b"".join(parts) for parts in pages)


def lines(personal: Personal, layout: Layout, window: Window, *, statutory: bool) -> list[Line]:
    """Every line of the letter that is not shared, in reading order. Empty ones are left out."""
    found = _address(personal, layout, window)
    found.append(_in_slot(personal.reference, layout, "reference", geometry.info_type(statutory=statutory)))
    salutation = (geometry.SALUTATION_POINTS, geometry.SALUTATION_LEADING)
    found.append(_in_slot(personal.salutation, layout, "salutation", salutation))
    found.append(_in_slot(personal.code, layout, "code", (geometry.CODE_POINTS, geometry.CODE_LEADING)))
    points, leading = geometry.footer_type(statutory=statutory)
    left, top = (
        geometry.MARGIN_LEFT * geometry.POINTS_PER_MM,
        geometry.footer_top(window) * geometry.POINTS_PER_MM,
    )
    room = geometry.text_width(window) * geometry.POINTS_PER_MM / 2
    baseline = layout.sheet[1] - top - drop(points, leading)
    found += [Line(page, personal.reference, points, left, baseline, room) for page in range(layout.pages)]
    return [line for line in found if line.text]


def _address(personal: Personal, layout: Layout, window: Window) -> list[Line]:
    slot, pitch = layout.slots["address"], window.pitch * geometry.POINTS_PER_MM
    points = geometry.ADDRESS_POINTS
    first = layout.sheet[1] - slot.top - drop(points, pitch)
    return [
        Line(slot.page, text, points, slot.left, first - number * pitch, slot.width)
        for number, text in enumerate(personal.address)
    ]


def _in_slot(text: str, layout: Layout, name: str, size: tuple[float, float]) -> Line:
    slot, (points, leading) = layout.slots[name], size
    baseline = layout.sheet[1] - slot.top - drop(points, leading)
    return Line(slot.page, text, points, slot.left, baseline, slot.width)


def drop(points: float, leading: float) -> float:
    """Distance from the top of a line box to its baseline (CSS 2.1, 10.8.1: half-leading)."""
    measures = fonts.metrics()
    ascent, descent = measures.ascent * points / 1000, measures.descent * points / 1000
    return (leading - ascent - descent) / 2 + ascent


def _operators(line: Line, language: str) -> bytes:
    shaped = shape(line.text, language)
    text = b"BT /%b %g Tf 1 0 0 1 %.3f %.3f Tm %b TJ ET\n" % (
        _FONT, line.points, line.left, line.baseline, shaped.array,
    )  # fmt: skip
    if shaped.is_plain:
        return text
    return b"/Span<</ActualText %b>>BDC\n%bEMC\n" % (text_string(line.text), text)
