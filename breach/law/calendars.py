"""Working days, per country and, where a regime needs it, per region.

The files in `data/calendars` are made by `tools/make_calendars.py` and carry a version, which every deadline
that used them names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from breach.errors import BadInput
from breach.law.datafiles import HERE, read
from breach.law.places import country_of

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKENDS_ONLY = "EU"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    code: str
    version: str
    weekend: frozenset[int]
    holidays: frozenset[date]
    first: int
    last: int

    def is_working(self, day: date) -> bool:
        """Say whether `day` is a working day. BadInput when the calendar does not reach so far."""
        if not self.first <= day.year <= self.last:
            raise BadInput(
                f"the calendar {self.code} covers {self.first} to {self.last}, not {day.year}",
                place=f"data/calendars/{self.code}.toml",
                mend="Make it longer with tools/make_calendars.py",
                code="calendar",
            )
        return day.weekday() not in self.weekend and day not in self.holidays

    def next_working(self, day: date) -> date:
        """Return `day` itself when it is a working day, else the first one after it."""
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def add_working(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; `day` itself never counts."""
        while count:
            day = self.next_working(day + _ONE_DAY)
            count -= 1
        return day

    def working_between(self, after: date, until: date) -> int:
        """Count the working days after `after`, up to and including `until`."""
        span = (until - after).days
        return sum(self.is_working(after + timedelta(days=offset)) for offset in range(1, span + 1))


@cache
def load(code: str) -> Calendar:
    """Return the calendar of a country or region; a region without its own has its country's.

    A place without any calendar gets the one that knows only Saturdays and Sundays.
    """
    for name in (code, country_of(code), WEEKENDS_ONLY):
        file = f"data/calendars/{name}.toml"
        if (HERE / file).exists():
            return _calendar(read(file))
    raise FileNotFoundError(WEEKENDS_ONLY)


def _calendar(row: dict[str, object]) -> Calendar:
    years: dict[str, list[str]] = row["year"]  # type: ignore[assignment]
    return Calendar(
        code=str(row["calendar"]),
        version=str(row["version"]),
        weekend=frozenset(WEEKDAYS.index(word) for word in row["weekend"]),  # type: ignore[attr-defined]
        holidays=frozenset(
            date.fromisoformat(f"{year}-{day}") for year, days in years.items() for day in days
        ),
        first=int(str(row["first"])),
        last=int(str(row["last"])),
    )
