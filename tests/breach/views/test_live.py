"""What an open page asks every other second: cheap while nothing changed, whole when something did."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from breach import clock
from breach.proof import SEEN as LAST_SEEN
from breach.services import timeline
from breach.timewords import Moment
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    house.open(NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return house


def signed_in(house: House, who: str = "responder") -> Client:
    client = Client()
    client.force_login(getattr(house, who))
    return client


def url(house: House, name: str) -> str:
    return reverse(name, args=[house.incident.uid])


def mark_on(page: str) -> str:
    found = re.search(r"hx-vals='{\"seen\": \"([^\"]+)\"}'", page)
    assert found
    return found.group(1)


def enter(house: House, text: str) -> None:
    moment = Moment.at(NOW - timedelta(hours=1), "Europe/Paris")
    timeline.log_event(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        kind="note",
        text=text,
        moment=moment,
        now=NOW,
    )


@pytest.mark.parametrize("name", ["timeline", "playbook", "incident-live"])
def test_nothing_new_costs_one_query_beside_who_asks(opened: House, name: str) -> None:
    client = signed_in(opened)
    mark = mark_on(client.get(url(opened, "timeline")).content.decode())
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url(opened, name), {"seen": mark}, headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    # The incident and, inside it, where its ledger stands.
    tables = [re.findall(r'FROM "(\w+)"', one["sql"])[0] for one in asked.captured_queries]
    assert [table for table in tables if table not in {"django_session", "breach_user"}] == ["ledger_head"]


def test_what_was_entered_comes_with_the_head(opened: House) -> None:
    client = signed_in(opened)
    mark = mark_on(client.get(url(opened, "timeline")).content.decode())
    enter(opened, "The log server is isolated.")
    answer = client.get(url(opened, "timeline"), {"seen": mark}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(part in page for part in ("The log server is isolated.", 'id="incident-head"', 'id="live"'))
    assert "<html" not in page
    fresh = mark_on(page)
    assert fresh != mark
    assert client.get(url(opened, "timeline"), {"seen": fresh}, headers=HTMX).status_code == 204


def test_a_filter_stays_in_the_address_that_is_asked(opened: House) -> None:
    page = signed_in(opened).get(url(opened, "timeline"), {"kind": "note", "seen": "x"}).content.decode()
    assert f'hx-get="{url(opened, "timeline")}?kind=note&amp;page=1"' in page


def test_what_only_the_hour_changes_shows_within_a_minute(
    opened: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(opened)
    mark = mark_on(client.get(url(opened, "playbook")).content.decode())
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=1))
    assert client.get(url(opened, "playbook"), {"seen": mark}, headers=HTMX).status_code == 200


def test_asking_is_no_sign_that_somebody_is_there(
    opened: House, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.TOCSIN_IDLE_MINUTES = 30
    client = signed_in(opened)
    mark = mark_on(client.get(url(opened, "timeline")).content.decode())
    for minutes in range(5, 60, 5):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        answer = client.get(url(opened, "timeline"), {"seen": mark}, headers=HTMX)
    assert answer.status_code == 401
    assert LAST_SEEN not in client.session


@pytest.mark.parametrize("name", ["timeline", "playbook", "incident-live"])
def test_who_may_not_see_it_learns_nothing(opened: House, name: str) -> None:
    mark = mark_on(signed_in(opened).get(url(opened, "timeline")).content.decode())
    assert (
        signed_in(opened, "stranger").get(url(opened, name), {"seen": mark}, headers=HTMX).status_code == 404
    )
