"""The grammar of spoken time: zone, "about", range, then day and clock of each side; every word must fit."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from breach.timewords import lexicon
from breach.timewords.moment import (
    CLOCK_SKEW,
    LONGEST_TEXT,
    Moment,
    Precision,
    UnreadableTime,
    boundary,
    instant_of,
    zone_of,
)

NOON_HOUR, HOURS = 12, 24
YEARS = range(1970, 2200)  # anything else is a slip of the fingers, and near the ends of what a date can hold
EXAMPLE = "Write it like 14:05 yesterday, about 14:00, Fri 18:40 or 2026-11-20 18:40."
_SPLIT_OPEN = re.compile(r"\s+(?:to|until|till|jusqu'a|-)\s+|(?<=[\dhm])\s*-\s*(?=\d{1,2}[:h])")
_SPLIT_FROM = {
    "from": re.compile(r"\s+(?:to|until|till)\s+|\s*-\s+"),
    "between": re.compile(r"\s+and\s+"),
    "de": re.compile(r"\s+(?:jusqu'a|a)\s+"),
    "du": re.compile(r"\s+(?:jusqu'au|au)\s+"),
    "entre": re.compile(r"\s+et\s+"),
}
_AGO = re.compile(r"^(?:il y a\s+)?(\d{1,4}|an?|one|une?)\s*([a-z]+)(?:\s+ago)?$")
_ISO_DAY = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<![\d:])(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?(?![\d/.])")
_MONTH = lexicon.any_of(lexicon.MONTHS)
_NAMED_DAY = re.compile(
    rf"(?<![\d:])(\d{{1,2}})(?:st|nd|rd|th|er)?[ /-]*(?:of )?({_MONTH})\.?(?:[ /:-]*(\d{{4}})(?!\d))?"
)
_NAMED_MONTH = re.compile(rf"({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?![\d:h])(?: (\d{{4}})(?!\d))?")
_WEEKDAY = re.compile(rf"(last )?({lexicon.any_of(lexicon.WEEKDAYS)})\.?( dernier)?")
_PHRASE = re.compile(lexicon.any_of(lexicon.PHRASES))
_BACK = re.compile(r"(?:the )?" + lexicon.any_of(lexicon.DAYS_BACK))
_DAYS_AGO = re.compile(r"(?:il y a (\d{1,4}) jours?)|(?:(\d{1,4}) days? ago)")
_PART = re.compile(lexicon.any_of(lexicon.PARTS))
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm)?(?![\d:\w])")
_CLOCK_H = re.compile(r"(?<![\d:])(\d{1,2})\s*h(?:\s*(\d{2}))?(?:\s*(?:min|mn))?()()(?![\w:])")
_CLOCK_12 = re.compile(r"(?<![\d:])(\d{1,2})()()\s*(am|pm)(?!\w)")
_NOON = re.compile(lexicon.any_of(lexicon.NOON))
_OFFSET = re.compile(r"(?<=\d)\s*(\+\d{2}:?\d{2})$|(?<=\dT)?(?<=\d)\s(-\d{4})$")
_ISO_MINUS = re.compile(r"^(\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2})?(?:[.,]\d+)?)(-\d{2}:?\d{2})$")
_UTC = re.compile(r"(?:(?<=\d)z|\s*(?<![a-z/])(?:utc|gmt))$")
_IANA = re.compile(r"\s([a-z_]+(?:/[a-z0-9_+\-]+)+)$")


@dataclass(frozen=True, slots=True)
class _Side:
    """One end of what was said: the day, the clock, a part of the day; None where not said."""

    day: date | None = None
    weekday: int | None = None
    at: time | None = None
    part: str = ""

    @property
    def has_day(self) -> bool:
        return self.day is not None or self.weekday is not None


def read_moment(text: str, *, now: datetime, zone: str) -> Moment:
    """Read `text`, said at `now` (aware) by somebody whose clock shows `zone` (IANA).

    Day before month where both are digits. A weekday is the latest one; a day without a year the latest one.
    Raises UnreadableTime for what is not understood, lies more than five minutes ahead, or is skipped or
    repeated by the change of clocks.
    """
    said = text.strip()
    if not said:
        raise UnreadableTime("No time was given", code="time_empty", mend=EXAMPLE)
    if len(said) > LONGEST_TEXT:
        raise UnreadableTime(
            "The time is too long to be one", code="time_unknown", mend=EXAMPLE, word=said[:20] + "…"
        )
    words, where, tz = _take_zone(_normalised(said), zone)
    words = re.sub(r"(\d{4}-\d{2}-\d{2})t(\d)", r"\1 \2", words)
    about, words = _take_about(words)
    reading = _Reading(words, now.astimezone(UTC), tz)
    start, end, precision = reading.moment()
    if about and precision in (Precision.EXACT, Precision.DAY):
        precision = Precision.ABOUT
    return Moment(start, end, precision, _kept_zone(where, zone, start, tz), said)


class _Reading:
    """One text being read at one `now` (UTC) in one zone."""

    def __init__(self, words: str, now: datetime, tz: ZoneInfo | timezone) -> None:
        self.words, self.now, self.tz = words, now, tz
        self.today = now.astimezone(tz).date()

    def moment(self) -> tuple[datetime, datetime, Precision]:
        if self.words in lexicon.NOW:
            instant = self.now.replace(microsecond=0)
            return instant, instant, Precision.EXACT
        ago = self._ago()
        if ago is not None:
            return ago, ago, Precision.ABOUT  # "ten minutes ago" is never meant to the second
        halves = _halves(self.words)
        if len(halves) == 1:
            return self._single(self._side(halves[0]))
        return self._range(self._side(halves[0]), self._side(halves[1]))

    def _ago(self) -> datetime | None:
        match = _AGO.match(self.words)
        if match is None or not (self.words.startswith("il y a") or self.words.endswith(" ago")):
            return None
        unit = lexicon.UNITS.get(match[2], "")
        if unit in ("", "days"):
            return None
        count = 1 if match[1] in lexicon.ONE else int(match[1])
        return (self.now - timedelta(**{unit: count})).replace(microsecond=0)

    def _side(self, words: str) -> _Side:
        words, side = self._take_day(words)
        words, side = _take_clock(words, side)
        left = [word for word in words.replace(",", " ").split() if word not in lexicon.FILLERS]
        if left or not (side.has_day or side.at or side.part):
            raise _unknown(" ".join(left) or self.words)
        return side

    def _take_day(self, words: str) -> tuple[str, _Side]:
        side = _Side()
        if match := _PHRASE.search(words):
            back, part = lexicon.PHRASES[match[0]]
            return _without(words, match), replace(side, day=self.today - timedelta(days=back), part=part)
        words, day = self._take_date(words)
        if match := _BACK.search(words):
            back = lexicon.DAYS_BACK[match[0].removeprefix("the ")]
            words, day = _without(words, match), _once(day, self.today - timedelta(days=back), match[0])
        if match := _DAYS_AGO.search(words):
            back = int(match[1] or match[2])
            words, day = _without(words, match), _once(day, self.today - timedelta(days=back), match[0])
        side = replace(side, day=day)
        if match := _WEEKDAY.search(words):
            side = _with_weekday(side, lexicon.WEEKDAYS[match[2]], match[2])
            if side.weekday == self.today.weekday() and (match[1] or match[3]):
                side = replace(side, day=self.today - timedelta(days=7))  # "last Friday", said on a Friday
            words = _without(words, match)
        return words, side

    def _take_date(self, words: str) -> tuple[str, date | None]:
        for pattern, order in (
            (_ISO_DAY, "ymd"),
            (_NAMED_DAY, "dmy"),
            (_NAMED_MONTH, "mdy"),
            (_DAY_FIRST, "dmy"),
        ):
            if match := pattern.search(words):
                figures = dict(zip(order, match.groups(), strict=True))
                return _without(words, match), self._date(figures, match[0])
        return words, None

    def _date(self, figures: dict[str, str | None], said: str) -> date:
        month = lexicon.MONTHS.get(figures["m"] or "") or int(figures["m"] or 0)
        year = figures["y"]
        try:
            if year and int(year) in YEARS:
                return date(int(year), month, int(figures["d"] or 0))
            return next(
                found
                for back in range(0 if year else 5)  # 29 February is at most four years back
                if (found := _day_or_none(self.today.year - back, month, int(figures["d"] or 0)))
                and found <= self.today
            )
        except (ValueError, StopIteration) as error:
            raise UnreadableTime(
                f"“{said}” is no day", code="time_unknown", mend=EXAMPLE, word=said
            ) from error

    def _single(self, side: _Side) -> tuple[datetime, datetime, Precision]:
        if side.at is not None:
            instant = self._instant(side)
            return instant, instant, Precision.EXACT
        hours = lexicon.PARTS[side.part] if side.part else (0, HOURS)
        day = side.day or self._latest(side.weekday, hours[0])
        start, end = self._boundary(day, hours[0]), self._boundary(day, hours[1])
        self._not_ahead(start, "")
        # What is over cannot have lasted beyond now.
        return start, max(start, min(end, self.now)), Precision.RANGE if side.part else Precision.DAY

    def _range(self, left: _Side, right: _Side) -> tuple[datetime, datetime, Precision]:
        left = left if left.has_day else replace(left, day=right.day, weekday=right.weekday)
        rolls = not right.has_day and left.at is not None and right.at is not None and right.at < left.at
        start = self._instant(left) if left.at else self._single(left)[0]
        if not right.has_day:
            day = start.astimezone(self.tz).date()
            right = replace(right, day=day + timedelta(days=1) if rolls else day)
        begins, end = (self._instant(right),) * 2 if right.at else self._single(right)[:2]
        if begins < start:
            raise UnreadableTime(
                "It ends before it begins", code="time_order", mend="Write the earlier end first."
            )
        return start, end, Precision.RANGE

    def _instant(self, side: _Side) -> datetime:
        at = side.at or time(0)
        day = side.day or self._latest(side.weekday, at.hour, at.minute)
        instant = self._resolved(day, at)
        self._not_ahead(instant, f"{at:%H:%M}" if not side.has_day else "")
        return instant

    def _resolved(self, day: date, at: time) -> datetime:
        if isinstance(self.tz, ZoneInfo):
            return instant_of(day, at, self.tz)
        return datetime.combine(day, at, self.tz).astimezone(UTC)

    def _boundary(self, day: date, hour: int) -> datetime:
        if isinstance(self.tz, ZoneInfo):
            return boundary(day, hour, self.tz)
        return datetime.combine(day, time(0), self.tz).astimezone(UTC) + timedelta(hours=hour)

    def _latest(self, weekday: int | None, hour: int, minute: int = 0) -> date:
        """Return today, or the latest such weekday whose clock time is not ahead."""
        if weekday is None:
            return self.today
        day = self.today - timedelta(days=(self.today.weekday() - weekday) % 7)
        local = (self.now + CLOCK_SKEW).astimezone(self.tz).replace(tzinfo=None)
        return day if datetime.combine(day, time(hour, minute)) <= local else day - timedelta(days=7)

    def _not_ahead(self, instant: datetime, clock: str) -> None:
        if instant <= self.now + CLOCK_SKEW:
            return
        mend = (
            f"If you mean the day before, write {clock} yesterday."
            if clock
            else "Only what has happened is logged."
        )
        raise UnreadableTime("This time is still to come", code="time_future", mend=mend, clock=clock)


def _normalised(text: str) -> str:
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char)
    )
    plain = re.sub(r"[‐‑‒–—−]", "-", plain.replace("’", "'"))
    plain = re.sub(r"\b([ap])\.\s?m\.?", r"\1m", plain)
    plain = re.sub(r"(/\d{4}):(\d{2}:\d{2})", r"\1 \2", plain)  # the common log format of web servers
    return re.sub(r"\s+", " ", plain).strip(" .[]")


def _take_zone(words: str, default: str) -> tuple[str, str, ZoneInfo | timezone]:
    """Return the words without a zone at their end, the zone's name ("" for an offset), and the zone."""
    if match := _UTC.search(words):
        return words[: match.start()].strip(), "UTC", ZoneInfo("UTC")
    if match := _IANA.search(words):
        name = _zones().get(match[1], match[1])
        return words[: match.start()].strip(), name, zone_of(name)
    if match := _ISO_MINUS.match(words):
        return match[1], "", _offset(match[2])
    if match := _OFFSET.search(words):
        return words[: match.start()].strip(), "", _offset(match[1] or match[2])
    return words, default, zone_of(default)


