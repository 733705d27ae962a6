"""One sheet of an OpenDocument spreadsheet (OASIS ODF 1.3, part 3) into rows, read as it is unpacked.

Nothing in it is computed, followed or run; a cell with a formula gives the formula's text with "=" in front.
"""

import zipfile
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO, NamedTuple
from xml.parsers import expat

from breach.errors import BadInput
from breach.intake.archive import AS_TABLE
from breach.intake.caps import Caps
from breach.intake.cells import checked_row
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

CONTENT = "content.xml"
CHUNK = 64 * 1024
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = f"{_OASIS}office:1.0 ", f"{_OASIS}table:1.0 ", f"{_OASIS}text:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_VALUES = (f"{_OFFICE}value", f"{_OFFICE}date-value", f"{_OFFICE}boolean-value", f"{_OFFICE}time-value")
_MIDNIGHT = "T00:00:00"
# More rows than a spreadsheet program shows.
ROWS = 1_048_576


class _Found(NamedTuple):
    """A row with something in it: the sheet's name, its number, how often it is repeated, its cells."""

    sheet: str
    number: int
    times: int
    cells: list[str]


def find_sheets(stream: BinaryIO, caps: Caps, *, place: str) -> tuple[str, ...]:
    """Return the names of the sheets that have cells, in order."""
    return tuple(dict.fromkeys(found.sheet for found in _rows(stream, caps, place)))


def read_sheet(
    stream: BinaryIO, sheet: str, caps: Caps, *, place: str
) -> Generator[Row | Refusal, None, None]:
    """Yield the rows of the sheet as text, header included; blank rows are counted and left out."""
    for found in _rows(stream, caps, place):
        if found.sheet != sheet:
            continue
        if found.number + found.times > ROWS:
            raise BadInput(
                f"the sheet has more than {ROWS:,} rows",
                place=place,
                mend="Remove stray cells far from the table, or save the table as CSV.",
                code="extent",
            )
        for number in range(found.number, found.number + found.times):
            yield checked_row(number, found.cells, caps)


def _rows(stream: BinaryIO, caps: Caps, place: str) -> Iterator[_Found]:
    stream.seek(0)
    reader = _Reader(caps)
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(CONTENT) as content:
            while chunk := content.read(CHUNK):
                reader.parser.Parse(chunk, False)
                yield from reader.taken()
            reader.parser.Parse(b"", True)
            yield from reader.taken()
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadInput("the sheet cannot be read", place=place, mend=AS_TABLE, code="workbook") from error


class _Reader:
    """Collects rows from the events of an XML parser."""

    def __init__(self, caps: Caps) -> None:
        self._caps, self._done = caps, list[_Found]()
        self._sheet, self._row, self._times, self._depth = "", 1, 1, 0
        self._cells: list[str] = []
        self._repeat, self._value, self._aside = 1, "", 0
        self._text: list[str] | None = None
        self._size = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def taken(self) -> list[_Found]:
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1:  # a table inside a cell is no sheet
                self._sheet, self._row = attributes.get(f"{_TABLE}name", ""), 1
        elif self._aside or tag == f"{_OFFICE}annotation":
            self._aside += 1
        elif tag == f"{_TABLE}table-row" and self._depth == 1:
            self._cells, self._times = [], _count(attributes, f"{_TABLE}number-rows-repeated")
        elif tag in _CELLS and self._depth == 1:
            self._repeat = _count(attributes, f"{_TABLE}number-columns-repeated")
            self._value, self._text, self._size = _given(attributes), [], 0
        elif self._text is not None:
            self._inside(tag, attributes)

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TEXT}p" and self._text:
            self._characters("\n")
        elif tag == f"{_TEXT}s":
            self._characters(" " * min(_count(attributes, f"{_TEXT}c"), self._caps.cell_chars))
        elif tag == f"{_TEXT}tab":
            self._characters("\t")
        elif tag == f"{_TEXT}line-break":
            self._characters("\n")

    def _characters(self, data: str) -> None:
        # One character more than the cap shows that there was more; the rest need not be kept.
        if self._text is not None and not self._aside and self._size <= self._caps.cell_chars:
            self._text.append(data[: self._caps.cell_chars + 1])
            self._size += len(data)

    def _end(self, tag: str) -> None:
        if tag == f"{_TABLE}table":
            self._depth -= 1
        elif self._aside:
            self._aside -= 1
        elif tag in _CELLS and self._text is not None:
            # One column more than the cap shows that there were more.
            room = max(0, self._caps.columns + 1 - len(self._cells))
            self._cells += [self._value or "".join(self._text)] * min(self._repeat, room)
            self._text = None
        elif tag == f"{_TABLE}table-row" and self._depth == 1:
            while self._cells and not self._cells[-1]:
                self._cells.pop()
            if self._cells:
                self._done.append(_Found(self._sheet, self._row, self._times, self._cells))
            self._row += self._times


def _count(attributes: dict[str, str], name: str) -> int:
    return max(1, int(attributes.get(name, "1")))


def _given(attributes: dict[str, Any]) -> str:
    """Return what the attributes of a cell say; "" when its text says it."""
    if formula := attributes.get(f"{_TABLE}formula"):
        return "=" + str(formula).partition("=")[2]
    if text := attributes.get(f"{_OFFICE}string-value"):
        return str(text)
    for name in _VALUES:
        if value := attributes.get(name):
            return str(value).removesuffix(_MIDNIGHT)
    return ""
