"""Administrators enter whose data the house keeps; drafts say it at once, and what does not fit loses nothing typed."""

from datetime import datetime

import pytest
from django.test import Client

from breach.models import Entry, Organisation
from breach.services.organisations import values_of
from notifications.contents import sender_of
from tests.house import House

pytestmark = pytest.mark.django_db
PAGE = "/settings/organisations/"


@pytest.fixture
def admin(client: Client, house: House) -> Client:
    client.force_login(house.admin)
    return client


def test_a_change_is_what_the_next_letter_says_and_the_ledger_keeps_no_name(
    admin: Client, house: House
) -> None:
    typed = values_of(house.shop) | {"contact_phone": " +33 4 11  11 11 11 ", "dpo_name": "Nadia Roux"}
    assert admin.post(f"{PAGE}{house.shop.uid}/", typed).status_code == 302
    shop = Organisation.objects.get()
    assert values_of(shop) == typed | {"contact_phone": "+33 4 11 11 11 11"}
    assert (sender_of(shop).phone, sender_of(shop).dpo_name) == ("+33 4 11 11 11 11", "Nadia Roux")
    entry = Entry.objects.get(action="organisation.changed")
    assert (entry.chain, entry.subject, entry.actor_uid) == ("house", shop.uid, house.admin.uid)
    assert entry.data["changed"] == ["contact_phone", "dpo_name"]
    assert entry.data["old"] != entry.data["new"]
    assert "Roux" not in str(entry.data)


def test_saving_what_stands_enters_nothing(admin: Client, house: House) -> None:
    assert admin.post(f"{PAGE}{house.shop.uid}/", values_of(house.shop)).status_code == 302
    assert not Entry.objects.filter(action="organisation.changed").exists()


def test_the_first_organisation_is_entered_here(admin: Client) -> None:
    typed = {"name": "Quai", "legal_name": "Quai SA", "country": "BE"}
    assert admin.post(f"{PAGE}new/", typed).status_code == 302
    row = Organisation.objects.get(name="Quai")
    assert {name: value for name, value in values_of(row).items() if value} == typed
    page = admin.get(PAGE)
    card = next(one for one in page.context["cards"] if one.row == row)
    assert (len(card.missing), card.running) == (3, 0)
    assert "Filings and letters will miss:" in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("website", "http://rivage.example", "https://"),
        ("country", "XX", "XX is not one of the available choices"),
        ("dpo_email", "nobody", "valid email"),
        ("name", "", "required"),
        ("name", "QUAI", "Another organisation has this name"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field(
    admin: Client, house: House, now: datetime, field: str, value: str, said: str
) -> None:
    Organisation.objects.create(name="Quai", legal_name="Quai SA", country="BE", created_at=now)
    typed = values_of(house.shop) | {"city": "Villeurbanne", field: value}
    answer = admin.post(f"{PAGE}{house.shop.uid}/", typed)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors[field])
    assert 'value="Villeurbanne"' in answer.content.decode()
    house.shop.refresh_from_db()
    assert house.shop.city == "Lyon"


def test_a_stale_form_shows_both_versions(admin: Client, house: House) -> None:
    address = f"{PAGE}{house.shop.uid}/"
    stood = admin.get(address).context["form"]["stood"].value()
    Organisation.objects.update(city="Villeurbanne")
    answer = admin.post(address, values_of(house.shop) | {"city": "Bron", "stood": stood})
    assert answer.status_code == 422
    assert [(one.theirs, one.mine) for one in answer.context["form"].both] == [("Villeurbanne", "Bron")]


def test_others_read_and_change_nothing(client: Client, house: House) -> None:
    client.force_login(house.auditor)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert f"{PAGE}{house.shop.uid}/" not in page.content.decode()
    assert client.post(f"{PAGE}{house.shop.uid}/", values_of(house.shop)).status_code == 403
