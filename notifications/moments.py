"""Instants, numbers and countries as people read them on paper. Always with the zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal


def say_moment(at: datetime, zone: str, language: str) -> str:
    """Word an aware instant in a zone: "27 November 2026, 18:40 (Europe/Paris, UTC+01:00)"."""
    return f"{say_local(at, zone, language)} ({zone}, {offset(at, zone)})"


def say_local(at: datetime, zone: str, language: str) -> str:
    """Word an aware instant in a zone without naming the zone, for tables that name it once."""
    local = _local(at, zone)
    day = format_date(local.date(), "d MMMM y", locale=language)
    return f"{day}, {local:%H:%M}" if not local.second else f"{day}, {local:%H:%M:%S}"


def say_short(at: datetime, zone: str, language: str) -> str:
    """Word an instant for a narrow place: "27 Nov, 18:40"."""
    local = _local(at, zone)
    return f"{format_date(local.date(), 'd MMM', locale=language)}, {local:%H:%M}"


def say_day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language)


def offset(at: datetime, zone: str) -> str:
    """Word the zone's distance from UTC at that instant: "UTC+01:00"."""
    text = f"{_local(at, zone):%z}"
    return f"UTC{text[:3]}:{text[3:5]}"


def say_number(number: int, language: str) -> str:
    return format_decimal(number, locale=language)


def say_country(code: str, language: str) -> str:
    """Return the country's name, or the code itself where the language knows none."""
    return str(Locale.parse(language).territories.get(code.upper(), code))


def iso_utc(at: datetime) -> str:
    """Return the canonical text of an instant: UTC, seconds, Z."""
    text = at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Read an ISO 8601 instant. Raises ValueError when it names no offset: such a time is nowhere."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return at.astimezone(UTC)


def _local(at: datetime, zone: str) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant without offset from UTC is nowhere")
    return at.astimezone(ZoneInfo(zone))
