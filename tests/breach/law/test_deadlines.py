# ruff: noqa: ANN001, ANN201, ANN202 - arguments are the named columns of the vectors
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breach.law import calendars, deadlines, events, regimes
from breach.law.datafiles import names
from breach.law.deadlines import Count
from breach.law.regimes import Period

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "deadlines.json").read_text(encoding="utf-8"))
ZONES = [
    "Europe/Paris",
    "Europe/Sofia",
    "Europe/Dublin",
    "Asia/Kolkata",
    "America/New_York",
    "Australia/Lord_Howe",
]
PLACES = sorted(name.rpartition("/")[2].removesuffix(".toml") for name in names("data/calendars"))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2034, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["case"] for vector in VECTORS])
def test_deadline_of_a_worked_example(vector):
    regime = regimes.load()[vector["regime"]]
    known = {}
    for word, at in vector["events"].items():
        event = regime.trigger if word == regime.trigger_word else events.event_named(word)
        known[event] = datetime.fromisoformat(at)
    sectors = dict.fromkeys(vector.get("sectors", ()), True)
    clocks = deadlines.deadline(regime, known, zone=ZoneInfo(vector["zone"]), sectors=sectors)
    wanted = (vector["phase"], vector["to"], vector.get("only"))
    found = next(one for one in clocks if (one.phase, one.to, one.duty.only_for) == wanted)
    assert (found.due, found.outer) == (instant(vector["due"]), instant(vector["outer"]))


def test_vectors_hold_the_sixteen_examples():
    assert sum(vector["regime"] == "eu_gdpr_controller" for vector in VECTORS) == 16


def test_vectors_hold_every_special_period():
    special = {(regime.key, duty.only_for) for regime in regimes.load().values() for duty in regime.duties}
    tried = {(vector["regime"], vector.get("only")) for vector in VECTORS}
    assert {(key, only) for key, only in special if only} <= tried


@pytest.mark.parametrize(
    ("events_known", "starts"),
    [
        (("occurrence",), None),
        (("detection", "suspicion"), None),
        (("processor_awareness",), None),
        (("discovery", "determination", "confirmation"), None),
        (("processor_awareness", "controller_told"), "controller_told"),
        (("detection", "processor_awareness", "controller_told", "awareness"), "awareness"),
    ],
)
def test_only_awareness_or_being_told_starts_the_72_hours(events_known, starts):
    """The instants are kept apart: neither an alarm nor the processor's knowledge is the controller's awareness."""
    first = datetime(2026, 11, 24, 8, tzinfo=UTC)
    known = {name: first + timedelta(hours=index) for index, name in enumerate(events_known)}
    clocks = deadlines.deadline(regimes.load()["eu_gdpr_controller"], known, zone=ZoneInfo("Europe/Berlin"))
    due = known[starts] + timedelta(hours=72) if starts else None
    assert (clocks[0].runs_from, clocks[0].due) == (known.get(starts), due)


@given(start=INSTANTS, zone=st.sampled_from(ZONES))
def test_72_hours_are_72_elapsed_hours_in_every_zone(start, zone):
    ends = deadlines.end_of(
        Period(72, "hours"), start, Count(ZoneInfo(zone), calendars.load("FR"), is_eu=True)
    )
    assert ends.due - start == timedelta(hours=72)
    assert timedelta(0) < ends.outer - ends.due <= timedelta(hours=1)


@given(
    start=INSTANTS,
    zone=st.sampled_from(ZONES),
    value=st.integers(1, 60),
    unit=st.sampled_from(["hours", "calendar_days", "business_days", "months"]),
    country=st.sampled_from(["FR", "DE-BY", "IE", "EU"]),
)
def test_conservative_end_is_never_after_the_outer_end(start, zone, value, unit, country):
    count = Count(ZoneInfo(zone), calendars.load(country), is_eu=True)
    ends = deadlines.end_of(Period(min(value, 12) if unit == "months" else value, unit), start, count)
    assert start < ends.due <= ends.outer


@given(start=INSTANTS, value=st.integers(1, 30), country=st.sampled_from(PLACES))
def test_business_days_never_end_on_a_day_off(start, value, country):
    zone, calendar = ZoneInfo("UTC"), calendars.load(country)
    ends = deadlines.end_of(Period(value, "business_days"), start, Count(zone, calendar, is_eu=False))
    assert calendar.is_working(ends.due.astimezone(zone).date())
    assert calendar.working_between(start.date(), ends.due.date()) == value


@given(
    start=INSTANTS,
    later=st.timedeltas(timedelta(0), timedelta(days=40)),
    key=st.sampled_from(sorted(regimes.load())),
)
@settings(max_examples=150)
def test_later_awareness_never_ends_sooner(start, later, key):
    regime, zone = regimes.load()[key], ZoneInfo("Europe/Paris")
    if regime.calendar == "EU" and any(duty.cap for duty in regime.duties):
        return  # DORA: a late classification escapes the cap, which is the law

    def dues(at):
        return [one.due for one in deadlines.deadline(regime, {regime.trigger: at}, zone=zone)]

    pairs = zip(dues(start), dues(start + later), strict=True)
    assert all(first is None or first <= second for first, second in pairs)


@given(
    start=INSTANTS,
    gaps=st.lists(st.timedeltas(timedelta(0), timedelta(days=20)), min_size=4, max_size=4),
    key=st.sampled_from(sorted(regimes.load())),
    zone=st.sampled_from(ZONES),
)
@settings(max_examples=400)
def test_no_clock_of_any_regime_ends_after_its_outer_end(start, gaps, key, zone):
    """With every event known, in any order of theirs: caps, limits, noon and earlier ends keep the two ends in order."""
    known = {name: start + gaps[index % len(gaps)] for index, name in enumerate(events.load())}
    for one in deadlines.deadline(regimes.load()[key], known, zone=ZoneInfo(zone)):
        assert one.outer is None or (one.due is not None and one.due <= one.outer)
        assert (one.due is None) == (one.duty.period is None)


@given(
    start=INSTANTS, value=st.integers(1, 200), zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES))
)
def test_hours_end_at_the_same_instant_wherever_they_are_counted(start, value, zones):
    calendar = calendars.load("FR")
    ends = [
        deadlines.end_of(Period(value, "hours"), start, Count(ZoneInfo(zone), calendar, is_eu=False)).due
        for zone in zones
    ]
    assert ends[0] == ends[1] == start + timedelta(hours=value)


@pytest.mark.parametrize(
    ("at", "expected"),
    [(0, "on_time"), (1, "within_outer"), (3600, "within_outer"), (3601, "late")],
)
def test_state_has_its_bounds_on_the_kind_side(at, expected):
    due = datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert deadlines.state(due, due + timedelta(hours=1), due + timedelta(seconds=at)) == expected


def test_state_without_outer_end_is_late_after_due():
    due = datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert deadlines.state(due, None, due + timedelta(seconds=1)) == "late"
    assert deadlines.state(None, None, due) == "on_time"


def test_noon_rule_keeps_the_earlier_end_while_the_sector_is_unknown():
    regime = regimes.load()["eu_dora"]
    saturday = datetime(2026, 11, 28, 8, tzinfo=UTC)
    clocks = deadlines.deadline(
        regime,
        {"classification": saturday, "awareness": saturday},
        zone=ZoneInfo("Europe/Paris"),
        sectors={"bank_ccp_or_trading_venue": None, "essential_or_important_entity": False},
    )
    assert clocks[0].due == saturday + timedelta(hours=4)
    assert clocks[0].outer == datetime(2026, 11, 30, 11, tzinfo=UTC)
