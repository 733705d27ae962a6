"""When a period ends, and how that was counted.

Two ends are computed. `due` is conservative: elapsed hours for periods in hours, the end of the last day for
periods in days, business days and months, without any help from holidays. `outer`, for EU instruments and
the law of the United Kingdom, is the end under Regulation (EEC, Euratom) No 1182/71 Art 3: the running hour
or day does not count, and a period that is not in hours rolls over holidays and holds at least two working
days. Art 3(5) is not applied to hours (Bavarian LfD, guidance of 1 June 2019). All instants are aware UTC;
local time is used for days and hours only.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from breach.law import calendars
from breach.law.calendars import Calendar
from breach.law.events import start_of
from breach.law.places import country_of_zone
from breach.law.regimes import Duty, Limit, Period, Regime
from breach.law.steps import Step, local, step

NOON = time(12)
LAST_SECOND = time(23, 59, 59)
_TWO_WORKING_DAYS = 2
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a period; `outer` is None where no second way of counting is recognised."""

    due: datetime
    outer: datetime | None
    working: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """One phase with its clock. `due` is None while it has not started or the law has no number."""

    phase: str
    to: str
    recipient: str
    event: str | None
    runs_from: datetime | None
    due: datetime | None
    outer: datetime | None
    standard: str | None
    working: tuple[Step, ...]
    duty: Duty


@dataclass(frozen=True, slots=True)
class Count:
    """How to count: the zone in which days begin, the working days, whether Reg 1182/71 applies."""

    zone: ZoneInfo
    calendar: Calendar
    is_eu: bool


def deadline(
    regime: Regime,
    known: Mapping[str, datetime],
    *,
    zone: ZoneInfo,
    country: str | None = None,
    sectors: Mapping[str, bool | None] | None = None,
) -> tuple[Clock, ...]:
    """Return the clocks of every duty of `regime`, from the events in `known` (names as in `events.load()`).

    `country` chooses the calendar of an EU instrument (else the country of `zone`); `sectors` matter where a
    rule about weekends does not hold for some of them. Conditions are not tested here: see `obligations`.
    """
    count = counting(regime, zone, country)
    return tuple(clock(duty, known, count, sectors or {}) for duty in regime.duties)


def counting(regime: Regime, zone: ZoneInfo, country: str | None = None) -> Count:
    code = regime.calendar
    if code == "EU":
        code = country or country_of_zone(zone) or code
    return Count(zone, calendars.load(code), regime.counting == "eu_1182_71")


def clock(
    duty: Duty, known: Mapping[str, datetime], count: Count, sectors: Mapping[str, bool | None]
) -> Clock:
    """Run the clock of one duty."""
    start = start_of(duty.event, known) if duty.event else None
    if start is None:
        steps = (step("clock.not_started", event=duty.event),) if duty.event else ()
        return _clock(duty, None, None, None, (*steps, *_standard(duty)))
    first = (*(_shown(one, count.zone) for one in start.working),)
    if duty.period is None:
        return _clock(duty, start.at, None, None, (*first, *_standard(duty)))
    ends = end_of(duty.period, start.at, count)
    ends = _capped(ends, duty.cap, start.at, known, count)
    if duty.noon:
        ends = _noon(ends, duty, count, sectors)
    ends = _sooner(ends, duty, known, count)
    ends = _limited(ends, duty.limit, known, count)
    guidance = (step("clock.guidance"),) if duty.guidance else ()
    return _clock(duty, start.at, ends.due, ends.outer, (*first, *ends.working, *guidance, *_standard(duty)))


def end_of(period: Period, start: datetime, count: Count) -> Ends:
    """Return both ends of `period` from `start`."""
    if period.unit == "hours":
        return _hours(period.value, start, count)
    return _days(period, start, count)


def state(due: datetime | None, outer: datetime | None, at: datetime) -> str:
    """Say whether `at` (the act, or now while nothing was done) is on_time, within_outer or late."""
    if due is None or at <= due:
        return "on_time"
    return "within_outer" if outer is not None and at <= outer else "late"


def _hours(value: int, start: datetime, count: Count) -> Ends:
    due = (start.astimezone(UTC) + timedelta(hours=value)).astimezone(UTC)
    steps = [step("clock.period", value=value, unit="hours"), step("clock.hours", at=local(due, count.zone))]
    before, after = start.astimezone(count.zone).utcoffset(), due.astimezone(count.zone).utcoffset()
    if before != after:
        steps.append(step("clock.offset_changes", before=_offset(before), after=_offset(after)))
    if not count.is_eu:
        return Ends(due, None, tuple(steps))
    # The hour is taken on the wall clock of the authority's zone; the addition is in elapsed time.
    wall = start.astimezone(count.zone)
    into_hour = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    outer = start.astimezone(UTC) - into_hour + timedelta(hours=1 + value)
    steps.append(step("clock.outer_hour", at=local(outer, count.zone)))
    return Ends(due, outer, tuple(steps))


def _days(period: Period, start: datetime, count: Count) -> Ends:
    first = start.astimezone(count.zone).date()
    last = _last_day(period, first, count.calendar)
    due = _end_of_day(last, count.zone)
    steps = [
        step("clock.period", value=period.value, unit=period.unit),
        step("clock.last_day", at=local(due, count.zone), unit=period.unit),
    ]
    if period.unit == "business_days":
        steps.append(_calendar_step(count.calendar))
    if not count.is_eu:
        return Ends(due, None, tuple(steps))
    rolled = _rolled(first, last, count.calendar)
    outer = _end_of_day(rolled, count.zone)
    if rolled != last:
        steps += [step("clock.rolled", at=local(outer, count.zone)), _calendar_step(count.calendar)]
    return Ends(due, outer, tuple(steps))


