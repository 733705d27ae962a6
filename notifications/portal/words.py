"""The public page's words in eight languages, and which of them a browser asks for."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date
from django.utils.translation.trans_real import parse_accept_lang_header

FILE = Path(__file__).with_name("words.toml")
FALLBACK = "en"


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return {language: {key: text}}. Raises ValueError when a language lacks a text: fail at start."""
    found: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    keys = set(found[FALLBACK])
    for language, texts in found.items():
        if set(texts) != keys:
            raise ValueError(f"words.toml: {language} differs in {sorted(keys ^ set(texts))}")
    return found


def choose(asked: str, accepted: str) -> str:
    """Return the language asked for, else the first one known in the Accept-Language header, else English."""
    if asked in words():
        return asked
    tags = (tag.partition("-")[0] for tag, _weight in parse_accept_lang_header(accepted))
    return next((tag for tag in tags if tag in words()), FALLBACK)


def say_day(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)
