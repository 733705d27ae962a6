"""Breach notification regimes as data: one dated, cited, versioned TOML file per regime in `regimes/`.

The form is described in docs/adding-a-regime.md. Loading checks every file and refuses by file name: a
missing citation, a number without a unit, an unknown event, unit, test or place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from breach.law import regime_file
from breach.law.conditions import Condition
from breach.law.datafiles import names, read
from breach.law.regime_file import CONFIDENCE

# The part of a source that a duty rests on.
_READ_FOR = {
    "authority": "authority_duty",
    "media": "authority_duty",
    "individuals": "people_duty",
    "controller": "controller_duty",
    "consumer_reporting_agencies": "consumer_reporting_agencies",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time. `unit` is hours, calendar_days, business_days, months or days_after_year_end."""

    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A second period with its own start: a cap that cuts the first, or an absolute limit behind it."""

    period: Period
    event: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed: by whom (roles), to whom, in which phase, from which event, by when or how fast.

    `when` are the conditions that must all hold. `sooner` names an event that ends the period when it comes
    first. `noon` moves an end on a weekend or holiday to noon of the next working day, except for the sectors
    in `noon_except`. `guidance` marks a number that stands in guidance and not in the law. `only_for` names
    the special case for which this duty takes the place of the general one of the same phase. `without_harm`
    marks a report owed only by those who rely on a written determination that harm is unlikely. `confidence` is
    that of the sources read for this duty.
    """

    by: tuple[str, ...]
    to: str
    phase: str
    event: str | None
    period: Period | None
    standard: str | None
    when: tuple[Condition, ...]
    recipient: str
    cap: Limit | None
    limit: Limit | None
    sooner: str | None
    noon: bool
    noon_except: tuple[str, ...]
    guidance: bool
    only_for: str | None
    without_harm: bool
    confidence: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a regime binds. `link` is people, establishment, either or gdpr; `territory` lists places or
    "EEA". `not_sectors_as`: the roles in which `not_sectors` are outside; empty for all.
    """

    link: str
    territory: tuple[str, ...]
    targets: str | None
    sectors: tuple[str, ...]
    not_sectors: tuple[str, ...]
    not_sectors_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """The data that a US statute covers. Elements are listed in docs/law-data.md.

    `unusable_exempt`: data made unreadable by another measure than encryption are outside, too. Where
    `key_must_be_safe`, that holds for both. `alone_needs_identifier`: what counts without a name needs some
    other identifier of the person. `no_harm_test_for` names sectors that owe notice whatever the harm.
    """

    name_plus: tuple[str, ...]
    alone: tuple[str, ...]
    alone_needs_identifier: bool
    any_if_identity_theft: bool
    name_may_be_any_identifier: bool
    usable_alone_only: tuple[str, ...]
    public_body_only: tuple[str, ...]
    encryption_exempt: bool
    key_must_be_safe: bool
    encryption_bits: int | None
    redaction_exempt: bool
    unusable_exempt: bool
    paper: bool
    act: str
    harm: str
    no_harm_test_for: tuple[str, ...]
    determination_kept: Period | None
    determination_with: tuple[str, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class HoldRule:
    """What a request of law enforcement may hold back under a law, and for how long.

    `oral` is how long a request lasts that is not in writing, `open` one that names no end, `longest` the
    most for any; None where the law has no number. `written_only`: an oral request holds nothing.
    """

    to: tuple[str, ...] = ()
    citation: str = ""
    confidence: str = ""
    oral: Period | None = None
    open: Period | None = None
    longest: Period | None = None
    written_only: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    text: str
    confidence: str
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Regime:
    """`status` is in_force, adopted or proposed; `applies_from` None where the day is not known.

    `applies_until` is the last day on which an event starts its clocks. `replaces` names the duties that
    fall away where this regime is simulated: (regime, to).
    """

    key: str
    version: str
    names: Mapping[str, str]
    jurisdiction: str
    citation: str
    status: str
    applies_from: date | None
    applies_until: date | None
    confidence: str
    counting: str
    calendar: str
    trigger_word: str
    trigger: str
    scope: Scope
    duties: tuple[Duty, ...]
    covered: Covered | None
    hold: HoldRule
    replaces: tuple[tuple[str, str], ...]
    reasons_if_late: bool
    register: bool
    register_keep: Period | None
    sources: tuple[Source, ...]
    notes: tuple[str, ...]

    def name(self, language: str) -> str:
        return self.names.get(language[:2], self.names["en"])


@cache
def load() -> Mapping[str, Regime]:
    """Return every regime by key, in their order. BadInput names the first file that does not fit."""
    regimes = (regime_from(read(file), file) for file in names("regimes"))
    return MappingProxyType({regime.key: regime for regime in regimes})


def regime_from(row: Mapping[str, Any], place: str) -> Regime:
    """Build a regime from its parsed file, after `regime_file.check`."""
    regime_file.check(row, place)
    scope = row["scope"]
    return Regime(
        key=row["key"],
        version=row["version"],
        names=row["name"],
        jurisdiction=row["jurisdiction"],
        citation=row["citation"],
        status=row["status"],
        applies_from=row.get("applies_from"),
        applies_until=row.get("applies_until"),
        confidence=row["confidence"],
        counting=row["counting"],
        calendar=row["calendar"],
        trigger_word=row["trigger"]["word"],
        trigger=row["trigger"]["event"],
        scope=Scope(
            link=scope["link"],
            territory=tuple(scope["territory"]),
            targets=scope.get("targets"),
            sectors=tuple(scope.get("sectors", ())),
            not_sectors=tuple(scope.get("not_sectors", ())),
            not_sectors_as=tuple(scope.get("not_sectors_as", ())),
        ),
        duties=tuple(duty_from({**duty, "confidence": _confidence(duty, row)}) for duty in row["duty"]),
        covered=_covered(row["covered"]) if "covered" in row else None,
        hold=_hold(row.get("hold", {}), row),
        replaces=tuple((one["regime"], one["to"]) for one in row.get("replaces", ())),
        reasons_if_late=row.get("reasons_if_late", False),
        register=row.get("register", {}).get("required", False),
        register_keep=_period(row.get("register", {}).get("keep")),
        sources=tuple(Source(one["text"], one["confidence"], tuple(one["covers"])) for one in row["source"]),
        notes=tuple(row.get("notes", ())),
    )


def _hold(row: Mapping[str, Any], regime: Mapping[str, Any]) -> HoldRule:
    return HoldRule(
        to=tuple(row.get("to", ())),
        citation=row.get("citation", regime["citation"]),
        confidence=row.get("confidence", regime["confidence"]),
        oral=_period(row.get("oral")),
        open=_period(row.get("open")),
        longest=_period(row.get("longest")),
        written_only=row.get("written_only", False),
    )


def _confidence(duty: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Return what the sources of this duty allow, and no more than the regime as a whole.

    A duty for which no source was read is from memory, however well the rest of the regime is known.
    """
    if "confidence" in duty:
        return str(duty["confidence"])
    found = [one["confidence"] for one in row["source"] if _READ_FOR[duty["to"]] in one["covers"]]
    best = min(found, key=CONFIDENCE.index, default=CONFIDENCE[-1])
    return max(best, str(row["confidence"]), key=CONFIDENCE.index)


