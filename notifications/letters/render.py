"""Letters as PDF by WeasyPrint. Pictures and fonts come from the package; nothing is fetched."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from breach.errors import BadInput
from notifications.letters import engine, fonts, geometry, html, library, qr
from notifications.letters.address import Window, windows
from notifications.letters.shaping import line_width
from notifications.letters.values import Body, Letter, Personal

POINTS_PER_PIXEL = 0.75  # CSS: 96 pixels to the inch


@dataclass(frozen=True, slots=True)
class Slot:
    """A place left empty for stamping: page from 0; left, top and size in points from the page's top left
    corner.
    """

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One laid-out variant: the PDF, its page count, the sheet in points, and the slots by name."""

    pdf: bytes
    pages: int
    sheet: tuple[float, float]
    slots: dict[str, Slot]

    def without_pdf(self) -> Layout:
        return replace(self, pdf=b"")


def render_pdf(letter: Letter, *, tagged: bool = True) -> bytes:
    """The letter as a PDF of its own: PDF/UA-1 (ISO 14289-1: tagged, with language and title) unless
    `tagged` is False.

    Raises BadInput naming the recipient's uid when the address does not fit its window even in small type,
    or naming the Debian package that is missing.
    """
    return _whole(letter, tagged=tagged).pdf


def render_whole(letter: Letter) -> Layout:
    """The letter laid out by itself, untagged, for the print run: for those that cannot be stamped."""
    return _whole(letter, tagged=False)


def render_layout(body: Body, window: str) -> Layout:
    """What all letters of the variant share, with empty slots; untagged, since copied pages lose their
    tags.
    """
    return _layout(body, html.EMPTY, windows()[window], tagged=False)


def _whole(letter: Letter, *, tagged: bool) -> Layout:
    if chars := fonts.unprintable("".join((*letter.personal.address, letter.personal.salutation))):
        codes = ", ".join(f"U+{ord(char):04X}" for char in chars[:5])
        raise BadInput(
            f"the letter fonts do not hold {codes}",
            place=letter.uid,
            mend="Write name and address in Latin letters.",
            code="unprintable",
        )
    window = windows()[letter.window]
    wide = any(
        line_width(line, geometry.ADDRESS_POINTS) > window.address[2] * geometry.POINTS_PER_MM
        for line in letter.personal.address
    )
    if not wide and len(letter.personal.address) <= window.lines:
        return _layout(letter.body, letter.personal, window, tagged=tagged)
    found = _layout(letter.body, letter.personal, window, tagged=tagged, small_address=True)
    if found.slots["address"].height > (window.address[3] + 0.5) * geometry.POINTS_PER_MM:
        raise BadInput(
            f"the address does not fit the window ({geometry.small_lines(window)} lines of small type)",
            place=letter.uid,
            mend="Shorten the address lines.",
            code="unprintable",
        )
    return found


def _layout(
    body: Body, personal: Personal, window: Window, *, tagged: bool, small_address: bool = False
) -> Layout:
    phrases = library.phrases(body.key.language)
    drill = phrases.labels["drill"] if body.drill else ""
    sizes = geometry.type_of(body.key)
    rules = geometry.css(window, page_label=phrases.labels["page"], sizes=sizes, drill=drill)
    text = html.document(body, personal, window, phrases, small_address=small_address)
    picture = _qr(personal.link, tagged=tagged) if personal.link else ("", b"")
    pages, pdf = _set(text, rules, picture=picture, tagged=tagged)
    return Layout(pdf, len(pages), window.points, _slots(pages))


def _qr(link: str, *, tagged: bool) -> tuple[str, bytes]:
    """Media type and picture: lines for the screen, for the printer the same samples as are stamped."""
    return ("image/svg+xml", qr.svg(link)) if tagged else ("image/png", qr.png(link))


def _set(text: str, rules: str, *, picture: tuple[str, bytes], tagged: bool) -> tuple[list[Any], bytes]:
    """Pages and PDF of one HTML document."""
    weasyprint = engine.weasyprint()
    fetch = engine.fetcher({"letter:qr": picture})
    font_config, look = _look()
    options = {"pdf_tags": tagged, "pdf_variant": "pdf/ua-1" if tagged else None}
    try:
        document = weasyprint.HTML(string=text, url_fetcher=fetch).render(
            stylesheets=[look, weasyprint.CSS(string=rules, url_fetcher=fetch)],
            font_config=font_config,
            **options,
        )
    except engine.refusal() as error:
        raise BadInput(
            f"the letter asks for {error}", mend="Letters fetch no pictures, styles or fonts."
        ) from None
    out = io.BytesIO()
    document.write_pdf(out, **options)
    return document.pages, out.getvalue()


def _slots(pages: list[Any]) -> dict[str, Slot]:
    found: dict[str, Slot] = {}
    for number, page in enumerate(pages):
        for name, rectangle in page.anchors.items():
            if name.startswith("slot-"):
                left, top, right, bottom = (value * POINTS_PER_PIXEL for value in rectangle)
                found[name.removeprefix("slot-")] = Slot(number, left, top, right - left, bottom - top)
    return found


@cache
def _look() -> tuple[Any, Any]:
    """Font configuration and style sheet, read once: loading the fonts is the costly part."""
    font_config = engine.font_configuration()
    text = (library.TEMPLATES / "letter.css").read_text(encoding="utf-8")
    sheet = engine.weasyprint().CSS(string=text, url_fetcher=engine.fetcher({}), font_config=font_config)
    return font_config, sheet
