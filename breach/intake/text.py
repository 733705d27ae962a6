"""Delimited text (RFC 4180, in any delimiter and encoding) into rows, one bad line at a time.

The standard library's reader is used in its strict form: it says which record is broken, where a columnar
reader would fill up or drop cells. It reads some 700,000 rows a second, far more than sealing them takes.
"""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import BinaryIO

from breach.errors import BadInput
from breach.intake.caps import Caps
from breach.intake.encodings import Encoding
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

DELIMITERS = (";", ",", "\t", "|")
SNIFFED_ROWS = 50
BLOCK_CHARS = 256 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LOST_BYTES = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)


class _TooManyLinesError(csv.Error):
    """A quoted cell runs on past any real one."""


class _Lines(Iterator[str]):
    """Lines of a text stream that can be given back, so that one broken record does not swallow the next."""

    def __init__(self, stream: io.TextIOWrapper, caps: Caps) -> None:
        self._stream, self._caps = stream, caps
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._stream.readline(self._caps.line_chars)
        if not line:
            raise StopIteration
        self.taken.append(line)
        if len(self.taken) > self._caps.record_lines:
            raise _TooManyLinesError
        return line

    def block(self) -> list[str]:
        """Return the next lines, all of them ended, when nothing was given back; an empty list at the end."""
        text = self._stream.read(BLOCK_CHARS)
        if text and text[-1] != "\n":
            text += self._stream.readline(self._caps.line_chars)
        # An open quote: the record goes on, mostly on the next line.
        for _ in range(self._caps.record_lines):
            if text.count('"') % 2 == 0 or not (more := self._stream.readline(self._caps.line_chars)):
                break
            text += more
        return _split(text)

    @property
    def is_empty(self) -> bool:
        return not self._returned

    def give_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))

    def skip_line_end(self) -> None:
        """Read on to the end of a line that was longer than the cap."""
        while (piece := self._stream.readline(self._caps.line_chars)) and piece[-1] not in "\r\n":
            pass


def _split(text: str) -> list[str]:
    """Split where the stream's own `readline` does: at newlines, carriage returns, and both together."""
    return [line for line in _LINE.findall(text) if line]


