"""Check the form of a regime file. Every refusal names the file and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from breach.errors import BadInput
from breach.law import events, places
from breach.law.conditions import OPERATORS, TESTS
from breach.law.datafiles import read
from breach.law.facts import Facts
from breach.law.facts_fields import suggestion
from breach.law.facts_parts import LEGAL_RECIPIENTS, PHASES, RECIPIENTS, Sectors
from breach.law.facts_words import ROLES
from breach.law.regime_keys import COUNTED, KEYS, PARTS, VALUES
from breach.law.risk import RISKS

UNITS = ("hours", "calendar_days", "business_days", "months", "days_after_year_end")
STATUSES = ("in_force", "adopted", "proposed")
CONFIDENCE = ("verified", "partly verified", "from memory")
COUNTING = ("eu_1182_71", "plain")
LINKS = ("people", "establishment", "either", "gdpr")
ACTS = ("acquisition", "access", "access_or_acquisition", "access_and_acquisition")
HARM_TESTS = ("none", "exempt_if_unlikely", "owed_if_likely")
NEEDED = (
    "key", "version", "name", "jurisdiction", "citation", "status", "confidence", "counting", "calendar",
    "trigger", "scope", "duty", "source",
)  # fmt: skip
STANDARDS = (
    "without_undue_delay", "without_undue_further_delay", "without_unreasonable_delay", "without_delay",
    "promptly", "immediately", "as_soon_as_possible", "as_soon_as_practicable", "as_soon_as_feasible",
    "as_soon_as_reasonably_possible", "reasonably_practical_period", "on_request", "with_notice_to_people",
    "before_notice_to_people", "no_time_given", "voluntary", "before_commissioning",
)  # fmt: skip
# A key whose value is a number, and the key of the same table that must say what the number counts.
NUMBERS = (("value", "unit"), ("number", "of"))


def check(row: Mapping[str, Any], place: str) -> None:
    """Raise BadInput, with the file's name as its place, unless `row` is a complete regime."""
    known_keys(row, "", place)
    for key in NEEDED:
        if not row.get(key):
            refuse(f"{key} is missing", place, f"Add {key}")
    if f"regimes/{row['key']}.toml" != place:
        refuse(f"the key is {row['key']!r}", place, "Give file and regime the same name")
    one_of(row["status"], STATUSES, "status", place)
    one_of(row["confidence"], CONFIDENCE, "confidence", place)
    one_of(row["counting"], COUNTING, "counting", place)
    one_of(row["trigger"].get("event"), events.load(), "trigger.event", place)
    _days(row, place)
    numbers_have_units(row, place)
    _scope(row["scope"], place)
    for one in row.get("replaces", ()):
        one_of(one.get("to"), LEGAL_RECIPIENTS, "replaces.to", place)
    for index, duty in enumerate(row["duty"]):
        check_duty(duty, f"{place}, duty {index + 1}")
    _sources(row["source"], place)
    if "hold" in row:
        _hold(row["hold"], f"{place}, hold")
    if "covered" in row:
        _covered(row["covered"], place)


def known_keys(row: Mapping[str, Any], table: str, place: str) -> None:
    """Raise BadInput for a key that nobody reads: a misspelt limit would be no limit."""
    for key, value in row.items():
        way = f"{table}/{key}" if table else key
        shown = way.replace("/", ".")
        if key not in KEYS[table]:
            mend = suggestion(key, KEYS[table], f"Use one of: {', '.join(sorted(KEYS[table]))}")
            refuse(f"{shown} is not a known key", place, mend)
        if way not in KEYS:
            continue
        for number, inner in enumerate(value if isinstance(value, list) else [value], start=1):
            here = f"{place}, {key} {number}" if isinstance(value, list) else place
            if not isinstance(inner, Mapping):
                refuse(f"{shown} is not a table", here, f"Give it the keys {', '.join(sorted(KEYS[way]))}")
            known_keys(inner, way, here)


def _covered(covered: Mapping[str, Any], place: str) -> None:
    one_of(covered.get("act"), ACTS, "covered.act", place)
    one_of(covered.get("harm"), HARM_TESTS, "covered.harm", place)
    one_of(covered.get("confidence"), CONFIDENCE, "covered.confidence", place)
    for sector in covered.get("no_harm_test_for", ()):
        one_of(sector, Sectors.__dataclass_fields__, "covered.no_harm_test_for", place)
    if "unusable_exempt" in covered:
        exempt = covered["unusable_exempt"]
        if not isinstance(exempt, Mapping) or not exempt.get("citation"):
            refuse("covered.unusable_exempt has no citation", place, "Name the place where it is written")
        one_of(exempt.get("confidence"), CONFIDENCE, "covered.unusable_exempt.confidence", place)


def _sources(rows: Iterable[Mapping[str, Any]], place: str) -> None:
    for index, source in enumerate(rows):
        where = f"{place}, source {index + 1}"
        if not source.get("text"):
            refuse("text is missing", where, "Name the source")
        one_of(source.get("confidence"), CONFIDENCE, "confidence", where)
        for part in source.get("covers") or refuse(
            "covers is missing", where, "Name the parts that it was read for"
        ):
            one_of(part, PARTS, "covers", where)


