"""Values that pages draw: clocks, bars, marks on a line of time. Pure: figures in, positions and states out.

A template only reads these; it never compares instants or adds numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from breach.law import deadlines

# How long before its end a clock is shown as pressing. A matter of attention, not of law.
PRESSING = timedelta(hours=12)
HUNDRED = 100.0
TEXT_TURNS = 85.0
DAY = 86_400
# How timely something was done, as the law room says it, and the state of its clock.
DONE = {"on_time": "done", "within_outer": "done_outer", "late": "done_late"}


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline as somebody sees it at `now`. Instants are aware UTC; `zone` is the incident's.

    `due` is None where the law gives only a verbal `standard` ("without undue delay"). `outer` is the last
    instant an extension or a long stop allows. `done_at` ends the clock. `url` leads to the working.
    `held` says in words what holds it back, until `held_until` or with no end set; a clock without `due` then
    waits for that to end.
    """

    label: str
    now: datetime
    due: datetime | None
    zone: str
    started: datetime | None = None
    outer: datetime | None = None
    standard: str = ""
    done_at: datetime | None = None
    provisional: bool = False
    url: str = ""
    held: str = ""
    held_until: datetime | None = None

    @property
    def state(self) -> str:
        """One of done, done_outer, done_late, held, verbal, running, pressing, late."""
        if self.done_at is not None:
            return DONE[deadlines.state(self.due, self.outer, self.done_at)]
        if self.due is None:
            return "held" if self.held else "verbal"
        if self.now > self.due:
            return "late"
        return "pressing" if self.due - self.now <= PRESSING else "running"

    @property
    def is_counting(self) -> bool:
        return self.state in {"running", "pressing", "late"}

    @property
    def tone(self) -> str:
        """The tone of components/status.html that goes with the state."""
        tones = {
            "done": "good",
            "done_outer": "warn",
            "done_late": "bad",
            "held": "neutral",
            "verbal": "info",
            "running": "info",
            "pressing": "warn",
            "late": "bad",
        }
        return tones[self.state]

    @property
    def pressing_from(self) -> datetime | None:
        return self.due - PRESSING if self.due is not None else None


def most_urgent(clocks: Iterable[Clock]) -> Clock | None:
    """Return the clock to show first: the earliest end that still counts, else a verbal one, else None."""
    open_clocks = [clock for clock in clocks if clock.done_at is None]
    counting = [clock for clock in open_clocks if clock.due is not None]
    if counting:
        return min(counting, key=lambda clock: clock.due or clock.now)
    return open_clocks[0] if open_clocks else None


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar plot, in per cent: `width` of the longest row, `share` of the total."""

    label: str
    value: int
    width: float
    share: float
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class BarPlot:
    """Horizontal bars with their numbers as text. `total` is what the shares refer to."""

    title: str
    bars: tuple[Bar, ...]
    total: int
    label_heading: str = ""
    value_heading: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One counted thing, and the page that lists what was counted."""

    label: str
    value: int
    url: str = ""
    tone: str = ""


def bar_plot(
    title: str,
    counts: Sequence[Count],
    *,
    total: int | None = None,
    label_heading: str = "",
    value_heading: str = "",
) -> BarPlot:
    """Scale counts to bars, in the order given. `total` defaults to their sum; give it where rows overlap."""
    longest = max((count.value for count in counts), default=0) or 1
    whole = sum(count.value for count in counts) if total is None else total
    bars = tuple(
        Bar(
            label=count.label,
            value=count.value,
            width=round(count.value * HUNDRED / longest, 2),
            share=round(count.value * HUNDRED / whole, 1) if whole else 0.0,
            url=count.url,
            tone=count.tone,
        )
        for count in counts
    )
    return BarPlot(title, bars, whole, label_heading, value_heading)


@dataclass(frozen=True, slots=True)
class Lane:
    """One deadline on the line of time. Positions in per cent of the width, `y` in pixels."""

    clock: Clock
    start: float
    end: float
    y: int

    @property
    def text_end(self) -> bool:
        """A clock that starts in the right half has its label end with it, so that it stays inside."""
        return self.start > HUNDRED / 2

    @property
    def text_x(self) -> float:
        return self.end if self.text_end else self.start


@dataclass(frozen=True, slots=True)
class Tick:
    instant: datetime
    x: float

    @property
    def anchor(self) -> str:
        """Near the right end the text stands left of its mark, so that it stays inside."""
        return "end" if self.x > TEXT_TURNS else "start"


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Deadlines on one line of time, each lane from the start of its clock to its end."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    now_x: float
    height: int
    zone: str
    verbal: tuple[Clock, ...] = field(default=())


LANE_HEIGHT = 44
HEAD, FOOT = 24, 28
TICK_DAYS = (1, 2, 7, 14, 30, 90, 365)
MOST_TICKS = 6


def _ticks(first: datetime, last: datetime, zone: str) -> list[datetime]:
    """Return local midnights between the ends, at most MOST_TICKS of them, as UTC instants."""
    span = (last - first).total_seconds() / DAY
    step = next((days for days in TICK_DAYS if span / days <= MOST_TICKS), TICK_DAYS[-1])
    where = ZoneInfo(zone)
    day = first.astimezone(where).date() + timedelta(days=1)
    ticks = []
    # A calendar step, so in local time: a day with a change of clocks has 23 or 25 hours.
    while (midnight := datetime.combine(day, time(), where).astimezone(UTC)) <= last:
        ticks.append(midnight)
        day += timedelta(days=step)
    return ticks


def time_line(started: datetime, clocks: Sequence[Clock], *, now: datetime, zone: str) -> TimeLine:
    """Place the clocks that have an end between `started` and the last end (or `now`, when that is later)."""
    timed = sorted((clock for clock in clocks if clock.due is not None), key=lambda clock: clock.due or now)
    last = max([now, *(clock.due for clock in timed if clock.due is not None)])
    width = max((last - started).total_seconds(), 1.0) * 1.04

    def x(instant: datetime) -> float:
        return round(min(max((instant - started).total_seconds() / width, 0.0), 1.0) * HUNDRED, 2)

    lanes = tuple(
        Lane(clock, x(clock.started or started), x(clock.due or now), HEAD + index * LANE_HEIGHT)
        for index, clock in enumerate(timed)
    )
    ticks = tuple(Tick(instant, x(instant)) for instant in _ticks(started, last, zone))
    verbal = tuple(clock for clock in clocks if clock.due is None)
    return TimeLine(lanes, ticks, x(now), HEAD + len(timed) * LANE_HEIGHT + FOOT, zone, verbal)
