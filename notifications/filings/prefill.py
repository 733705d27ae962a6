"""What the case already knows, as values of the form. Pure: the caller gathers, this maps.

Text that people wrote into a filing is never overwritten; choices, numbers and instants follow the facts,
but for the few that the case can only guess.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as value_field
from datetime import datetime
from pathlib import Path
from typing import Any

from breach.law import kinds
from breach.law.facts import Facts
from breach.law.places import eea
from notifications.filings.complete import asked
from notifications.filings.content import FilingContent, Value, instant_value
from notifications.filings.form import Field, Form
from notifications.wording import pick

TABLE = Path(__file__).parent / "prefill.toml"
# The case can only guess these; an answer that a person gave stands, unless it left the question open.
GUESSED = frozenset(
    ("others_involved", "contact_point", "reporter_function", "cross_border", "police", "severity")
)
OPEN_ANSWERS = frozenset(("to_be_determined", "unknown"))


@dataclass(frozen=True, slots=True)
class Entity:
    """The controller, or another party of the case; `role` is processor, joint_controller or other."""

    name: str
    contact: str
    role: str = ""
    registration: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """The reporting person or the officer; `function` is dpo, legal_representative or other."""

    name: str
    contact: str
    function: str = "other"
    function_text: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The assessment that stands: risk unlikely, risk or high_risk; ENISA level low … very_high, if one."""

    risk: str
    level: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Whether the people were told. `status` is an option of row 97; instants are UTC."""

    status: str
    told_at: datetime | None = None
    planned_at: datetime | None = None
    is_everybody: bool | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a case knows when a phase is drafted. Counts only, nothing of affected people."""

    reference: str
    zone: str
    controller: Entity
    reporter: Contact
    officer: Contact | None
    facts: Facts
    aware_at: datetime | None
    others: tuple[Entity, ...] = ()
    lead_authority: str = ""
    judgement: Judgement | None = None
    telling: Telling | None = None
    severity_from_enisa: Mapping[str, str] = value_field(default_factory=dict)


def prefill(content: FilingContent, form: Form, known: Known) -> FilingContent:
    """Return the content with everything filled in that is known and asked; the rest is left as it was."""
    values = known_values(known, content.language)
    for field in form.fields():
        value = values.get(field.key)
        if value not in (None, "", [], {}) and not _stands(content, field) and _is_asked(content, field):
            content = content.with_value(form, field.key, value)
    return content


def leave_open(content: FilingContent, form: Form) -> FilingContent:
    """Return an incomplete filing whose open choices say "to be determined" where the form offers it."""
    if content.completeness != "incomplete":
        return content
    for field in form.fields():
        option = next((option.key for option in field.options if option.incomplete_only), None)
        is_open = field.key not in content.values and field.key not in content.to_follow
        if option and is_open and _is_asked(content, field):
            content = content.with_value(form, field.key, [option] if field.type == "multi" else option)
    return content


def known_values(known: Known, language: str) -> dict[str, Value]:
    """Return the values that follow from what is known, by field; None where nothing follows."""
    return {
        **_who(known),
        **_when(known),
        **_what(known.facts),
        **_whose(known.facts, language),
        **_since(known, language),
        **_abroad(known),
    }


def _who(known: Known) -> dict[str, Value]:
    officer = known.officer
    return {
        "own_reference": known.reference,
        "controller_name": known.controller.name,
        "controller_contact": known.controller.contact,
        "controller_id": known.controller.registration,
        "sector": _sector(known.facts),
        "reporter_name": known.reporter.name,
        "reporter_contact": known.reporter.contact,
        "reporter_function": known.reporter.function,
        "reporter_function_text": known.reporter.function_text
        if known.reporter.function == "other"
        else None,
        "dpo_designated": "yes" if officer else "no",
        "dpo_name": officer.name if officer else None,
        "dpo_contact": officer.contact if officer else None,
        "contact_point": "dpo" if officer else "reporter",
        "others_involved": "yes" if known.others else "no",
        "other_role": [other.role for other in known.others],
        "other_name": [other.name for other in known.others],
        "other_contact": [other.contact for other in known.others],
    }


def _when(known: Known) -> dict[str, Value]:
    facts, zone = known.facts, known.zone
    values: dict[str, Value] = {"when": _when_choice(facts)}
    if known.aware_at:
        values["aware_at"] = instant_value(known.aware_at, zone)
    if facts.occurred_from:
        values["began_at"] = instant_value(facts.occurred_from, zone)
    if facts.occurred_to and not facts.ongoing:
        values["ended_at"] = instant_value(facts.occurred_to, zone)
    if facts.controller_told:
        values |= {"discovered_by": "processor", "other_told_at": instant_value(facts.controller_told, zone)}
    return values


