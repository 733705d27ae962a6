"""The pages of one table: preview, a mapping known before, and work that a worker does."""

import pytest
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.models import IntakeFile
from breach.services import intake, trial
from tests.breach.services.test_intake import TABLE, checked, load, upload
from tests.conftest import NOW
from tests.house import House


@pytest.fixture
def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    house.open(NOW)
    return house


@pytest.fixture
def client(opened: House) -> Client:
    made = Client()
    made.force_login(opened.responder, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def page(file: IntakeFile) -> str:
    return reverse("people-file", args=[file.incident.uid, file.uid])


def chosen(file: IntakeFile) -> dict[str, str]:
    """What the form posts when nobody changes what was proposed."""
    assert file.profile
    assert file.mapping
    values = {"step": "map", "date_order": "dmy"}
    for index, column in enumerate(file.profile["columns"]):
        rule = file.mapping["columns"].get(column["name"], {})
        values |= {f"field{index}": rule.get("field") or "", f"kind{index}": rule.get("kind") or ""}
    return values


def test_a_preview_shows_people_and_keeps_nothing(opened: House, client: Client) -> None:
    file = upload(opened)
    intake.profile(actor=opened.responder, file=file, now=NOW)

    answer = client.post(page(file), chosen(file) | {"preview": "1"})

    assert (answer.status_code, "Jürgen Müller" in answer.content.decode()) == (200, True)
    file.refresh_from_db()
    assert file.state == "profiled"


def test_a_mapping_known_before_is_named(opened: House, client: Client) -> None:
    load(opened, TABLE)
    file = upload(opened, TABLE + "\n", "again.csv")
    intake.profile(actor=opened.responder, file=file, now=NOW)

    assert (
        "A table with this header was mapped before, by Robin Petit"
        in client.get(page(file)).content.decode()
    )


def test_a_large_table_is_tried_by_a_worker_while_the_page_waits(
    opened: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    asked: list[str] = []
    monkeypatch.setattr("breach.jobs.enqueue", lambda name, *_rest: asked.append(name))
    file = checked(opened)

    assert client.post(page(file), chosen(file)).status_code == 302

    file.refresh_from_db()
    assert (file.state, asked) == ("trying", ["people.try"])
    waiting = client.get(page(file)).content.decode()
    assert ("Trying the mapping" in waiting, "Try this mapping" in waiting) == (True, False)
    assert "HX-Refresh" not in client.get(page(file), headers={"HX-Request": "true"}).headers
    trial.go_on(file=file, now=lambda: NOW)
    assert client.get(page(file), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
