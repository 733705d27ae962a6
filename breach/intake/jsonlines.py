"""JSON Lines (one object in each line) into rows. A nested object gives a column for each of its values: `address.city`.

Columns are the keys of all lines, in the order in which they first appear, so the file is read through once before
its rows are.
"""

import io
import json
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

from breach.errors import BadInput
from breach.intake.caps import Caps
from breach.intake.cells import checked_row
from breach.intake.encodings import Encoding
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from breach.intake.text import open_text, undecodable

# Deeper objects stay as they are, in one cell.
DEPTH = 4
MEND = "Write one JSON object in each line (`jq -c '.[]'` makes them of a list)."


class _NoRow(ValueError):  # noqa: N818 - what a line is, not what went wrong
    """A line that holds no row; its argument is the code of the reason."""


def read_columns(stream: BinaryIO, encoding: Encoding, caps: Caps, *, place: str) -> list[str]:
    """Return the keys of all lines. Raises BadInput when no line holds an object, or there are too many keys."""
    keys: dict[str, None] = {}
    for number, line in _lines(stream, encoding, caps, place):
        try:
            keys.update(dict.fromkeys(_row(line)))
        except _NoRow:
            continue
        if len(keys) > caps.columns:
            raise BadInput(
                f"the lines have more than {caps.columns} different keys",
                place=f"{place}, row {number}",
                mend="Keep the keys that tell who is affected and how to reach them.",
                code="columns",
            )
    if not keys:
        raise BadInput("no line holds a JSON object", place=f"{place}, row 1", mend=MEND, code="json")
    return list(keys)


def read_lines(
    stream: BinaryIO, encoding: Encoding, columns: list[str], caps: Caps, *, place: str
) -> Generator[Row | Refusal, None, None]:
    """Yield a row for each line; blank lines are counted and left out. A key that is missing gives an empty cell."""
    for number, line in _lines(stream, encoding, caps, place):
        try:
            values = _row(line)
        except _NoRow as reason:
            yield Refusal(number, "", str(reason))
        else:
            yield checked_row(number, [values.get(key, "") for key in columns], caps)


def _lines(stream: BinaryIO, encoding: Encoding, caps: Caps, place: str) -> Iterator[tuple[int, str | None]]:
    """Yield each line that is not blank with its number; one that is longer than the cap comes as None."""
    text, number = open_text(stream, encoding), 0
    try:
        while line := text.readline(caps.line_chars):
            number += 1
            if len(line) == caps.line_chars and line[-1] != "\n":
                _skip_line(text, caps)
                yield number, None
            elif line.strip("\ufeff \t\r\n"):
                yield number, line
    except UnicodeError as error:
        raise undecodable(encoding, f"{place}, row {number + 1}") from error
    finally:
        text.detach()


def _skip_line(text: io.TextIOWrapper, caps: Caps) -> None:
    while (piece := text.readline(caps.line_chars)) and piece[-1] != "\n":
        pass


def _row(line: str | None) -> dict[str, str]:
    """Return the values of a line as text, by key. Numbers stay as they are written."""
    if line is None:
        raise _NoRow("cell_too_long")
    try:
        value = _DECODER.decode(line.strip("\ufeff \t\r\n"))
    except RecursionError:
        raise _NoRow("json") from None
    except json.JSONDecodeError:
        raise _NoRow("json") from None
    if not isinstance(value, dict):
        raise _NoRow("json")
    found: dict[str, str] = {}
    _flatten(value, "", 1, found)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NoRow("json_twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=str)


def _flatten(values: dict[str, Any], before: str, depth: int, found: dict[str, str]) -> None:
    for key, value in values.items():
        name = before + key
        if isinstance(value, dict) and depth < DEPTH:
            _flatten(value, f"{name}.", depth + 1, found)
        elif name in found:  # {"a.b": 1, "a": {"b": 2}}
            raise _NoRow("json_twice")
        else:
            found[name] = _text(value)


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case True:
            return "true"
        case False:
            return "false"
        case [str(only)]:
            return only
        case _:
            return json.dumps(value, ensure_ascii=False) if value else ""
