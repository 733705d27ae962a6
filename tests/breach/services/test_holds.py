"""Requests of law enforcement as rows: every step kept, clocks computed again, the official sealed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, LawHold, Obligation
from breach.queries.facts import facts_of
from breach.services.facts import update_facts
from breach.services.holds import Request, end_hold, enter_hold, extend_hold
from tests.house import House
from tests.notifications.views.case import decide


@pytest.fixture
def running(house: House, now: datetime) -> House:
    decide(house)
    # High risk, so that the people are to be told.
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes={"recipients": "unknown", "people_by_country": {"FR": 1200}, "people_total": 1200},
        reason="logs",
        now=now,
    )
    return house


def request(now: datetime, **changes: Any) -> Request:
    asked = Request(
        jurisdiction="FR",
        form="written",
        official="Commissaire Lenoir",
        basis="Code de procédure pénale, art. 11",
        document="Parquet de Lyon, PV 2026/118",
        since=now - timedelta(hours=1),
    )
    return replace(asked, **changes)


def enter(house: House, now: datetime, **changes: Any) -> LawHold:
    return enter_hold(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        request=request(now, **changes),
        zone="Europe/Paris",
        now=now,
    )


def clock(house: House, to: str) -> Obligation:
    return Obligation.objects.get(
        party=house.party,
        regime="eu_gdpr_controller",
        to=to,
        phase="initial",
        state__in=["provisional", "running"],
    )


def codes(row: Obligation) -> set[str]:
    return {step["code"] for step in row.working}


def test_people_wait_and_the_authority_clock_goes_on(running: House, now: datetime) -> None:
    before = clock(running, "authority").due
    enter(running, now)
    authority, people = clock(running, "authority"), clock(running, "individuals")
    assert (authority.due, "clock.not_held" in codes(authority)) == (before, True)
    assert "clock.held_open" in codes(people)
    assert people.supersedes is not None


def test_each_step_is_a_row_of_its_own(running: House, now: datetime) -> None:
    first = enter(running, now, form="oral")
    later = now + timedelta(hours=2)
    second = extend_hold(
        actor=running.responder,
        hold=first,
        until=now + timedelta(days=20),
        form="written",
        document="Letter of 24 November",
        reasons="confirmed by post",
        now=later,
    )
    third = end_hold(
        actor=running.responder, hold=second, at=later, reasons="call of the prosecutor", now=later
    )
    rows = LawHold.objects.filter(party=running.party)
    assert [(row.step, row.form) for row in rows] == [
        ("entered", "oral"),
        ("extended", "written"),
        ("ended", "written"),
    ]
    assert third.official == "Commissaire Lenoir"
    (hold,) = facts_of(running.party).holds or ()
    assert (hold.until, hold.form, hold.document) == (later, "written", "Letter of 24 November")
    for stale in (first, third):
        with pytest.raises(Conflict):
            end_hold(actor=running.responder, hold=stale, at=later, reasons="again", now=later)


def test_the_ledger_has_dates_and_no_names(running: House, now: datetime) -> None:
    enter(running, now, scope=["individuals"])
    entry = Entry.objects.get(action="hold.entered")
    assert '"scope":["individuals"]' in entry.body.replace(" ", "")
    assert "Lenoir" not in "".join(Entry.objects.values_list("body", flat=True))


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"jurisdiction": "Atlantis"}, "jurisdiction"),
        ({"official": " "}, "official"),
        ({"basis": ""}, "basis"),
        ({"document": ""}, "document"),
        ({"since": datetime.fromisoformat("2026-12-01T00:00:00+00:00")}, "since"),
        ({"until": datetime.fromisoformat("2026-11-01T00:00:00+00:00")}, "until"),
        ({"scope": ["neighbours"]}, "scope"),
    ],
)
def test_refusals_name_the_place(running: House, now: datetime, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(BadInput) as caught:
        enter(running, now, **changes)
    assert caught.value.place == place
    assert not LawHold.objects.exists()


def test_only_who_works_on_it(running: House, now: datetime) -> None:
    for actor in (running.auditor, running.stranger):
        with pytest.raises(Forbidden):
            enter_hold(
                actor=actor,
                incident=running.incident,
                party=running.party,
                request=request(now),
                zone="Europe/Paris",
                now=now,
            )