def _offset(text: str) -> timezone:
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:  # noqa: PLR2004 - no clock on Earth is further from UTC
        raise UnreadableTime(
            f"“{text}” is no offset from UTC", code="time_zone", mend="Write +01:00.", word=text
        )
    length = timedelta(hours=hours, minutes=minutes)
    return timezone(-length if text[0] == "-" else length)


def _kept_zone(where: str, default: str, instant: datetime, tz: ZoneInfo | timezone) -> str:
    """Keep the speaker's zone for an offset that is its own at that instant, else UTC; the words keep it."""
    if where:
        return where
    return (
        default
        if instant.astimezone(zone_of(default)).utcoffset() == instant.astimezone(tz).utcoffset()
        else "UTC"
    )


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _take_about(words: str) -> tuple[bool, str]:
    for word in lexicon.ABOUT:
        pattern = re.escape(word) + (r"\.?(?=[\s\d])" if word != "~" else "")
        match = re.search(r"(?<![\w'])" + pattern, words)
        if match:
            return True, _without(words, match)
    return False, words


def _halves(words: str) -> list[str]:
    first, _, rest = words.partition(" ")
    if first in _SPLIT_FROM and len(parts := _SPLIT_FROM[first].split(rest, maxsplit=1)) > 1:
        return parts
    return _SPLIT_OPEN.split(words, maxsplit=1)


