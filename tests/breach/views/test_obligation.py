"""The page of one clock: that it was met elsewhere is recorded, corrected and taken back there."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.models import Attachment, Discharge, Obligation, User
from tests.house import House
from tests.notifications.views.case import AWARE, decide

FILLED = {"step": "done", "at": "today 10:00", "way": "portal", "reference": "CNIL-7", "note": "By counsel"}


@pytest.fixture
def running(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    return decide(house)


def owed(house: House) -> Obligation:
    return Obligation.objects.exclude(state="superseded").get(
        party=house.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    )


def client_of(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def shown(house: House, language: str = "en", user: User | None = None) -> str:
    url = reverse("obligation", args=[house.incident.uid, owed(house).uid])
    return client_of(user or house.responder, language).get(url).content.decode()


def post(house: House, **data: object) -> HttpResponse:
    url = reverse("obligation", args=[house.incident.uid, owed(house).uid])
    found: HttpResponse = client_of(house.responder).post(url, data)  # type: ignore[arg-type]
    return found


def test_it_is_recorded_corrected_and_taken_back(running: House, now: datetime) -> None:
    paper = SimpleUploadedFile("accuse.pdf", b"%PDF-1.7")
    assert post(running, **FILLED, attachments=paper).status_code == 302
    assert owed(running).met_at == now
    html = shown(running)
    for part in (
        "Done in time",
        "CNIL-7",
        "By counsel",
        "Their own portal or form",
        "Correct it",
        "Take it back",
    ):
        assert part in html
    assert reverse("evidence-download", args=[running.incident.uid, Attachment.objects.get().uid]) in html
    assert "Record that it was done" not in html

    correct = {"correct-at": "today 09:30", "correct-way": "email", "correct-reference": "CNIL-8"}
    refused = post(running, step="correct", **correct)
    assert (refused.status_code, Discharge.objects.count()) == (422, 1)
    assert (
        post(running, step="correct", **correct, **{"correct-reasons": "Half an hour off"}).status_code == 302
    )
    assert owed(running).met_at == now - timedelta(minutes=30)
    assert "Half an hour off" in shown(running)

    assert post(running, step="take_back", **{"back-reasons": "Only a draft"}).status_code == 302
    assert owed(running).state == "running"
    html = shown(running)
    assert "Taken back: it was not done" in html
    assert "Record that it was done" in html


def test_french_and_those_who_only_read(running: House) -> None:
    assert "Consigner que c’est fait" in shown(running, "fr")
    post(running, **FILLED)
    html = shown(running, "fr", running.auditor)
    for part in ("Fait à temps", "Fait hors de ce système", "Leur portail ou formulaire", "CNIL-7"):
        assert part in html
    for part in ("Corriger", "<textarea"):
        assert part not in html.partition('id="outside"')[2]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"at": "in 3 hours"}, "not understood"),
        ({"at": ""}, "This field is required"),
        ({"way": ""}, "This field is required"),
        ({"reference": "", "note": ""}, "Give the reference, or say in the note who was told."),
        (
            {"at": "2026-11-01 10:00"},
            "This lies before the breach began. Correct the day, or that fact first.",
        ),
    ],
)
def test_a_refusal_stands_on_the_page_with_what_was_typed(
    running: House, changes: dict[str, str], said: str
) -> None:
    response = post(running, **(FILLED | changes))
    assert response.status_code == 422
    html = response.content.decode()
    assert said in html
    assert changes.get("note", "By counsel") in html
    assert not Discharge.objects.exists()


def test_a_clock_that_was_computed_again_leads_to_the_new_one(running: House) -> None:
    old = Obligation.objects.filter(
        party=running.party, state="superseded", superseded_by__isnull=False
    ).first()
    assert old is not None
    page = (
        client_of(running.responder)
        .get(reverse("obligation", args=[running.incident.uid, old.uid]))
        .content.decode()
    )
    assert reverse("obligation", args=[running.incident.uid, old.superseded_by.uid]) in page
    assert "Record that it was done" not in page


def test_done_between_both_ends_is_said(
    running: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: AWARE + timedelta(days=5))
    post(running, **(FILLED | {"at": "2026-11-27 08:50"}))
    assert owed(running).lateness == "within_outer"
    assert "Done within the outer end" in shown(running)
    assert "Fait avant la fin extrême" in shown(running, "fr")