def _days(row: Mapping[str, Any], place: str) -> None:
    for key in ("applies_from", "applies_until"):
        if row.get(key) is not None and not isinstance(row[key], date):
            refuse(f"{key} is not a date", place, "Write it as 2026-01-01, without quotation marks")


def numbers_have_units(node: Any, place: str) -> None:
    """Raise BadInput when any table below `node` holds a number that nothing explains."""
    if isinstance(node, Mapping):
        for number, unit in NUMBERS:
            if number in node and not node.get(unit):
                refuse(f"{number} = {node[number]} has no {unit}", place, f"Add {unit} beside the number")
        for child in node.values():
            numbers_have_units(child, place)
    elif isinstance(node, list):
        for child in node:
            numbers_have_units(child, place)


def _scope(scope: Mapping[str, Any], place: str) -> None:
    one_of(scope.get("link"), LINKS, "scope.link", place)
    for territory in scope.get("territory") or refuse("scope.territory is missing", place, "Name the places"):
        if territory != "EEA" and not places.is_country(territory) and not places.is_region(territory):
            refuse(f"{territory!r} is not a place", place, "Correct scope.territory")
    for key in ("sectors", "not_sectors"):
        for sector in scope.get(key, ()):
            one_of(sector, Sectors.__dataclass_fields__, f"scope.{key}", place)
    for role in scope.get("not_sectors_as", ()):
        one_of(role, ROLES, "scope.not_sectors_as", place)


def _hold(hold: Mapping[str, Any], place: str) -> None:
    for to in hold.get("to") or refuse("to is missing", place, "Say which notices may be held back"):
        one_of(to, LEGAL_RECIPIENTS, "to", place)
    if "confidence" in hold:
        one_of(hold["confidence"], CONFIDENCE, "confidence", place)
    for key in ("oral", "open", "longest"):
        if key in hold:
            one_of(hold[key].get("unit"), UNITS, f"{key}.unit", place)
            if not hold.get("citation"):
                refuse("citation is missing", place, "A number needs the place where it is written")


def check_duty(duty: Mapping[str, Any], place: str) -> None:
    """Raise BadInput unless `duty` is one thing owed: by whom, to whom, in which phase, from when, by when."""
    for role in duty.get("by") or refuse("by is missing", place, "Say which roles owe it"):
        one_of(role, ROLES, "by", place)
    one_of(duty.get("to"), RECIPIENTS, "to", place)
    one_of(duty.get("phase"), PHASES, "phase", place)
    if not duty.get("period") and not duty.get("standard"):
        refuse("neither a period nor a standard", place, "Give one of the two")
    if duty.get("standard"):
        one_of(duty["standard"], STANDARDS, "standard", place)
    if duty.get("period") and not duty.get("from"):
        refuse("a period that starts nowhere", place, "Add from, the event that starts it")
    for key in ("period", "cap", "limit"):
        if key in duty:
            one_of(duty[key].get("unit"), UNITS, f"{key}.unit", place)
            if not isinstance(duty[key].get("value"), int) or duty[key]["value"] <= 0:
                refuse(f"{key}.value is not a positive whole number", place, "Correct it")
    starts = (
        duty.get("from"),
        duty.get("sooner"),
        *(duty.get(key, {}).get("from") for key in ("cap", "limit")),
    )
    for event in starts:
        if event is not None:
            one_of(event, events.load(), "event", place)
    _conditions(duty.get("when", ()), place)


def _conditions(rows: Iterable[Mapping[str, Any]], place: str) -> None:
    for row in rows:
        one_of(row.get("test"), TESTS, "test", place)
        _values(row, place)
        if row["test"] == "kinds":
            one_of(row.get("group"), read("data/kinds.toml")["group"], "group", place)
        if row["test"] == "established" and not (
            places.is_country(row.get("place", "")) or places.is_region(row.get("place", ""))
        ):
            refuse(f"{row.get('place')!r} is not a place", place, "Use a country or region code, such as FR")
        if isinstance(row.get("of"), list):
            _conditions(row["of"], place)


def _values(row: Mapping[str, Any], place: str) -> None:
    """Check what a condition takes: a misspelt fact would be asked for in the middle of an incident."""
    test = row["test"]
    for key in row:
        if key != "test":
            one_of(key, VALUES[test], f"a key of the test {test}", place)
    if test in ("all", "any", "not") and not (isinstance(row.get("of"), list) and row["of"]):
        refuse(f"{test} holds no conditions", place, "Add of, a list of conditions")
    if test == "risk":
        one_of(row.get("level"), RISKS, "level", place)
    if test == "fact":
        one_of(row.get("name"), Facts.__dataclass_fields__, "name", place)
    if test == "sector":
        one_of(row.get("name"), Sectors.__dataclass_fields__, "name", place)
    if test == "count":
        if "number" not in row:
            refuse("a count without a number", place, "Add number")
        one_of(row.get("of"), COUNTED, "of", place)
        one_of(row.get("operator"), OPERATORS, "operator", place)


def one_of(value: Any, allowed: Iterable[str], key: str, place: str) -> None:
    if value not in allowed:
        refuse(f"{key} is {value!r}", place, f"Use one of: {', '.join(allowed)}")


def refuse(message: str, place: str, mend: str) -> NoReturn:
    raise BadInput(message, place=place, mend=mend, code="regime_file")
