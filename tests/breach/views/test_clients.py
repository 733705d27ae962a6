"""Pages of the register of clients: typed values stay, tables wait, and formulas do not run."""

import io
from datetime import datetime

import pytest
from django.test import Client as Browser
from django.urls import reverse

from breach.models import Client, ClientImport
from breach.services.clients import save_client
from tests.breach.services.test_clients import FULL, NORD, TABLE
from tests.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Browser, house: House) -> Browser:
    client.force_login(house.manager)
    return client


def test_a_client_is_added_and_shown(manager: Browser) -> None:
    answer = manager.post(reverse("client-new"), FULL | {"window_unit": "hours", "window_from": "suspicion"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("client-register"))
    page = manager.get(reverse("client-register")).content.decode()
    for text in ("K-1", "Atelier Nord", "alerte@nord.example", "48 hours", "the first suspicion"):
        assert text in page


def test_a_refused_value_stays_in_the_form_with_its_reason(manager: Browser) -> None:
    answer = manager.post(
        reverse("client-new"),
        FULL | {"language": "fr", "window_unit": "hours", "window_from": "suspicion", "email": "alerte@"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="alerte@"' in page
    assert "is no e-mail address: correct it" in page
    assert not Client.objects.exists()


def test_a_table_shows_its_sum_and_what_was_refused_before_anything_is_stored(manager: Browser) -> None:
    file = io.BytesIO(TABLE.encode())
    file.name = "clients.csv"
    answer = manager.post(reverse("client-register"), {"table": file}, follow=True)
    page = answer.content.decode()
    assert "5 read = 2 accepted + 3 refused" in page
    assert "Accept 2 rows" in page
    assert not Client.objects.exists()
    table = ClientImport.objects.get()
    manager.post(reverse("client-table", args=[table.uid]), {"step": "accept"})
    assert sorted(Client.objects.values_list("reference", flat=True)) == ["K-1", "K-3"]
    assert "Accept 2 rows" not in manager.get(reverse("client-table", args=[table.uid])).content.decode()


def test_a_table_that_is_none_comes_back_beside_its_field(manager: Browser) -> None:
    file = io.BytesIO(b"name,email\nNord,a@nord.example\n")
    file.name = "clients.csv"
    answer = manager.post(reverse("client-register"), {"table": file})
    assert answer.status_code == 422
    assert "There is no column" in answer.content.decode()


def test_pages_follow_the_reference_and_keep_what_narrows_them(
    manager: Browser, house: House, now: datetime
) -> None:
    for number in range(53):
        values = NORD | {"reference": f"N-{number:03}", "window_value": "24" if number else ""}
        save_client(actor=house.manager, client=None, values=values, now=now)
    first = manager.get(reverse("client-register"), {"window": "yes"})
    assert "52 clients" in first.content.decode()
    assert "after=N-050&" in first.content.decode() or "after=N-050" in first.content.decode()
    last = manager.get(reverse("client-register"), {"window": "yes", "after": "N-050"})
    assert [one.reference for one in last.context["page"].clients] == ["N-051", "N-052"]


def test_a_formula_does_not_run_from_the_export(manager: Browser, house: House, now: datetime) -> None:
    save_client(actor=house.manager, client=None, values=NORD | {"name": "@SUM(1)"}, now=now)
    text = manager.get(reverse("client-export")).content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("K-1;'@SUM(1);alerte@nord.example;")


def test_a_client_is_taken_out(manager: Browser, house: House, now: datetime) -> None:
    row = save_client(actor=house.manager, client=None, values=NORD, now=now)
    manager.post(reverse("client-edit", args=[row.uid]), {"step": "end"})
    assert manager.get(reverse("client-edit", args=[row.uid])).status_code == 404
