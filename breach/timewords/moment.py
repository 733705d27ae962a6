"""A moment as somebody said it, and the way from a clock on the wall to an instant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from breach.errors import BadInput

CLOCK_SKEW = timedelta(minutes=5)  # a responder's watch may run ahead of the server's
LONGEST_TEXT = 120


class Precision(StrEnum):
    EXACT = "exact"
    ABOUT = "about"
    DAY = "day"
    RANGE = "range"


class UnreadableTime(BadInput):
    """A time that cannot be read or cannot be true. `code` says why, `values` what a translation names."""

    def __init__(self, message: str, *, code: str, mend: str = "", **values: str) -> None:
        super().__init__(message, place="time", mend=mend, code=code)
        self.values = values


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: from `occurred_from` to `occurred_to` (UTC; equal for a point in time).

    `zone` is the IANA zone it was said in, `original_text` its words. Raises ValueError for nonsense.
    """

    occurred_from: datetime
    occurred_to: datetime
    precision: Precision
    zone: str
    original_text: str = ""

    def __post_init__(self) -> None:
        if self.occurred_from.tzinfo is None or self.occurred_to.tzinfo is None:
            raise ValueError("a moment needs aware instants")
        if self.occurred_to < self.occurred_from:
            raise ValueError("a moment cannot end before it begins")
        if self.precision is Precision.EXACT and self.occurred_from != self.occurred_to:
            raise ValueError("an exact moment is one instant")
        if len(self.original_text) > LONGEST_TEXT:
            raise ValueError(f"the words of a moment are at most {LONGEST_TEXT} characters")
        zone_of(self.zone)
        object.__setattr__(self, "occurred_from", self.occurred_from.astimezone(UTC))
        object.__setattr__(self, "occurred_to", self.occurred_to.astimezone(UTC))

    @classmethod
    def at(cls, instant: datetime, zone: str, *, text: str = "") -> "Moment":
        """Return an exact moment."""
        return cls(instant, instant, Precision.EXACT, zone, text)


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnreadableTime(
            f"“{name}” is no time zone", code="time_zone", mend="Write it as Europe/Paris.", word=name
        ) from error


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall-clock time. Refuses one that the change of clocks skips or repeats."""
    local = datetime.combine(day, at)
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    instant = first.astimezone(UTC)
    said = f"{local:%Y-%m-%d %H:%M}"
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        raise UnreadableTime(
            f"{said} does not exist in {zone.key}: the clocks went forward over it",
            code="time_nonexistent",
            mend="Look again, or write the time in UTC.",
            said=said,
            zone=zone.key,
        )
    if first.utcoffset() != second.utcoffset():
        offsets = f"{first:%z}"[:3] + ":" + f"{first:%z}"[3:], f"{second:%z}"[:3] + ":" + f"{second:%z}"[3:]
        raise UnreadableTime(
            f"{said} came twice in {zone.key}: the clocks went back",
            code="time_ambiguous",
            mend=f"Add {offsets[0]} for the first or {offsets[1]} for the second.",
            said=said,
            zone=zone.key,
            first=offsets[0],
            second=offsets[1],
        )
    return instant


def boundary(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return where a part of a day begins, in UTC. `hour` may be 24 and more, for the days after.

    A boundary is a convention, so the change of clocks refuses nothing here: the earlier reading is taken.
    """
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24))
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
