"""The one way by which anything leaves as a spreadsheet: what leaves must not run in one.

No other module writes CSV or workbooks (tests/breach/test_spreadsheet.py looks).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import xlsxwriter

# Spreadsheet programs tell UTF-8 by it.
MARK = "\ufeff"
# What makes a spreadsheet program compute a cell, or run on into the one beside it (OWASP, CSV injection). Programs in East Asia
# take the wide forms too.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
# A workbook keeps what is text apart from what is computed; these keep the library from guessing.
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet program takes it for a formula: with an apostrophe in front."""
    clean = text.replace("\0", "")
    return f"'{clean}" if clean.startswith(STARTS) else clean


def csv_text(rows: Iterable[Iterable[object]], delimiter: str = ";") -> str:
    """Return rows as CSV (RFC 4180, CRLF). Text is neutralised; numbers stand as they are, None is empty."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def csv_lines(rows: Iterable[Sequence[object]], delimiter: str = ";") -> Iterator[str]:
    """Yield a table as lines of CSV, with the mark of UTF-8 before the first."""
    yield MARK
    for row in rows:
        yield csv_text([row], delimiter)


def text_workbook(target: BinaryIO) -> xlsxwriter.Workbook:
    """Open a workbook to be written to `target`, in which nothing that was typed becomes a formula, a link or a number."""
    return xlsxwriter.Workbook(target, {"in_memory": True} | TEXT_ONLY)