def _when_choice(facts: Facts) -> str | None:
    if facts.occurred_from is None:
        return None
    if facts.ongoing:
        return "ongoing"
    return "range" if facts.occurred_to else "day"


def _what(facts: Facts) -> dict[str, Value]:
    table = mapping()
    natures = {"confidentiality": facts.confidentiality, "integrity": facts.integrity}
    natures["availability"] = facts.availability
    return {
        "nature": [nature for nature, holds in natures.items() if holds],
        "confidentiality_type": table["exfiltration"].get(facts.exfiltration or ""),
        "unintelligible": _unintelligible(facts),
        "integrity_type": table["integrity"].get(facts.integrity_effect or ""),
        "incident_nature": _mapped(facts.natures, "nature"),
        "cause": table["cause"].get(facts.cause or ""),
    }


def _unintelligible(facts: Facts) -> str | None:
    if facts.unintelligible:
        return "yes"
    if facts.encryption in ("none", "part"):
        return "no"
    if facts.encryption == "all":
        return "subverted" if facts.key_compromised else "yes"
    return "no" if facts.unintelligible is False else None


def _whose(facts: Facts, language: str) -> dict[str, Value]:
    subjects = _mapped(facts.subjects, "subject")
    if facts.minors and subjects:
        subjects.append("minors")
    affected = kinds.known(facts.data_kinds or ())
    return {
        "people_categories": subjects,
        "people_precision": facts.people_precision if facts.people_total is not None else None,
        "people_number": facts.people_total,
        "data_types": list({kind.edpb: None for kind in affected}),
        "data_text": ", ".join(kind.label(language) for kind in affected),
        "records_precision": "approximate" if facts.records_total is not None else None,
        "records_number": facts.records_total,
    }


def _since(known: Known, language: str) -> dict[str, Value]:
    facts, judgement, telling = known.facts, known.judgement, known.telling
    values: dict[str, Value] = {
        "impacts": _mapped(facts.harms, "harm"),
        "measures_taken": "\n".join(
            pick(mapping()["measure"][key], language) for key in facts.measures or ()
        ),
        "police": "yes" if "police_informed" in (facts.measures or ()) else None,
    }
    if judgement:
        values["risk"] = mapping()["risk"].get(judgement.risk)
        values["risk_text"] = judgement.text
        values["severity"] = known.severity_from_enisa.get(judgement.level or "")
    if telling:
        values["people_told"] = telling.status
        values |= _telling(telling, known.zone)
    return values


def _telling(telling: Telling, zone: str) -> dict[str, Value]:
    scope = {True: "all", False: "not_all", None: None}[telling.is_everybody]
    return {
        "told_at": instant_value(telling.told_at, zone) if telling.told_at else None,
        "telling_planned_at": instant_value(telling.planned_at, zone) if telling.planned_at else None,
        "told_scope": scope,
        "told_content": telling.content,
        "told_means": ["individual"] if telling.status in ("yes", "planned") else None,
    }


def _abroad(known: Known) -> dict[str, Value]:
    counted = known.facts.people_by_country
    values: dict[str, Value] = {}
    if counted is not None:
        # Rows 113 to 121 ask about the EEA only.
        named = {code: number for code, number in counted.items() if code in eea()}
        values |= {"people_countries": list(named), "people_by_country": named}
        values |= {"outside_people_countries": list(named), "outside_people_by_country": named}
        values["cross_border"] = "yes" if len(named) > 1 else None
    if known.facts.established_in:
        values["establishment_countries"] = sorted({place[:2] for place in known.facts.established_in})
    values["lead_authority"] = known.lead_authority
    return values


def _sector(facts: Facts) -> str | None:
    public = facts.sectors.public_body if facts.sectors else None
    return None if public is None else ("public" if public else "private")


def _mapped(words: Iterable[str] | None, table: str) -> list[str]:
    return list({mapping()[table][word]: None for word in words or ()})


def _stands(content: FilingContent, field: Field) -> bool:
    """Whether the answer that is there is a person's own and kept."""
    answer = content.values.get(field.key)
    if field.type == "text":
        return answer is not None
    return field.key in GUESSED and answer is not None and answer not in OPEN_ANSWERS


def _is_asked(content: FilingContent, field: Field) -> bool:
    # Being late is for people to explain: nothing of it is filled in.
    return asked(content, field, {"late": False, "established_in_eea": content.established_in_eea})


@functools.cache
def mapping() -> dict[str, Any]:
    """Return the tables of prefill.toml."""
    return tomllib.loads(TABLE.read_text("utf-8"))
