"""Birth dates as people write them, and ages. The order of day and month is told once per column, not
guessed per cell.
"""

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
ORDERS = ("dmy", "mdy")
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_WRITTEN = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$")
_COMPACT = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})$")


class UnreadableDateError(ValueError):
    """The text has not the form of a date."""


class ImpossibleDateError(ValueError):
    """The text has the form of a date that nobody was born on."""


@functools.cache
def _ages() -> dict[str, Any]:
    with (DATA / "ages.toml").open("rb") as file:
        return tomllib.load(file)


def parse_birth_date(text: str, order: str, on: dt.date) -> dt.date:
    """Return the date that `text` names. `order` (dmy or mdy) decides 03/04/1990; `on` is the day it is
    asked.

    Raises UnreadableDateError or ImpossibleDateError.
    """
    if match := _ISO.match(text) or _COMPACT.match(text):
        year, month, day = map(int, match.groups())
    elif match := _WRITTEN.match(text):
        first, second, year = map(int, match.groups())
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        raise UnreadableDateError
    try:
        born = dt.date(year, month, day)
    except ValueError as error:
        raise ImpossibleDateError from error
    if born > on or on.year - born.year > _ages()["oldest"]["years"]:
        raise ImpossibleDateError
    return born


def age(born: dt.date, on: dt.date) -> int:
    """Return completed years on the day `on`."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_minor(born: dt.date, on: dt.date) -> bool:
    """Say whether somebody born then was a child on the day `on` (data/ages.toml)."""
    return age(born, on) < int(_ages()["child"]["below_years"])


def looks_like_date(text: str) -> bool:
    return any(pattern.match(text) for pattern in (_ISO, _WRITTEN, _COMPACT))


def order_of(values: Iterable[str]) -> str:
    """Return the order under which more of the values are dates; day first when nothing tells them apart."""
    votes = {"dmy": 0, "mdy": 0}
    for value in values:
        if match := _WRITTEN.match(value):
            first, second = int(match[1]), int(match[2])
            votes["dmy"] += second <= 12 < first  # noqa: PLR2004 - months
            votes["mdy"] += first <= 12 < second  # noqa: PLR2004
    return "mdy" if votes["mdy"] > votes["dmy"] else "dmy"
