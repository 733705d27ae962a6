"""What one filing says: values per field, fields "to follow by", and the clock it answers to.

Pure values. The canonical JSON of `FilingContent.to_json()` is what approvers see and what the approval's
digest covers; a PDF is only its print. Nothing here holds personal data of affected people: counts only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from breach.errors import BadInput
from breach.law.steps import Step
from notifications.filings.form import Field, Form
from notifications.moments import from_iso, iso_utc

# text, choice: str · multi, countries, repeated fields: list of str · number: int
# instant: {"at": UTC ISO 8601, "zone": IANA} · counts: {country code: int}
Value = Any
FORMAT = 1
COUNTRY = re.compile(r"[A-Za-z]{2}")  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class ToFollow:
    """A promise: the field comes by this instant (UTC), for this reason."""

    by: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Awareness and what follows from it, all UTC.

    `superseded`: earlier awareness, the due time it gave, and why it was corrected.
    """

    aware_at: datetime
    due: datetime
    outer: datetime | None
    working: tuple[Step, ...] = ()
    superseded: tuple[tuple[datetime, datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FilingContent:
    """One phase of one filing. `number` counts the phases of the matter from 1; `zone` is the incident's."""

    form: str
    form_version: str
    profile: str
    reference: str
    number: int
    language: str
    zone: str
    established_in_eea: bool
    drill: bool
    clock: Clock | None
    values: Mapping[str, Value] = field(default_factory=dict)
    to_follow: Mapping[str, ToFollow] = field(default_factory=dict)

    @property
    def phase(self) -> str:
        """`initial` or `follow_up`, as profiles name them."""
        return "follow_up" if self.values.get("notification_type") == "follow_up" else "initial"

    @property
    def completeness(self) -> str:
        """`complete`, `incomplete` or `withdraw` (row 4); an unanswered row 4 counts as incomplete."""
        return str(self.values.get("notification_subtype", "incomplete"))

    def facts(self, now: datetime) -> dict[str, bool]:
        """Return the facts that conditions of the form ask for."""
        late = self.clock is not None and now > self.clock.due
        return {"late": late, "established_in_eea": self.established_in_eea}

    def with_value(self, form: Form, key: str, raw: Value) -> FilingContent:
        """Return the content with one field answered, or emptied by None; a promise for it is withdrawn.

        Raises BadInput naming row and mend when the field is unknown or the value does not fit its type.
        """
        asked = known_field(form, key)
        rest = {k: v for k, v in self.values.items() if k != key}
        values = rest if raw in (None, "", [], {}) else rest | {key: clean_value(asked, raw)}
        return replace(self, values=values, to_follow={k: v for k, v in self.to_follow.items() if k != key})

    def with_promise(self, form: Form, key: str, promise: ToFollow) -> FilingContent:
        """Return the content with one field marked "to follow by"; a value it had is dropped."""
        asked = known_field(form, key)
        if not asked.follows:
            raise BadInput(
                "this row cannot be announced as to follow",
                place=f"row {asked.row}",
                mend="Answer it before filing",
            )
        if not promise.reason.strip():
            place = f"row {asked.row}"
            raise BadInput("a field that follows later needs a reason", place=place, mend="Say why")
        values = {k: v for k, v in self.values.items() if k != key}
        return replace(self, values=values, to_follow={**self.to_follow, key: promise})

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "form": self.form,
            "form_version": self.form_version,
            "profile": self.profile,
            "reference": self.reference,
            "number": self.number,
            "language": self.language,
            "zone": self.zone,
            "established_in_eea": self.established_in_eea,
            "drill": self.drill,
            "clock": _clock_to_json(self.clock),
            "values": dict(self.values),
            "to_follow": {k: {"by": iso_utc(p.by), "reason": p.reason} for k, p in self.to_follow.items()},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises BadInput for another format."""
        if document.get("format") != FORMAT:
            mend = f"This version reads format {FORMAT}"
            raise BadInput("unknown format of a filing", place="format", mend=mend)
        return cls(
            form=document["form"],
            form_version=document["form_version"],
            profile=document["profile"],
            reference=document["reference"],
            number=document["number"],
            language=document["language"],
            zone=document["zone"],
            established_in_eea=document["established_in_eea"],
            drill=document["drill"],
            clock=_clock_from_json(document["clock"]),
            values=dict(document["values"]),
            to_follow={k: ToFollow(from_iso(p["by"]), p["reason"]) for k, p in document["to_follow"].items()},
        )


def known_field(form: Form, key: str) -> Field:
    """Return the field of that key. Raises BadInput naming the form when it has none."""
    if not form.has(key):
        place = f"{form.key} {form.version}"
        raise BadInput(f"the form has no field {key!r}", place=place, code="unknown_field")
    return form.field(key)


def instant_value(at: datetime, zone: str) -> dict[str, str]:
    """Return the value of an instant field."""
    return {"at": iso_utc(at), "zone": zone}


def clean_value(asked: Field, raw: Value) -> Value:
    """Return the canonical value of a field. Raises BadInput naming its row."""
    if asked.repeat:
        return [_clean_one(asked, item) for item in _items(asked, raw)]
    return _clean_one(asked, raw)


def _clean_one(asked: Field, raw: Value) -> Value:
    cleaners = {
        "text": _text,
        "choice": _choice,
        "multi": _multi,
        "instant": _instant,
        "number": _number,
        "countries": _countries,
        "counts": _counts,
    }
    return cleaners[asked.type](asked, raw)


def _refuse(asked: Field, message: str, mend: str) -> BadInput:
    return BadInput(message, place=f"row {asked.row} ({asked.key})", mend=mend, code="bad_value")


def _items(asked: Field, raw: Value) -> list[Value]:
    if not isinstance(raw, list | tuple):
        raise _refuse(asked, "this row takes a list", "Give one entry per line")
    return list(raw)


def _text(asked: Field, raw: Value) -> str:
    if not isinstance(raw, str):
        raise _refuse(asked, "this row takes text", "Write words")
    return raw.replace("\r\n", "\n").strip()


def _choice(asked: Field, raw: Value) -> str:
    if not isinstance(raw, str) or asked.option(raw) is None:
        names = ", ".join(option.key for option in asked.options)
        raise _refuse(asked, f"{raw!r} is not one of its choices", f"Choose one of {names}")
    return raw


def _multi(asked: Field, raw: Value) -> list[str]:
    chosen = {_choice(asked, item) for item in _items(asked, raw)}
    return [option.key for option in asked.options if option.key in chosen]


def _instant(asked: Field, raw: Value) -> dict[str, str]:
    try:
        at, zone = from_iso(raw["at"]), str(raw["zone"])
        ZoneInfo(zone)
    except (KeyError, TypeError, ValueError, OSError) as wrong:
        mend = "Give {at: ISO 8601 with offset, zone: IANA name such as Europe/Paris}"
        raise _refuse(asked, "this row takes an instant and its time zone", mend) from wrong
    return instant_value(at, zone)


def _number(asked: Field, raw: Value) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise _refuse(asked, "this row takes a number", "Give a whole number, 0 or more")
    return raw


def _country(asked: Field, raw: Value) -> str:
    if not isinstance(raw, str) or not COUNTRY.fullmatch(raw):
        raise _refuse(asked, f"{raw!r} is not a country code", "Use ISO 3166-1 codes such as FR")
    return raw.upper()


def _countries(asked: Field, raw: Value) -> list[str]:
    return sorted({_country(asked, item) for item in _items(asked, raw)})


def _counts(asked: Field, raw: Value) -> dict[str, int]:
    if not isinstance(raw, Mapping):
        raise _refuse(asked, "this row takes a number per country", "Give {country code: number}")
    return {_country(asked, code): _number(asked, count) for code, count in sorted(raw.items())}


def _clock_to_json(clock: Clock | None) -> dict[str, Any] | None:
    if clock is None:
        return None
    return {
        "aware_at": iso_utc(clock.aware_at),
        "due": iso_utc(clock.due),
        "outer": iso_utc(clock.outer) if clock.outer else None,
        "working": [step.to_json() for step in clock.working],
        "superseded": [[iso_utc(aware), iso_utc(due), why] for aware, due, why in clock.superseded],
    }


def _clock_from_json(raw: Mapping[str, Any] | None) -> Clock | None:
    if raw is None:
        return None
    return Clock(
        aware_at=from_iso(raw["aware_at"]),
        due=from_iso(raw["due"]),
        outer=from_iso(raw["outer"]) if raw["outer"] else None,
        working=tuple(map(Step.from_json, raw["working"])),
        superseded=tuple((from_iso(aware), from_iso(due), why) for aware, due, why in raw["superseded"]),
    )
