"""Two workers at once: exactly one takes a letter, on both databases."""

import threading
from datetime import datetime

import pytest
from django.db import connection, connections, transaction

from notifications.models import Attempt, PersonNotice
from notifications.services.delivery import claim
from notifications.services.prepare import prepare_some
from notifications.states import Channel, PersonState
from tests.house import House, build_house
from tests.notifications.campaign import add_people, released


@pytest.fixture
def row(transactional_db: None, now: datetime) -> PersonNotice:
    house: House = build_house(now)
    house.open(now)
    add_people(house, now)
    notice = released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    return notice.people.filter(state=PersonState.PENDING, channel=Channel.EMAIL).order_by("pk")[0]


def test_of_two_claims_at_once_one_gets_the_letter(row: PersonNotice, now: datetime) -> None:
    """The second worker's claim begins while the first one's is not committed: on PostgreSQL it waits for the row."""
    claimed, taken = threading.Event(), []

    def take(first: bool) -> None:
        try:
            if not first:
                assert claimed.wait(timeout=20)
            if first and connection.vendor == "postgresql":
                with transaction.atomic():
                    taken.append(claim(row=row, transport="smtp", letter_date=now.date(), now=now))
                    claimed.set()
                    threading.Event().wait(0.5)  # long enough for the second to arrive at the row
            else:
                taken.append(claim(row=row, transport="smtp", letter_date=now.date(), now=now))
                claimed.set()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=take, args=(first,)) for first in (True, False)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    assert sorted(one is None for one in taken) == [False, True]
    assert Attempt.objects.filter(person_notice=row).count() == 1
