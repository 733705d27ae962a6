"""The row that names the columns: taken, or made from the names that a format keeps apart from its rows."""

import re
from collections.abc import Iterator

from breach.errors import BadInput
from breach.intake.archive import column_letters
from breach.intake.caps import Caps
from breach.intake.headers import recognise
from breach.intake.refusals import Refusal
from breach.intake.rows import Row

# Two of these in a row are words of a header, not people.
HEADER_WORDS = 2
RENAMED = "Columns without a name, or with one that another has, were named by their letter."
_DATA_LIKE = re.compile(r"^[^@\s]+@[^@\s]+\.\w+$|^[A-Z]{2}\d{2}[A-Z0-9 ]{11,}$|^\d[\d./\- ]{5,}$")


def named_columns(names: list[str], place: str, caps: Caps) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the header of a format that names its columns itself, and notes. Raises BadInput as `take_header` does."""
    plain = [" ".join(name.split()) for name in names]
    check_names(plain, place, caps, data_like=False)
    return unique(plain), () if len(set(plain)) == len(plain) and all(plain) else (RENAMED,)


def take_header(
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
    check_names(names, place_first, caps)
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
        unique(names),
        first.number,
        () if len(set(names)) == len(names) and all(names) else (RENAMED,),
    )


def unique(names: list[str]) -> tuple[str, ...]:
    """Give each column a name of its own: its letter where it has none, or another has it too."""
    seen: set[str] = set()
    found = []
    for number, name in enumerate(names, start=1):
        kept = name if name and name not in seen else f"{name} ({column_letters(number)})".strip()
        seen.add(kept)
        found.append(kept)
    return tuple(found)


def check_names(names: list[str], place: str, caps: Caps, *, data_like: bool = True) -> None:
    """Raise BadInput for names that are no names of columns; with `data_like` also for those that look like data."""
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
        if data_like and _DATA_LIKE.match(name):
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
