"""An approved list stays as it was; what was done to people since stands beside it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from breach.models import Person
from breach.services import marks, people
from notifications.models import Notice
from notifications.queries import differences
from notifications.queries.differences import Difference
from notifications.services import notices
from notifications.states import PersonState
from tests.breach.services.test_intake import load
from tests.house import House
from tests.notifications import campaign


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


def named(case: House, number: int) -> Person:
    return case.party.person_rows.order_by("pk")[number]


def found(notice: Notice) -> dict[str, int]:
    return {kind.value: count for kind, count in differences.counts(notice).items()}


def test_a_draft_and_an_untouched_list_have_no_difference(case: House, now: datetime) -> None:
    draft = campaign.draft(case, now)
    people.correct_contact(
        actor=case.responder, person=named(case, 0), values={"email": "new@mail.example"}, reason="x", now=now
    )
    assert found(draft) == {}
    with pytest.raises(ValueError, match="draft"):
        differences.differing(draft, Difference.LATE)

    assert found(campaign.approved(case, now, draft)) == {}


def test_every_change_since_submission_is_told_once(case: House, now: datetime) -> None:
    notice, later = campaign.approved(case, now), now + timedelta(hours=1)
    act: dict[str, Any] = {"actor": case.responder, "now": later}
    people.correct_contact(person=named(case, 0), values={"email": "new@mail.example"}, reason="x", **act)
    marks.mark(person=named(case, 1), kind="deceased", contact={}, reason="x", **act)
    people.remove(person=named(case, 2), reason="x", **act)
    people.remove(person=named(case, 3), reason="x", **act)
    people.restore(person=named(case, 3), reason="x", **act)
    campaign.add_people(case, later, {"full_name": "Late Latour", "language": "fr", **campaign.PARIS})

    assert found(notice) == {"late": 1, "corrected": 1, "marked": 1, "removed": 1, "restored": 1}
    (one,) = differences.page(notice, Difference.REMOVED).people
    assert (one.person, one.row, one.at, one.by) == (
        named(case, 2),
        notice.people.get(person=named(case, 2)),
        later,
        case.responder.name,
    )
    (late,) = differences.page(notice, Difference.LATE).people
    assert (late.row, late.at, late.by) == (None, later, case.responder.name)
    # The list itself has not moved.
    assert (notice.people.count(), notices.digest_now(notice)) == (5, notice.digest)


def test_a_later_table_tells_of_more_kinds(case: House, now: datetime) -> None:
    notice = campaign.approved(case, now - timedelta(hours=1))

    load(case, "Nom;Courriel;IBAN\nAmélie Durand;amelie@mail.example;DE75512108001245126199\n")

    assert found(notice) == {"told_again": 1}
    (one,) = differences.page(notice, Difference.TOLD_AGAIN).people
    assert (one.person, one.new_kinds) == (named(case, 0), ("iban",))


def test_two_letters_to_one_person_are_told(case: House, now: datetime) -> None:
    twice = {"full_name": "Amélie Durand", "customer_number": "9", "language": "fr", **campaign.PARIS}
    (again,) = campaign.add_people(case, now, twice)
    notice = campaign.approved(case, now - timedelta(hours=1))

    load(case, "Nom;Courriel;N° client\nAmélie Durand;amelie@mail.example;9\n")

    assert found(notice) == {"told_again": 1, "merged": 1}
    (one,) = differences.page(notice, Difference.MERGED).people
    assert (one.person, one.row, one.at, one.by) == (again, notice.people.get(person=again), None, "")


def test_pages_follow_each_other(case: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "PAGE", 2)
    notice, later = campaign.approved(case, now), now + timedelta(hours=1)
    for number in range(3):
        people.remove(actor=case.responder, person=named(case, number), reason="x", now=later)

    first = differences.page(notice, Difference.REMOVED)
    rest = differences.page(notice, Difference.REMOVED, first.after or 0)

    assert [one.person for page in (first, rest) for one in page.people] == [named(case, n) for n in range(3)]
    assert (first.after, rest.after) == (named(case, 1).pk, None)


def test_whom_no_letter_reached_is_written_to_again_once_something_was_mended(
    case: House, now: datetime
) -> None:
    notice, later = campaign.released(case, now), now + timedelta(hours=1)
    nobody = notice.people.get(state=PersonState.UNREACHABLE).person
    assert list(differences.to_write_again(notice)) == []
    # Whoever was reached is not written to twice for a corrected address.
    for person in (nobody, named(case, 0)):
        people.correct_contact(
            actor=case.responder, person=person, values=campaign.PARIS, reason="called", now=later
        )
    assert list(differences.to_write_again(notice)) == [nobody]

    batch = notices.batch_for(actor=case.responder, notice=notice, people=[nobody.pk], now=later)
    assert list(differences.to_write_again(notice)) == []
    notices.withdraw(actor=case.responder, notice=batch, reason="x", now=later)
    assert list(differences.to_write_again(notice)) == [nobody]


@pytest.mark.parametrize(
    ("reason", "again"), [("removed", True), ("safety", False), ("told_otherwise", False)]
)
def test_a_letter_held_back_for_good_stays_so(case: House, now: datetime, reason: str, again: bool) -> None:
    notice, later = campaign.approved(case, now), now + timedelta(hours=1)
    row = notice.people.get(person=named(case, 2))
    notices.withhold_person(actor=case.responder, row=row, reason=reason, now=now)
    notices.release(actor=case.manager, notice=notice, now=now)

    people.correct_contact(
        actor=case.responder, person=named(case, 2), values=campaign.BERLIN, reason="moved", now=later
    )

    assert list(differences.to_write_again(notice)) == ([named(case, 2)] if again else [])


def test_the_count_of_queries_is_fixed(case: House, now: datetime, django_assert_num_queries: Any) -> None:
    notice, later = campaign.approved(case, now), now + timedelta(hours=1)
    people.remove(actor=case.responder, person=named(case, 0), reason="x", now=later)
    with django_assert_num_queries(3):
        differences.page(notice, Difference.REMOVED)
    for number in (1, 2, 3):
        people.remove(actor=case.responder, person=named(case, number), reason="x", now=later)
    with django_assert_num_queries(3):
        differences.page(notice, Difference.REMOVED)
