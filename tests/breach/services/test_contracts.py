"""Contracts as private clocks: stored, reminded, kept in versions, done with a reference."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Contract, Discharge, Entry, Obligation, Reminder
from breach.queries.contracts import open_consents, version_of
from breach.services.contracts import add_contract, change_contract, withdraw_contract
from breach.services.discharges import Done, record_done
from breach.services.facts import update_facts
from breach.services.law_changes import recompute_some
from breach.timewords import Moment
from tests.house import House
from tests.notifications.views.case import decide

REPORT: dict[str, Any] = {
    "key": "report",
    "label": {"en": "Report the incident", "fr": "Déclarer le sinistre"},
    "clause": "Art. 5.2",
    "to": "insurer",
    "phase": "initial",
    "from": "suspicion",
    "period": {"value": 48, "unit": "hours"},
}
TERMS: dict[str, Any] = {
    "counterparty": "Assurances du Port",
    "kind": "cyber_insurance",
    "reference": "Police 7-118",
    "clause": [REPORT],
}


@pytest.fixture
def running(house: House) -> House:
    return decide(house)


def add(house: House, now: datetime, **changes: Any) -> Contract:
    document = {**TERMS, **changes}
    return add_contract(actor=house.manager, organisation=house.shop, document=document, now=now)


def clocks(house: House) -> dict[str, Obligation]:
    rows = Obligation.objects.filter(party=house.party, state__in=["provisional", "running"])
    return {row.regime.partition("/")[2]: row for row in rows if "/" in row.regime}


def test_a_clause_becomes_a_stored_clock_with_reminders(running: House, now: datetime) -> None:
    contract = add(running, now)
    assert recompute_some(now=now) == 0
    row = clocks(running)["report"]
    assert (row.regime, row.to, row.recipient) == (f"{contract.uid}/report", "insurer", "Assurances du Port")
    assert (row.citation, row.confidence) == ("Police 7-118 · Art. 5.2", "contract")
    assert row.rule_version == f"{now:%Y-%m-%d}.1"
    assert row.runs_from is not None
    assert row.due == row.runs_from + timedelta(hours=48)
    assert Reminder.objects.filter(obligation=row).exists()


def test_a_suspicion_is_enough_for_a_clock_of_a_contract(house: House, now: datetime) -> None:
    house.open(now)
    add(house, now)
    suspected = (now - timedelta(hours=1)).isoformat()
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes={"grounds_to_suspect": suspected},
        reason="the first alarm",
        now=now,
    )
    row = clocks(house)["report"]
    assert (row.state, row.due) == ("running", now + timedelta(hours=47))


def test_another_version_supersedes_and_the_old_one_stays(running: House, now: datetime) -> None:
    contract = add(running, now)
    recompute_some(now=now)
    old = clocks(running)["report"]
    later = now + timedelta(hours=1)
    longer = {**TERMS, "clause": [{**REPORT, "period": {"value": 72, "unit": "hours"}}]}
    change_contract(actor=running.manager, contract=contract, document=longer, reason="misread", now=later)
    recompute_some(now=later)
    row = clocks(running)["report"]
    assert row.supersedes == old
    assert row.rule_version.endswith(".2")
    versions = [version_of(one) for one in (old, row)]
    assert [v.document["clause"][0]["period"]["value"] for v in versions if v] == [48, 72]


def test_terms_of_next_year_leave_this_years_incident_alone(running: House, now: datetime) -> None:
    contract = add(running, now)
    document = {
        **TERMS,
        "valid_from": "2027-01-01",
        "clause": [{**REPORT, "period": {"value": 24, "unit": "hours"}}],
    }
    change_contract(actor=running.manager, contract=contract, document=document, reason="renewed", now=now)
    recompute_some(now=now)
    assert clocks(running)["report"].rule_version.endswith(".1")


def test_another_companys_contract_and_a_withdrawn_one_ask_nothing(running: House, now: datetime) -> None:
    from breach.services.accounts import create_organisation  # noqa: PLC0415 - one test needs a second company

    other = create_organisation(actor=running.admin, name="Quai", legal_name="Quai SA", country="BE", now=now)
    add_contract(actor=running.manager, organisation=other, document=TERMS, now=now)
    mine = add(running, now)
    recompute_some(now=now)
    row = clocks(running)["report"]
    assert row.regime.startswith(mine.uid)
    withdraw_contract(actor=running.manager, contract=mine, reason="wrong company", now=now)
    recompute_some(now=now)
    row.refresh_from_db()
    assert (row.state, clocks(running)) == ("ended", {})
    with pytest.raises(Conflict):
        change_contract(actor=running.manager, contract=mine, document=TERMS, reason="again", now=now)


def test_consent_is_open_until_it_is_recorded(running: House, now: datetime) -> None:
    add(running, now, template="cyber_insurer", clause=[REPORT])
    recompute_some(now=now)
    assert set(clocks(running)) == {"report", "providers", "mailing", "complaint_fr"}
    (open_one,) = open_consents(running.incident, "letters")
    assert "Consent before letters" in open_one.text
    row = clocks(running)["mailing"]
    done = record_done(
        actor=running.responder,
        obligation=row,
        done=Done(Moment.at(now, "Europe/Paris"), "email", "E-mail of the claims handler, file 88"),
        now=now,
    )
    row.refresh_from_db()
    assert (row.state, row.met_at) == ("met", now)
    assert Discharge.objects.get(obligation=row).reference == "E-mail of the claims handler, file 88"
    assert open_consents(running.incident, "letters") == []
    assert [one.text for one in open_consents(running.incident, "providers")]
    assert not Entry.objects.filter(body__contains="claims handler").exists()
    assert done.sealed_texts


def test_complaint_runs_from_the_knowledge_of_the_attack(running: House, now: datetime) -> None:
    add(running, now, template="cyber_insurer")
    known = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    update_facts(
        actor=running.responder,
        incident=running.incident,
        party=running.party,
        changes={"attack_known": known.isoformat()},
        reason="ransom note found",
        now=now,
    )
    assert clocks(running)["complaint_fr"].due == known + timedelta(hours=72)


def test_refusals_name_the_place_and_leave_nothing(running: House, now: datetime) -> None:
    with pytest.raises(Forbidden):
        add_contract(actor=running.responder, organisation=running.shop, document=TERMS, now=now)
    for changes, place in (
        ({"kind": "marriage"}, "kind"),
        ({"template": "no_such"}, "template"),
        ({"clause": [{**REPORT, "to": "authority"}]}, "clause 1, to"),
    ):
        with pytest.raises(BadInput) as caught:
            add(running, now, **changes)
        assert caught.value.place == place
    assert not Contract.objects.exists()
