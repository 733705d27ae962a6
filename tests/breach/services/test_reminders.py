"""Alarms are rows that are due and not sent: none lost in an outage, none sent twice, none for a superseded clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from breach.models import InAppNotice, Obligation, Reminder
from breach.services.awareness import set_awareness
from breach.services.obligations import mark_met
from breach.services.reminders import send_due
from tests.house import House

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def clocked(house: House) -> House:
    house.open(START)
    set_awareness(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        state="decided",
        instant=START,
        zone="Europe/Paris",
        reasons="Logs.",
        now=START,
    )
    return house


def authority_clock(house: House) -> Obligation:
    return Obligation.objects.get(
        party=house.party,
        regime="eu_gdpr_controller",
        to="authority",
        phase="initial",
        state__in=["running", "provisional"],
    )


def sent(house: House) -> list[tuple[str, bool]]:
    rows = Reminder.objects.filter(obligation=authority_clock(house)).exclude(sent_at=None)
    return [(row.mark, row.late) for row in rows.order_by("due")]


def test_each_alarm_goes_out_once_when_due(clocked: House) -> None:
    assert send_due(now=START + timedelta(hours=35, minutes=59)) == 0
    assert send_due(now=START + timedelta(hours=36)) == 1
    assert send_due(now=START + timedelta(hours=36, minutes=1)) == 0
    assert sent(clocked) == [("50", False)]
    members = {clocked.responder, clocked.manager, clocked.second_manager, clocked.deputy, clocked.officer}
    assert {notice.user for notice in InAppNotice.objects.filter(kind="clock")} == members
    assert {one.to[0] for one in mail.outbox} == {user.email for user in members}
    assert {one.subject for one in mail.outbox} == {"2026-0001: a deadline needs you"}


def test_after_three_days_without_a_sweep_the_late_ones_go_out_once_marked_late(clocked: House) -> None:
    after = START + timedelta(hours=72, minutes=5)
    assert send_due(now=after) == 5
    assert send_due(now=after) == 0
    assert sent(clocked) == [("50", True), ("75", True), ("90", True), ("hour", True), ("end", False)]


def test_a_corrected_clock_has_alarms_of_its_own_and_the_old_ones_are_called_off(clocked: House) -> None:
    set_awareness(
        actor=clocked.manager,
        incident=clocked.incident,
        party=clocked.party,
        state="corrected",
        instant=START - timedelta(hours=10),
        zone="Europe/Paris",
        reasons="The first mail held the proof.",
        now=START + timedelta(hours=1),
    )
    assert send_due(now=START + timedelta(hours=26)) == 1
    assert sent(clocked) == [("50", False)]
    assert Reminder.objects.exclude(withdrawn_at=None).filter(sent_at=None).exists()


def test_a_claim_left_by_a_dead_sweep_is_taken_up_again(clocked: House) -> None:
    due = START + timedelta(hours=36)
    Reminder.objects.filter(mark="50").update(claimed_at=due)
    assert send_due(now=due + timedelta(minutes=5)) == 0
    assert send_due(now=due + timedelta(minutes=11)) == 1


def test_a_met_clock_is_silent(clocked: House) -> None:
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
    assert not Reminder.objects.filter(
        obligation__regime="eu_gdpr_controller",
        obligation__phase="initial",
        obligation__to="authority",
        withdrawn_at=None,
    ).exists()
