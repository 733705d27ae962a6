"""The page of requests to hold back: entered with the document sealed, extended, ended; what stands still and what goes on."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from breach.models import Attachment, LawHold
from breach.services.evidence import open_evidence
from tests.breach.views.test_obligations import DOCUMENT, hold, running, section
from tests.house import House

__all__ = ["running"]
FILLED = {
    "jurisdiction": "fr",
    "official": "Commissaire Lenoir",
    "document": DOCUMENT,
    "basis": "Code de procédure pénale, art. 11",
    "form": "written",
    "since": "yesterday 18:00",
    "until": "",
    "review_at": "2026-12-20T09:00",
}


def client_of(house: House, language: str = "en") -> Client:
    client = Client()
    client.force_login(house.responder)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def post(house: House, **changes: object) -> HttpResponse:
    url = reverse("holds", args=[house.incident.uid])
    found: HttpResponse = client_of(house).post(url, FILLED | changes)  # type: ignore[operator]
    return found


def shown(house: House, language: str = "en") -> str:
    response = client_of(house, language).get(reverse("holds", args=[house.incident.uid]))
    assert response.status_code == 200
    return response.content.decode()


def test_a_request_is_entered_with_its_document_as_evidence(running: House, now: datetime) -> None:
    paper = SimpleUploadedFile("requisition.pdf", b"%PDF-1.7 requisition")
    response = post(running, attachments=paper, scope=["individuals"], regimes=["eu_gdpr_controller"])
    assert response.status_code == 302
    row = LawHold.objects.get()
    assert (row.jurisdiction, row.official, row.scope, row.regimes) == (
        "FR",
        "Commissaire Lenoir",
        ["individuals"],
        ["eu_gdpr_controller"],
    )
    assert row.review_at is not None
    assert row.review_at.isoformat() == "2026-12-20T08:00:00+00:00"  # 9:00 in Paris
    attached = Attachment.objects.get(event=row.event)
    opened = open_evidence(actor=running.responder, attachment=attached, now=now)
    assert (opened.filename, opened.stream.read()) == ("requisition.pdf", b"%PDF-1.7 requisition")
    page = client_of(running).get(reverse("hold", args=[running.incident.uid, row.uid])).content.decode()
    assert reverse("evidence-download", args=[running.incident.uid, attached.uid]) in page


@pytest.mark.parametrize(
    ("language", "still", "on"), [("en", "stands still", "goes on"), ("fr", "suspendu", "court toujours")]
)
def test_it_says_what_stands_still_and_what_goes_on(
    running: House, now: datetime, language: str, still: str, on: str
) -> None:
    assert not section(shown(running, language), "effects")
    hold(running, now)
    rows = section(shown(running, language), "effects").split("<li>")[1:]
    people, authority = rows[0], rows[-1]
    assert still in people
    assert on in authority
    assert "CNIL" in authority
    assert all(DOCUMENT in row for row in rows)


def test_refusals_stand_beside_their_field_and_keep_what_was_typed(running: House) -> None:
    response = post(running, jurisdiction="Atlantis"[:10], official="Commissaire Lenoir")
    assert response.status_code == 422
    html = response.content.decode()
    assert "is no place" in html
    assert "Commissaire Lenoir" in html
    assert not LawHold.objects.exists()


def test_it_is_extended_then_ended_and_then_cannot_change(running: House, now: datetime) -> None:
    first = hold(running, now)
    url = reverse("hold", args=[running.incident.uid, first.uid])
    until = (now + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    given = {"step": "extend", "form": "written", "document": "Second letter", "until": until}
    assert client_of(running).post(url, given | {"reasons": ""}).status_code == 422
    assert client_of(running).post(url, given | {"reasons": "by post"}).status_code == 302
    assert (
        client_of(running).post(url, {"step": "end", "at": "tomorrow", "reasons": "call"}).status_code == 422
    )
    ended = {"step": "end", "at": "2 minutes ago", "reasons": "call of the prosecutor"}
    assert client_of(running).post(url, ended).status_code == 302
    assert [row.step for row in LawHold.objects.order_by("pk")] == ["entered", "extended", "ended"]
    page = client_of(running).get(url).content.decode()
    assert "call" in page
    assert 'name="step"' not in page