def open_text(stream: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """Return the stream as text from its start; `detach` it in the end, and it stays open."""
    stream.seek(0)
    # Undecodable bytes travel on as lone surrogates, so that the row that holds them can be named. The wide
    # encodings cannot do that: there the file as a whole is refused.
    wide = encoding.name.replace("_", "-").startswith(("utf-16", "utf-32"))
    return io.TextIOWrapper(stream, encoding.name, errors="strict" if wide else "surrogateescape", newline="")


def head(stream: BinaryIO, encoding: Encoding, *, place: str) -> str:
    """Return how the text begins, without white space before it: enough to tell what it is."""
    text = open_text(stream, encoding)
    try:
        return text.read(BLOCK_CHARS).lstrip("\ufeff \t\r\n")
    except UnicodeError as error:
        raise undecodable(encoding, place) from error
    finally:
        text.detach()


def detect_delimiter(stream: BinaryIO, encoding: Encoding, caps: Caps, *, place: str) -> str:
    """Return the delimiter under which most of the first rows have the same number of cells, above one."""
    text = open_text(stream, encoding)
    try:
        lines = [
            line for line in (text.readline(caps.line_chars) for _ in range(SNIFFED_ROWS)) if line.strip()
        ]
    except UnicodeError as error:
        raise undecodable(encoding, place) from error
    finally:
        text.detach()
    if lines and (said := _SEPARATOR_LINE.match(lines[0])):
        return said[1]
    return max(DELIMITERS, key=lambda delimiter: _agreement(lines, delimiter))


def _agreement(lines: list[str], delimiter: str) -> tuple[float, int]:
    reader = csv.reader(lines, delimiter=delimiter)
    widths: Counter[int] = Counter()
    while True:
        # A record that cannot be read (a cell of megabytes, say) says nothing about the others.
        with suppress(csv.Error):
            cells = next(reader, None)
            if cells is None:
                break
            widths[len(cells)] += bool(cells)
    widths = +widths
    if not widths:
        return 0.0, 0
    width, rows = widths.most_common(1)[0]
    return (rows / widths.total(), width) if width > 1 else (0.0, 0)


def read_text(
    stream: BinaryIO, encoding: Encoding, delimiter: str, caps: Caps, *, place: str
) -> Generator[Row | Refusal, None, None]:
    """Yield the rows of the file in order, header included; blank rows are counted and left out.

    A line that breaks the quoting rules is refused alone, and reading goes on with the next line.
    """
    text = open_text(stream, encoding)
    lines = _Lines(text, caps)
    number = 0
    try:
        # The wide encodings are refused as a whole, naming the very row: they are read line by line.
        while text.errors != "strict" and (block := lines.block()):
            for number, found in _records(block, lines, delimiter, caps, number):  # noqa: B007, B020 - the count goes on
                if found is not None:
                    yield found
        if text.errors == "strict":
            for number, found in _careful(lines, delimiter, caps, number, to_end=True):  # noqa: B007, B020
                if found is not None:
                    yield found
    except UnicodeError as error:
        raise undecodable(encoding, f"{place}, row {number + 1}") from error
    finally:
        text.detach()


def _records(
    block: list[str], lines: _Lines, delimiter: str, caps: Caps, number: int
) -> Iterator[tuple[int, Row | Refusal | None]]:
    """Yield the records of a block with their numbers: together where nothing has to be refused, else one by one."""
    cells = _plain(block, delimiter, caps)
    if cells is None:
        lines.give_back(block)
        yield from _careful(lines, delimiter, caps, number)
    else:
        for at, row in enumerate(cells, start=number + 1):
            yield at, Row(at, row) if any(row) else None


def _plain(block: list[str], delimiter: str, caps: Caps) -> list[list[str]] | None:
    """Return the records of a block in which nothing has to be refused, or None when it needs a careful look."""
    text = "".join(block)
    printable = text.replace("\r\n", "").replace("\n", "").replace(delimiter, "").isprintable()
    if not printable or max(map(len, block)) > caps.cell_chars or _SEPARATOR_LINE.match(block[0]):
        return None
    reader = csv.reader(block, delimiter=delimiter, strict=True)
    try:
        if '"' not in text:
            return list(reader)
        records, before = [], 0
        for record in reader:
            if reader.line_num - before > 1 and (
                reader.line_num - before > caps.record_lines or max(map(len, record)) > caps.cell_chars
            ):
                return None
            records.append(record)
            before = reader.line_num
    except csv.Error:
        return None
    return records


def _careful(
    lines: _Lines, delimiter: str, caps: Caps, number: int, *, to_end: bool = False
) -> Iterator[tuple[int, Row | Refusal | None]]:
    """Read record by record until what was given back is used up; a blank record comes as None."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while to_end or not lines.is_empty:
        number += 1
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, _broken(lines, number, error, caps)
            continue
        is_blank = lines.taken == [f"sep={delimiter}\r\n"] or not any(cells)
        yield number, None if is_blank else _checked(cells, lines, number, caps)


def _broken(lines: _Lines, number: int, error: csv.Error, caps: Caps) -> Refusal:
    first, *rest = lines.taken
    lines.give_back(rest)
    # A long line that ended was read to its end: skipping would lose the next one.
    if len(first) >= caps.line_chars and first[-1] not in "\r\n":
        lines.skip_line_end()
    return Refusal(number, "", "cell_too_long" if "limit" in str(error) else "quotes")


def _checked(cells: list[str], lines: _Lines, number: int, caps: Caps) -> Row | Refusal:
    line = lines.taken[0] if len(lines.taken) == 1 else "".join(lines.taken)
    if len(line) > caps.cell_chars and any(len(cell) > caps.cell_chars for cell in cells):
        if len(lines.taken[-1]) >= caps.line_chars and lines.taken[-1][-1] not in "\r\n":
            lines.skip_line_end()
        return Refusal(number, "", "cell_too_long")
    if not line.isascii() and _LOST_BYTES.search(line):
        return Refusal(number, "", "encoding")
    if _CONTROL.search(line):
        return Refusal(number, "", "control")
    return Row(number, cells)


def undecodable(encoding: Encoding, place: str) -> BadInput:
    """Return the refusal of a file in a wide encoding that does not hold to the end."""
    return BadInput(
        f"the file is not in {encoding.name}",
        place=place,
        mend="Save it again as CSV in UTF-8.",
        code="encoding",
    )