def duty_from(row: Mapping[str, Any]) -> Duty:
    return Duty(
        by=tuple(row["by"]),
        to=row["to"],
        phase=row["phase"],
        event=row.get("from"),
        period=_period(row.get("period")),
        standard=row.get("standard"),
        when=conditions_from(row.get("when", ())),
        recipient=row.get("recipient", ""),
        cap=_limit(row.get("cap")),
        limit=_limit(row.get("limit")),
        sooner=row.get("sooner"),
        noon=row.get("noon", False),
        noon_except=tuple(row.get("noon_except", ())),
        guidance=row.get("guidance", False),
        only_for=row.get("only_for"),
        without_harm=row.get("without_harm", False),
        confidence=row["confidence"],
    )


def conditions_from(rows: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Build conditions from the rows of a file or a contract that was checked."""
    return tuple(
        Condition(
            test=row["test"],
            values={key: value for key, value in row.items() if key != "test" and not _is_inner(key, value)},
            of=conditions_from(row["of"]) if isinstance(row.get("of"), list) else (),
        )
        for row in rows
    )


def _is_inner(key: str, value: Any) -> bool:
    """In any, all and not, `of` holds conditions; in a count it names the base of the number."""
    return key == "of" and isinstance(value, list)


def _period(row: Mapping[str, Any] | None) -> Period | None:
    return Period(row["value"], row["unit"]) if row else None


def _limit(row: Mapping[str, Any] | None) -> Limit | None:
    return Limit(Period(row["value"], row["unit"]), row["from"]) if row else None


def _covered(row: Mapping[str, Any]) -> Covered:
    return Covered(
        name_plus=tuple(row["name_plus"]),
        alone=tuple(row["alone"]),
        alone_needs_identifier=row.get("alone_needs_identifier", False),
        any_if_identity_theft=row.get("any_if_identity_theft", False),
        name_may_be_any_identifier=row.get("name_may_be_any_identifier", False),
        usable_alone_only=tuple(row.get("usable_alone_only", ())),
        public_body_only=tuple(row.get("public_body_only", ())),
        encryption_exempt=row["encryption_exempt"],
        key_must_be_safe=row["key_must_be_safe"],
        encryption_bits=row.get("encryption_strength", {}).get("value"),
        redaction_exempt=row["redaction_exempt"],
        unusable_exempt="unusable_exempt" in row,
        paper=row.get("paper", False),
        act=row["act"],
        harm=row["harm"],
        no_harm_test_for=tuple(row.get("no_harm_test_for", ())),
        determination_kept=_period(row.get("determination_kept")),
        determination_with=tuple(row.get("determination_with", ())),
        confidence=row["confidence"],
    )
