"""How instants, spans, numbers, countries and languages are written, in the language of the page.

Pure but for the active language. Every instant is shown in the reader's zone and in UTC.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language, gettext, ngettext

DAY_FORMAT = "EEE d MMM y"
CLOCK_FORMAT = "HH:mm"
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@lru_cache(maxsize=16)
def _locale(code: str) -> Locale:
    """Day before month in every language, as the law's own texts and both our countries write it."""
    return Locale.parse("en_GB" if code == "en" else code)


def locale() -> Locale:
    """Return the locale of the active language."""
    return _locale((get_language() or "en").split("-")[0])


def day(instant: datetime, zone: str) -> str:
    """Write the calendar day of an instant in a zone: `Fri 27 Nov 2026`."""
    return format_datetime(instant, DAY_FORMAT, tzinfo=ZoneInfo(zone), locale=locale()).replace(",", "")


def short_day(instant: datetime, zone: str) -> str:
    """Write day and month only, for the axis of a plot: `27 Nov`."""
    return format_datetime(instant, "d MMM", tzinfo=ZoneInfo(zone), locale=locale())


def clock_time(instant: datetime, zone: str) -> str:
    """Write the hour and minute of an instant in a zone: `18:40`."""
    return format_datetime(instant, CLOCK_FORMAT, tzinfo=ZoneInfo(zone), locale=locale())


def in_utc(instant: datetime, zone: str) -> str:
    """Write an instant in UTC as the second reading; with its day where that differs."""
    same_day = instant.astimezone(ZoneInfo(zone)).date() == instant.astimezone(UTC).date()
    time = f"{clock_time(instant, 'UTC')} UTC"
    return time if same_day else f"{short_day(instant, 'UTC')}, {time}"


def local_time(instant: datetime, zone: str) -> str:
    """Write an instant in both zones: `Fri 27 Nov 2026, 18:40 Europe/Paris (17:40 UTC)`."""
    text = f"{day(instant, zone)}, {clock_time(instant, zone)} {zone}"
    return text if zone == "UTC" else f"{text} ({in_utc(instant, zone)})"


def span_patterns() -> dict[str, str]:
    """Return the patterns of spans and of what is left, by key; pages hand them to the counting script."""
    return {
        "days": gettext("%(days)d d %(hours)d h"),
        "hours": gettext("%(hours)d h %(minutes)d min"),
        "minutes": gettext("%(minutes)d min"),
        "moment": gettext("less than 1 min"),
        "left": gettext("%(span)s left"),
        "late": gettext("late by %(span)s"),
    }


def span(length: timedelta) -> str:
    """Write a span by its two largest units: `2 d 4 h`, `18 h 22 min`, `22 min`, or `less than 1 min`."""
    seconds = int(abs(length.total_seconds()))
    parts = {"days": seconds // DAY, "hours": seconds % DAY // HOUR, "minutes": seconds % HOUR // MINUTE}
    largest = next((unit for unit, count in parts.items() if count), "moment")
    return span_patterns()[largest] % parts


def remaining(due: datetime, now: datetime) -> str:
    """Say what is left until `due`, or by how much it has passed."""
    return span_patterns()["late" if now > due else "left"] % {"span": span(due - now)}


def number(value: float) -> str:
    """Write a number with the language's group and decimal signs."""
    return format_decimal(value, locale=locale())


def percent(value: float) -> str:
    """Write a share given in per cent: `12.5%`, `12,5 %`."""
    pattern = locale().percent_formats[None].pattern.replace("#,##0", "#,##0.#")
    return format_percent(value / 100, format=pattern, locale=locale())


def duration(span: timedelta) -> str:
    """Write roughly how long something takes: `3 minutes`, `2 heures`. Less than a minute counts in seconds."""
    return format_timedelta(span, granularity="second", threshold=1.5, locale=locale())


def people(count: int) -> str:
    """Write a number of people with its noun."""
    return ngettext("%(number)s person", "%(number)s people", count) % {"number": number(count)}


def country(code: str) -> str:
    """Name a country by its ISO 3166-1 code, or a region by `US-CA`; an unknown code stays as it is."""
    return str(locale().territories.get(code.upper(), code))


def language(tag: str) -> str:
    """Name a language by its BCP 47 tag; an unknown tag stays as it is."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag
