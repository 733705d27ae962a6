"""A regime switched off for the house: kept, explained, seen in every running incident, and on again."""

from datetime import datetime, timedelta

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, Obligation, Party, RegimeAnswer, RegimeSwitch
from breach.queries.law_changes import behind
from breach.services.incidents import move_incident
from breach.services.law_changes import recompute_some
from breach.services.switches import switch_off, switch_on
from tests.house import House
from tests.notifications.views.case import decide

GDPR = "eu_gdpr_controller"
LIVE = ["provisional", "running"]


@pytest.fixture
def running(house: House) -> House:
    return decide(house)


def owed(house: House) -> dict[tuple[str, str], Obligation]:
    rows = Obligation.objects.filter(party=house.party, regime=GDPR, state__in=LIVE)
    return {(row.to, row.phase): row for row in rows}


def standing(house: House, regime: str = GDPR) -> RegimeAnswer | None:
    return (
        RegimeAnswer.objects.filter(party=house.party, regime=regime, ended_at=None).order_by("-pk").first()
    )


def test_off_ends_the_clocks_says_what_they_asked_and_loses_nothing(running: House, now: datetime) -> None:
    before = owed(running)
    switch = switch_off(actor=running.manager, regime=GDPR, reason="Filed by the parent company.", now=now)
    assert set(behind()) == {running.party}
    assert recompute_some(now=now) == 0
    assert owed(running) == {}
    for row in before.values():
        row.refresh_from_db()
        assert (row.state, bool(row.due)) == ("ended", row.due is not None)
    answer = standing(running)
    assert answer is not None
    assert (answer.outcome, answer.detail["switch"]) == ("switched_off", switch.uid)
    asked = {(one["to"], one["phase"]): one["due"] for one in answer.detail["would"]}
    assert asked == {key: row.due.isoformat() if row.due else None for key, row in before.items()}


def test_on_again_runs_the_same_clock_and_keeps_both_answers(running: House, now: datetime) -> None:
    before = {key: row.due for key, row in owed(running).items()}
    for step, minutes in ((switch_off, 1), (switch_on, 2)):
        at = now + timedelta(minutes=minutes)
        step(actor=running.manager, regime=GDPR, reason="because", now=at)
        recompute_some(now=at)
    assert {key: row.due for key, row in owed(running).items()} == before
    answers = RegimeAnswer.objects.filter(party=running.party, regime=GDPR)
    assert [(row.outcome, row.ended_at) for row in answers] == [("switched_off", now + timedelta(minutes=2))]


def test_a_regime_that_would_not_apply_keeps_its_reason(running: House, now: datetime) -> None:
    switch_off(actor=running.admin, regime="jp_appi", reason="No business in Japan.", now=now)
    recompute_some(now=now)
    answer = standing(running, "jp_appi")
    assert answer is not None
    assert (answer.outcome, answer.detail["would"]) == ("switched_off", [])
    assert answer.detail["reason"]["code"]


def test_closed_incidents_stay_as_they_were(running: House, now: datetime) -> None:
    move_incident(actor=running.manager, incident=running.incident, phase="closed", reasons="Done.", now=now)
    switch_off(actor=running.manager, regime=GDPR, reason="because", now=now)
    assert not behind().exists()
    assert owed(running)


def test_the_house_chain_holds_who_and_what_but_not_the_words(running: House, now: datetime) -> None:
    row = switch_off(actor=running.manager, regime=GDPR, reason="Advice of Ms Valmont.", now=now)
    entry = Entry.objects.filter(chain="house").order_by("-seq")[0]
    assert (entry.action, entry.subject, entry.actor_uid) == (
        "regime.switched_off",
        row.uid,
        running.manager.uid,
    )
    assert "eu_gdpr_controller" in entry.body
    assert "Valmont" not in entry.body


def test_refusals_leave_nothing(running: House, now: datetime) -> None:
    for actor in (running.responder, running.auditor):
        with pytest.raises(Forbidden):
            switch_off(actor=actor, regime=GDPR, reason="no", now=now)
    with pytest.raises(BadInput, match="No regime"):
        switch_off(actor=running.manager, regime="eu_nothing", reason="no", now=now)
    with pytest.raises(BadInput, match="Say why"):
        switch_off(actor=running.manager, regime=GDPR, reason="  ", now=now)
    with pytest.raises(Conflict):
        switch_on(actor=running.manager, regime=GDPR, reason="no", now=now)
    assert not RegimeSwitch.objects.exists()
    assert Party.objects.get(pk=running.party.pk).law_seen == 0
