"""The register as workbook and paper, and what narrows it, read back as a reader would."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pikepdf
import pytest

from breach.errors import BadInput
from breach.models import Obligation
from breach.models.ledger import Entry
from breach.services.decisions import assess
from breach.services.discharges import Done, record_done, take_back_done
from breach.timewords import Moment
from notifications.models import Filing
from notifications.queries.register import register_incidents, register_rows
from notifications.queries.register_filter import Period, RegisterFilter, register_parties, say_filter
from notifications.reports.register import COLUMNS, RegisterRow, words
from notifications.reports.register_files import MOST_IN_A_CELL, Taken, register_pdf, register_xlsx
from notifications.services.reports import export_register
from tests.house import House
from tests.notifications.letters.examples import pdf_text
from tests.notifications.views.case import NOW, decide, drafted

LATER = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)  # the 2nd of December in Paris


def row(**values: str) -> RegisterRow:
    return RegisterRow(**(dict.fromkeys(COLUMNS, "") | values))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_workbook_holds_every_cell_as_text(language: str) -> None:
    rows = [
        row(reference="2026-0001", title="=1+1", measures="Fermé;\nréparé", people="1432"),
        row(reference="2026-0002", title="https://x.example", lessons="@SUM(A1)"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(register_xlsx(rows, language, NOW))).active
    w = words(language)
    assert (sheet.title, sheet.freeze_panes) == (w["sheet"], "A2")
    assert (sheet.column_dimensions["A"].width > 10, sheet.column_dimensions["B"].width > 30) == (True, True)
    wanted = [[w[f"column.{name}"] for name in COLUMNS]]
    wanted += [[getattr(one, name) for name in COLUMNS] for one in rows]
    assert [[cell.value or "" for cell in line] for line in sheet.rows] == wanted
    assert {cell.data_type for line in sheet.rows for cell in line if cell.value} == {"s"}
    assert not any(cell.hyperlink for line in sheet.rows for cell in line)


def test_a_text_that_a_cell_cannot_hold_is_refused_and_not_dropped() -> None:
    register_xlsx([row(measures="x" * MOST_IN_A_CELL)], "en", NOW)
    with pytest.raises(BadInput) as refused:
        register_xlsx([row(reference="2026-0001", measures="x" * (MOST_IN_A_CELL + 1))], "en", NOW)
    assert refused.value.place == "2026-0001, Measures"


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "Register of personal data breaches",
                "Taken out 24 November 2026, 09:00 (UTC, UTC+00:00) by Maud Laurent",
                "Entries: 1",
                "Only the entries that fit all of this:",
                "Page 1 / 1",
            ],
        ),
        (
            "fr",
            [
                "Registre des violations de données à caractère personnel",
                "Extrait le 24 novembre 2026, 09:00 (UTC, UTC+00:00) par Maud Laurent",
                "Inscriptions : 1",
                "Uniquement les inscriptions répondant à tous ces critères :",
                "Page 1 / 1",
            ],
        ),
    ],
)
def test_the_paper_says_all_of_every_entry(language: str, lines: list[str]) -> None:
    one = row(reference="2026-0001", title="=1+1 <b>", lessons="Fermé puis réparé", controller="Rivage")
    pdf = register_pdf([one], language, Taken(["Risk: a high risk"], "Maud Laurent", NOW))
    text = " ".join(pdf_text(pdf, "-layout").split())
    wanted = [*lines, "Risk: a high risk", "2026-0001 · =1+1 <b>", "Fermé puis réparé", "Rivage"]
    assert [line for line in wanted if line not in text] == []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.Root.Lang) == language
        width, height = (float(size) for size in document.pages[0].mediabox[2:])
        assert (round(width), round(height)) == (842, 595)


def test_a_long_register_runs_over_numbered_pages() -> None:
    rows = [row(reference=f"2026-{n:04}", title="A letter", measures="Closed. " * 60) for n in range(30)]
    text = pdf_text(register_pdf(rows, "en", Taken([], "Maud Laurent", NOW)))
    with pikepdf.open(io.BytesIO(register_pdf(rows, "en", Taken([], "Maud Laurent", NOW)))) as document:
        pages = len(document.pages)
    assert pages > 3
    assert [n for n in range(1, pages + 1) if f"Page {n} / {pages}" not in text] == []
    assert [one.reference for one in rows if text.count(one.reference) != 2] == []


@pytest.fixture
def two(house: House) -> House:
    """One incident with awareness decided, assessed and filed; a later one with nothing said yet."""
    decide(house)
    assess(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        conclusion="high_risk",
        reasons="IBAN.",
        now=NOW,
    )
    Filing.objects.filter(pk=drafted(house).pk).update(state="submitted")
    house.open(LATER, title="Letter to a wrong address")
    return house


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({}, "both"),
        ({"since": date(2026, 11, 24), "until": date(2026, 11, 24)}, "first"),
        ({"since": date(2026, 11, 25)}, "none"),
        ({"until": date(2026, 11, 23)}, "none"),
        ({"period": Period.OPENED, "since": date(2026, 12, 2)}, "second"),
        ({"period": Period.OPENED, "until": date(2026, 12, 1)}, "first"),
        ({"phase": "open"}, "both"),
        ({"phase": "closed"}, "none"),
        ({"party": "shop"}, "both"),
        ({"party": "unknown"}, "none"),
        ({"authority": "yes"}, "first"),
        ({"authority": "no"}, "second"),
        ({"people": "yes"}, "none"),
        ({"people": "no"}, "both"),
        ({"risk": "high_risk"}, "first"),
        ({"risk": "unlikely"}, "none"),
        ({"risk": "none"}, "second"),
        ({"risk": "high_risk", "authority": "no"}, "none"),
    ],
)
def test_each_part_of_a_filter_narrows(two: House, wanted: dict[str, object], titles: str) -> None:
    if wanted.get("party") == "shop":
        wanted = {"party": two.shop.uid}
    both = ["Web shop broken into", "Letter to a wrong address"]
    parties = register_parties(register_incidents(two.manager), RegisterFilter(**wanted))  # type: ignore[arg-type]
    shown = {"both": both, "first": both[:1], "second": both[1:], "none": []}[titles]
    assert [party.incident.title for party in parties] == shown


def test_a_filter_is_said_in_the_words_of_the_register(two: House) -> None:
    wanted = RegisterFilter(
        "opened", date(2026, 11, 1), date(2026, 11, 30), "open", two.shop.uid, "yes", "no", "high_risk"
    )
    assert say_filter(wanted, "en") == [
        "Opened on 1 November 2026 or later",
        "Opened on 30 November 2026 or earlier",
        "State: Open",
        "Organisation: Rivage Boutique SAS",
        "Authority notified: yes",
        "People notified: no",
        "Risk: a high risk",
    ]


@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF-")])
def test_every_export_is_noted_with_format_and_filter(two: House, form: str, start: bytes) -> None:
    wanted = RegisterFilter(since=date(2026, 11, 24), risk="high_risk")
    content = export_register(actor=two.manager, language="en", now=LATER, form=form, wanted=wanted)
    assert content.startswith(start)
    first = register_incidents(two.manager)[0]
    assert Entry.objects.get(chain="house", action="register.exported").data == {
        "incidents": [first.uid],
        "rows": 1,
        "language": "en",
        "format": form,
        "filters": {"period": "aware", "since": "2026-11-24", "risk": "high_risk"},
    }


def test_an_unknown_format_is_refused_and_nothing_is_noted(two: House) -> None:
    with pytest.raises(BadInput, match=r"format: .*'ods'.*csv, xlsx, pdf"):
        export_register(actor=two.manager, language="en", now=LATER, form="ods")
    assert not Entry.objects.filter(action="register.exported").exists()


def test_what_was_done_outside_stands_in_the_register_and_counts_as_told(house: House) -> None:
    decide(house)
    owed = Obligation.objects.filter(party=house.party, to="authority", phase="initial", state="running")[0]
    at = Moment.at(NOW, "Europe/Paris")
    row = record_done(actor=house.responder, obligation=owed, done=Done(at, "portal", "CNIL-4711"), now=NOW)
    incidents = register_incidents(house.manager)

    def told(answer: str) -> bool:
        return owed.party in register_parties(incidents, RegisterFilter(authority=answer))

    (entry,) = register_rows([owed.party], "en")
    assert "done outside this system" in entry.filings
    assert "(their own portal or form) CNIL-4711 on time" in entry.filings
    assert (told("yes"), told("no")) == (True, False)
    take_back_done(actor=house.responder, discharge=row, reasons="It was another case.", now=NOW)
    (entry,) = register_rows([owed.party], "fr")
    assert "CNIL-4711" not in entry.filings
    assert (told("yes"), told("no")) == (False, True)
