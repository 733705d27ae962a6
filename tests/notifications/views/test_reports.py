"""The pages of reports, readers and the register: who may, what is shown once, what leaves as a file."""

import csv
import io
import re
from typing import Any

import pikepdf
import pytest
from django.urls import reverse

from breach.models.ledger import Entry
from breach.vault.readers import new_identity, open_as_reader
from notifications.models import Reader, Report
from notifications.services.reports import add_reader, make_report
from tests.house import House
from tests.notifications.views.case import NOW, decide, signed_in

STYLE = re.compile(r"<[^>]+\sstyle\s*=")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breach.clock.now", lambda: NOW)


@pytest.fixture
def case(house: House) -> House:
    return decide(house)


def named(house: House, name: str = "Hélène Roux") -> tuple[Reader, str]:
    secret, public = new_identity()
    row = add_reader(actor=house.manager, name=name, email="board@example.org", recipient=public, now=NOW)
    return row, secret


def page(case: House) -> str:
    return reverse("reports", args=[case.incident.uid])


def made(case: House) -> Report:
    readers = [named(case)[0]]
    return make_report(
        actor=case.responder, incident=case.incident, readers=readers, language="en", now=NOW
    ).report


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_report_is_made_and_its_passphrase_is_shown_this_once(case: House) -> None:
    reader, secret = named(case)
    client = signed_in(case.responder)
    answer = client.post(page(case), {"readers": [reader.pk], "language": "fr"})
    assert answer.status_code == 200
    passphrase = re.findall(r'id="passphrase-text">([^<]+)<', answer.content.decode())[0]
    assert answer.headers["Cache-Control"] == "no-store"
    report = Report.objects.get()
    assert (report.language, list(report.readers.all())) == ("fr", [reader])
    assert passphrase not in text_of(client.get(page(case)))
    age = client.get(reverse("report-age", args=[case.incident.uid, report.uid]))
    pdf = client.get(reverse("report-pdf", args=[case.incident.uid, report.uid]))
    assert open_as_reader(age.content, secret).startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(pdf.content), password=passphrase) as document:
        assert len(document.pages) >= 1
    for response, name in ((age, "report-1.pdf.age"), (pdf, "report-1.pdf")):
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        assert response.headers["Content-Disposition"].endswith(f'{name}"')
    noted = Entry.objects.filter(chain=case.incident.access_chain).values_list("subject", flat=True)
    assert {f"report/{report.uid}/age", f"report/{report.uid}/pdf"} <= set(noted)


