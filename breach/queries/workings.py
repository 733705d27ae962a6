"""Stored steps in words: the working of a clock, and why other regimes do not apply."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from breach.law import regimes, words
from breach.law.steps import Step
from breach.models import Obligation, Party, RegimeAnswer
from breach.queries.fact_labels import fact_label
from breach.queries.facts import latest_version


@dataclass(frozen=True, slots=True)
class Earlier:
    due: datetime | None
    zone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Working:
    """What components/deadline_working.html shows."""

    lines: tuple[str, ...]
    why: str
    citation: str
    citation_url: str
    rule_version: str
    confidence_label: str
    facts_url: str
    superseded: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class RegimeLine:
    name: str
    outcome: str
    text: str


def of(row: Obligation, language: str) -> Working:
    """The working of one clock, with every value it superseded, newest first."""
    earlier, old = [], row.supersedes
    while old is not None:
        provisional = old.awareness is None or old.awareness.state == "suspected"
        reason = _("provisional, from the first report") if provisional else _("awareness as decided before")
        earlier.append(Earlier(old.due, row.incident.zone, reason))
        old = old.supersedes
    return Working(
        lines=tuple(in_words(step, language) for step in row.working),
        why=in_words(row.reason, language) if row.reason else "",
        citation=row.citation,
        citation_url="",
        rule_version=row.rule_version,
        confidence_label=_confidence(row.confidence),
        facts_url=reverse("facts", args=[row.incident.uid]) if row.facts_id else "",
        superseded=tuple(earlier),
    )


def answers(party: Party, language: str) -> dict[str, list[RegimeLine]]:
    """Regimes that are ruled out or undecided on the latest facts, with the fact that decides."""
    version = latest_version(party)
    found: dict[str, list[RegimeLine]] = {"ruled_out": [], "undecided": []}
    if version is None:
        return found
    names = regimes.load()
    for row in RegimeAnswer.objects.filter(facts=version, ended_at=None).order_by("regime"):
        regime = names.get(row.regime)
        found[row.outcome].append(
            RegimeLine(
                regime.name(language) if regime else row.regime, row.outcome, _detail(row.detail, language)
            )
        )
    return found


def in_words(step: dict[str, Any], language: str) -> str:
    return words.word(Step.from_json(step), language)


def _detail(detail: dict[str, Any], language: str) -> str:
    text = in_words(detail["reason"], language)
    needs = ", ".join(fact_label(need) for need in detail.get("needs", ()))
    return text + " " + _("To tell, say: %(needs)s.") % {"needs": needs} if needs else text


def _confidence(confidence: str) -> str:
    table = {
        "verified": _("read in a published source"),
        "partly verified": _("partly read in a published source"),
        "from memory": _("not re-read: check before you rely on it"),
    }
    return table.get(confidence, confidence)
