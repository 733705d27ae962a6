"""A decision opens again by itself when a fact takes its ground away, says which, and those who decide are told."""

import json
from datetime import datetime, timedelta

import pytest

from breach.models import Decision, Entry, InAppNotice
from breach.services.facts import update_facts
from breach.services.switches import switch_off
from tests.breach.services.deciding import open_with_facts, take, tell
from tests.house import House


@pytest.fixture
def known(house: House, now: datetime) -> House:
    return open_with_facts(house, now)


def state(row: Decision) -> tuple[datetime | None, list[str], int | None]:
    row.refresh_from_db()
    return (row.reopened_at, row.reopened_because, row.reopened_by.number if row.reopened_by else None)


STANDS = (None, [], None)


@pytest.mark.parametrize("outcome", ["do_not_notify", "wait", "notify"])
def test_a_decision_opens_again_by_a_fact_in_words(known: House, now: datetime, outcome: str) -> None:
    row = take(known, now, outcome, review_on=now.date() + timedelta(days=2))
    later = now + timedelta(hours=1)
    tell(known, later, records_total=9000)
    assert state(row) == STANDS
    version = tell(known, later, recipients="trusted")
    assert state(row) == (later, ["recipients"], version.number)


def test_small_steps_count_as_the_large_one_that_they_make(known: House, now: datetime) -> None:
    row = take(known, now)
    for people in (95, 99, 100):
        tell(known, now, people_total=people)
        assert state(row) == STANDS
    version = tell(known, now, people_total=101)
    assert state(row) == (now, ["people_total"], version.number)
    assert set(row.reopened_effect) == {"flags"}


def test_an_unknown_fact_that_settles_opens_a_no_again_and_leaves_a_yes(known: House, now: datetime) -> None:
    no, yes = take(known, now, "do_not_notify", "individuals"), take(known, now, "notify", "authority")
    tell(known, now, hashes_broken=True)
    assert (state(no)[1], state(yes)) == (["hashes_broken"], STANDS)


def test_what_the_rules_answer_otherwise_is_kept_and_entered(known: House, now: datetime) -> None:
    row = take(known, now, "notify")
    version = tell(known, now, exfiltration="excluded")
    row.refresh_from_db()
    assert row.reopened_effect["risk"] == ["high_risk", "unlikely"]
    assert row.reopened_effect["told"] == ["yes", "no"]
    assert row.reopened_effect["owed"] == [[["eu_gdpr_controller", "individuals"]], []]
    entry = Entry.objects.filter(action="decision.reopened").get()
    data = json.loads(entry.body)["data"]
    assert data == {
        "because": row.reopened_because,
        "facts": version.number,
        "effect": row.reopened_effect,
    }


def test_those_who_decide_are_told_once(known: House, now: datetime) -> None:
    row = take(known, now)
    tell(known, now, recipients="trusted")
    tell(known, now, recipients="public")
    told = InAppNotice.objects.filter(kind="decision_reopened")
    assert {one.user for one in told} == {known.manager, known.second_manager, known.deputy}
    assert [one.values for one in told] == [{"decision": row.uid}] * 3


def test_only_the_decision_that_stands_opens_again(known: House, now: datetime) -> None:
    first = take(known, now)
    second = take(known, now, "wait", review_on=now.date() + timedelta(days=1))
    tell(known, now, recipients="public")
    assert (state(first), state(second)[1]) == (STANDS, ["recipients"])
    third = take(known, now, "notify")
    assert state(third) == STANDS


def test_a_law_that_the_house_does_not_follow_opens_nothing(known: House, now: datetime) -> None:
    telecom = {"sectors": {"telecom_provider": True}}
    row = take(known, now, about="authority")
    version = tell(known, now, **telecom)
    assert state(row) == (now, ["sectors"], version.number)
    asking = {regime for side in row.reopened_effect["owed"] for regime, _to in side}
    tell(known, now, sectors=None)
    for regime in asking - {"eu_gdpr_controller"}:
        switch_off(actor=known.manager, regime=regime, reason="not ours", now=now)
    again = take(known, now, about="authority")
    tell(known, now, **telecom)
    assert state(again) == STANDS


def test_a_fact_taken_back_is_a_change_too(known: House, now: datetime) -> None:
    row = take(known, now, "notify")
    update_facts(
        actor=known.responder,
        incident=known.incident,
        party=known.party,
        changes={"exfiltration": None},
        reason="not sure",
        now=now,
    )
    assert state(row)[1] == ["exfiltration"]
