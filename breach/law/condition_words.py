"""Conditions and duties in words: "number of people: more than 1,000", "72 hours". For pages that show the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from breach.law import words
from breach.law.conditions import Condition
from breach.law.regimes import Duty, conditions_from
from breach.law.steps import text_of

_JOINING = ("all", "any", "not")


def conditions(rows: Iterable[Condition], language: str) -> tuple[str, ...]:
    """Return one phrase per condition, each of which must hold."""
    return tuple(condition(one, language) for one in rows)


def of_rows(rows: Iterable[Mapping[str, Any]], language: str) -> tuple[str, ...]:
    """Return the same for conditions as a contract or a file writes them."""
    return conditions(conditions_from(rows), language)


def condition(one: Condition, language: str) -> str:
    """Return a condition as a phrase, with what an unknown fact counts as where the rule says so."""
    code = one.test
    values = {key: text_of(value) for key, value in one.values.items() if key not in ("is", "assume", "of")}
    if code in _JOINING:
        between = words.phrase("condition", "between", {}, language)
        values = {"of": between.join(conditions(one.of, language))}
    elif code == "count":
        values["base"] = text_of(one.values["of"])
    elif code == "fact":
        code, values = f"fact.{_yes(one.values.get('is', True))}", {"facts": text_of(one.values["name"])}
    elif code == "risk":
        code = f"risk.{one.values['level']}"
    elif code == "sector":
        values = {"sector": text_of(one.values["name"])}
    said = words.phrase("condition", code, values, language)
    if "assume" not in one.values:
        return said
    return words.phrase("condition", f"assumed.{_yes(one.values['assume'])}", {"condition": said}, language)


def by_when(duty: Duty, language: str) -> str:
    """Return the period and the standard of a duty in words; no number is made up where there is none."""
    said = [words.period(duty.period.value, duty.period.unit, language)] if duty.period else []
    if duty.standard:
        said.append(words.name("standard", duty.standard, language))
    return ", ".join(said)


def _yes(value: object) -> str:
    return "yes" if value is True else "no"
