"""What leaves as a table runs in no spreadsheet program, and there is one way out."""

import ast
import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings

from breach.spreadsheet import csv_lines, csv_text, neutral, text_workbook

ROOT = Path(settings.BASE_DIR)
# The benchmark makes the table that somebody would upload; it leaves nothing.
WRITERS = {"breach/spreadsheet.py", "breach/benches/made_people.py"}
LIBRARIES = {"xlsxwriter", "openpyxl", "xlwt", "pyexcel", "tablib", "pandas", "odf"}
CALLS = {"writer", "DictWriter", "write_csv", "write_excel", "to_csv", "to_excel"}


def writes_tables(source: str) -> list[int]:
    """Return the lines on which a piece of Python writes a table of its own."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names) if any(one.name.partition(".")[0] in LIBRARIES for one in names):
                found.add(node.lineno)
            case ast.ImportFrom(module=str(module), names=names):
                root = module.partition(".")[0]
                if root in LIBRARIES or (root == "csv" and any(one.name in CALLS for one in names)):
                    found.add(node.lineno)
            case ast.Attribute(attr=attr, value=value) if attr in CALLS:
                if attr not in {"writer", "DictWriter"} or ast.unparse(value) == "csv":
                    found.add(node.lineno)
    return sorted(found)


def test_one_module_writes_every_table_that_leaves() -> None:
    sources = [path for package in ("breach", "notifications") for path in (ROOT / package).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sources
        if writes_tables(path.read_text(encoding="utf-8"))
    }

    assert found == WRITERS


@pytest.mark.parametrize(
    "line",
    [
        "import csv\ncsv.writer(out).writerows(rows)",
        "from csv import writer\nwriter(out)",
        "import csv\ncsv.DictWriter(out, names)",
        "import xlsxwriter",
        "from openpyxl import Workbook",
        "frame.write_csv(target)",
    ],
)
def test_a_writer_that_goes_past_it_would_be_seen(line: str) -> None:
    assert writes_tables(line)
    assert not writes_tables("import csv\ncsv.reader(lines)\nlog.writer(x)")


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠", "\0="]
)
def test_what_would_be_computed_is_text(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    clean = text.replace("\0", "")

    assert neutral(text) == f"'{clean}"
    assert next(iter(csv.reader([csv_text([[text]])], delimiter=";")))[0].startswith("'")


def test_what_is_no_formula_stays_as_it_is() -> None:
    rows = [['Zoé; "Lefèvre"', "a\nb", "2026-001", "Lyon = France"], [-3, 2.5, None, True]]

    written = "".join(csv_lines(rows))

    assert written.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(written[1:], newline=""), delimiter=";")) == [
        rows[0],
        ["-3", "2.5", "", "True"],
    ]


def test_a_workbook_holds_text_only() -> None:
    target = io.BytesIO()
    with text_workbook(target) as book:
        sheet = book.add_worksheet("x")
        for column, text in enumerate(["=1+1", "{=A1}", "http://example.org", "12"]):
            sheet.write(0, column, text)

    cells = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active[1]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [
        ("=1+1", "s", None),
        ("{=A1}", "s", None),
        ("http://example.org", "s", None),
        ("12", "s", None),
    ]
