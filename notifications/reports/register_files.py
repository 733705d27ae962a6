"""The register as files beside the CSV: a workbook for spreadsheet programs, and paper."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.template.loader import render_to_string

from breach.errors import BadInput
from breach.spreadsheet import text_workbook
from notifications.moments import say_moment, say_number
from notifications.pdf import render_pdf
from notifications.reports.register import COLUMNS, RegisterRow, words

TEMPLATE = "reports/register.html"
# ECMA-376 lets a cell of a workbook hold so many characters.
MOST_IN_A_CELL = 32_767
WIDTHS = {
    "reference": 13,
    "title": 32,
    "controller": 26,
    "role": 20,
    "phase": 14,
    "people": 11,
    "records": 13,
}
WIDTH, LONG, LONG_COLUMNS = 24, 44, ("reasons", "filings", "letters", "measures", "lessons", "consequences")
OVERVIEW = (
    "reference",
    "title",
    "controller",
    "phase",
    "aware",
    "people",
    "risk",
    "authority_decision",
    "people_decision",
)
IN_THE_HEAD = ("reference", "title")
STYLE = """
@page { size: A4 landscape; margin: 18mm 16mm 20mm 16mm; }
table.overview { table-layout: fixed; font-size: 8pt; }
table.overview .reference { width: 21mm; } table.overview .people { width: 18mm; }
table.overview .phase { width: 22mm; } table.overview .risk { width: 24mm; }
table.overview td { overflow-wrap: anywhere; }
tbody th { width: 58mm; } td { overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """The circumstances of an export that stand on paper: what narrowed it, who took it, when (UTC)."""

    narrowed_by: Sequence[str]
    by: str
    at: datetime


def register_xlsx(rows: Sequence[RegisterRow], language: str, made_at: datetime) -> bytes:
    """Return the register as an Office Open XML workbook, headings in `language`, the first row frozen.

    Every cell is text: nothing that was typed becomes a formula, a link or a number. Raises BadInput for a text
    longer than a cell can hold, since the format would drop it.
    """
    w, target = words(language), io.BytesIO()
    with text_workbook(target) as book:
        # The workbook's own clock is not ours; the format stores UTC without an offset.
        created = made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": w["title"], "created": created})
        sheet = book.add_worksheet(w["sheet"])
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, _width(name))
            sheet.write_string(0, column, w[f"column.{name}"], head)
            for number, row in enumerate(rows, start=1):
                sheet.write_string(number, column, _cell(row, name, w[f"column.{name}"]), text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    return target.getvalue()


def _width(name: str) -> int:
    return WIDTHS.get(name, LONG if name.endswith(LONG_COLUMNS) else WIDTH)


def _cell(row: RegisterRow, name: str, heading: str) -> str:
    text: str = getattr(row, name)
    if len(text.encode("utf-16-le")) // 2 > MOST_IN_A_CELL:
        raise BadInput(
            "The text is longer than a cell of a workbook can hold",
            place=f"{row.reference}, {heading}",
            mend="Take the register out as CSV or PDF.",
        )
    return text


def register_pdf(rows: Sequence[RegisterRow], language: str, taken: Taken) -> bytes:
    """Return the register as a tagged PDF, A4 across: an overview, then every entry with all that it says.

    Raises BadInput for a missing system library.
    """
    w = words(language)
    page = {
        "w": w,
        "made": w["made"].format(at=say_moment(taken.at, "UTC", language), who=taken.by),
        "narrowed_by": taken.narrowed_by,
        "count": w["entries"].format(number=say_number(len(rows), language)),
        "headings": [(name, w[f"column.{name}"]) for name in OVERVIEW],
        "overview": [[getattr(row, name) for name in OVERVIEW] for row in rows],
        "entries": [(row, _lines(row, language)) for row in rows],
    }
    body = render_to_string(TEMPLATE, page)
    return render_pdf(body, title=w["title"], language=language, style=STYLE)


def _lines(row: RegisterRow, language: str) -> list[tuple[str, str]]:
    w = words(language)
    said = ((name, getattr(row, name)) for name in COLUMNS if name not in IN_THE_HEAD)
    return [(w[f"column.{name}"], text) for name, text in said if text]
