"""Lists of incidents: what ends next on top, only what the reader may see, at the same cost whatever the length."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from breach.models import Incident, Membership, Obligation
from breach.queries.home import MOST_INCIDENTS, home_of
from breach.queries.incident_list import PAGE, Wanted, list_of
from tests.breach.queries.test_clock_board import many
from tests.breach.services.clocked import START
from tests.house import House

pytestmark = pytest.mark.django_db
ALL = Wanted()


def first_ends(incident: Incident) -> datetime:
    row = Obligation.objects.filter(incident=incident, urgency__isnull=False).order_by("urgency").first()
    assert row is not None
    return row.urgency


def test_what_ends_next_is_on_top_and_each_line_has_that_clock(house: House) -> None:
    many(house, 6, 10, house.stranger)
    quiet = Incident.objects.create(
        reference="2025-0099", title="No clock", opened_by=house.responder, created_at=START
    )
    Membership.objects.create(incident=quiet, user=house.stranger, created_at=START)

    lines = list_of(house.stranger, ALL, None, START).lines

    assert len(lines) == 7
    timed = lines[:-1]
    assert [line.clock.due for line in timed if line.clock] == sorted(
        first_ends(line.incident) for line in timed
    )
    assert (lines[-1].incident, lines[-1].clock) == (quiet, None)


def test_words_are_looked_for_in_reference_title_and_organisation(house: House, now: datetime) -> None:
    shop = house.open(now)
    other = house.open(now + timedelta(hours=1), title="Lost laptop 100%")

    def found(text: str, phase: str = "") -> list[Incident]:
        lines = list_of(house.responder, Wanted(text, phase), None, now).lines
        return sorted((line.incident for line in lines), key=lambda one: one.pk)

    assert found("laptop") == [other]
    assert found(shop.reference.lower()) == [shop]
    assert found("rivage") == [shop, other]
    assert found("rivage LOST") == [other]
    assert found("%") == [other]
    assert found("nothing of the kind") == []
    assert found("", "closed") == []
    assert found("", "open") == [shop, other]


def test_nobody_finds_what_they_may_not_see(house: House, now: datetime) -> None:
    incident = house.open(now)
    assert [line.incident for line in list_of(house.auditor, ALL, None, now).lines] == [incident]
    for user in (house.stranger, house.admin, house.guest):
        assert list_of(user, Wanted(incident.reference), None, now).lines == ()


def test_list_and_home_cost_the_same_for_two_and_for_sixty(
    client: Client, house: House, django_assert_num_queries: Any
) -> None:
    many(house, 2, 5, house.stranger)
    client.force_login(house.stranger)
    client.get("/incidents/")  # the first request of a session stores it

    def asked(path: str) -> int:
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        assert client.get(path).status_code == 200
        return len(connection.queries)

    few = asked("/"), asked("/incidents/")
    many(house, 60, 40, house.stranger, year=2024)
    assert (asked("/"), asked("/incidents/")) == few
    assert len(list_of(house.stranger, ALL, None, START).lines) == PAGE
    home = home_of(house.stranger, START)
    assert (len(home.incidents), home.open_count, home.has_more) == (MOST_INCIDENTS, 62, True)


def test_the_first_clock_is_found_by_its_index(house: House) -> None:
    many(house, 40, 40, house.stranger)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = list_query(house).explain()
    assert "obligation_first" in plan


def list_query(house: House) -> Any:
    return list_of(house.stranger, ALL, None, START).page.paginator.object_list


def test_the_page_keeps_words_and_shows_both_languages(client: Client, house: House, now: datetime) -> None:
    incident = house.open(now)
    client.force_login(house.responder)
    english = client.get("/incidents/", {"text": "shop <b>", "phase": "wrong"}).content.decode()
    assert 'value="shop &lt;b&gt;"' in english
    assert incident.reference not in english
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    french = client.get("/incidents/").content.decode()
    assert incident.reference in french
    assert "Tout ce que vous pouvez voir" in french