def _take_clock(words: str, side: _Side) -> tuple[str, _Side]:
    for word in lexicon.MIDNIGHT:
        if re.search(rf"\b{word}\b", words):
            raise UnreadableTime(
                "Midnight belongs to two days",
                code="time_midnight",
                mend="Write 00:00 with the day that begins then.",
            )
    part = side.part
    if match := _PART.search(words):
        part, words = match[0], _without(words, match)
    if match := _NOON.search(words):
        return _without(words, match), replace(side, at=time(NOON_HOUR))
    for pattern in (_CLOCK, _CLOCK_H, _CLOCK_12):
        if match := pattern.search(words):
            at = _time(match)
            return _without(words, match), _in_part(replace(side, at=at), part, match)
    return words, replace(side, part=part)


def _time(match: re.Match[str]) -> time:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = match[4]
    if half and not 1 <= hour <= NOON_HOUR:
        raise _unknown(match[0])
    if half:
        hour = hour % NOON_HOUR + (NOON_HOUR if half == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise _unknown(match[0]) from error


def _in_part(side: _Side, part: str, match: re.Match[str]) -> _Side:
    """Settle "8:00 in the evening" (20:00) and "last night 02:00" (the morning after)."""
    side = replace(side, part="")
    if not part or side.at is None:
        return side
    first, last = lexicon.PARTS[part]
    hour = side.at.hour
    if last > HOURS:
        after_midnight = hour < NOON_HOUR and side.day is not None
        return replace(side, day=side.day + timedelta(days=1)) if after_midnight and side.day else side
    if first >= NOON_HOUR and hour < NOON_HOUR:
        side = replace(side, at=side.at.replace(hour=hour + NOON_HOUR))
    elif hour >= NOON_HOUR > first:
        raise _unknown(f"{match[0].strip()} {part}")
    return side


def _with_weekday(side: _Side, weekday: int, said: str) -> _Side:
    if side.day is None:
        return replace(side, weekday=weekday)
    if side.day.weekday() != weekday:
        raise UnreadableTime(
            f"{side.day.isoformat()} is not the weekday “{said}”",
            code="time_weekday",
            mend="Correct the day or the weekday.",
            day=side.day.isoformat(),
            word=said,
        )
    return side


def _once(known: date | None, day: date, said: str) -> date:
    if known is not None and known != day:
        raise UnreadableTime("Two different days are named", code="time_unknown", mend=EXAMPLE, word=said)
    return day


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _without(words: str, match: re.Match[str]) -> str:
    return f"{words[: match.start()]} {words[match.end() :]}".strip()


def _unknown(word: str) -> UnreadableTime:
    return UnreadableTime(
        f"“{word}” is not understood as a time", code="time_unknown", mend=EXAMPLE, word=word
    )
