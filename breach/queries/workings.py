"""Stored steps in words: the working of a clock, and why other regimes do not apply."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from breach.law import private, words
from breach.law.facts import Facts
from breach.law.steps import Step
from breach.models import FactsVersion, Obligation, Party, RegimeAnswer, RegimeSwitch
from breach.queries import switches
from breach.queries.clocks import law_name, obligation_label
from breach.queries.contracts import day_of
from breach.queries.fact_labels import fact_label
from breach.queries.fact_sections import asking_url
from breach.queries.facts import latest_version
from breach.queries.law_names import ClauseName, clause_names


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
class Need:
    """A fact that has to be told, with the address of its field."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class RegimeLine:
    """One regime with what decides it, or what it needs to be decided; `anchor` is its place on the page.

    `recipient` says to whom a clause of a contract would be owed; it is empty for a law.
    """

    anchor: str
    name: str
    outcome: str
    text: str
    recipient: str = ""
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Would:
    """A duty that a switched-off regime would ask for: `due` aware UTC, or None with a `standard` in words."""

    label: str
    due: datetime | None
    standard: str


@dataclass(frozen=True, slots=True)
class SwitchedOffLine:
    """A regime that the house does not follow: who switched it off, when, why.

    `text` says why it would ask nothing or, `is_undecided`, why that cannot be told yet.
    """

    key: str
    name: str
    by: str
    at: datetime
    reason: str
    would: tuple[Would, ...]
    text: str
    is_undecided: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """Regimes under which nothing is owed, by what decides it."""

    ruled_out: tuple[RegimeLine, ...] = ()
    undecided: tuple[RegimeLine, ...] = ()
    switched_off: tuple[SwitchedOffLine, ...] = ()


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
        confidence_label=confidence_label(row.confidence),
        facts_url=reverse("facts", args=[row.incident.uid]) if row.facts_id else "",
        superseded=tuple(earlier),
    )


def answers(party: Party, language: str) -> Answers:
    """Regimes that are ruled out, undecided or switched off, on the latest facts, with what decides."""
    version = latest_version(party)
    if version is None:
        return Answers()
    rows = list(RegimeAnswer.objects.filter(facts=version, ended_at=None).order_by("regime"))
    off = [row for row in rows if row.outcome == "switched_off"]
    thrown = switches.by_uid(row.detail["switch"] for row in off)
    clauses = _clauses(rows, party, version, language)
    return Answers(
        ruled_out=_lines(party, rows, "ruled_out", clauses, language),
        undecided=_lines(party, rows, "undecided", clauses, language),
        switched_off=tuple(_off(row, thrown[row.detail["switch"]], language) for row in off),
    )


def _clauses(
    rows: Iterable[RegimeAnswer], party: Party, version: FactsVersion, language: str
) -> dict[str, ClauseName]:
    keys = [row.regime for row in rows if private.is_private(row.regime)]
    if not keys:
        return {}
    return clause_names(keys, language, day_of(party, Facts.from_json(version.document)))


def _lines(
    party: Party, rows: Iterable[RegimeAnswer], outcome: str, clauses: dict[str, ClauseName], language: str
) -> tuple[RegimeLine, ...]:
    return tuple(
        _line(party, row, clauses.get(row.regime), language) for row in rows if row.outcome == outcome
    )


def _line(party: Party, row: RegimeAnswer, clause: ClauseName | None, language: str) -> RegimeLine:
    anchor = f"regime-{row.regime.replace('/', '-')}"
    return RegimeLine(
        anchor=anchor,
        name=clause.name if clause else law_name(row.regime, language),
        outcome=row.outcome,
        text=in_words(row.detail["reason"], language),
        recipient=clause.recipient if clause else "",
        needs=needs_of(party, row.detail.get("needs", ()), back="obligations", at=anchor),
    )


def needs_of(party: Party, facts: Iterable[str], *, back: str, at: str) -> tuple[Need, ...]:
    """Return unknown facts as links to their fields, which lead back to `at` of the page `back`."""
    uid = party.incident.uid
    return tuple(Need(fact_label(fact), asking_url(uid, fact, back=back, at=at)) for fact in facts)


def _off(row: RegimeAnswer, switch: RegimeSwitch, language: str) -> SwitchedOffLine:
    return SwitchedOffLine(
        key=row.regime,
        name=law_name(row.regime, language),
        by=switch.created_by.name,
        at=switch.created_at,
        reason=switch.reason,
        would=tuple(would_of(row.regime, duty, language) for duty in row.detail["would"]),
        text=_detail(row.detail, language) if row.detail["reason"] else "",
        is_undecided=bool(row.detail["needs"]),
    )


def would_of(regime: str, duty: dict[str, Any], language: str) -> Would:
    """A duty that a stored answer keeps, in words."""
    owed = Obligation(regime=regime, to=duty["to"], phase=duty["phase"], recipient=duty["recipient"])
    standard = words.name("standard", duty["standard"], language) if duty["standard"] else ""
    return Would(
        obligation_label(owed, language),
        datetime.fromisoformat(duty["due"]) if duty["due"] else None,
        standard,
    )


def in_words(step: dict[str, Any], language: str) -> str:
    return words.word(Step.from_json(step), language)


def _detail(detail: dict[str, Any], language: str) -> str:
    text = in_words(detail["reason"], language)
    needs = ", ".join(fact_label(need) for need in detail.get("needs", ()))
    return text + " " + _("To tell, say: %(needs)s.") % {"needs": needs} if needs else text


def confidence_label(confidence: str) -> str:
    """Say how sure a rule is; an unknown word stays as it is."""
    table = {
        "verified": _("read in a published source"),
        "partly verified": _("partly read in a published source"),
        "from memory": _("not re-read: check before you rely on it"),
        "contract": _("as the contract was entered"),
    }
    return table.get(confidence, confidence)
