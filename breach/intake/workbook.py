"""One sheet of an Excel workbook (ECMA-376) into rows. Nothing in it is computed, followed or run."""

import posixpath
import re
import zipfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.parsers import expat

import fastexcel
import polars as pl

from breach.errors import BadInput
from breach.intake.archive import AS_TABLE, SheetScan, column_number, inspect_archive
from breach.intake.caps import Caps
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

# The reader lays a sheet out in memory, as a full rectangle: some 80 bytes a cell. Longer tables come as CSV, which is
# read as it streams.
RECTANGLE = 8_000_000
SLICE = 10_000
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MIDNIGHT = " 00:00:00"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet's name, the package member that holds it, and what a scan of that member found."""

    name: str
    member: str
    scan: SheetScan


def find_sheets(stream: BinaryIO, caps: Caps, *, place: str) -> tuple[Sheet, ...]:
    """Check the package and return its worksheets in order, those with cells only."""
    scans = inspect_archive(stream, caps, place=place)
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        targets = {
            attributes["Id"]: _member(attributes.get("Target", ""))
            for tag, attributes in _elements(archive, "xl/_rels/workbook.xml.rels", place)
            if tag == "Relationship" and "Id" in attributes
        }
        sheets = [
            Sheet(attributes.get("name", ""), targets.get(_relation(attributes), ""), SheetScan())
            for tag, attributes in _elements(archive, "xl/workbook.xml", place)
            if tag == "sheet"
        ]
    return tuple(
        Sheet(sheet.name, sheet.member, scans[sheet.member])
        for sheet in sheets
        if sheet.member in scans and scans[sheet.member].columns
    )


def check_extent(sheet: Sheet, caps: Caps, *, place: str) -> None:
    """Refuse a sheet that is wider or emptier than any list of people."""
    width, height = sheet.scan.last_column, sheet.scan.last_row
    if width > caps.columns:
        raise BadInput(
            f"the sheet has {width} columns; at most {caps.columns} are taken",
            place=f"{place}, row 1",
            mend="Keep the columns that tell who is affected and how to reach them.",
            code="columns",
        )
    if width * height > RECTANGLE:
        raise BadInput(
            f"the sheet spans {height} rows of {width} columns; a workbook is read up to {RECTANGLE:,} cells",
            place=place,
            mend="Remove stray cells far from the table, or save the table as CSV: that may have any length.",
            code="extent",
        )


def read_sheet(
    stream: BinaryIO, sheet: Sheet, caps: Caps, *, place: str
) -> Generator[Row | Refusal, None, None]:
    """Yield the rows of the sheet as text, header included; blank rows are counted and left out.

    A cell that holds a formula comes as the formula's text with "=" in front, never as its stored result.
    """
    stream.seek(0)
    formulas = _formulas(stream, sheet, place) if sheet.scan.has_formula else _Formulas({}, 1)
    stream.seek(0)
    try:
        book = fastexcel.read_excel(stream.read())
        frame: pl.DataFrame = book.load_sheet(
            sheet.name, header_row=None, skip_rows=0, dtypes="string"
        ).to_polars()
    except fastexcel.FastExcelError as error:
        raise BadInput("the sheet cannot be read", place=place, mend=AS_TABLE, code="workbook") from error
    number = 0
    for part in frame.iter_slices(SLICE):
        for values in part.iter_rows():
            number += 1
            cells = [_text(value) for value in values]
            for column, text in formulas.cells.get(number, {}).items():
                cells[column - formulas.first_column] = text
            if any(cells):
                yield _checked(Row(number, cells), caps)


def _text(value: str | None) -> str:
    return "" if value is None else value.removesuffix(_MIDNIGHT)


def _checked(row: Row, caps: Caps) -> Row | Refusal:
    if any(len(cell) > caps.cell_chars for cell in row.cells):
        return Refusal(row.number, "", "cell_too_long")
    if _CONTROL.search("".join(row.cells)):
        return Refusal(row.number, "", "control")
    return row


def _member(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _relation(attributes: Mapping[str, str]) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _elements(archive: zipfile.ZipFile, member: str, place: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    try:
        parser.Parse(archive.read(member), True)
    except (expat.ExpatError, KeyError) as error:
        raise BadInput(f"{member} cannot be read", place=place, mend=AS_TABLE, code="workbook") from error
    return found


def _parser() -> expat.XMLParserType:
    # Entity declarations were refused by the scan; expat fetches nothing by itself.
    parser = expat.ParserCreate()
    parser.buffer_text = True
    return parser


@dataclass(frozen=True, slots=True)
class _Formulas:
    """Formula texts by row and column number, and the first column of the rectangle the reader lays out."""

    cells: dict[int, dict[int, str]]
    first_column: int


class _FormulaFinder:
    """Collects formula cells from a worksheet's XML (ECMA-376 Part 1, 18.3.1.4 and 18.3.1.40)."""

    def __init__(self) -> None:
        self.cells: dict[int, dict[int, str]] = {}
        self.first_column = 1 << 20
        self._row = self._column = 0
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                place = _REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = column_number(place[1]) if place else self._column + 1
            case "v" | "is":
                self.first_column = min(self.first_column, self._column)
            case "f":
                self._text = []
            case _:
                pass

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "f" and self._text is not None:
            self.cells.setdefault(self._row, {})[self._column] = "=" + "".join(self._text)
            self._text = None


def _formulas(stream: BinaryIO, sheet: Sheet, place: str) -> _Formulas:
    finder = _FormulaFinder()
    parser: Any = _parser()
    parser.StartElementHandler, parser.EndElementHandler = finder.start, finder.end
    parser.CharacterDataHandler = finder.text
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(sheet.member) as content:
            parser.ParseFile(content)
    except (expat.ExpatError, ValueError) as error:
        raise BadInput(
            f"sheet {sheet.name} cannot be read", place=place, mend=AS_TABLE, code="workbook"
        ) from error
    return _Formulas(finder.cells, finder.first_column)
