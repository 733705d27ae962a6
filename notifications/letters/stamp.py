"""What differs from letter to letter, drawn as PDF operators over the pages that all letters of a variant
share.
"""

from __future__ import annotations

from dataclasses import dataclass

from notifications.letters import fonts, geometry, qr
from notifications.letters.address import Window
from notifications.letters.pdf import text_string
from notifications.letters.render import Layout
from notifications.letters.shaping import Shaper, units
from notifications.letters.values import Personal, VariantKey

_INK = b"0.10196 g\n"  # the text colour of the style sheet, #1a1a1a


@dataclass(frozen=True, slots=True)
class Place:
    """Where one line is stamped: page from 0, the operators that go there, and the room in font units."""

    page: int
    start: bytes
    room: float


class Stamper:
    """Stamps letters of one layout. The font is known to the operators as /S."""

    def __init__(self, layout: Layout, window: Window, key: VariantKey, shaper: Shaper) -> None:
        self._layout, self._window, self._shaper = layout, window, shaper
        sizes = geometry.type_of(key)
        self._address = self._address_places()
        self._salutation = self._in_slot("salutation", sizes.salutation)
        self._code = self._in_slot("code", sizes.code)
        self._references = [self._in_slot("reference", sizes.info), *self._footer_places(sizes.footer)]
        side = geometry.QR_MM * geometry.POINTS_PER_MM
        slot = layout.slots["qr"]
        self._qr_page, self._qr = slot.page, (slot.left, layout.sheet[1] - slot.top - side, side)

    def stamp(self, personal: Personal) -> tuple[bytes, ...] | None:
        """Operators for each page of the layout, to follow the shared page; None where a line has a letter
        that the main font does not set one after the other, or is too long: lay that letter out by itself.
        """
        if len(personal.address) > len(self._address):
            return None
        pages = [[_INK] for _ in range(self._layout.pages)]
        line, symbols = self._shaper.line, self._shaper.symbols
        shaped = [
            *[
                (place, text, line(text))
                for place, text in zip(self._address, personal.address, strict=False)
            ],
            (self._salutation, personal.salutation, line(personal.salutation)),
            (self._code, personal.code, symbols(personal.code)),
        ]
        reference = symbols(personal.reference)
        shaped += [(place, personal.reference, reference) for place in self._references]
        for place, text, (array, advance, is_simple, is_plain) in shaped:
            if not is_simple or advance > place.room:
                return None
            drawn = b"%b%bTJ ET\n" % (place.start, array)
            if not is_plain:
                drawn = b"/Span<</ActualText %b>>BDC\n%bEMC\n" % (text_string(text), drawn)
            pages[place.page].append(drawn)
        if personal.link:
            pages[self._qr_page].append(qr.operators(personal.link, *self._qr))
        return tuple([b"".join(parts) for parts in pages])

    def _address_places(self) -> list[Place]:
        slot, pitch = self._layout.slots["address"], self._window.pitch * geometry.POINTS_PER_MM
        points = geometry.ADDRESS_POINTS
        first = self._layout.sheet[1] - slot.top - drop(points, pitch)
        return [
            _place(slot.page, points, slot.left, first - number * pitch, slot.width)
            for number in range(self._window.lines)
        ]

    def _in_slot(self, name: str, size: tuple[float, float]) -> Place:
        slot, (points, leading) = self._layout.slots[name], size
        baseline = self._layout.sheet[1] - slot.top - drop(points, leading)
        return _place(slot.page, points, slot.left, baseline, slot.width)

    def _footer_places(self, size: tuple[float, float]) -> list[Place]:
        points, leading = size
        left = geometry.MARGIN_LEFT * geometry.POINTS_PER_MM
        top = geometry.footer_top(self._window) * geometry.POINTS_PER_MM
        room = geometry.text_width(self._window) * geometry.POINTS_PER_MM / 2
        baseline = self._layout.sheet[1] - top - drop(points, leading)
        return [_place(page, points, left, baseline, room) for page in range(self._layout.pages)]


def _place(page: int, points: float, left: float, baseline: float, room: float) -> Place:
    start = b"BT/S %g Tf %.3f %.3f Td" % (points, left, baseline)
    return Place(page, start, room * units() / points)


def drop(points: float, leading: float) -> float:
    """Distance from the top of a line box to its baseline (CSS 2.1, 10.8.1: half-leading)."""
    measures = fonts.metrics()
    ascent, descent = measures.ascent * points / 1000, measures.descent * points / 1000
    return (leading - ascent - descent) / 2 + ascent
