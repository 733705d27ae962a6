"""The page of the register: narrowing, refusals, the pager, and what leaves as a file."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from breach.models.ledger import Entry
from notifications.views import register as view
from tests.house import House
from tests.notifications.views.case import NOW, decide, signed_in

SECOND = "Letter to a wrong address"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breach.clock.now", lambda: NOW)


@pytest.fixture
def case(house: House) -> House:
    decide(house)
    house.open(NOW, title=SECOND)
    return house


def test_the_page_shows_what_the_filter_wants_and_hands_it_to_the_exports(case: House) -> None:
    client = signed_in(case.manager)
    shown = client.get(reverse("register"), {"since": "2026-11-24", "until": ""})
    assert [row.title for _of, row, _lines in shown.context["entries"]] == ["Web shop broken into"]
    assert '<input type="hidden" name="since" value="2026-11-24">' in shown.content.decode()
    taken = client.post(reverse("register-csv"), shown.context["given"] | {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(taken.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Title"] for row in rows] == ["Web shop broken into"]
    none = client.get(reverse("register"), {"phase": "closed"})
    assert (none.status_code, none.context["entries"]) == (200, [])
    assert "No entry fits" in none.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("since", "24.11.2026", "Write the day as year-month-day, such as 2026-11-27."),
        ("until", "2026-02-30", "Write the day as year-month-day, such as 2026-11-27."),
        ("until", "2026-11-01", "The last day lies before the first. Change one of them."),
        ("phase", "x", "This is not offered. Choose one of the list."),
        ("party", "x", "This is not offered. Choose one of the list."),
        ("authority", "x", "This is not offered. Choose one of the list."),
        ("risk", "x", "This is not offered. Choose one of the list."),
    ],
)
def test_a_bad_value_is_refused_by_page_and_export(case: House, field: str, value: str, said: str) -> None:
    client, sent = signed_in(case.manager), {"since": "2026-11-02", field: value}
    shown = client.get(reverse("register"), sent)
    assert (shown.status_code, shown.context["entries"]) == (422, [])
    assert shown.context["form"].errors == {field: [said]}
    refused = client.post(reverse("register-csv"), sent | {"format": "pdf"})
    assert refused.status_code == 400
    assert said in refused.content.decode()
    assert not Entry.objects.filter(action="register.exported").exists()


def test_the_pager_keeps_the_filter(case: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "PAGE", 1)
    shown = signed_in(case.manager).get(reverse("register"), {"phase": "open"})
    assert 'href="?phase=open&amp;page=2"' in shown.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_files_leave_under_their_own_name_and_type(case: House, form: str) -> None:
    taken = signed_in(case.auditor).post(reverse("register-csv"), {"format": form})
    assert taken.headers["Content-Disposition"] == f'attachment; filename="register-2026-11-24.{form}"'
    assert taken.headers["Content-Type"] == view.CONTENT_TYPES[form]


def test_the_workbook_speaks_the_language_of_the_page(case: House) -> None:
    client = signed_in(case.manager)
    client.post(reverse("set_language"), {"language": "fr"})
    taken = client.post(reverse("register-csv"), {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(taken.content)).active
    assert [cell.value for cell in sheet["B"]] == ["Intitulé", "Web shop broken into", SECOND]


def test_an_unknown_format_is_refused(case: House) -> None:
    refused = signed_in(case.manager).post(reverse("register-csv"), {"format": "ods"})
    assert refused.status_code == 400
    assert not Entry.objects.filter(action="register.exported").exists()
