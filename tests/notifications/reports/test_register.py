import csv
import io

from notifications.reports.register import COLUMNS, RegisterRow, register_csv


def row(**values: str) -> RegisterRow:
    return RegisterRow(**(dict.fromkeys(COLUMNS, "") | values))


def test_the_csv_opens_in_a_spreadsheet_with_accents_and_line_breaks() -> None:
    content = register_csv([row(reference="2026-001", measures="Fermé;\nréparé", title="=1+1")], "fr")
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read[0][:3] == ["Référence", "Intitulé", "Organisme"]
    assert len(read[1]) == len(COLUMNS) == 32
    assert read[1][COLUMNS.index("measures")] == "Fermé;\nréparé"
    assert read[1][1] == "'=1+1"


def test_an_empty_register_still_has_its_headings() -> None:
    assert register_csv([], "en").decode("utf-8-sig").startswith("Reference;Title;Organisation;Role")
