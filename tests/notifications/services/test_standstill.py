"""Law enforcement asks, and letters wait: whole or by country, also those claimed a moment later; then they leave."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from breach.errors import BadInput
from breach.models import Entry, LawHold
from breach.services.holds import Request, end_hold, enter_hold, extend_hold
from notifications.delivery.outbox import send_some
from notifications.delivery.post import print_some
from notifications.delivery.sink import DrillSink
from notifications.models import Notice
from notifications.queries.standstill import standstill_of, waiting
from notifications.services.delivery import claim, due
from notifications.services.prepare import prepare_some
from notifications.states import Channel
from tests.house import House
from tests.notifications import campaign


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


@pytest.fixture
def notice(case: House, now: datetime) -> Notice:
    released = campaign.released(case, now)
    while prepare_some(notice=released, now=now):
        pass
    return released


def ask(case: House, now: datetime, **changes: Any) -> LawHold:
    request = Request(
        jurisdiction="FR",
        form="written",
        official="Commissaire Lenoir",
        basis="Code de procédure pénale, art. 11",
        document="Parquet de Lyon, PV 2026/118",
        since=now - timedelta(hours=1),
    )
    return enter_hold(
        actor=case.responder,
        incident=case.incident,
        party=case.party,
        request=replace(request, **changes),
        zone="Europe/Paris",
        now=now,
    )


def leaving(notice: Notice, now: datetime) -> list[str]:
    """The countries of the letters that would leave now."""
    channels = (Channel.EMAIL, Channel.POST)
    return sorted(row.country for channel in channels for row in due(notice, channel, now))


def test_no_letter_leaves_while_a_request_stands(case: House, notice: Notice, now: datetime) -> None:
    assert leaving(notice, now) == ["DE", "DE", "FR", "FR"]
    hold = ask(case, now)

    assert leaving(notice, now) == []
    assert send_some(notice=notice, transport=DrillSink(), now=now, limit=10).total == 0
    assert print_some(notice=notice, now=now) is None
    found = standstill_of(notice, now)
    assert found
    assert (found.requests, found.countries, found.until) == ((hold,), None, None)
    assert waiting(notice, found) == {"listed": 4, "printed": 0}

    end_hold(actor=case.responder, hold=hold, at=now, reasons="The prosecutor called", now=now)
    assert standstill_of(notice, now) is None
    assert leaving(notice, now) == ["DE", "DE", "FR", "FR"]


def test_only_letters_to_some_countries_wait(case: House, notice: Notice, now: datetime) -> None:
    ask(case, now, people_in=["DE"])

    assert leaving(notice, now) == ["FR", "FR"]
    ask(case, now, people_in=["FR"])
    assert leaving(notice, now) == []
    data = Entry.objects.filter(chain=case.incident.chain, action="hold.entered").latest("seq")
    assert '"people_in":["FR"]' in data.body


def test_a_letter_chosen_a_moment_before_does_not_leave_either(
    case: House, notice: Notice, now: datetime
) -> None:
    rows = {row.country: row for row in due(notice, Channel.EMAIL, now)}
    ask(case, now, people_in=["DE"])

    day = now.date()
    assert claim(row=rows["DE"], transport="smtp", letter_date=day, now=now) is None
    assert claim(row=rows["FR"], transport="smtp", letter_date=day, now=now) is not None


@pytest.mark.parametrize(
    "changes", [{"scope": ["authority"]}, {"until": "past"}], ids=["not about people", "over"]
)
def test_a_request_about_something_else_stops_nothing(
    case: House, notice: Notice, now: datetime, changes: dict[str, Any]
) -> None:
    if changes.get("until"):
        changes = {"until": now - timedelta(minutes=5)}
    ask(case, now, **changes)

    assert len(leaving(notice, now)) == 4


def test_letters_leave_by_themselves_when_the_request_ends(
    case: House, notice: Notice, now: datetime
) -> None:
    hold = ask(case, now, until=now + timedelta(days=2))
    assert leaving(notice, now + timedelta(days=1)) == []
    assert len(leaving(notice, now + timedelta(days=2))) == 4

    extend_hold(
        actor=case.responder,
        hold=hold,
        until=now + timedelta(days=5),
        form="written",
        document="Parquet de Lyon, PV 2026/131",
        reasons="By letter",
        now=now,
    )
    assert leaving(notice, now + timedelta(days=2)) == []


def test_printed_letters_are_named_apart(case: House, notice: Notice, now: datetime) -> None:
    print_some(notice=notice, now=now)
    ask(case, now)

    found = standstill_of(notice, now)

    assert found
    assert waiting(notice, found) == {"listed": 3, "printed": 1}


def test_a_country_that_is_none_is_refused(case: House, now: datetime) -> None:
    with pytest.raises(BadInput) as refused:
        ask(case, now, people_in=["Germany"])
    assert (refused.value.place, LawHold.objects.count()) == ("people_in", 0)
