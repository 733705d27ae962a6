"""Alarms of clocks that law enforcement holds back: none is lost, the end of a hold is one, and so is the day to ask again."""

from datetime import UTC, datetime, timedelta

import pytest

from breach.models import InAppNotice, LawHold, Obligation, Reminder
from breach.queries.clock_board import Narrowing, running_clocks
from breach.services.alarms import send_due
from breach.services.facts import update_facts
from breach.services.holds import ASK_AGAIN, Request, end_hold, enter_hold, extend_hold
from breach.services.incidents import PartyData
from tests.breach.services.clocked import decide, rows
from tests.house import House

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def running(house: House) -> House:
    """A hospital in Ohio: HIPAA gives sixty days, and its people are told without undue delay under the GDPR."""
    house.open(START, parties=[PartyData(house.shop, establishment="US", authority="")], zone="UTC")
    decide(house, START, START)
    tell(house, sectors={"hipaa_entity": True}, people_by_country={"US": 900, "FR": 40}, people_total=940)
    return house


def tell(house: House, now: datetime = START, **facts: object) -> None:
    given = {
        "confidentiality": True,
        "cause": "external_malicious",
        "exfiltration": "confirmed",
        "recipients": "unknown",
        "data_kinds": ["name", "health", "iban"],
    }
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes=given | facts,
        reason="logs",
        now=now,
    )


def hold(house: House, now: datetime, until: datetime | None = None, **more: object) -> LawHold:
    asked = {
        "jurisdiction": "US",
        "form": "written",
        "official": "Special Agent Lee",
        "basis": "45 CFR 164.412",
        "document": "FBI Cleveland, 288-A",
        "since": now,
        "until": until,
    }
    return enter_hold(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        request=Request(**(asked | more)),  # type: ignore[arg-type]
        zone="UTC",
        now=now,
    )


def clock(house: House, to: str = "individuals", regime: str = "us_hipaa") -> Obligation:
    return Obligation.objects.get(
        party=house.party, regime=regime, to=to, phase="initial", state__in=["running", "provisional"]
    )


def planned(row: Obligation, user: object) -> dict[str, datetime]:
    found = Reminder.objects.filter(obligation=row, channel="in_app", user=user, state="planned")
    return {one.mark: one.due for one in found}


def test_a_hold_without_an_end_calls_off_the_marks_and_asks_again(running: House) -> None:
    before = clock(running)
    assert set(planned(before, running.manager)) == {"50", "75", "90", "1h", "end"}
    first = hold(running, START + DAY)
    held = clock(running)
    assert (held.due, held.held, held.held_until, held.supersedes) == (None, True, None, before)
    assert {state for _mark, state, _late in rows(before, user=running.manager)} == {"withdrawn"}
    assert planned(held, running.manager) == {"review 202612020900": START + DAY + ASK_AGAIN}
    assert send_due(now=START + DAY + ASK_AGAIN) > 0
    assert InAppNotice.objects.filter(user=running.manager, kind="hold_review").exists()
    # Asked: it stands, and is to be asked about again; the clock stays the same row.
    again = START + 30 * DAY
    extend_hold(
        actor=running.responder,
        hold=first,
        until=None,
        form="written",
        document="FBI Cleveland, 288-A",
        reasons="by telephone",
        review_at=again,
        now=START + 9 * DAY,
    )
    assert clock(running) == held
    assert planned(held, running.manager) == {"review 202612240900": again}


def test_alarms_come_back_with_the_clock_when_the_hold_ends(running: House) -> None:
    end = clock(running).due
    asked = hold(running, START + DAY)
    later = START + 35 * DAY
    end_hold(actor=running.responder, hold=asked, at=later, reasons="letter of the Bureau", now=later)
    again = clock(running)
    assert (again.due, again.held) == (end, True)
    # Half the time went by while it was held: that is said at once, the rest is planned.
    marks = planned(again, running.manager)
    assert set(marks) == {"hold", "75", "90", "1h", "end"}
    assert marks["hold"] == later
    send_due(now=later)
    assert InAppNotice.objects.filter(user=running.manager, kind="hold_over").count() >= 1


def test_a_hold_that_ends_after_the_period_makes_the_clock_due_at_once(running: House) -> None:
    asked = hold(running, START + DAY)
    later = START + 100 * DAY
    end_hold(actor=running.responder, hold=asked, at=later, reasons="letter of the Bureau", now=later)
    again = clock(running)
    assert again.due == later
    assert planned(again, running.manager) == {"end": later}


def test_the_scheduler_stood_still_while_a_hold_ran_out(running: House) -> None:
    until = START + 20 * DAY
    hold(running, START + DAY, until)
    row = clock(running)
    assert planned(row, running.manager)["hold"] == until
    tell(running, START + 22 * DAY, people_total=950)  # superseded or not, nothing is lost
    send_due(now=START + 22 * DAY)
    told = InAppNotice.objects.filter(
        user=running.manager, kind="hold_over", values__obligation=clock(running).uid
    )
    assert told.count() == 1
    every = InAppNotice.objects.filter(kind="hold_over").count()
    tell(running, START + 23 * DAY, people_total=960)
    send_due(now=START + 23 * DAY)
    assert InAppNotice.objects.filter(kind="hold_over").count() == every


def test_an_oral_request_ends_by_itself_after_thirty_days(running: House) -> None:
    hold(running, START + DAY, form="oral")
    row = clock(running, "authority")
    assert row.held_until is not None
    assert row.held_until.date() == (START + 31 * DAY).date()


def test_held_clocks_have_their_place_on_the_board(running: House) -> None:
    hold(running, START + DAY)
    board = list(running_clocks(running.responder, Narrowing(), START + DAY))
    kinds = ["due" if row.due else "held" if row.held else "verbal" for row in board]
    assert kinds == sorted(kinds, key=["due", "held", "verbal"].index)
    assert "held" in kinds
    assert not list(running_clocks(running.responder, Narrowing(overdue=True), START + DAY))


def test_a_request_that_names_its_laws_holds_no_others(running: House) -> None:
    hold(running, START + DAY, regimes=["us_sec_8k"])
    assert clock(running).due is not None
    assert not clock(running).held
