"""Reading: a seekable stream and a name in, a `Table` out. Formats are told by content, never by name
alone.
"""

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO

from breach.errors import BadInput
from breach.intake import calc, dumps, jsonlines, parquet, text, vcards, workbook
from breach.intake.archive import AS_TABLE, ODS_PARTS, inspect_archive, package_kind
from breach.intake.caps import CAPS, MIB, Caps
from breach.intake.encodings import Encoding, detect_encoding, given_encoding
from breach.intake.header_row import named_columns, take_header
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EMPTY_ZIP, GZIP, PARQUET = b"PK\x05\x06", b"\x1f\x8b", b"PAR1"
# 7z, RAR, xz, Zstandard, and bzip2 at its usual block size.
OTHER_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh91AY&")
TAR_MARK, TAR_AT = b"ustar", 257
WORKBOOK_NAMES = (".xlsx", ".xlsm", ".ods")
# As long as the row that keeps it allows (models/people.py).
LONGEST_PART = 100
_LIST = re.compile(r"\[\s*[{\[]")
_MARKUP = re.compile(r"<(?:!doctype|html|\?xml)", re.IGNORECASE)
Rows = Generator[Row | Refusal, None, None]


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


def open_table(
    stream: BinaryIO, place: str, options: Options | None = None, caps: Caps = CAPS, *, name: str = ""
) -> Table:
    """Recognise format, encoding, delimiter and header of `stream` (seekable). `place` names it in messages; `name` is
    what the file is called, where that may not be said.

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
        case head if head.startswith(PARQUET):
            return _open_parquet(stream, place, caps)
        case head if head.startswith(GZIP):
            raise BadInput("the file is packed", place=place, mend="Unpack it first.", code="archive")
        case head if head.startswith(OTHER_ARCHIVES) or _is_tar(stream):
            raise BadInput(
                "this is an archive of a kind that is not read",
                place=place,
                mend="Pack the tables as zip or gzip.",
                code="archive",
            )
        case head if head == OLE:
            raise BadInput(
                "this is an old (.xls) or encrypted workbook",
                place=place,
                mend=AS_TABLE,
                code="workbook",
            )
        case _ if (name or place).lower().endswith(WORKBOOK_NAMES):
            raise BadInput(
                "the name says workbook, the content is something else",
                place=place,
                mend="Rename it to .csv if it is a text table, or export it again.",
                code="workbook",
            )
        case _:
            return _open_text(stream, place, options, caps)


def _is_tar(stream: BinaryIO) -> bool:
    stream.seek(TAR_AT)
    return stream.read(len(TAR_MARK)) == TAR_MARK


def _open_text(stream: BinaryIO, place: str, options: Options, caps: Caps) -> Table:
    encoding: Encoding = (
        given_encoding(options.encoding, place=place)
        if options.encoding
        else detect_encoding(stream, place=place)
    )
    # A delimiter that somebody named says that it is a table.
    head = "" if options.delimiter else text.head(stream, encoding, place=place)
    if head.startswith("{"):
        return _open_lines(stream, encoding, place, caps)
    if head[: len(vcards.BEGIN)].upper() == vcards.BEGIN:
        return _open_cards(stream, encoding, place, caps)
    if dumps.is_dump(head):
        return _open_dump(stream, encoding, place, options, caps)
    _refuse_other_text(head, place)
    return _open_delimited(stream, encoding, place, options, caps)


def _refuse_other_text(head: str, place: str) -> None:
    if _LIST.match(head):
        raise BadInput("this is one JSON list", place=place, mend=jsonlines.MEND, code="json")
    if _MARKUP.match(head):
        raise BadInput(
            "this is a web page or XML, not a table",
            place=place,
            mend="Open it in a spreadsheet program and save the table as CSV.",
            code="markup",
        )


def _open_delimited(stream: BinaryIO, encoding: Encoding, place: str, options: Options, caps: Caps) -> Table:
    delimiter = options.delimiter or text.detect_delimiter(stream, encoding, caps, place=place)
    if len(delimiter) != 1:
        raise BadInput(
            "a delimiter is one character", place=place, mend="Name one, such as ; or ,", code="delimiter"
        )

    def source() -> Rows:
        return text.read_text(stream, encoding, delimiter, caps, place=place)

    with closing(source()) as rows:
        header, header_row, notes = take_header(rows, place, caps)
    return Table(place, "csv", encoding.name, encoding.how, delimiter, "", header, header_row, notes, source)


def _open_lines(stream: BinaryIO, encoding: Encoding, place: str, caps: Caps) -> Table:
    keys = jsonlines.read_columns(stream, encoding, caps, place=place)

    def source() -> Rows:
        return jsonlines.read_lines(stream, encoding, keys, caps, place=place)

    header, notes = named_columns(keys, place, caps)
    return Table(place, "jsonl", encoding.name, encoding.how, "", "", header, 0, notes, source)


def _open_cards(stream: BinaryIO, encoding: Encoding, place: str, caps: Caps) -> Table:
    def source() -> Rows:
        return vcards.read_cards(stream, encoding, caps, place=place)

    return Table(place, "vcard", encoding.name, encoding.how, "", "", vcards.COLUMNS, 0, (), source)


def _open_dump(stream: BinaryIO, encoding: Encoding, place: str, options: Options, caps: Caps) -> Table:
    notes: tuple[str, ...] = ()
    name = options.sheet
    if not name:
        sections = dumps.find_sections(stream, encoding, caps, place=place)
        name = dumps.likeliest(sections).name
        notes = _not_read("tables", [section.name for section in sections if section.name != name])
    if len(name) > LONGEST_PART:
        raise BadInput("the table's name is too long", place=place, mend="Rename it.", code="sheet")
    where = f"{place}, table {name}"

    def source() -> Rows:
        return dumps.read_section(stream, encoding, name, caps, place=where)

    with closing(source()) as rows:
        first = next(rows, None)
    if not isinstance(first, Row):
        raise BadInput(
            f"there is no table {name[:40]!r} with rows",
            place=place,
            mend="Name one that has rows.",
            code="sheet",
        )
    header, renamed = named_columns(first.cells, where, caps)
    return Table(place, "sql", encoding.name, encoding.how, "", name, header, 0, notes + renamed, source)


def _open_parquet(stream: BinaryIO, place: str, caps: Caps) -> Table:
    file = parquet.ParquetTable(stream, caps, place=place)
    header, notes = named_columns(file.columns, place, caps)
    if not header:
        raise BadInput("the file has no columns", place=place, mend=parquet.MEND, code="empty")
    return Table(place, "parquet", "", "", "", "", header, 0, notes, file.rows)


def _open_workbook(stream: BinaryIO, place: str, options: Options, caps: Caps) -> Table:
    if package_kind(stream) == "ods":
        inspect_archive(stream, caps, place=place, parts=ODS_PARTS)
        names = calc.find_sheets(stream, caps, place=place)
        return _sheet(stream, "ods", dict.fromkeys(names), place, options, caps)
    sheets = workbook.find_sheets(stream, caps, place=place)
    return _sheet(stream, "xlsx", {sheet.name: sheet for sheet in sheets}, place, options, caps)


def _sheet(
    stream: BinaryIO,
    kind: str,
    sheets: Mapping[str, workbook.Sheet | None],
    place: str,
    options: Options,
    caps: Caps,
) -> Table:
    chosen = [name for name in sheets if name == options.sheet] if options.sheet else list(sheets)
    if not chosen:
        what = (
            f"there is no sheet {options.sheet[:40]!r}"
            if options.sheet
            else "the workbook has no filled sheet"
        )
        raise BadInput(what, place=place, mend="Name a sheet that holds the table.", code="sheet")
    name = chosen[0]
    where, sheet = f"{place}, sheet {name}", sheets[name]
    if sheet:
        workbook.check_extent(sheet, caps, place=where)

    def source() -> Rows:
        return (
            workbook.read_sheet(stream, sheet, caps, place=where)
            if sheet
            else calc.read_sheet(stream, name, caps, place=where)
        )

    with closing(source()) as rows:
        header, header_row, notes = take_header(rows, where, caps)
    notes += _not_read("sheets", chosen[1:])
    return Table(place, kind, "", "", "", name, header, header_row, notes, _widened(source, len(header)))


def _not_read(what: str, names: list[str]) -> tuple[str, ...]:
    return (f"Other {what} were not read: {', '.join(names)}",) if names else ()


def _widened(source: Callable[[], Rows], width: int) -> Callable[[], Rows]:
    """Fill up the rows of a sheet: it does not write the empty cells at a row's end."""

    def rows() -> Rows:
        with closing(source()) as found:
            for row in found:
                if isinstance(row, Row) and len(row.cells) < width:
                    yield Row(row.number, row.cells + [""] * (width - len(row.cells)))
                else:
                    yield row

    return rows
