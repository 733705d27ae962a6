"""The shipped tables are what their script makes, and fit what the demonstration says about them."""

import importlib.util
from pathlib import Path

from django.conf import settings

from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from tests.breach.intake.tables import table

DATA = Path(settings.BASE_DIR) / "notifications" / "demo" / "data"
SCRIPT = Path(settings.BASE_DIR) / "tools" / "make_sample_people.py"


def test_the_script_makes_the_same_csv_and_the_same_cells_again(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_sample_people", SCRIPT)
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    script.make(tmp_path)

    assert (tmp_path / "customers.csv").read_bytes() == (DATA / "customers.csv").read_bytes()
    # Another version of the spreadsheet library may pack the same cells differently.
    cells = [
        [
            row.cells
            for row in table((folder / "legacy_accounts.xlsx").read_bytes(), "a.xlsx").rows()
            if isinstance(row, Row)
        ]
        for folder in (tmp_path, DATA)
    ]
    assert len(cells[0]) == 300
    assert cells[0] == cells[1]


def test_the_csv_is_what_its_readme_says() -> None:
    read = table((DATA / "customers.csv").read_bytes(), "customers.csv")
    rows = list(read.rows())

    assert (read.encoding, read.delimiter, len(rows)) == ("cp1252", ";", 1200)
    assert {row.reason for row in rows if isinstance(row, Refusal)} == {"row_length", "quotes", "encoding"}
    assert sum(isinstance(row, Row) and "plein@example.org" in row.cells for row in rows) == 1
