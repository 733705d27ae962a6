"""Places and sizes on the sheet, said once: the style sheet and the stamps are both computed from them."""

from __future__ import annotations

from dataclasses import dataclass

from notifications.letters.address import SHEETS, Window
from notifications.letters.library import statute
from notifications.letters.values import VariantKey

POINTS_PER_MM = 72 / 25.4
MARGIN_LEFT = 25.0
MARGIN_RIGHT = 20.0
MARGIN_TOP = 15.0
MARGIN_BOTTOM = 22.0
FOOTER_PADDING = 7.0  # millimetres from the bottom of the text to the footer
ADDRESS_POINTS = 10.0
SMALL_ADDRESS_POINTS, SMALL_ADDRESS_PITCH = 8.0, 3.4  # DIN 5008: never below 8 points; the pitch is in mm
QR_MM = 24.0


@dataclass(frozen=True, slots=True)
class Type:
    """Points and leading (in points) of everything that is stamped, and the class the style sheet knows."""

    name: str
    salutation: tuple[float, float]
    code: tuple[float, float]
    info: tuple[float, float]
    footer: tuple[float, float]


_USUAL = Type("", salutation=(10.0, 13.8), code=(12.0, 15.0), info=(9.0, 12.0), footer=(8.0, 10.0))
# No text below ten points where a statute says so (data/forms.toml).
_STATUTORY = Type(
    "statutory", salutation=(10.0, 13.8), code=(12.0, 15.0), info=(10.0, 13.0), footer=(10.0, 13.0)
)
# Large print is 16 points and more (UK Association for Accessible Formats, Clear and Large Print, 2012: 16 to
# 18 points). The address window and the line above it are for the post, not for the reader.
_LARGE = Type("large", salutation=(16.0, 22.0), code=(18.0, 23.0), info=(16.0, 20.0), footer=(16.0, 20.0))


def type_of(key: VariantKey) -> Type:
    if key.large:
        return _LARGE
    return _STATUTORY if statute(key.form) else _USUAL


def footer_top(window: Window) -> float:
    """Millimetres from the top of the sheet to the line of the footer."""
    return window.sheet[1] - MARGIN_BOTTOM + FOOTER_PADDING


def text_width(window: Window) -> float:
    """Millimetres between the margins."""
    return SHEETS[window.paper][0] - MARGIN_LEFT - MARGIN_RIGHT


def small_lines(window: Window) -> int:
    """How many lines of small type the window shows."""
    return int(window.address[3] / SMALL_ADDRESS_PITCH)


def css(window: Window, *, page_label: str, sizes: Type, drill: str) -> str:
    """Style rules that depend on window, language and type. `page_label` has {page} and {pages}."""
    width, height = window.sheet
    before, _, rest = page_label.partition("{page}")
    between, _, after = rest.partition("{pages}")
    counters = f"{_text(before)} counter(page) {_text(between)} counter(pages) {_text(after)}"
    points, leading = sizes.footer
    small = f"font-size: {points}pt; line-height: {leading}pt; color: #1a1a1a;"
    footer = f"vertical-align: top; padding-top: {FOOTER_PADDING}mm; {small}"
    banner = f"@top-center {{ content: {_text(drill)}; {small} font-weight: bold; }}" if drill else ""
    return f"""
    @page {{
      size: {width}mm {height}mm;
      margin: {MARGIN_TOP}mm {MARGIN_RIGHT}mm {MARGIN_BOTTOM}mm {MARGIN_LEFT}mm;
      @bottom-left {{ content: string(reference); font-kerning: none; white-space: nowrap; {footer} }}
      @bottom-right {{ content: {counters}; white-space: nowrap; {footer} }}
      {banner}
    }}
    .head {{ height: {window.body_top - MARGIN_TOP}mm; }}
    .return {{ {_place(window.address[0], window.return_top)} }}
    .address {{ {_place(*window.address[:2])} width: {window.address[2]}mm; font-size: {ADDRESS_POINTS}pt; }}
    .address .line {{ line-height: {window.pitch}mm; min-height: {window.pitch}mm; }}
    .address.small {{ font-size: {SMALL_ADDRESS_POINTS}pt; }}
    .address.small .line {{
      white-space: normal; overflow-wrap: anywhere; line-height: {SMALL_ADDRESS_PITCH}mm; min-height: 0;
    }}
    .info {{ {_place(*window.info[:2])} width: {window.info[2]}mm; }}
    .info dd {{ {_type(sizes.info)} height: {sizes.info[1]}pt; }}
    .salutation {{ {_type(sizes.salutation)} min-height: {sizes.salutation[1]}pt; }}
    .genuine .code {{ {_type(sizes.code)} height: {sizes.code[1]}pt; }}
    h1 {{ string-set: reference attr(data-reference); }}
    {"".join(f".fold-{n} {{ {_place(6.0, fold)} }}" for n, fold in enumerate(window.folds))}
    """


def _type(size: tuple[float, float]) -> str:
    return f"font-size: {size[0]}pt; line-height: {size[1]}pt;"


def _place(left: float, top: float) -> str:
    return f"left: {left - MARGIN_LEFT:.2f}mm; top: {top - MARGIN_TOP:.2f}mm;"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
