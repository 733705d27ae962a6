"""Private clocks: what a contract asks after an incident, in the form of the legal ones, for the same engine.

A contract is a document of our own form (docs/law-data.md): who the other side is and its clauses. Each clause
becomes one regime with one duty, so that it is counted, stored and explained like a law. The keys of such
regimes hold a slash, those of laws never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from breach.law import calendars, regime_file
from breach.law.datafiles import names, read
from breach.law.facts_parts import PRIVATE_RECIPIENTS
from breach.law.facts_words import ROLES
from breach.law.regime_file import one_of, refuse
from breach.law.regimes import HoldRule, Regime, Scope, duty_from

KINDS = ("cyber_insurance", "card_scheme", "business_customer", "other")
# What a clause may want to be asked about before it is commissioned, sent, paid or said.
ACTS = ("providers", "letters", "payment", "press")
CONFIDENCE = "contract"
_TEN_YEARS = {"hours": 87_660, "calendar_days": 3_653, "business_days": 2_610, "months": 120}
DOCUMENT_KEYS = frozenset(
    {
        "counterparty",
        "kind",
        "reference",
        "contact",
        "calendar",
        "valid_from",
        "valid_to",
        "template",
        "clause",
    }
)
CLAUSE_KEYS = frozenset(
    {
        "key", "label", "clause", "to", "recipient", "phase", "from", "period", "standard", "when", "before",
        "applies_from", "source", "confidence",
    }
)  # fmt: skip
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,15}")
_LONGEST = {"counterparty": 120, "reference": 80, "contact": 200, "clause": 200, "recipient": 200}


def is_private(key: str) -> bool:
    return "/" in key


def key_of(contract: str, clause: str) -> str:
    """Return the key of the regime that stands for `clause` of the contract with this uid."""
    return f"{contract}/{clause}"


def templates() -> Mapping[str, Mapping[str, Any]]:
    """Return the templates by key: contracts as they usually are, each clause with its source and confidence."""
    found = (read(file) for file in names("data/contracts"))
    return {row["key"]: row for row in found}


def from_template(key: str) -> list[dict[str, Any]]:
    """Return the clauses of a template as a contract of the house may take them over."""
    one_of(key, templates(), "template", "template")
    return [dict(clause) for clause in templates()[key]["clause"]]


def check(document: Mapping[str, Any], place: str = "") -> None:
    """Raise BadInput, naming place and mend, unless `document` is a contract that clocks can be made from."""
    _known(document, DOCUMENT_KEYS, place)
    for key in ("counterparty", "kind"):
        if not document.get(key):
            refuse(f"{key} is missing", _at(place, key), f"Add {key}")
    one_of(document["kind"], KINDS, "kind", _at(place, "kind"))
    _texts(document, ("counterparty", "reference", "contact"), place)
    if document.get("calendar"):
        _calendar(document["calendar"], _at(place, "calendar"))
    first, last = (_day(document, key, place) for key in ("valid_from", "valid_to"))
    if first and last and last < first:
        refuse("the contract ends before it begins", _at(place, "valid_to"), "Correct one of the two days")
    clauses = document.get("clause")
    if not isinstance(clauses, list) or not clauses:
        refuse("no clause", _at(place, "clause"), "Add at least one clause")
    seen: set[str] = set()
    for number, clause in enumerate(clauses, start=1):
        here = _at(place, f"clause {number}")
        _clause(clause, here)
        if clause["key"] in seen:
            refuse(f"the key {clause['key']!r} stands twice", here, "Give each clause a key of its own")
        seen.add(clause["key"])


def regimes_of(contract: str, version: str, document: Mapping[str, Any]) -> tuple[Regime, ...]:
    """Return one regime per clause of a checked document; `contract` is its uid."""
    return tuple(_regime(contract, version, document, clause) for clause in document["clause"])


def label(clause: Mapping[str, Any], language: str) -> str:
    """Return what the clause asks, in words; a text without languages is taken as it stands."""
    words = clause.get("label") or clause["key"]
    return str(words.get(language[:2], words.get("en", ""))) if isinstance(words, Mapping) else str(words)


def _regime(contract: str, version: str, document: Mapping[str, Any], clause: Mapping[str, Any]) -> Regime:
    counterparty = document["counterparty"]
    calendar = document.get("calendar") or calendars.WEEKENDS_ONLY
    row = {**clause, "by": ROLES, "recipient": clause.get("recipient") or counterparty}
    duty = duty_from({**row, "confidence": CONFIDENCE})
    source = " · ".join(text for text in (document.get("reference"), clause["clause"]) if text)
    names_of = {language: f"{counterparty}: {label(clause, language)}" for language in ("en", "fr")}
    names_of["fr"] = f"{counterparty}\u00a0: {label(clause, 'fr')}"
    first = max(
        (day for day in (_day(document, "valid_from"), _day(clause, "applies_from")) if day), default=None
    )
    return Regime(
        key=key_of(contract, clause["key"]),
        version=version,
        names=names_of,
        jurisdiction=calendar,
        citation=source,
        status="in_force",
        applies_from=first,
        applies_until=_day(document, "valid_to"),
        confidence=CONFIDENCE,
        counting="plain",
        calendar=calendar,
        trigger_word=clause["from"],
        trigger=clause["from"],
        scope=Scope("contract", (), None, (), (), ()),
        duties=(duty,),
        covered=None,
        hold=HoldRule(),
        replaces=(),
        reasons_if_late=False,
        register=False,
        register_keep=None,
        sources=(),
        notes=(),
    )


def _clause(clause: Any, place: str) -> None:
    if not isinstance(clause, Mapping):
        refuse("not a table", place, "Write each clause as key = value")
    _known(clause, CLAUSE_KEYS, place)
    for key in ("key", "clause", "to", "phase", "from"):
        if not clause.get(key):
            refuse(f"{key} is missing", _at(place, key), f"Add {key}")
    if not isinstance(clause["key"], str) or not _SLUG.fullmatch(clause["key"]):
        refuse(
            f"{clause['key']!r} is no key",
            _at(place, "key"),
            "Use at most 16 small letters, digits and underscores, a letter first",
        )
    _texts(clause, ("clause", "recipient"), place)
    one_of(clause["to"], PRIVATE_RECIPIENTS, "to", _at(place, "to"))
    for act in clause.get("before", ()):
        one_of(act, ACTS, "before", _at(place, "before"))
    if clause["phase"] == "consent" and not clause.get("before"):
        refuse("consent to what is not said", _at(place, "before"), f"Name one of: {', '.join(ACTS)}")
    _day(clause, "applies_from", place)
    regime_file.numbers_have_units(clause, place)
    regime_file.check_duty({**clause, "by": ROLES}, place)
    _not_absurd(clause.get("period"), _at(place, "period"))


def _not_absurd(period: Any, place: str) -> None:
    """Refuse a period beyond ten years: a slip of the pen would plan alarms that nobody lives to see."""
    if not isinstance(period, Mapping):
        return
    longest = _TEN_YEARS.get(period["unit"])
    if longest is not None and period["value"] > longest:
        refuse(
            f"{period['value']} {period['unit']} is more than ten years",
            place,
            "Give the period of the clause",
        )


def _texts(row: Mapping[str, Any], keys: Iterable[str], place: str) -> None:
    for key in keys:
        text = row.get(key, "")
        if not isinstance(text, str) or len(text) > _LONGEST[key]:
            refuse("not a short text", _at(place, key), f"Use at most {_LONGEST[key]} characters")


def _calendar(code: Any, place: str) -> None:
    known = {name.rpartition("/")[2].removesuffix(".toml") for name in names("data/calendars")}
    if code not in known:
        refuse(f"no calendar {code!r}", place, "Use a country code, such as FR, or EU for weekends only")


def _known(row: Mapping[str, Any], keys: frozenset[str], place: str) -> None:
    for key in row:
        if key not in keys:
            refuse(f"{key!r} is not known", _at(place, str(key)), f"Use one of: {', '.join(sorted(keys))}")


def _day(row: Mapping[str, Any], key: str, place: str = "") -> date | None:
    """A day as TOML gives it, or as JSON writes it."""
    found = row.get(key)
    if found is None or found == "":
        return None
    if isinstance(found, date):
        return found
    try:
        return date.fromisoformat(str(found))
    except ValueError:
        refuse(f"{found!r} is not a day", _at(place, key), "Write it as 2026-01-31")


def _at(place: str, key: str) -> str:
    return f"{place}, {key}" if place else key
