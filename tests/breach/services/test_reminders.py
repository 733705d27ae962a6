"""Alarms are planned for everybody in charge, by each channel, and follow the clock, the people and the house's marks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from breach.errors import BadInput, Forbidden
from breach.models import Entry, Membership, Obligation, Reminder
from breach.services import reminders
from breach.services.accounts import create_account
from breach.services.incidents import add_member
from breach.services.obligations import mark_met
from breach.services.reminder_plans import set_marks, standing_marks
from breach.services.reminders import replan_outdated
from tests.breach.services.clocked import START, authority_clock, begin, decide, rows
from tests.house import House

HOURS = {"50": 36, "75": 54, "90": 64.8, "1h": 71, "end": 72}


@pytest.fixture
def clocked(house: House) -> House:
    return begin(house)


def planned(obligation: Obligation) -> dict[str, set[tuple[str, str]]]:
    """Channel and person of every alarm that is to come, by mark."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in Reminder.objects.filter(obligation=obligation, state="planned").select_related("user"):
        found.setdefault(one.mark, set()).add((one.channel, one.user.email if one.user else ""))
    return found


def test_everybody_in_charge_has_every_mark_by_each_channel(clocked: House) -> None:
    everybody = {
        (channel, user.email)
        for user in (
            clocked.responder,
            clocked.manager,
            clocked.second_manager,
            clocked.deputy,
            clocked.officer,
        )
        for channel in ("in_app", "email")
    }
    clock = authority_clock(clocked)
    assert planned(clock) == dict.fromkeys(HOURS, everybody)
    dues = dict(Reminder.objects.filter(obligation=clock).values_list("mark", "due"))
    assert dues == {mark: START + timedelta(hours=hours) for mark, hours in HOURS.items()}


def test_auditors_and_people_without_an_account_are_not_alarmed(clocked: House) -> None:
    add_member(actor=clocked.manager, incident=clocked.incident, user=clocked.auditor, now=START)
    assert not Reminder.objects.filter(user=clocked.auditor).exists()
    assert not Reminder.objects.filter(user=clocked.stranger).exists()


def test_a_drill_alarms_inside_the_application_only(house: House) -> None:
    begin(house, drill=True)
    assert set(Reminder.objects.values_list("channel", flat=True)) == {"in_app"}


def test_a_clock_corrected_twice_keeps_its_history_and_one_set_of_alarms(clocked: House) -> None:
    first = authority_clock(clocked)
    decide(clocked, START - timedelta(hours=10), START + timedelta(hours=1), "corrected")
    second = authority_clock(clocked)
    decide(clocked, START - timedelta(hours=4), START + timedelta(hours=2), "corrected")
    third = authority_clock(clocked)
    for old in (first, second):
        assert {state for _mark, state, _late in rows(old)} == {"withdrawn"}
        assert set(Reminder.objects.filter(obligation=old).values_list("note", flat=True)) == {"superseded"}
        old.refresh_from_db()
        assert old.called_off_at is not None
    due = START - timedelta(hours=4) + timedelta(hours=72)
    assert third.due == due
    coming = Reminder.objects.filter(obligation=third, channel="email", user=clocked.manager, state="planned")
    assert {one.mark: one.due for one in coming} == {
        mark: due - timedelta(hours=72 - hours) for mark, hours in HOURS.items()
    }


def test_a_clock_that_appears_late_is_announced_at_once_by_the_last_mark_that_passed(house: House) -> None:
    house.open(START)
    now = START + timedelta(hours=55)
    decide(house, START, now)
    clock = authority_clock(house)
    assert rows(clock, user=house.manager) == [
        ("75", "planned", False),
        ("90", "planned", False),
        ("1h", "planned", False),
        ("end", "planned", False),
    ]
    announced = Reminder.objects.filter(obligation=clock, mark="75").first()
    assert announced is not None
    assert announced.due == now


def test_what_was_said_of_a_clock_with_the_same_end_is_not_said_again(house: House) -> None:
    house.open(START)
    decide(house, START, START, "suspected")
    clock = authority_clock(house)
    Reminder.objects.filter(obligation=clock, mark="50").update(state="sent")
    decide(house, START, START + timedelta(hours=40))
    decided = authority_clock(house)
    assert decided.pk != clock.pk
    assert decided.due == clock.due
    assert [mark for mark, _state, _late in rows(decided, user=house.manager)] == ["75", "90", "1h", "end"]


def test_whoever_joins_gets_the_coming_alarms_and_no_old_ones(clocked: House) -> None:
    now = START + timedelta(hours=40)
    add_member(actor=clocked.manager, incident=clocked.incident, user=clocked.stranger, now=now)
    clock = authority_clock(clocked)
    for channel in ("in_app", "email"):
        assert [mark for mark, _state, _late in rows(clock, channel, clocked.stranger)] == [
            "75",
            "90",
            "1h",
            "end",
        ]


