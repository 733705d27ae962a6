"""The way back: a moment as words that `read_moment` reads as the same moment on any later day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from breach.timewords.grammar import read_moment
from breach.timewords.moment import Moment, Precision, UnreadableTime

A_WHILE = timedelta(days=2)


def say(moment: Moment, *, zone: str) -> str:
    """Return absolute words for `moment`, to be read in `zone`: "14:05 yesterday" is another day tomorrow.

    Where the change of clocks skips or repeats the local time, the offset is said too (UTC for a range).
    """
    words = _words(moment, moment.zone) + ("" if moment.zone == zone else f" {moment.zone}")
    try:
        read_moment(words, now=moment.occurred_to + A_WHILE, zone=zone)
    except UnreadableTime:
        if moment.precision is Precision.RANGE:
            return f"{_words(moment, 'UTC')} UTC"
        return f"{_words(moment, moment.zone)} {moment.occurred_from.astimezone(ZoneInfo(moment.zone)):%z}"
    return words


def _words(moment: Moment, zone: str) -> str:
    start, end = (one.astimezone(ZoneInfo(zone)) for one in (moment.occurred_from, moment.occurred_to))
    about = "about " if moment.precision is Precision.ABOUT else ""
    if moment.precision is Precision.DAY or (about and start != end):
        return f"{about}{start:%Y-%m-%d}"
    if moment.precision is Precision.RANGE:
        return f"{_clock(start)} to {_clock(end)}"
    return f"{about}{_clock(start)}"


def _clock(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}" if instant.astimezone(UTC).second else f"{instant:%Y-%m-%d %H:%M}"
