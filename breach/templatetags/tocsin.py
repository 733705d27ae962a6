"""Tags and filters of every page: instants in two zones, what is left, numbers, digests, icons.

Load with `{% load tocsin %}`. They format and draw; they decide nothing.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from breach import wording
from breach.law import words
from breach.models import User
from breach.queries.suspicions import shown_address
from breach.queries.told import count_new

register = template.Library()
ICONS = next((Path(__file__).resolve().parent.parent / "static" / "vendor").glob("tabler-icons-*"))
DIGEST_SHOWN = 12
SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline)\b[^>]*/>")

# What a message level and a status tone look like; meaning is always said in words beside it.
TONE_ICONS = {
    "good": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-octagon",
    "info": "info-circle",
    "neutral": "circle-dashed",
}
LEVEL_TONES = {"debug": "neutral", "info": "info", "success": "good", "warning": "warn", "error": "bad"}


@cache
def _shapes(name: str) -> str:
    path = ICONS / f"{name}.svg"
    if not path.exists():
        raise template.TemplateSyntaxError(f"icon {name!r} is not vendored: add it to tools/vendored.toml")
    return "".join(
        shape for shape in SHAPES.findall(path.read_text(encoding="utf-8")) if "M0 0h24v24H0z" not in shape
    )


@register.simple_tag
def unseen(user: object) -> int:
    """Count what the signed-in account was told and has not marked as seen."""
    return count_new(user) if isinstance(user, User) else 0


@register.simple_tag
def report_address() -> str:
    """Return the path of the report page where the house shows it to whoever comes to sign in; else ""."""
    return shown_address()


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """Draw a vendored icon. Without `label` it is decoration, and readers of the screen skip it."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        ' focusable="false" {says}>{shapes}</svg>',
        size=size,
        says=says,
        shapes=mark_safe(_shapes(name)),  # noqa: S308 - our own vendored file
    )


@register.simple_tag
def tone_icon(tone: str, size: int = 18) -> SafeString:
    """Draw the icon of a tone (good, warn, bad, info, neutral)."""
    return icon(TONE_ICONS.get(tone, "circle-dashed"), size=size)


@register.filter
def level_tone(level: str) -> str:
    """Return the tone of a message's level tag."""
    return LEVEL_TONES.get(level, "info")


def _zone(context: Context, zone: str) -> str:
    """Choose the zone: the one given, else the incident's on its pages, else the reader's, else UTC."""
    if zone:
        return zone
    for holder in (context.get("incident"), context.get("user")):
        found = getattr(holder, "zone", "")
        if found:
            return str(found)
    return "UTC"


@register.simple_tag(takes_context=True)
def local_time(context: Context, instant: datetime | None, zone: str = "") -> SafeString | str:
    """Show an instant as `Fri 27 Nov 2026, 18:40 Europe/Paris (17:40 UTC)`, or a dash for none."""
    if instant is None:
        return "—"
    where = _zone(context, zone)
    utc = (
        format_html(' <span class="utc">({})</span>', wording.in_utc(instant, where))
        if where != "UTC"
        else ""
    )
    return format_html(
        '<time class="instant" datetime="{}"><span class="when">{}, {}</span> <span class="zone">{}</span>'
        "{}</time>",
        instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        wording.day(instant, where),
        wording.clock_time(instant, where),
        where,
        utc,
    )


@register.filter
def local_text(instant: datetime, zone: str) -> str:
    """Write an instant in both zones as plain text, for attributes and titles."""
    return wording.local_time(instant, zone or "UTC")


@register.filter
def short_day(instant: datetime, zone: str) -> str:
    """Write day and month in a zone."""
    return wording.short_day(instant, zone or "UTC")


@register.filter
def remaining(due: datetime, now: datetime) -> str:
    """Say what is left until `due`, or by how much it has passed."""
    return wording.remaining(due, now)


@register.simple_tag
def clock_words() -> SafeString:
    """Give clock.js the patterns of the remaining time, in the language of the page."""
    return format_html_join(" ", 'data-word-{}="{}"', wording.span_patterns().items())


@register.filter
def iso(instant: datetime) -> str:
    """Write an instant as ISO 8601 in UTC, for machines."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.filter
def seconds_between(later: datetime, earlier: datetime) -> int:
    """Return whole seconds from `earlier` to `later`; the counting script starts from them."""
    return int((later - earlier).total_seconds())


@register.filter
def digest_short(digest: str) -> str:
    """Return the first characters of a digest, enough to compare by eye in one page."""
    return f"{digest[:DIGEST_SHOWN]}…" if len(digest) > DIGEST_SHOWN else digest


@register.filter
def number(value: float | None) -> str:
    """Write a number with the language's signs; an em dash where there is none."""
    return "—" if value is None else wording.number(value)


@register.filter
def percent(value: float) -> str:
    """Write a share given in per cent."""
    return wording.percent(value)


@register.filter
def duration(span: timedelta | None) -> str:
    """Say roughly how long something takes ("3 minutes"); nothing where that is not known."""
    return "" if span is None else wording.duration(span)


@register.filter
def kind_name(key: str) -> str:
    """Name a kind of data in the language of the page."""
    return words.name("kind", key, (get_language() or "en")[:2])


@register.filter
def country_name(code: str) -> str:
    """Name a country in the language of the page."""
    return wording.country(code)


@register.filter
def language_name(tag: str) -> str:
    """Name a language in the language of the page."""
    return wording.language(tag)


@register.filter
def file_size(size: int) -> str:
    """Write a size in bytes with the largest fitting unit (powers of 1,000)."""
    value, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:  # noqa: PLR2004 - the step between the units
        value, units = value / 1000, units[1:]
    return f"{wording.number(round(value, 1))} {units[0]}"
