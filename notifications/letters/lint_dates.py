"""Dates in a text as its reader writes them, by the CLDR patterns of the language. Only warns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale
from babel.dates import format_date, get_month_names

from notifications.letters import findings, library
from notifications.letters.prose import Prose
from notifications.letters.values import Finding

_ISO = re.compile(r"(?<![\w-])\d{4}-\d{1,2}-\d{1,2}(?![\w-])")
_NUMBERS = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\w/-])")
_WORDS = re.compile(
    r"(?<!\w)(?P<day>\d{1,2})(?P<dot>\.|º|°|er|st|nd|rd|th)?\s+(?:de\s+|of\s+)?(?P<month>[^\W\d_]{3,})\.?(?!\w)"
    r"|(?<!\w)(?P<first>[^\W\d_]{3,})\s+(?P<second>\d{1,2})(?:st|nd|rd|th)?,?\s+\d{4}(?!\w)",
)
_LAST_MONTH = 12
_MONTH_FIRST = "en"  # both orders are English


def dates(prose: Prose, *, locale: str, example: dt.date) -> Iterator[Finding]:
    """Dates in digits, or with the month of another language. `example` is the day the mend shows."""
    shown = format_date(example, "long", locale=locale)
    for text in prose.texts:
        for found in (*_in_digits(text, locale), *_in_words(text, prose.language, locale)):
            yield findings.style("date_not_localised", prose.place, found=found, example=shown)


def _in_digits(text: str, locale: str) -> Iterator[str]:
    yield from _ISO.findall(text)
    pattern = Locale.parse(locale).date_formats["short"].pattern
    sign = re.sub(r"[\w' ]", "", pattern)[:1]
    for match in _NUMBERS.finditer(text):
        first, second = int(match[1]), int(match[3])
        month = first if pattern.lstrip()[:1] == "M" else second
        if match[2] != sign or month > _LAST_MONTH:
            yield match[0]


def _in_words(text: str, language: str, locale: str) -> Iterator[str]:
    own = _months()[language if language in _months() else language.partition("-")[0]]
    with_dot = "d." in Locale.parse(locale).date_formats["long"].pattern
    for match in _WORDS.finditer(text):
        month = (match["month"] or match["first"]).casefold()
        if month not in own:
            if any(month in names for names in _months().values()):
                yield match[0]
        elif (match["first"] and language[:2] != _MONTH_FIRST) or (match["dot"] == "." and not with_dot):
            yield match[0]


@cache
def _months() -> Mapping[str, frozenset[str]]:
    """Month names by language, in each of their forms (Polish has two)."""
    return {
        tag: frozenset(
            name.casefold()
            for context in ("format", "stand-alone")
            for name in get_month_names("wide", context, library.phrases(tag).locale).values()
        )
        for tag in library.languages()
    }
