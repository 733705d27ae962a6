"""What an internal report says, as plain values. Of affected people it holds counts only.

Instants are aware UTC; words of the law are codes, worded when printed. `to_json` is canonical: its digest is
what the ledger keeps of a report.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breach.law.steps import Step
from notifications.moments import iso_utc


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline. `precision` is exact, about, day or range; `text` is the responder's own."""

    at: datetime
    until: datetime
    precision: str
    kind: str
    text: str
    known_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True)
class Aware:
    """A step of awareness: suspected, decided, corrected or ruled_out, by whom and why; `due` is the 72 h
    it gave.
    """

    state: str
    at: datetime
    reasons: str
    decided_by: str
    due: datetime | None
    stands: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A clock: to whom, in which phase, when, by which rule and working. `state` as stored obligations have
    it.
    """

    party: str
    regime: str
    to: str
    recipient: str
    phase: str
    state: str
    due: datetime | None
    outer: datetime | None
    standard: str
    met_at: datetime | None
    lateness: str
    citation: str
    confidence: str
    working: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The assessment that stands: ENISA figures as given by breach.law, the rules' risk, and people's
    conclusion.
    """

    enisa: Mapping[str, Any]
    risk: str
    conclusion: str
    reasons: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Advised:
    recommends: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """About the authority or individuals; `outcome` is notify, do_not_notify or wait."""

    about: str
    outcome: str
    reasons: str
    why_not_followed: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class People:
    """Counts of affected people. `kinds` are keys of breach.law.kinds, countries ISO 3166-1, languages BCP
    47.
    """

    total: int
    minors: int
    unreachable: int
    by_country: Mapping[str, int]
    by_language: Mapping[str, int]
    by_kind: Mapping[str, int]
    stated: int | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """One notice. The five sums add up to `approved`; `channels` counts what was sent by channel."""

    title: str
    released_at: datetime | None
    approved: int
    delivered: int
    failed: int
    pending: int
    ambiguous: int
    withheld: int
    channels: Mapping[str, int]

    @property
    def reconciled(self) -> bool:
        parts = self.delivered + self.failed + self.pending + self.ambiguous + self.withheld
        return parts == self.approved


@dataclass(frozen=True, slots=True)
class Filed:
    """One phase of a filing. `authority` is its name in the report's language."""

    authority: str
    number: int
    phase: str
    completeness: str
    state: str
    submitted_at: datetime | None
    receipt: str
    lateness: str
    digest: str


@dataclass(frozen=True, slots=True)
class Approved:
    """One approval, asked by one person and answered by another, or not yet."""

    kind: str
    state: str
    asked_by: str
    asked_at: datetime
    asked_of: tuple[str, ...]
    decided_by: str
    decided_at: datetime | None
    digest: str


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """Everything of one incident for the house's own readers, at one moment."""

    reference: str
    title: str
    phase: str
    zone: str
    language: str
    drill: bool
    made_at: datetime
    made_by: str
    organisations: tuple[str, ...]
    readers: tuple[str, ...]
    events: tuple[Event, ...]
    awareness: tuple[Aware, ...]
    owed: tuple[Owed, ...]
    ruled_out: tuple[tuple[str, Step | None], ...]
    assessment: Judged | None
    advice: tuple[Advised, ...]
    decisions: tuple[Decided, ...]
    people: People
    letters: tuple[Letters, ...]
    filings: tuple[Filed, ...]
    approvals: tuple[Approved, ...]
    checkpoint: str = ""
    checkpoint_number: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the canonical document of the report."""
        return {"schema": "tocsin/report/1", **_plain(dataclasses.asdict(self))}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    # ENISA's figures are quarters; canonical JSON knows no fractions, so they are kept as text.
    return f"{value:g}" if isinstance(value, float) else value
