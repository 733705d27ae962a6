"""Figures over all incidents: what is counted, what is not, and that it costs the same for one and for many."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from breach.models import Incident, Obligation, ObligationState
from breach.queries.clock_board import Narrowing, running_clocks
from breach.services.facts import update_facts
from breach.services.incidents import move_incident
from notifications.models import PersonNotice
from notifications.queries.portfolio import portfolio_of
from tests.breach.queries.test_clock_board import many
from tests.house import House
from tests.world import build_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_incidents_by_phase_age_month_and_cause_without_drills(house: House, now: datetime) -> None:
    old = house.open(now - 100 * DAY, title="Old one")
    house.open(now - 10 * DAY, title="Closed one")
    move_incident(
        actor=house.manager, incident=house.incident, phase="ruled_out", reasons="No data.", now=now
    )
    house.open(now, title="New one")
    update_facts(
        actor=house.responder, incident=house.incident, party=house.party,
        changes={"cause": "external_malicious"}, reason="", now=now,
    )  # fmt: skip
    house.open(now, drill=True)

    found = portfolio_of(house.auditor, now)

    assert found.incidents == 3
    assert found.phases == {"reported": 0, "open": 2, "closed": 0, "ruled_out": 1}
    assert found.ages == {3: 1, 30: 0, 90: 0, None: 1}
    assert sum(found.months.values()) == 3
    assert len(found.months) == 12
    assert [(first.year, first.month) for first in found.months][-1] == (now.year, now.month)
    assert found.causes == {"external_malicious": 1, "": 2}
    assert portfolio_of(house.stranger, now).incidents == 0
    assert old in Incident.objects.visible_to(house.auditor)


def test_duties_by_how_they_were_met(house: House, now: datetime) -> None:
    many(house, 1, 8, house.stranger)
    rows = list(
        Obligation.objects.filter(incident__members__user=house.stranger, to="authority").order_by("pk")
    )
    assert len(rows) == 4
    Obligation.objects.filter(pk__in=[row.pk for row in rows]).update(due=now - DAY)
    for row, (state, lateness) in zip(
        rows,
        (("met", "on_time"), ("met", "late"), ("running", ""), ("superseded", "")),
        strict=True,
    ):
        Obligation.objects.filter(pk=row.pk).update(state=ObligationState(state), lateness=lateness)

    found = portfolio_of(house.stranger, now)

    assert found.duties == {"on_time": 1, "within_outer": 0, "late": 1, "overdue": 1}
    only = Narrowing(state="running", to="authority", overdue=True)  # where the number leads
    assert running_clocks(house.stranger, only, now).count() == 1
    assert found.on_time_share == pytest.approx(100 / 3)


def test_people_by_what_became_of_their_letters(house: House, now: datetime) -> None:
    build_world(house, now)
    found = portfolio_of(house.manager, now)
    rows = PersonNotice.objects.filter(notice__recipients__gt=0).exclude(notice__state="withdrawn")
    assert sum(found.people.values()) == rows.exclude(state="superseded").count() > 0


def test_it_costs_the_same_for_two_and_for_fifty(
    house: House, now: datetime, django_assert_num_queries: Any
) -> None:
    many(house, 2, 3, house.stranger)
    with django_assert_num_queries(7):
        portfolio_of(house.stranger, now)
    many(house, 50, 10, house.stranger, year=2024)
    with django_assert_num_queries(7):
        assert portfolio_of(house.stranger, now).incidents == 52


def test_the_page_in_both_languages(client: Client, house: House, now: datetime, settings: Any) -> None:
    client.force_login(house.manager)
    assert "nothing to count yet" in client.get("/portfolio/").content.decode()
    house.open(now)
    english = client.get("/portfolio/").content.decode()
    assert "Open incidents by age" in english
    assert 'href="/incidents/?phase=open"' in english
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    assert "Incidents ouverts par ancienneté" in client.get("/portfolio/").content.decode()
    client.force_login(house.responder)
    assert client.get("/portfolio/").status_code == 403
