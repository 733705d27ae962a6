from datetime import datetime, timedelta
from typing import Any

import pytest

from breach.queries.home import home_of
from tests.house import House

pytestmark = pytest.mark.django_db


def test_home_lists_only_incidents_that_the_reader_may_see(house: House, now: datetime) -> None:
    incident = house.open(now)
    assert [line.incident for line in home_of(house.responder, now).incidents] == [incident]
    assert [line.incident for line in home_of(house.auditor, now).incidents] == [incident]
    assert home_of(house.stranger, now).incidents == ()
    assert home_of(house.admin, now).incidents == ()


def test_home_costs_the_same_queries_for_one_and_three_incidents(
    house: House, now: datetime, django_assert_num_queries: Any
) -> None:
    house.open(now)
    with django_assert_num_queries(7) as one:
        home_of(house.responder, now)
    for hours in (1, 2):
        house.open(now + timedelta(hours=hours))
    with django_assert_num_queries(len(one)):
        assert len(home_of(house.responder, now).incidents) == 3
