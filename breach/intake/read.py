"""Reading: a seekable stream and a name in, a `Table` out. Formats are told by content, never by name
alone.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO

from breach.errors import BadInput
from breach.intake import text, workbook
from breach.intake.archive import AS_TABLE, column_letters
from breach.intake.caps import CAPS, MIB, Caps
from breach.intake.encodings import Encoding, detect_encoding, given_encoding
from breach.intake.headers import recognise
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EMPTY_ZIP = b"PK\x05\x06"
# Two of these in a row are words of a header, not people.
HEADER_WORDS = 2
Rows = Generator[Row | Refusal, None, None]
_DATA_LIKE = re.compile(r"^[^@\s]+@[^@\s]+\.\w+$|^[A-Z]{2}\d{2}[A-Z0-9 ]{11,}$|^\d[\d./\- ]{5,}$")


@dataclass(frozen=True, slots=True)
class Options:
    """What a person overrules. Empty means: find out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows can be read any number of times from the stream it was opened on.

    `rows()` yields data rows (not the header) and, for lines that are no row, refusals; in file order.
    """

    place: str
    format: str
    encoding: str
    encoding_how: str
    delimiter: str
    sheet: str
    header: tuple[str, ...]
    header_row: int
    notes: tuple[str, ...]
    _source: Callable[[], Rows] = field(repr=False)

    def rows(self) -> Rows:
        width = len(self.header)
        with closing(self._source()) as rows:
            for row in rows:
                number = row.row if isinstance(row, Refusal) else row.number
                if number <= self.header_row:
                    continue
                yield row if isinstance(row, Refusal) or len(row.cells) == width else _fit(row, width)


def _fit(row: Row, width: int) -> Row | Refusal:
    """Drop empty cells past the header; anything else of unequal length is refused."""
    if len(row.cells) > width and not any(row.cells[width:]):
        return Row(row.number, row.cells[:width])
    return Refusal(row.number, "", "row_length")


def open_table(stream: BinaryIO, place: str, options: Options | None = None, caps: Caps = CAPS) -> Table:
    """Recognise format, encoding, delimiter and header of `stream` (seekable). `place` names it in messages.

    Raises BadInput for a file that is no table of people; nothing was kept then.
    """
    options = options or Options()
    size = stream.seek(0, 2)
    if size == 0:
        raise BadInput("the file is empty", place=place, mend="Export the table again.", code="empty")
    if size > caps.file_bytes:
        raise BadInput(
            f"the file has {size // MIB} MB; at most {caps.file_bytes // MIB} are taken",
            place=place,
            mend="Split it into parts.",
            code="size",
        )
    stream.seek(0)
    match stream.read(8):
        case head if head.startswith((ZIP, EMPTY_ZIP)):
            return _open_workbook(stream, place, options, caps)
        case head if head == OLE:
            raise BadInput(
                "this is an old (.xls) or encrypted workbook",
                place=place,
                mend=AS_TABLE,
                code="workbook",
            )
        case _ if place.lower().endswith((".xlsx", ".xlsm")):
            raise BadInput(
                "the name says workbook, the content is something else",
                place=place,
                mend="Rename it to .csv if it is a text table, or export it again.",
                code="workbook",
            )
        case _:
            return _open_text(stream, place, options, caps)


def _open_text(stream: BinaryIO, place: str, options: Options, caps: Caps) -> Table:
    encoding: Encoding = (
        given_encoding(options.encoding, place=place)
        if options.encoding
        else detect_encoding(stream, place=place)
    )
    delimiter = options.delimiter or text.detect_delimiter(stream, encoding, caps, place=place)
    if len(delimiter) != 1:
        raise BadInput(
            "a delimiter is one character", place=place, mend="Name one, such as ; or ,", code="delimiter"
        )

    def source() -> Rows:
        return text.read_text(stream, encoding, delimiter, caps, place=place)

    with closing(source()) as rows:
        header, header_row, notes = _header(rows, place, caps)
    return Table(place, "csv", encoding.name, encoding.how, delimiter, "", header, header_row, notes, source)


def _open_workbook(stream: BinaryIO, place: str, options: Options, caps: Caps) -> Table:
    sheets = workbook.find_sheets(stream, caps, place=place)
    chosen = [sheet for sheet in sheets if sheet.name == options.sheet] if options.sheet else list(sheets)
    if not chosen:
        what = (
            f"there is no sheet {options.sheet[:40]!r}"
            if options.sheet
            else "the workbook has no filled sheet"
        )
        raise BadInput(what, place=place, mend="Name a sheet that holds the table.", code="sheet")
    sheet = chosen[0]
    where = f"{place}, sheet {sheet.name}"
    workbook.check_extent(sheet, caps, place=where)

    def source() -> Rows:
        return workbook.read_sheet(stream, sheet, caps, place=where)

    with closing(source()) as rows:
        header, header_row, notes = _header(rows, where, caps)
    if len(chosen) > 1:
        notes += (f"Other sheets were not read: {', '.join(other.name for other in chosen[1:])}",)
    return Table(place, "xlsx", "", "", "", sheet.name, header, header_row, notes, source)


def _header(
    rows: Iterator[Row | Refusal], place: str, caps: Caps
) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """Take the first row as the header and look at the second; refuse what would be read wrongly from
    there on.
    """
    first, second = next(rows, None), next(rows, None)
    if first is None:
        raise BadInput("the file is empty", place=place, mend="Export the table again.", code="empty")
    if isinstance(first, Refusal):
        where = f"{place}, row {first.row}"
        raise BadInput("the header row cannot be read", place=where, mend="Correct it.", code=first.reason)
    place_first = f"{place}, row {first.number}"
    names = [" ".join(cell.split()) for cell in first.cells]
    while names and not names[-1]:
        names.pop()
    _check_names(names, place_first, caps)
    if second is None:
        raise BadInput(
            "there is a header and no row below it",
            place=place_first,
            mend="Export the table again.",
            code="empty",
        )
    if isinstance(second, Row):
        _check_second(first, second, place)
    return (
        *_unique(names),
        first.number,
        ()
        if len(set(names)) == len(names) and all(names)
        else ("Columns without a name, or with one that another has, were named by their letter.",),
    )


def _unique(names: list[str]) -> tuple[tuple[str, ...]]:
    seen: set[str] = set()
    unique = []
    for number, name in enumerate(names, start=1):
        kept = name if name and name not in seen else f"{name} ({column_letters(number)})".strip()
        seen.add(kept)
        unique.append(kept)
    return (tuple(unique),)


def _check_names(names: list[str], place: str, caps: Caps) -> None:
    if len(names) > caps.columns:
        raise BadInput(
            f"the table has {len(names)} columns; at most {caps.columns} are taken",
            place=f"{place}, column {column_letters(caps.columns + 1)}",
            mend="Keep the columns that tell who is affected and how to reach them.",
            code="columns",
        )
    for number, name in enumerate(names, start=1):
        where = f"{place}, column {column_letters(number)}"
        if len(name) > caps.header_chars:
            raise BadInput("the column's name is too long", place=where, mend="Shorten it.", code="header")
        if name.startswith("="):
            raise BadInput(
                "the header holds a formula", place=where, mend="Replace it by its text.", code="formula"
            )
        if _DATA_LIKE.match(name):
            raise BadInput(
                "the first row holds data, not names of columns",
                place=where,
                mend="Add a header row.",
                code="header",
            )


def _check_second(first: Row, second: Row, place: str) -> None:
    """A title above the header, or a header in two rows, would turn headings into people."""
    filled = [cell for cell in first.cells if cell.strip()]
    words = sum(recognise(cell) is not None for cell in second.cells)
    known = sum(recognise(cell) is not None for cell in first.cells)
    title_above = len(filled) == 1 and len(second.cells) > 1 and sum(map(bool, second.cells)) > 1
    if (
        title_above
        or first.cells == second.cells
        or (words >= HEADER_WORDS and not any(_DATA_LIKE.match(cell) for cell in second.cells))
    ):
        keep = first.number if known > words else second.number
        raise BadInput(
            "there are two header rows",
            place=f"{place}, row {second.number}",
            mend=f"Keep one row of column names (row {keep}, say) and remove the other.",
            code="two_headers",
        )
