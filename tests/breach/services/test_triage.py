"""Triage: every move with its right, what it writes, and from when the clock of an incident runs."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Awareness, Entry, Event, Incident, Obligation, Suspicion, SuspicionState, TriageStep
from breach.services import triage
from breach.services.incidents import PartyData, move_incident
from breach.services.suspicions import add_word, report
from breach.services.triage import MOVES, Opening
from breach.timewords import read_moment
from tests.house import House

pytestmark = pytest.mark.django_db
WORDS = "The mailbox of the sales team sends mails that nobody wrote."
WHY = "Customers' addresses are in that mailbox."
PARIS = "Europe/Paris"
HOURS = timedelta(hours=72)


@pytest.fixture
def row(house: House, now: datetime) -> Suspicion:
    moment = read_moment("yesterday", now=now, zone=PARIS)
    return report(actor=house.auditor, link=None, text=WORDS, moment=moment, now=now).suspicion


def open_it(house: House, row: Suspicion, now: datetime, **values: Any) -> Incident:
    opening = Opening(
        "Mailbox taken over",
        "web_application",
        PARIS,
        PartyData(house.shop, establishment="FR", authority="fr"),
    )
    given: dict[str, Any] = {"actor": house.responder, "opening": opening, "reasons": WHY}
    return triage.open_from(suspicion=row, now=now, **(given | values))


def fresh(row: Suspicion) -> Suspicion:
    return Suspicion.objects.get(pk=row.pk)


def steps(row: Suspicion) -> list[tuple[str, str, Any]]:
    return [(one.state, one.reasons, one.created_by) for one in row.steps.all()]


def last_entry() -> Entry:
    return Entry.objects.filter(chain="house", action="suspicion.triaged").latest("seq")


def test_an_incident_opened_from_a_report_runs_from_when_it_came(
    house: House, now: datetime, row: Suspicion
) -> None:
    later = now + timedelta(hours=6)
    incident = open_it(house, row, later)
    party = incident.lead_party()
    suspected = Awareness.objects.get(party=party)
    assert (suspected.state, suspected.instant, suspected.reasons) == ("suspected", now, WHY)
    clock = Obligation.objects.get(
        party=party, regime="eu_gdpr_controller", to="authority", state="provisional", phase="initial"
    )
    assert clock.due == now + HOURS
    events = Event.objects.filter(incident=incident).order_by("pk")
    assert [(one.kind, one.is_report, one.occurred_from, one.known_at) for one in events] == [
        ("reported", True, now, now),
        ("observed", False, row.occurred_from, now),
    ]
    assert events[0].text == WORDS
    assert (fresh(row).state, fresh(row).incident) == ("incident", incident)
    assert steps(row) == [("incident", WHY, house.responder)]
    assert last_entry().data == {
        "old": "new", "new": "incident", "incident": incident.uid, "duplicate_of": None,
        "reasons_digest": row.steps.get().texts_digest, "merged": 0,
    }  # fmt: skip


def test_merged_reports_go_along_and_the_earliest_starts_the_clock(
    house: House, now: datetime, row: Suspicion
) -> None:
    stays = report(
        actor=house.manager, link=None, text="Strange mails.", now=now + timedelta(hours=2)
    ).suspicion
    triage.merge(
        actor=house.responder, suspicion=row, into=stays, reasons="The same.", now=now + timedelta(hours=3)
    )
    assert (fresh(row).state, fresh(row).duplicate_of) == ("duplicate", stays)
    incident = open_it(house, stays, now + timedelta(hours=4))
    assert Awareness.objects.get(party=incident.lead_party()).instant == now
    said = {one.text for one in Event.objects.filter(incident=incident, is_report=True)}
    assert said == {WORDS, "Strange mails."}
    assert last_entry().data["merged"] == 1


def test_a_report_joins_an_incident_and_its_clock_may_start_earlier(
    house: House, now: datetime, row: Suspicion
) -> None:
    add_word(suspicion=row, text="It goes on.", now=now + timedelta(minutes=5))
    later = now + timedelta(hours=6)
    incident = house.open(later)
    triage.join_incident(actor=house.responder, suspicion=row, incident=incident, reasons=WHY, now=later)
    clock = Obligation.objects.get(
        party=house.party, regime="eu_gdpr_controller", to="authority", state="provisional", phase="initial"
    )
    assert clock.due == now + HOURS
    assert [one.kind for one in Event.objects.filter(incident=incident).order_by("pk")] == [
        "reported", "observed", "note",
    ]  # fmt: skip
    assert (fresh(row).state, fresh(row).incident) == ("incident", incident)


def test_only_a_member_joins_and_only_what_is_open(house: House, now: datetime, row: Suspicion) -> None:
    incident = house.open(now)
    with pytest.raises(Forbidden):
        triage.join_incident(actor=house.stranger, suspicion=row, incident=incident, reasons=WHY, now=now)
    move_incident(actor=house.manager, incident=incident, phase="closed", reasons="Done.", now=now)
    incident.refresh_from_db()
    with pytest.raises(Conflict):
        triage.join_incident(actor=house.responder, suspicion=row, incident=incident, reasons=WHY, now=now)
    assert (fresh(row).state, TriageStep.objects.count()) == ("new", 0)


def test_no_breach_is_a_managers_decision_with_reasons(house: House, now: datetime, row: Suspicion) -> None:
    for user in (house.responder, house.auditor, house.admin, house.guest):
        with pytest.raises(Forbidden):
            triage.rule_out(actor=user, suspicion=row, reasons=WHY, now=now)
    with pytest.raises(BadInput) as refusal:
        triage.rule_out(actor=house.manager, suspicion=row, reasons=" ", now=now)
    assert refusal.value.place == "reasons"
    triage.rule_out(actor=house.manager, suspicion=row, reasons="A test mail of ours.", now=now)
    assert (fresh(row).state, steps(row)) == (
        "no_breach",
        [("no_breach", "A test mail of ours.", house.manager)],
    )
    assert "test mail" not in last_entry().body


def test_a_decision_is_taken_back_by_a_new_one(house: House, now: datetime, row: Suspicion) -> None:
    triage.rule_out(actor=house.manager, suspicion=row, reasons="Nothing.", now=now)
    triage.reopen(actor=house.responder, suspicion=row, reasons="A customer called.", now=now)
    incident = open_it(house, row, now)
    triage.reopen(actor=house.responder, suspicion=row, reasons="Wrong incident.", now=now)
    assert (fresh(row).state, fresh(row).incident) == ("new", None)
    assert [one[0] for one in steps(row)] == ["no_breach", "new", "incident", "new"]
    assert Incident.objects.get(pk=incident.pk).phase == "open"


def test_every_other_move_is_refused(house: House, now: datetime, row: Suspicion) -> None:
    other = report(actor=house.manager, link=None, text="The same mails.", now=now).suspicion
    act: dict[str, Any] = {
        "incident": lambda: open_it(house, row, now, actor=house.manager),
        "no_breach": lambda: triage.rule_out(actor=house.manager, suspicion=row, reasons=WHY, now=now),
        "duplicate": lambda: triage.merge(
            actor=house.manager, suspicion=row, into=other, reasons=WHY, now=now
        ),
        "new": lambda: triage.reopen(actor=house.manager, suspicion=row, reasons=WHY, now=now),
    }
    refused = set()
    for old, new in product(SuspicionState.values, repeat=2):
        if old != "new":
            act[old]()
        before = row.steps.count()
        try:
            act[new]()
        except Conflict:
            refused.add((old, new))
            assert row.steps.count() == before
        if fresh(row).state != "new":
            act["new"]()
    legal = {(str(old), str(new)) for old, new in MOVES}
    assert refused == set(product(SuspicionState.values, repeat=2)) - legal


def test_what_cannot_be_merged(house: House, now: datetime, row: Suspicion) -> None:
    def merge(one: Suspicion, into: Suspicion) -> None:
        triage.merge(actor=house.responder, suspicion=one, into=into, reasons=WHY, now=now)

    second, third = (
        report(actor=house.manager, link=None, text=f"Mails {number}.", now=now).suspicion
        for number in (2, 3)
    )
    with pytest.raises(BadInput):
        merge(row, row)
    merge(row, second)
    with pytest.raises(BadInput):
        merge(third, row)
    with pytest.raises(Conflict):
        merge(second, third)
    merge(third, second)
    assert set(second.duplicates.all()) == {row, third}


def test_a_report_merged_into_one_with_an_incident_enters_its_timeline(
    house: House, now: datetime, row: Suspicion
) -> None:
    incident = open_it(house, row, now)
    late = report(actor=house.manager, link=None, text="Mails again.", now=now).suspicion
    with pytest.raises(Forbidden):  # no member of the incident
        triage.merge(actor=house.stranger, suspicion=late, into=row, reasons=WHY, now=now)
    assert fresh(late).state == "new"
    triage.merge(actor=house.responder, suspicion=late, into=row, reasons=WHY, now=now)
    assert "Mails again." in {one.text for one in Event.objects.filter(incident=incident)}


def test_a_refused_incident_leaves_the_report_as_it_was(house: House, now: datetime, row: Suspicion) -> None:
    bad = Opening(" ", "web_application", PARIS, PartyData(house.shop))
    with pytest.raises(BadInput):
        open_it(house, row, now, opening=bad)
    assert (fresh(row).state, Incident.objects.count(), TriageStep.objects.count()) == ("new", 0, 0)