def test_joining_a_clock_that_was_met_plans_nothing(clocked: House) -> None:
    mark_met(
        actor=clocked.manager,
        incident=clocked.incident,
        party=clocked.party,
        regime="eu_gdpr_controller",
        to="authority",
        phase="initial",
        at=START + timedelta(hours=2),
        now=START + timedelta(hours=2),
    )
    met = Obligation.objects.get(state="met")
    assert {state for _mark, state, _late in rows(met)} == {"withdrawn"}
    assert met.called_off_at == START + timedelta(hours=2)
    add_member(actor=clocked.manager, incident=clocked.incident, user=clocked.stranger, now=START)
    assert rows(met, user=clocked.stranger) == []


def test_one_alarm_per_recipient_is_held_by_the_database(clocked: House) -> None:
    row = Reminder.objects.filter(obligation=authority_clock(clocked), channel="email").first()
    assert row is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(
            obligation=row.obligation,
            mark=row.mark,
            channel=row.channel,
            user=row.user,
            due=row.due,
            next_try_at=row.due,
            created_at=START,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(
            obligation=row.obligation,
            mark="x",
            channel="webhook",
            user=row.user,
            due=row.due,
            next_try_at=row.due,
            created_at=START,
        )


# --- the house's marks -----------------------------------------------------------------------------------


def test_new_marks_are_planned_for_running_clocks_by_the_sweep_with_history(clocked: House) -> None:
    now = START + timedelta(hours=40)
    clock = authority_clock(clocked)
    Reminder.objects.filter(mark="50").update(state="sent", settled_at=now)
    assert replan_outdated(now=now) == 0
    set_marks(actor=clocked.admin, shares=[50, 80], hours_before=[24, 2], now=now)
    clocks = Obligation.objects.filter(urgency__isnull=False, due__gt=now).count()
    assert replan_outdated(now=now) == clocks
    assert replan_outdated(now=now) == 0
    states = [(mark, state) for mark, state, _late in rows(clock, user=clocked.manager)]
    assert sorted(states) == sorted(
        [
            ("50", "sent"),
            ("75", "withdrawn"),
            ("90", "withdrawn"),
            ("1h", "withdrawn"),
            ("end", "withdrawn"),
            ("80", "planned"),
            ("24h", "planned"),
            ("2h", "planned"),
            ("end", "planned"),
        ]
    )
    assert set(Reminder.objects.filter(state="withdrawn").values_list("note", flat=True)) == {"replanned"}
    entry = Entry.objects.get(action="reminders.replanned")
    assert entry.chain == clocked.incident.chain
    assert Entry.objects.filter(chain="house", action="reminders.marks_set").count() == 1


def test_an_alarm_that_is_due_and_not_sent_stays_when_marks_change(clocked: House) -> None:
    now = START + timedelta(hours=40)
    set_marks(actor=clocked.admin, shares=[60], hours_before=[], now=now)
    replan_outdated(now=now)
    assert ("50", "planned", False) in rows(authority_clock(clocked), "email", clocked.manager)


@pytest.mark.parametrize(
    ("shares", "hours", "place"),
    [
        ([0], [], "shares"),
        ([100], [], "shares"),
        ([50, 50], [], "shares"),
        (range(1, 10), [], "shares"),
        ([50], [0], "hours_before"),
        ([50], [721], "hours_before"),
    ],
)
def test_marks_that_make_no_sense_are_refused_and_nothing_is_kept(
    house: House, shares: Any, hours: Any, place: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        set_marks(actor=house.admin, shares=list(shares), hours_before=hours, now=START)
    assert refusal.value.place == place
    assert refusal.value.mend
    assert standing_marks().version is None


def test_marks_are_an_administrators_to_set(house: House) -> None:
    with pytest.raises(Forbidden):
        set_marks(actor=house.manager, shares=[50], hours_before=[], now=START)


def test_a_short_clock_has_no_mark_before_it_begins(house: House) -> None:
    instants = standing_marks().instants(START, START + timedelta(minutes=30))
    assert list(instants) == ["50", "75", "90", "end"]


def test_planning_costs_the_same_queries_for_one_and_for_six_people(
    house: House, django_assert_max_num_queries: Any
) -> None:
    begin(house)
    clock = authority_clock(house)
    Reminder.objects.all().delete()
    with django_assert_max_num_queries(6):
        reminders.plan(clocks=[clock], now=START)
    for number in range(6):
        user = create_account(
            actor=house.admin,
            email=f"m{number}@example.org",
            name=f"M{number}",
            role="manager",
            password="x" * 20,
            now=START,
        )
        Membership.objects.create(incident=house.incident, user=user, created_at=START)
    Reminder.objects.all().delete()
    with django_assert_max_num_queries(6):
        made = reminders.plan(clocks=[clock], now=START)
    assert len(made) == 11 * 2 * 5
