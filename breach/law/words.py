"""Wording of steps and codes in English and French, read when shown and never stored.

Sentences and vocabularies stand in `data/words/<language>.toml`; data kinds and places carry their own
labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from breach.law import kinds
from breach.law.datafiles import HERE, read
from breach.law.steps import Step

LANGUAGES = ("en", "fr")
_MOMENT = re.compile(r"(?P<instant>[^\[\]]+)(?:\[(?P<zone>[^\[\]]+)\])?")
# Values of a step whose text is a code, and the vocabulary that words it.
_VOCABULARY = {
    "event": "event",
    "other_event": "event",
    "standard": "standard",
    "risk": "risk",
    "level": "level",
    "role": "role",
    "act": "act",
    "base": "base",
    "operator": "operator",
    "exfiltration": "exfiltration",
    "identification": "identification",
    "data_class": "data_class",
    "backup": "backup",
    "harm": "harm",
    "sector": "sector",
    "elements": "element",
    "facts": "fact",
    "kinds": "kind",
    "place": "place",
    "group": "group",
}
_NUMBERS = frozenset({"number", "found", "value", "hours", "bits"})


def word(step: Step, language: str) -> str:
    """Return the sentence of `step` in `language` (a tag such as "fr-BE"; English where there is none)."""
    sentence = phrase("sentence", step.code, step.values, language)
    return sentence[:1].upper() + sentence[1:]


def phrase(vocabulary: str, code: str, values: Mapping[str, str], language: str) -> str:
    """Return the wording of `code` in a table of the file, its places filled with the words of `values`."""
    table = _table(language)
    words = {key: _value(key, text, values, table) for key, text in values.items()}
    return str(table[vocabulary][code]).format_map(words)


def name(vocabulary: str, code: str, language: str) -> str:
    """Return the word for a code: `name("to", "individuals", "fr")`. Vocabularies are the tables of the file.

    "kind" and "place" are vocabularies too. An unknown code is returned as it is.
    """
    table = _table(language)
    if vocabulary == "kind":
        return kinds.load()[code].label(language) if code in kinds.load() else code
    if vocabulary == "place":
        row = read("data/places.toml")["place"].get(code)
        return str(row[table["language"]]) if row else code
    if vocabulary == "fact" and code.startswith("sectors."):
        return str(table["sector"].get(code.removeprefix("sectors."), code))
    return str(table[vocabulary].get(code, code))


def period(value: int, unit: str, language: str) -> str:
    """Return a length of time in words: "72 hours", "1 mois"."""
    return f"{value} {_unit(unit, str(value), _table(language))}"


def moment(text: str, language: str) -> str:
    """Return an instant, as `steps.local` writes it, or a bare date, in words with its zone."""
    return _moment(text, _table(language))


@cache
def _table(language: str) -> Mapping[str, Any]:
    short = language[:2]
    short = short if short in LANGUAGES and (HERE / f"data/words/{short}.toml").exists() else LANGUAGES[0]
    return {**read(f"data/words/{short}.toml"), "language": short}


def _value(key: str, text: str, values: Mapping[str, str], table: Mapping[str, Any]) -> str:
    special: Mapping[str, Callable[[], str]] = {
        "at": lambda: _moment(text, table),
        "day": lambda: _moment(text, table),
        "unit": lambda: _unit(text, values.get("value", ""), table),
    }
    if key in special:
        return special[key]()
    if key in _NUMBERS and text.isdecimal():
        return f"{int(text):,}".replace(",", table["dates"]["group"])
    if key == "score":
        return text.replace(".", table["dates"]["decimal"])
    vocabulary = _VOCABULARY.get(key)
    if vocabulary is None:
        return text
    language = table["language"]
    return ", ".join(name(vocabulary, code, language) for code in text.split(","))


def _unit(unit: str, value: str, table: Mapping[str, Any]) -> str:
    return str(table["unit"].get(f"{unit}.{'one' if value == '1' else 'other'}", unit))


def _moment(text: str, table: Mapping[str, Any]) -> str:
    words = table["dates"]
    if "T" not in text:
        return str(words["date"]).format_map(_day(date.fromisoformat(text), words))
    found = _MOMENT.fullmatch(text)
    instant = datetime.fromisoformat(found["instant"] if found else text)
    offset = instant.strftime("%z")
    return str(words["moment"]).format_map(
        {
            **_day(instant.date(), words),
            "time": instant.strftime("%H:%M:%S" if instant.second else "%H:%M"),
            "zone": (found and found["zone"]) or "UTC",
            "offset": f"{offset[:3]}:{offset[3:]}",
        }
    )


def _day(day: date, words: Mapping[str, Any]) -> dict[str, object]:
    return {
        "day": words["days"][day.weekday()],
        "number": words["first"] if day.day == 1 else day.day,
        "month": words["months"][day.month - 1],
        "year": day.year,
    }
