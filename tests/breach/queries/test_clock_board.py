"""The board reads stored clocks in the order of an index, at the same cost for one clock and for a thousand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from breach.models import FactsVersion, Incident, Membership, Obligation, Party, User
from breach.queries.clock_board import PAGE, Narrowing, board_of, running_clocks
from tests.breach.services.clocked import START, begin
from tests.house import House

pytestmark = pytest.mark.django_db
ANY = Narrowing()


def many(house: House, incidents: int, each: int, member: User, year: int = 2025) -> None:
    """Write incidents with clocks straight into the tables: what they rest on is not looked at here."""
    begin(house)
    facts = FactsVersion.objects.filter(party=house.party).first()
    made = Incident.objects.bulk_create(
        Incident(reference=f"{year}-{number:04d}", title="T", opened_by=house.responder, created_at=START)
        for number in range(1, incidents + 1)
    )
    Membership.objects.bulk_create(Membership(incident=one, user=member, created_at=START) for one in made)
    parties = Party.objects.bulk_create(
        Party(incident=one, organisation=house.shop, establishment="FR", created_at=START) for one in made
    )
    states = ("running", "running", "provisional", "met", "superseded")
    Obligation.objects.bulk_create(
        Obligation(
            incident=one,
            party=party,
            regime=("eu_gdpr_controller", "us_ca", "uk_gdpr")[number % 3],
            rule_version="1",
            to=("authority", "individuals")[number % 2],
            recipient="",
            phase="initial",
            state=states[(number + index) % 5],
            trigger_event="awareness",
            due=START + timedelta(hours=(number * 37 + index * 11) % 500) if number % 7 else None,
            citation="c",
            confidence="c",
            facts=facts,
            created_at=START,
        )
        for index, (one, party) in enumerate(zip(made, parties, strict=True))
        for number in range(each)
    )


def test_most_urgent_first_and_what_has_no_hour_last(house: House) -> None:
    many(house, 6, 15, house.stranger)
    rows = list(running_clocks(house.stranger, ANY, START))
    timed = [row.due for row in rows if row.due]
    assert timed == sorted(timed)
    assert [row.due for row in rows[len(timed) :]] == [None] * (len(rows) - len(timed))
    assert len(rows) > len(timed) > 0
    assert {row.state for row in rows} == {"running", "provisional"}
    assert len(rows) == 6 * 15 * 3 // 5


def test_only_what_the_reader_may_see(house: House) -> None:
    many(house, 2, 5, house.stranger)
    stranger = {row.incident_id for row in running_clocks(house.stranger, ANY, START)}
    responder = {row.incident_id for row in running_clocks(house.responder, ANY, START)}
    auditor = {row.incident_id for row in running_clocks(house.auditor, ANY, START)}
    assert stranger
    assert responder == {house.incident.pk}
    assert stranger.isdisjoint(responder)
    assert auditor == stranger | responder
    assert not running_clocks(house.admin, ANY, START).exists()


@pytest.mark.parametrize(
    ("narrowing", "holds"),
    [
        (Narrowing(state="provisional"), lambda row: row.state == "provisional"),
        (Narrowing(regime="us_ca"), lambda row: row.regime == "us_ca"),
        (Narrowing(to="individuals"), lambda row: row.to == "individuals"),
        (Narrowing(overdue=True), lambda row: bool(row.due and row.due < START + timedelta(hours=99))),
        (Narrowing(regime="us_ca", to="authority"), lambda row: row.regime == "us_ca" and row.to == "authority"),
    ],
)  # fmt: skip
def test_narrowing(house: House, narrowing: Narrowing, holds: Any) -> None:
    many(house, 6, 15, house.stranger)
    now = START + timedelta(hours=99)
    everything = list(running_clocks(house.stranger, ANY, now))
    expected = [row.pk for row in everything if holds(row)]
    assert [row.pk for row in running_clocks(house.stranger, narrowing, now)] == expected
    assert 0 < len(expected) < len(everything)


def test_by_party_and_an_unknown_value_shows_nothing_else(house: House) -> None:
    many(house, 2, 5, house.stranger)
    own = Narrowing(party=house.shop.uid)
    assert running_clocks(house.stranger, own, START).count() == 6
    assert running_clocks(house.stranger, Narrowing(party="nobody"), START).count() == 0


def test_a_page_costs_the_same_queries_for_one_clock_and_for_a_thousand(
    house: House, client: Client, django_assert_num_queries: Any
) -> None:
    many(house, 1, 1, house.stranger)
    client.force_login(house.stranger)
    client.get("/clocks/")
    with django_assert_num_queries(11) as one:
        assert len(client.get("/clocks/").context["board"].lines) == 1
    many(house, 100, 20, house.stranger, year=2024)
    with django_assert_num_queries(len(one)):
        board = client.get("/clocks/").context["board"]
    assert len(board.lines) == PAGE
    assert board.page.paginator.count == 1201


@pytest.mark.parametrize("who", ["auditor", "stranger"])
@pytest.mark.parametrize("narrowing", [ANY, Narrowing(overdue=True), Narrowing(regime="uk_gdpr")])
def test_the_index_is_used_and_nothing_is_sorted(house: House, who: str, narrowing: Narrowing) -> None:
    many(house, 300, 20, house.stranger)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rows = running_clocks(getattr(house, who), narrowing, START + timedelta(hours=99))
    plan = rows[:PAGE].explain()
    assert "obligation_urgency" in plan, plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    if connection.vendor == "postgresql":
        assert "Sort Key" not in plan or "Incremental" in plan, plan


def test_nothing_is_computed_again_when_the_board_is_shown(
    house: House, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    begin(house)

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("the law was asked again")

    monkeypatch.setattr("breach.law.obligations.obligations", refuse)
    monkeypatch.setattr("breach.services.obligations.obligations", refuse)
    assert board_of(house.responder, ANY, None, now).lines


def test_the_page_narrows_by_its_address_and_ignores_what_it_does_not_know(
    house: House, client: Client
) -> None:
    begin(house)
    client.force_login(house.responder)
    page = client.get("/clocks/?state=nonsense&page=999&overdue=1")
    assert page.status_code == 200
    assert page.context["narrowing"] == Narrowing(overdue=True)
    shown = client.get("/clocks/?regime=eu_gdpr_controller&to=authority").content.decode()
    assert "CNIL" in shown
    assert f"/incidents/{house.incident.uid}/" in shown
