"""One incident by hand in the browser, from the first report to the proof, with three main logins."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from notifications.demo.mailbox import Post
from notifications.demo.stage import Times
from tests.browser.conftest import Hands, Work
from tests.browser.pages import Person, Watch
from tests.browser.path import case, closing, letters, persons, telling
from tests.browser.path.cast import Cast
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.queue, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(
    house: House, come_in: Callable[..., Person], work: Work, post: Post, hands: Hands, tmp_path: Path
) -> Cast:
    return Cast(
        house=house,
        responder=come_in(house.responder.email),
        manager=come_in(house.manager.email),
        second=come_in(house.second_manager.email),
        deputy=come_in(house.deputy.email),
        officer=come_in(house.officer.email),
        auditor=come_in(house.auditor.email),
        work=work,
        post=post,
        hands=hands,
        folder=tmp_path,
        times=Times.before(hands.now()),
    )


def test_one_incident_from_report_to_proof(cast: Cast, watch: Watch) -> None:
    case.open_incident(cast)
    case.log_events(cast)
    case.decide_awareness(cast)
    case.run_playbook(cast)
    case.first_facts(cast)
    telling.first_filing(cast)
    persons.load_people(cast)
    persons.assess(cast)
    letters.write(cast)
    letters.send(cast)
    letters.late_one(cast)
    letters.totals(cast)
    telling.follow_up(cast, cast.found["people"])
    closing.report(cast)
    closing.register(cast)
    closing.ledger(cast)
    closing.auditor_sees_all(cast)
    assert named(watch, cast.found["personal"]) == []
    assert watch.problems == []


def named(watch: Watch, personal: set[str]) -> list[str]:
    """Addresses that a browser asked for and that hold something personal of an affected person."""
    asked = {unquote_plus(address).casefold() for address in watch.addresses}
    return sorted(value for value in personal if any(value in address for address in asked))
