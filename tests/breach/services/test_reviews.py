"""A decision that is to be looked at again alarms those who decide: once, on its day, planned anew with another day."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Decision, Entry, InAppNotice, Membership, Reminder, ReminderPlan
from breach.services.alarms import send_due
from breach.services.incidents import add_member
from breach.services.reminders import replan_outdated
from breach.services.reviews import move_review
from tests.breach.services.deciding import open_with_facts, take
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 27)
AT = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)  # 8 in Paris


@pytest.fixture
def known(house: House) -> House:
    return open_with_facts(house, NOW)


def alarms(row: Decision) -> set[tuple[str, str, datetime, str]]:
    rows = Reminder.objects.filter(decision=row)
    return {(one.user.name.split()[0], one.channel, one.due, one.state) for one in rows if one.user}


def expected(at: datetime, state: str = "planned") -> set[tuple[str, str, datetime, str]]:
    return {(who, how, at, state) for who in ("Maud", "Samir", "Dora") for how in ("in_app", "email")}


def notices() -> list[str]:
    rows = InAppNotice.objects.filter(kind="decision_review").order_by("pk")
    return [one.user.name.split()[0] for one in rows]


def test_the_day_alarms_those_who_may_decide_in_the_morning_where_the_incident_is(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    assert alarms(row) == expected(AT)


def test_it_goes_out_once_however_often_the_sweep_asks(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    send_due(now=AT - timedelta(minutes=1))
    assert notices() == []
    before = len(mail.outbox)
    for _again in range(3):
        send_due(now=AT)
    assert sorted(notices()) == ["Dora", "Maud", "Samir"]
    sent = mail.outbox[before:]
    assert sorted(one.to[0] for one in sent) == ["dora@example.org", "maud@example.org", "samir@example.org"]
    assert all(known.incident.reference in one.subject and "Weighed" not in one.body for one in sent)
    assert alarms(row) == expected(AT, "sent")
    entries = Entry.objects.filter(action="reminder.sent", subject=row.uid)
    assert {json.loads(one.body)["data"]["mark"] for one in entries} == {"review 202611270700"}


def test_after_an_outage_it_goes_out_late_and_says_so(known: House) -> None:
    take(known, NOW, "wait", review_on=FRIDAY)
    send_due(now=AT + 3 * DAY)
    assert InAppNotice.objects.filter(kind="decision_review", values__late=True).count() == 3


def test_another_day_calls_off_what_was_planned(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    move_review(actor=known.manager, decision=row, review_on=FRIDAY + 3 * DAY, now=NOW + DAY)
    row.refresh_from_db()
    assert row.review_on == FRIDAY + 3 * DAY
    assert alarms(row) == expected(AT, "withdrawn") | expected(AT + 3 * DAY)
    send_due(now=AT)
    assert notices() == []
    send_due(now=AT + 3 * DAY)
    assert len(notices()) == 3
    moved = json.loads(Entry.objects.get(action="decision.review_moved").body)["data"]
    assert moved == {"old": "2026-11-27", "new": "2026-11-30", "alarms": 6}


def test_the_same_day_again_is_asked_again(known: House) -> None:
    """There and back: what was called off does not stand in the way."""
    row = take(known, NOW, "wait", review_on=FRIDAY)
    for day in (FRIDAY + DAY, FRIDAY):
        move_review(actor=known.manager, decision=row, review_on=day, now=NOW)
    send_due(now=AT)
    assert len(notices()) == 3


def test_another_decision_takes_the_place_of_the_review(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    other = take(known, NOW, "wait", "authority", review_on=FRIDAY)
    take(known, NOW, "notify")
    assert (alarms(row), alarms(other)) == (expected(AT, "withdrawn"), expected(AT))
    with pytest.raises(Conflict, match="taken its place"):
        move_review(actor=known.manager, decision=row, review_on=FRIDAY, now=NOW)


def test_who_left_is_not_told_and_who_joins_is(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    Membership.objects.filter(incident=known.incident, user=known.deputy).delete()
    Membership.objects.filter(incident=known.incident, user=known.second_manager).delete()
    add_member(actor=known.manager, incident=known.incident, user=known.second_manager, now=NOW + DAY)
    add_member(actor=known.manager, incident=known.incident, user=known.stranger, now=NOW + DAY)
    send_due(now=AT)
    assert sorted(notices()) == ["Maud", "Samir"]
    assert {how for who, how, _at, state in alarms(row) if who == "Dora" and state == "withdrawn"} == {
        "in_app",
        "email",
    }


def test_a_drill_stays_inside(house: House) -> None:
    open_with_facts(house, NOW, drill=True)
    row = take(house, NOW, "wait", review_on=FRIDAY)
    assert {how for _who, how, _at, _state in alarms(row)} == {"in_app"}


def test_new_marks_of_the_house_leave_reviews_alone(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    ReminderPlan.objects.create(shares=[60], hours_before=[2], created_at=NOW)
    replan_outdated(now=NOW)
    assert alarms(row) == expected(AT)


def test_a_day_that_has_passed_is_refused_and_today_is_said_at_once(known: House) -> None:
    with pytest.raises(BadInput, match="This day has passed"):
        take(known, NOW, "wait", review_on=NOW.date() - DAY)
    assert not Decision.objects.exists()
    row = take(known, NOW, "wait", review_on=NOW.date())
    assert alarms(row) == expected(NOW)


def test_only_who_decides_moves_the_day(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    for user in (known.responder, known.officer, known.auditor):
        with pytest.raises(Forbidden):
            move_review(actor=user, decision=row, review_on=FRIDAY, now=NOW)
