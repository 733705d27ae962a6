"""Severity and risk on the facts of now, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from breach.law import risk, words
from breach.law.facts import Facts
from breach.law.steps import Step

# Findings that the page shows in places of their own.
DISAGREEMENT, EXCEPTION = "convention", "exception_"
EQUATION = "SE = DPC × EI + CB"


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """What the assessment page shows of `breach.law.risk`.

    `risk_span` says what unknown facts could make of the risk; "" where they change nothing. `people_how` is ""
    where each is told. `level_risk` is what ENISA's level is commonly taken to mean, `disagreement` why score and
    rules part; empty where they do not. `reasons` are those of the rules, `enisa_reasons` those of the score. `needs`
    and `enisa_needs` are the unknown facts on which risk and score depend, by key. `is_high` says that the risk is.
    """

    severity: str
    level: str
    formula: str
    risk: str
    risk_span: str
    level_risk: str
    authority: str
    people: str
    people_how: str
    reasons: tuple[Reason, ...]
    enisa_reasons: tuple[Reason, ...]
    exceptions: tuple[Reason, ...]
    disagreement: tuple[str, ...]
    needs: tuple[str, ...]
    enisa_needs: tuple[str, ...]

    is_high: bool

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """Labels and values that two answers are compared by."""
        spanned = f"{self.risk} ({self.risk_span})" if self.risk_span else self.risk
        return (
            (_("Severity (ENISA 2013)"), f"{self.severity} ({self.level})"),
            (EQUATION, self.formula.removeprefix(f"{EQUATION} = ")),
            (_("Risk to people"), spanned),
            (_("Tell the authority"), self.authority),
            (_("Tell the people"), f"{self.people}, {self.people_how}" if self.people_how else self.people),
        )


def rules_answer(facts: Facts, language: str) -> RulesAnswer:
    return in_words(risk.to_json(risk.assess(facts)), language)


def in_words(document: dict[str, Any], language: str) -> RulesAnswer:
    """Word a stored or fresh assessment document."""
    enisa, reasons = document["enisa"], document["reasons"]
    risks = risk_names()
    own = [one for one in reasons if not _is_apart(one)]
    return RulesAnswer(
        severity=_span(enisa["se"]),
        level=_level(enisa["level"], level_names()),
        formula=f"{EQUATION} = {_span(enisa['dpc'])} × {_span(enisa['ei'])} + {_span(enisa['cb'])}",
        risk=risks[document["risk"]],
        risk_span=_risk_span(document, risks),
        level_risk=_level_risk(enisa["level"], risks),
        authority=_("yes") if document["notify_authority"] else _("no"),
        people=_("yes") if document["notify_individuals"] else _("no"),
        people_how=_("by public communication") if document["public_communication"] else "",
        reasons=_reasons(own, language),
        enisa_reasons=tuple(Reason(_word(one, language), "ENISA 2013") for one in document["enisa_reasons"]),
        exceptions=_reasons((one for one in reasons if _rule(one).startswith(EXCEPTION)), language),
        disagreement=tuple(_word(one, language) for one in reasons if _rule(one) == DISAGREEMENT),
        needs=tuple(document.get("needs", ())),
        enisa_needs=_facts_in(document["enisa_reasons"]),
        is_high=document["risk"] == "high_risk",
    )


def level_names() -> dict[str, str]:
    return {"low": _("low"), "medium": _("medium"), "high": _("high"), "very_high": _("very high")}


def risk_names() -> dict[str, str]:
    return {"unlikely": _("unlikely"), "risk": _("risk"), "high_risk": _("high risk")}


def _rule(reason: dict[str, Any]) -> str:
    return str(reason.get("rule", ""))


def _is_apart(reason: dict[str, Any]) -> bool:
    return _rule(reason) == DISAGREEMENT or _rule(reason).startswith(EXCEPTION)


def _reasons(found: Iterable[dict[str, Any]], language: str) -> tuple[Reason, ...]:
    return tuple(Reason(_word(one, language), str(one.get("source", ""))) for one in found)


def _facts_in(reasons: list[dict[str, Any]]) -> tuple[str, ...]:
    """The unknown facts that steps of the score name."""
    named = (one["values"].get("facts", "") for one in reasons)
    return tuple(dict.fromkeys(fact for text in named for fact in text.split(",") if fact))


def _span(value: Any) -> str:
    if isinstance(value, dict):
        return f"{_number(value['low'])}–{_number(value['high'])}"
    return _number(value)


def _number(value: float) -> str:
    return number_format(f"{value:g}")


def _ends(level: Any) -> tuple[str, str]:
    return (level["low"], level["high"]) if isinstance(level, dict) else (level, level)


def _level(level: Any, names: dict[str, str]) -> str:
    return " – ".join(dict.fromkeys(names[one] for one in _ends(level)))


def _level_risk(level: Any, names: dict[str, str]) -> str:
    return " – ".join(dict.fromkeys(names[risk.ENISA_MEANS[one]] for one in _ends(level)))


def _risk_span(document: dict[str, Any], names: dict[str, str]) -> str:
    low, high = (document.get(key, document["risk"]) for key in ("risk_low", "risk_high"))
    return f"{names[low]} – {names[high]}" if low != high else ""


def _word(step: dict[str, Any], language: str) -> str:
    return words.word(Step.from_json(step), language)
