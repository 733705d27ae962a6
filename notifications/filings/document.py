"""A filing as one JSON document for machines, schema "tocsin/filing/1".

{schema, reference, phase, phase_number, completeness, drill, language, zone, prepared_at,
 form: {key, version, status}, authority: {key, name}, controller,
 clock: {aware_at, due, outer, working: [{code, values, text}], superseded: [[aware_at, due, reason]]},
 fields: [{row, key, section, label, type, value, text, to_follow: {by, reason} or null}],
 changes: [{kind, row, key, old, new}],
 approval: {digest, approvers: [{name, at}]}, checkpoint: {number, digest, short, at}}

Instants are UTC, ISO 8601 with Z. `value` is as in the form's types: choices by key, instants with their
zone, counts by country. `clock` is null before awareness, `checkpoint` on a draft. Only rows answered or
promised are listed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breach.law.steps import Step
from notifications.filings.content import Clock, FilingContent, ToFollow, Value
from notifications.filings.diff import Change, changes
from notifications.filings.form import Form
from notifications.filings.profiles import Profile, load_profiles
from notifications.filings.show import show_value
from notifications.moments import iso_utc
from notifications.wording import pick

SCHEMA = "tocsin/filing/1"
WordStep = Callable[[Step, str], str]


@dataclass(frozen=True, slots=True)
class Approver:
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckpointMark:
    """The ledger's checkpoint at the time of print; `short` is its digest for reading out. `at` is UTC."""

    number: int
    digest: str
    short: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seals:
    """What proves the print: who approved which digest, and the ledger's checkpoint. Empty on a draft."""

    prepared_at: datetime
    digest: str = ""
    approvers: tuple[Approver, ...] = ()
    checkpoint: CheckpointMark | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """All that the paper and the document of one filing are made of; `before` is the phase it follows."""

    content: FilingContent
    seals: Seals
    before: FilingContent | None = None

    @property
    def profile(self) -> Profile:
        return load_profiles()[self.content.profile]

    @property
    def form(self) -> Form:
        return self.profile.form

    def changes(self) -> tuple[Change, ...]:
        return changes(self.before, self.content, self.form) if self.before else ()


def filing_document(filing: Print, word_step: WordStep) -> dict[str, Any]:
    """Return the JSON document of a filing in its own language."""
    content, form, language = filing.content, filing.form, filing.content.language
    return {
        "schema": SCHEMA,
        "reference": content.reference,
        "phase": content.phase,
        "phase_number": content.number,
        "completeness": content.completeness,
        "drill": content.drill,
        "language": language,
        "zone": content.zone,
        "prepared_at": iso_utc(filing.seals.prepared_at),
        "form": {"key": form.key, "version": form.version, "status": form.status},
        "authority": {"key": filing.profile.authority, "name": pick(filing.profile.name, language)},
        "controller": content.values.get("controller_name", ""),
        "clock": _clock(content.clock, word_step, language),
        "fields": _fields(content, form),
        "changes": [
            {"kind": c.kind, "row": c.row, "key": c.key, "old": _state(c.old), "new": _state(c.new)}
            for c in filing.changes()
        ],
        "approval": {
            "digest": filing.seals.digest,
            "approvers": [{"name": who.name, "at": iso_utc(who.at)} for who in filing.seals.approvers],
        },
        "checkpoint": _checkpoint(filing.seals.checkpoint),
    }


def filing_json(filing: Print, word_step: WordStep) -> bytes:
    """Return the document as UTF-8, indented, ending with a newline."""
    text = json.dumps(filing_document(filing, word_step), ensure_ascii=False, indent=2)
    return f"{text}\n".encode()


def _fields(content: FilingContent, form: Form) -> list[dict[str, Any]]:
    rows = []
    for field in form.fields():
        value, promise = content.values.get(field.key), content.to_follow.get(field.key)
        if value is None and promise is None:
            continue
        rows.append(
            {
                "row": field.row,
                "key": field.key,
                "section": field.section,
                "label": pick(field.label, content.language),
                "type": field.type,
                "value": value,
                "text": list(show_value(field, value, content.language)),
                "to_follow": _state(promise),
            }
        )
    return rows


def _state(state: Value | ToFollow | None) -> Any:
    if isinstance(state, ToFollow):
        return {"by": iso_utc(state.by), "reason": state.reason}
    return state


def _clock(clock: Clock | None, word_step: WordStep, language: str) -> dict[str, Any] | None:
    if clock is None:
        return None
    return {
        "aware_at": iso_utc(clock.aware_at),
        "due": iso_utc(clock.due),
        "outer": iso_utc(clock.outer) if clock.outer else None,
        "working": [
            {"code": step.code, "values": dict(step.values), "text": word_step(step, language)}
            for step in clock.working
        ],
        "superseded": [[iso_utc(aware), iso_utc(due), why] for aware, due, why in clock.superseded],
    }


def _checkpoint(mark: CheckpointMark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {"number": mark.number, "digest": mark.digest, "short": mark.short, "at": iso_utc(mark.at)}