def _last_day(period: Period, first: date, calendar: Calendar) -> date:
    if period.unit == "business_days":
        return calendar.add_working(first, period.value)
    if period.unit == "months":
        return add_months(first, period.value)
    if period.unit == "days_after_year_end":
        return date(first.year, 12, 31) + timedelta(days=period.value)
    return first + timedelta(days=period.value)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day (Reg 1182/71 Art 3(2)(c))."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _rolled(first: date, last: date, calendar: Calendar) -> date:
    """Apply Art 3(4), then Art 3(5): no end on a holiday, and two working days within two days or more."""
    end = calendar.next_working(last)
    if (last - first).days >= _TWO_WORKING_DAYS:
        while calendar.working_between(first, end) < _TWO_WORKING_DAYS:
            end = calendar.add_working(end, 1)
    return end


def _capped(
    ends: Ends, cap: Limit | None, start: datetime, known: Mapping[str, datetime], count: Count
) -> Ends:
    """Cut the period short at a second limit, unless the clock itself started after that limit had passed."""
    other = start_of(cap.event, known) if cap else None
    if cap is None or other is None:
        return ends
    end = end_of(cap.period, other.at, count)
    values = {
        "value": cap.period.value,
        "unit": cap.period.unit,
        "event": cap.event,
        "at": local(end.due, count.zone),
    }
    if start > end.due:
        return Ends(ends.due, ends.outer, (*ends.working, step("clock.cap_passed", **values)))
    if end.due >= ends.due:
        return Ends(ends.due, ends.outer, (*ends.working, step("clock.cap_later", **values)))
    outer = min(ends.outer, end.outer) if ends.outer and end.outer else ends.outer
    return Ends(end.due, outer, (*ends.working, step("clock.capped", **values)))


def _noon(ends: Ends, duty: Duty, count: Count, sectors: Mapping[str, bool | None]) -> Ends:
    """Move an end on a day off to noon of the next working day, where the rule holds for the sector."""
    # A period that ends at midnight ends with the day before, not on the day that begins then.
    day = (ends.due - timedelta(microseconds=1)).astimezone(count.zone).date()
    if count.calendar.is_working(day):
        return ends
    excluded = [name for name in duty.noon_except if sectors.get(name)]
    if excluded:
        return Ends(ends.due, ends.outer, (*ends.working, step("clock.noon_excluded", sector=excluded)))
    unknown = [name for name in duty.noon_except if name in sectors and sectors[name] is None]
    noon = datetime.combine(count.calendar.next_working(day), NOON, count.zone).astimezone(UTC)
    steps = [*ends.working, _calendar_step(count.calendar)]
    if unknown:
        steps.append(step("clock.noon_perhaps", at=local(noon, count.zone), sector=unknown))
        return Ends(ends.due, noon, tuple(steps))
    steps.append(step("clock.noon", at=local(noon, count.zone)))
    if duty.noon_except:
        steps.append(step("clock.noon_not_for", sector=duty.noon_except))
    return Ends(noon, noon, tuple(steps))


def _sooner(ends: Ends, duty: Duty, known: Mapping[str, datetime], count: Count) -> Ends:
    if duty.sooner is None:
        return ends
    other = start_of(duty.sooner, known)
    if other is None or other.at >= ends.due:
        return Ends(ends.due, ends.outer, (*ends.working, step("clock.or_sooner", event=duty.sooner)))
    at = local(other.at, count.zone)
    return Ends(
        other.at, ends.outer and other.at, (*ends.working, step("clock.sooner", event=duty.sooner, at=at))
    )


def _limited(ends: Ends, limit: Limit | None, known: Mapping[str, datetime], count: Count) -> Ends:
    """Add an absolute limit behind the period: reasons may excuse the first, nothing excuses the second."""
    other = start_of(limit.event, known) if limit else None
    if limit is None or other is None:
        return ends
    last = end_of(limit.period, other.at, count).due
    values = {"value": limit.period.value, "unit": limit.period.unit, "at": local(last, count.zone)}
    return Ends(ends.due, last, (*ends.working, step("clock.absolute", **values)))


def _standard(duty: Duty) -> tuple[Step, ...]:
    return (step("clock.standard", standard=duty.standard),) if duty.standard else ()


def _clock(
    duty: Duty,
    runs_from: datetime | None,
    due: datetime | None,
    outer: datetime | None,
    working: tuple[Step, ...],
) -> Clock:
    return Clock(
        phase=duty.phase,
        to=duty.to,
        recipient=duty.recipient,
        event=duty.event,
        runs_from=runs_from,
        due=due,
        outer=outer,
        standard=duty.standard,
        working=working,
        duty=duty,
    )


def _shown(one: Step, zone: ZoneInfo) -> Step:
    at = datetime.fromisoformat(one.values["at"])
    return Step(one.code, {**one.values, "at": local(at, zone)})


def _calendar_step(calendar: Calendar) -> Step:
    return step("clock.calendar", place=calendar.code, version=calendar.version)


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of the day there: the day that people name, not the next one's midnight."""
    return datetime.combine(day, LAST_SECOND, zone).astimezone(UTC)


def _offset(delta: timedelta | None) -> str:
    minutes = int((delta or timedelta()).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
