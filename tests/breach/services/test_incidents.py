from datetime import datetime

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Incident, Membership, Organisation
from breach.models.ledger import Entry
from breach.services.incidents import PartyData, add_member, add_party, move_incident, open_incident
from breach.services.keys import vault_for
from tests.house import House


def test_opening_makes_reference_party_member_key_and_entries(house: House, now: datetime) -> None:
    incident = open_incident(
        actor=house.responder,
        title=" Web shop broken into ",
        kind="web_application",
        zone="Europe/Paris",
        parties=[PartyData(house.shop, establishment="FR", authority="fr")],
        now=now,
    )
    party = incident.lead_party()
    assert (incident.reference, incident.title, incident.phase) == (
        "2026-0001",
        "Web shop broken into",
        "open",
    )
    assert (party.organisation, party.role, party.establishment, party.authority) == (
        house.shop,
        "controller",
        "FR",
        "fr",
    )
    assert list(Membership.objects.filter(incident=incident).values_list("user", flat=True)) == [
        house.responder.pk
    ]
    assert vault_for(incident).open(vault_for(incident).seal(b"x", context="c"), context="c") == b"x"
    entry = Entry.objects.get(chain=incident.chain)
    assert (entry.action, entry.actor_uid, entry.at) == ("incident.opened", house.responder.uid, now)
    assert Entry.objects.filter(chain="house", action="incident.opened", subject=incident.uid).count() == 1


def test_references_count_up_within_the_year(house: House, now: datetime) -> None:
    assert house.open(now).reference == "2026-0001"
    assert house.open(now).reference == "2026-0002"
    assert house.open(now.replace(year=2027)).reference == "2027-0001"


@pytest.mark.parametrize(("changes", "place"), [({"title": " "}, "title"), ({"parties": []}, "party")])
def test_nothing_is_left_of_a_refused_incident(
    house: House, now: datetime, changes: dict[str, object], place: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        house.open(now, **changes)
    assert refusal.value.place == place
    assert Incident.objects.count() == 0


def test_auditor_and_administrator_open_nothing(house: House, now: datetime) -> None:
    for user in (house.auditor, house.admin):
        with pytest.raises(Forbidden):
            open_incident(
                actor=user, title="x", kind="k", zone="UTC", parties=[PartyData(house.shop)], now=now
            )


def test_an_incident_has_several_parties(house: House, now: datetime) -> None:
    incident = house.open(now)
    host = Organisation.objects.create(name="Host", legal_name="Host GmbH", country="DE", created_at=now)
    party = add_party(
        actor=house.responder, incident=incident, data=PartyData(host, role="processor"), now=now
    )
    assert (party.role, party.establishment) == ("processor", "DE")
    assert incident.parties.count() == 2
    assert incident.lead_party().organisation == house.shop


def test_a_member_is_added_once_and_an_administrator_never(house: House, now: datetime) -> None:
    incident = house.open(now)
    with pytest.raises(Conflict):
        add_member(actor=house.responder, incident=incident, user=house.manager, now=now)
    with pytest.raises(BadInput):
        add_member(actor=house.responder, incident=incident, user=house.admin, now=now)
    with pytest.raises(Forbidden):
        add_member(actor=house.stranger, incident=incident, user=house.stranger, now=now)


def test_phases_move_only_along_the_table_and_with_reasons(house: House, now: datetime) -> None:
    incident = house.open(now)
    with pytest.raises(Forbidden):
        move_incident(actor=house.responder, incident=incident, phase="closed", reasons="Done.", now=now)
    with pytest.raises(BadInput):
        move_incident(actor=house.manager, incident=incident, phase="closed", reasons="", now=now)
    closed = move_incident(
        actor=house.manager, incident=incident, phase="closed", reasons="All told.", now=now
    )
    assert (closed.phase, closed.closed_at) == ("closed", now)
    with pytest.raises(Conflict):
        move_incident(actor=house.manager, incident=incident, phase="ruled_out", reasons="No.", now=now)
    assert closed.phase_changes.get().reasons == "All told."
    assert "All told" not in Entry.objects.get(action="incident.moved").body


def test_a_responder_names_neither_officer_nor_deputy(house: House, now: datetime) -> None:
    incident = open_incident(
        actor=house.responder,
        title="x",
        kind="web_application",
        zone="UTC",
        parties=[PartyData(house.shop)],
        now=now,
    )
    for flags in ({"is_dpo": True}, {"is_deputy": True}):
        with pytest.raises(Forbidden):
            add_member(actor=house.responder, incident=incident, user=house.officer, now=now, **flags)
