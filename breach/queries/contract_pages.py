"""Contracts as pages show them: each clause with its clock in words, each version that was kept, a clock tried out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from breach.errors import BadInput
from breach.law import deadlines, private, words
from breach.law.regimes import Regime
from breach.models import Contract, ContractVersion
from breach.queries.law_list import PhaseLine, phase_line
from breach.queries.workings import confidence_label

KINDS = {
    "cyber_insurance": _("Cyber insurance"),
    "card_scheme": _("Card payments"),
    "business_customer": _("Business customer"),
    "other": _("Other"),
}
ACTS = {
    "providers": _("experts, lawyers, a call centre or a press office are hired"),
    "letters": _("letters are commissioned or sent"),
    "payment": _("anything is paid or settled"),
    "press": _("anything is said to the press"),
}
RUNNING, BEGINS, ENDED, WITHDRAWN = "running", "begins", "ended", "withdrawn"


@dataclass(frozen=True, slots=True)
class Example:
    """The moment at which a clause's event is taken to have come, the zone its days begin in, the country of its holidays."""

    at: datetime
    zone: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """The clock that a clause would give: `due` aware UTC, or None with the standard in words; the working in words."""

    due: datetime | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseCard:
    """One clause in words. `source` is where a template took it from; empty for a clause of the house."""

    key: str
    label: str
    place: str
    phase: PhaseLine
    before: tuple[str, ...]
    applies_from: date | None
    source: str
    confidence: str
    tried: Tried | None


@dataclass(frozen=True, slots=True)
class VersionCard:
    """The terms of one version in words."""

    version: ContractVersion
    kind: str
    calendar: str
    valid_from: date | None
    valid_to: date | None
    clauses: tuple[ClauseCard, ...]


@dataclass(frozen=True, slots=True)
class ContractCard:
    """A contract as its newest version has it, with every earlier one, newest first. `state` on the day asked for."""

    contract: Contract
    current: VersionCard
    earlier: tuple[VersionCard, ...]
    state: str


@dataclass(frozen=True, slots=True)
class TemplateCard:
    key: str
    name: str
    clauses: tuple[str, ...]


def contract_cards(today: date, language: str) -> list[ContractCard]:
    """Return every contract, those that run first, then by the other side's name."""
    rows = Contract.objects.select_related("organisation").prefetch_related("versions__created_by")
    order = (RUNNING, BEGINS, ENDED, WITHDRAWN)
    cards = [contract_card(row, today, language) for row in rows]
    return sorted(cards, key=lambda one: (order.index(one.state), _counterparty(one).casefold()))


def contract_card(
    contract: Contract, today: date, language: str, example: Example | None = None
) -> ContractCard:
    """Return one contract; with an example each clause of the newest version is tried."""
    newest, *earlier = sorted(contract.versions.all(), key=lambda one: one.number, reverse=True)
    current = version_card(newest, language, example)
    return ContractCard(
        contract, current, tuple(version_card(one, language) for one in earlier), _state(current, today)
    )


def version_card(version: ContractVersion, language: str, example: Example | None = None) -> VersionCard:
    document = version.document
    return VersionCard(
        version=version,
        kind=str(KINDS[document["kind"]]),
        calendar=words.name("place", document.get("calendar") or "", language),
        valid_from=_day(document.get("valid_from")),
        valid_to=_day(document.get("valid_to")),
        clauses=clause_cards(document, language, example),
    )


def clause_cards(
    document: Mapping[str, Any], language: str, example: Example | None = None
) -> tuple[ClauseCard, ...]:
    """Return the clauses of checked terms in words, tried with `example` where it is given."""
    rules = private.regimes_of("tried", "1", document)
    return tuple(
        _clause(clause, rule, language, example)
        for clause, rule in zip(document["clause"], rules, strict=True)
    )


def try_clock(rule: Regime, example: Example, language: str) -> Tried:
    """Run the clock of a clause from its event. Raises BadInput where no calendar reaches so far."""
    event, zone = rule.duties[0].event, ZoneInfo(example.zone)
    known = {event: example.at} if event else {}
    try:
        (clock,) = deadlines.deadline(rule, known, zone=zone, country=example.country or None)
    except OverflowError:
        raise BadInput("It ends after all calendars", place="period", mend="Give a shorter period.") from None
    return Tried(clock.due, tuple(words.word(line, language) for line in clock.working))


def template_cards(language: str) -> list[TemplateCard]:
    return [
        TemplateCard(key, row["name"][language], tuple(private.label(one, language) for one in row["clause"]))
        for key, row in private.templates().items()
    ]


def _clause(clause: Mapping[str, Any], rule: Regime, language: str, example: Example | None) -> ClauseCard:
    (duty,) = rule.duties
    try:
        tried = try_clock(rule, example, language) if example else None
    except BadInput as refusal:  # terms from a file may name a period that no calendar holds
        tried = Tried(None, (str(refusal),))
    return ClauseCard(
        key=clause["key"],
        label=private.label(clause, language),
        place=clause["clause"],
        phase=phase_line(duty, language),
        before=tuple(str(ACTS[act]) for act in clause.get("before", ())),
        applies_from=_day(clause.get("applies_from")),
        source=clause.get("source", ""),
        confidence=confidence_label(clause["confidence"]) if clause.get("confidence") else "",
        tried=tried,
    )


def _state(current: VersionCard, today: date) -> str:
    if current.version.contract.withdrawn_at is not None:
        return WITHDRAWN
    if current.valid_to and current.valid_to < today:
        return ENDED
    return BEGINS if current.valid_from and current.valid_from > today else RUNNING


def _counterparty(card: ContractCard) -> str:
    return str(card.current.version.document["counterparty"])


def _day(text: Any) -> date | None:
    if isinstance(text, date):
        return text
    return date.fromisoformat(text) if text else None
