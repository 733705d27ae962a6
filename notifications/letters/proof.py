"""The proof that stamping is right: a stamped letter beside the same letter laid out whole.

Two programs drew them, so a third one reads both: pdfium gives the text and the picture of each page. The
words must be the same ones, the pictures must agree to within one pixel at 216 dpi (an eighth of a
millimetre: programs round the place of a glyph, and smooth its edges, each in its own way), and the code
read from the picture must open the genuine-letter page of this person.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pypdfium2
import zxingcpp
from PIL import ImageChops, ImageFilter

from breach.errors import TocsinError
from notifications.letters.render import render_whole
from notifications.letters.values import Letter

_SCALE = 3.0  # pixels to the point
_SHADES = 64  # of 256: what smoothing makes of an edge that falls elsewhere within its pixel


class StampingError(TocsinError):
    """A stamped letter is not the letter that was approved. Nothing of the run may leave."""

    def __init__(self, uid: str, what: str) -> None:
        self.uid, self.what = uid, what
        super().__init__(uid, what)

    def __str__(self) -> str:
        return f"{self.uid}: the stamped letter differs from the one laid out whole: {self.what}"


def prove(letter: Letter, pdf: bytes, *, first_page: int, pages: int) -> None:
    """Compare the letter on these pages of a print file (counted from 1) with the letter laid out whole.

    Raises StampingError naming the uid and what differs.
    """
    found = difference(pdf, first_page, pages, render_whole(letter).pdf, link=letter.personal.link)
    if found:
        raise StampingError(letter.uid, found)


def difference(pdf: bytes, first_page: int, pages: int, whole: bytes, *, link: str = "") -> str:
    """What differs between these pages and the whole of the other PDF; empty when nothing does."""
    stamped, rendered = pypdfium2.PdfDocument(pdf), pypdfium2.PdfDocument(whole)
    try:
        if len(rendered) != pages:
            return f"{pages} pages instead of {len(rendered)}"
        codes: set[str] = set()
        for number in range(pages):
            one, other = stamped[first_page - 1 + number], rendered[number]
            if found := _page_difference(one, other):
                return f"page {number + 1}: {found}"
            if link and link not in codes:
                codes |= _codes(one)
    finally:
        stamped.close()
        rendered.close()
    return "the code cannot be read" if link and link not in codes else ""


def _page_difference(one: Any, other: Any) -> str:
    if one.get_size() != other.get_size():
        return "another size of paper"
    if _words(one) != _words(other):
        return "other words"
    return "another picture" if _stray(_picture(one), _picture(other)) else ""


def _words(page: Any) -> Counter[str]:
    """The words of a page however often each stands there: what was stamped comes last, not in its place."""
    return Counter(page.get_textpage().get_text_bounded().split())


def _picture(page: Any) -> Any:
    return page.render(scale=_SCALE, grayscale=True).to_pil()


def _codes(page: Any) -> set[str]:
    kinds: Any = zxingcpp.BarcodeFormat.QRCode  # one kind is taken as well, though its types ask for a set
    found = zxingcpp.read_barcodes(_picture(page), formats=kinds, try_rotate=False, try_downscale=False)
    return {code.text for code in found}


def _stray(one: Any, other: Any) -> bool:
    """Whether a pixel of either lies outside what the other shows there and in the pixels around."""
    apart = ImageChops.difference(one, other).point(lambda shades: 255 if shades > _SHADES else 0).getbbox()
    if apart is None:
        return False
    left, top, right, bottom = apart
    around = (left - 1, top - 1, right + 1, bottom + 1)
    first, second = one.crop(around), other.crop(around)
    return max(_outside(first, second), _outside(second, first)) > _SHADES


def _outside(one: Any, other: Any) -> int:
    darker: Any = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), one).getextrema()
    lighter: Any = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(3))).getextrema()
    return int(max(darker[1], lighter[1]))
