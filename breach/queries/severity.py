"""Severity and risk on the facts of now, in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from breach.law import risk, words
from breach.law.facts import Facts
from breach.law.steps import Step


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """What the assessment page shows of `breach.law.risk`."""

    severity: str
    level: str
    formula: str
    risk: str
    authority: str
    people: str
    reasons: tuple[Reason, ...]


def rules_answer(facts: Facts, language: str) -> RulesAnswer:
    return in_words(risk.to_json(risk.assess(facts)), language)


def in_words(document: dict[str, Any], language: str) -> RulesAnswer:
    """Word a stored or fresh assessment document."""
    enisa = document["enisa"]
    levels, risks = level_names(), risk_names()
    formula = "SE = DPC × EI + CB = {dpc} × {ei} + {cb}".format(
        **{name: _span(enisa[name]) for name in ("dpc", "ei", "cb")}
    )
    reasons = [Reason(_word(one, language), str(one.get("source", ""))) for one in document["reasons"]]
    reasons += [Reason(_word(one, language), "ENISA 2013") for one in document["enisa_reasons"]]
    return RulesAnswer(
        severity=_span(enisa["se"]),
        level=_level(enisa["level"], levels),
        formula=formula,
        risk=risks[document["risk"]],
        authority=_("yes") if document["notify_authority"] else _("no"),
        people=_people(document),
        reasons=tuple(reasons),
    )


def level_names() -> dict[str, str]:
    return {"low": _("low"), "medium": _("medium"), "high": _("high"), "very_high": _("very high")}


def risk_names() -> dict[str, str]:
    return {"unlikely": _("unlikely"), "risk": _("risk"), "high_risk": _("high risk")}


def _people(document: dict[str, Any]) -> str:
    if not document["notify_individuals"]:
        return _("no")
    return _("by public communication") if document["public_communication"] else _("yes")


def _span(value: Any) -> str:
    return f"{value['low']}–{value['high']}" if isinstance(value, dict) else f"{value:g}"


def _level(level: Any, names: dict[str, str]) -> str:
    return f"{names[level['low']]} – {names[level['high']]}" if isinstance(level, dict) else names[level]


def _word(step: dict[str, Any], language: str) -> str:
    return words.word(Step.from_json(step), language)