@pytest.mark.parametrize(
    ("sent", "field"), [({"readers": [], "language": "fr"}, "readers"), ({"language": "xx"}, "language")]
)
def test_a_report_without_readers_or_language_is_refused(
    case: House, sent: dict[str, Any], field: str
) -> None:
    reader, _secret = named(case)
    answer = signed_in(case.responder).post(page(case), {"readers": [reader.pk]} | sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Report.objects.exists()


def test_a_retired_reader_is_not_offered(case: House) -> None:
    reader, _secret = named(case)
    signed_in(case.manager).post(reverse("reader-retire", args=[reader.uid]))
    answer = signed_in(case.responder).post(page(case), {"readers": [reader.pk], "language": "en"})
    assert answer.status_code == 422
    assert "Nobody is named as reader yet" in text_of(signed_in(case.responder).get(page(case)))


@pytest.mark.parametrize(
    ("who", "list_status", "make_status", "file_status"),
    [
        ("responder", 200, 422, 200),
        ("manager", 200, 422, 200),
        ("auditor", 200, 403, 403),
        ("stranger", 404, 404, 404),
        ("admin", 404, 404, 404),
    ],
)
def test_who_may_see_make_and_take(
    case: House, who: str, list_status: int, make_status: int, file_status: int
) -> None:
    report = made(case)
    client = signed_in(getattr(case, who))
    assert client.get(page(case)).status_code == list_status
    assert client.post(page(case), {}).status_code == make_status
    for name in ("report-age", "report-pdf"):
        assert client.get(reverse(name, args=[case.incident.uid, report.uid])).status_code == file_status


def test_a_report_of_another_incident_is_not_found(case: House) -> None:
    report = made(case)
    other = case.open(NOW)
    answer = signed_in(case.responder).get(reverse("report-pdf", args=[other.uid, report.uid]))
    assert answer.status_code == 404


# --- readers ---------------------------------------------------------------------------------------------


def test_a_manager_adds_and_retires_a_reader(case: House) -> None:
    client = signed_in(case.manager)
    sent = {"name": "Marc Olivier", "email": "marc@example.org", "recipient": new_identity()[1]}
    assert client.post(reverse("readers"), sent).status_code == 302
    reader = Reader.objects.get()
    assert (reader.name, reader.added_by) == ("Marc Olivier", case.manager)
    assert client.post(reverse("reader-retire", args=[reader.uid])).status_code == 302
    shown = client.get(reverse("readers"))
    assert "retired" in text_of(shown)
    again = client.post(reverse("reader-retire", args=[reader.uid]), follow=True)
    assert "This reader is off the list already" in text_of(again)


def test_a_key_that_cannot_be_used_is_refused_beside_its_field_with_the_name_kept(case: House) -> None:
    sent = {"name": "Marc Olivier", "email": "marc@example.org", "recipient": "ecdsa-sha2-nistp256 AAAA"}
    answer = signed_in(case.manager).post(reverse("readers"), sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["recipient"]
    assert answer.context["form"]["name"].value() == "Marc Olivier"
    assert not Reader.objects.exists()


def test_a_secret_key_pasted_by_mistake_is_not_shown_again(case: House) -> None:
    secret, _public = new_identity()
    sent = {"name": "Marc Olivier", "email": "marc@example.org", "recipient": secret}
    answer = signed_in(case.manager).post(reverse("readers"), sent)
    assert answer.status_code == 422
    assert secret not in answer.content.decode()
    assert "This is a secret key" in text_of(answer)


@pytest.mark.parametrize("who", ["responder", "auditor", "stranger", "admin"])
def test_only_managers_name_readers(case: House, who: str) -> None:
    reader, _secret = named(case)
    client = signed_in(getattr(case, who))
    assert client.get(reverse("readers")).status_code == 403
    assert client.post(reverse("readers"), {"name": "X"}).status_code == 403
    assert client.post(reverse("reader-retire", args=[reader.uid])).status_code == 403
    reader.refresh_from_db()
    assert reader.retired_at is None


# --- the register ----------------------------------------------------------------------------------------


def test_the_register_shows_every_incident_and_leaves_as_a_table(case: House) -> None:
    case.open(NOW, title="Letter to a wrong address")
    case.open(NOW, title="An exercise", drill=True)
    client = signed_in(case.manager)
    shown = text_of(client.get(reverse("register")))
    assert "Web shop broken into" in shown
    assert "Letter to a wrong address" in shown
    assert "An exercise" not in shown
    answer = client.post(reverse("register-csv"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="register-2026-11-24.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Title"] for row in rows] == ["Web shop broken into", "Letter to a wrong address"]
    assert Entry.objects.filter(chain="house", action="register.exported").count() == 1


def test_reading_the_table_address_takes_nothing_out(case: House) -> None:
    assert signed_in(case.manager).get(reverse("register-csv")).status_code == 405


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("auditor", 200), ("responder", 403), ("stranger", 403), ("admin", 403)],
)
def test_who_may_take_the_register_out(case: House, who: str, status: int) -> None:
    client = signed_in(getattr(case, who))
    assert client.get(reverse("register")).status_code == status
    assert client.post(reverse("register-csv")).status_code == status


def test_no_page_carries_inline_styles(case: House) -> None:
    made(case)
    client = signed_in(case.manager)
    for address in (page(case), reverse("readers"), reverse("register")):
        html = client.get(address).content.decode()
        assert not STYLE.search(html), address
