"""What is marked about people decides who is on a notice, before it is approved and after."""

from datetime import datetime

import pytest

from breach.models import Person
from breach.services import marks
from notifications.addressing import NoticeLetters, address
from notifications.contents import frozen_content
from notifications.letters.compose import compose
from notifications.models import Notice
from notifications.queries.notices import reconcile, variants
from notifications.services import notices
from notifications.services.delivery import leave_out_departed
from notifications.services.prepare import prepare_some
from tests.house import House
from tests.notifications import campaign

GUARDIAN = {"full_name": "Eva Stein", "street": "Weg 9", "postcode": "10117", "city": "Berlin"}
CHILD = {"full_name": "Mia Stein", "email": "mia@mail.example", "birth_date": "2015-02-03", **campaign.BERLIN}


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


def mark(house: House, name: str, kind: str, now: datetime, contact: dict[str, str] | None = None) -> Person:
    names = [values["full_name"] for values in (*campaign.PEOPLE, CHILD)]
    person = Person.objects.order_by("pk")[names.index(name)]
    marks.mark(
        actor=house.responder, person=person, kind=kind, contact=contact or {}, reason="known", now=now
    )
    return person


def rows(notice: Notice) -> list[tuple[str, str, str, str]]:
    return list(notice.people.order_by("person").values_list("addressee", "channel", "state", "reason"))


def test_a_notice_says_whom_it_leaves_out_and_why(case: House, now: datetime) -> None:
    mark(case, "Amélie Durand", "do_not_write", now)
    mark(case, "Bruno Keller", "deceased", now)
    mark(case, "Cléo Martin", "represented", now, {"full_name": "Maître Roux", "email": "roux@law.example"})

    notice = campaign.draft(case, now)
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)

    assert rows(notice) == [
        ("nobody", "none", "withheld", "do_not_write"),
        ("no_kin", "none", "withheld", "no_kin"),
        ("representative", "none", "withheld", "own_letter"),
        ("self", "email", "listed", ""),
        ("self", "none", "unreachable", "no_channel"),
    ]


def test_a_mark_that_ended_puts_the_person_back_before_submission(case: House, now: datetime) -> None:
    person = mark(case, "Amélie Durand", "do_not_write", now)
    notice = campaign.draft(case, now)
    approval = notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    notices.decide(
        actor=case.manager, notice=notice, digest=approval.digest, approve=False, reason="look again", now=now
    )
    notice.refresh_from_db()

    made = person.sources.latest("pk").mark
    marks.end_mark(actor=case.responder, mark=made, reason="asked for it after all", now=now)
    notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)

    assert rows(notice)[0] == ("self", "email", "listed", "")


def test_a_mark_made_after_release_stops_the_letter_and_the_sums_stay(case: House, now: datetime) -> None:
    notice = campaign.released(case, now)
    while prepare_some(notice=notice, now=now):
        pass
    mark(case, "Amélie Durand", "do_not_write", now)
    mark(case, "Bruno Keller", "represented", now, {"full_name": "Ina Roth", "email": "roth@law.example"})

    assert leave_out_departed(notice) == 2

    assert rows(notice)[:3] == [
        ("self", "email", "withheld", "do_not_write"),
        ("self", "email", "withheld", "own_letter"),
        ("self", "post", "pending", ""),
    ]
    assert reconcile(notice).approved == 5


def test_the_next_of_kin_get_a_letter_of_condolence(case: House, now: datetime) -> None:
    mark(case, "Bruno Keller", "deceased", now, {"full_name": "Ina Keller", "email": "ina@mail.example"})

    notice = campaign.released(case, now)
    while prepare_some(notice=notice, now=now):
        pass

    row = notice.people.order_by("person")[1]
    assert (row.addressee, row.channel, row.state) == ("next_of_kin", "email", "pending")
    (addressed,) = address(notice, [row])
    (pressed,) = NoticeLetters.of(notice).letters([row.pk])
    assert addressed.recipient == pressed.recipient
    assert (addressed.recipient.full_name, addressed.recipient.next_of_kin) == ("Bruno Keller", "Ina Keller")
    assert (addressed.person.email, addressed.recipient.city) == ("ina@mail.example", "Berlin")
    letter = compose(frozen_content(notice), addressed.recipient, date=now.date())
    assert (letter.body.key.form, letter.personal.address[0]) == ("next_of_kin", "Ina Keller")
    assert "next_of_kin" in {one.key.form for one in variants(notice)}


def test_a_minors_letter_goes_to_the_verified_guardian(case: House, now: datetime) -> None:
    campaign.add_people(case, now, CHILD)
    mark(case, "Mia Stein", "guardian", now, GUARDIAN)

    notice = campaign.released(case, now)
    while prepare_some(notice=notice, now=now):
        pass

    row = notice.people.order_by("person").last()
    assert row is not None
    assert (row.addressee, row.channel, row.state) == ("guardian", "post", "pending")
    (addressed,) = address(notice, [row])
    (pressed,) = NoticeLetters.of(notice).letters([row.pk])
    assert addressed.recipient == pressed.recipient
    assert (addressed.recipient.full_name, addressed.recipient.guardian) == ("Mia Stein", "Eva Stein")
    assert (addressed.recipient.address_lines, addressed.recipient.postcode) == (("Weg 9",), "10117")
    assert addressed.person.email == ""
