import datetime as dt
import io
import zipfile

import pytest
from openpyxl import Workbook

from breach.errors import BadInput
from breach.intake.caps import MIB, Caps
from breach.intake.read import Options
from breach.intake.rows import Row
from tests.breach.intake.tables import claiming, repacked, table, xlsx

SHEET = "xl/worksheets/sheet1.xml"
PEOPLE = [["Name", "Number", "Born"], ["Zoé", 1007, dt.date(1990, 2, 1)], ["Bo", 7.5, None]]


def test_reads_text_numbers_and_dates_as_text() -> None:
    read = table(xlsx(PEOPLE), "people.xlsx")

    assert (read.format, read.sheet, read.header) == ("xlsx", "Sheet", ("Name", "Number", "Born"))
    assert list(read.rows()) == [Row(2, ["Zoé", "1007", "1990-02-01"]), Row(3, ["Bo", "7.5", ""])]


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    read = table(xlsx([[], [], ["Name", "City"], ["Ann", "Kiel"], [], ["Bo", "Ulm"]]), "people.xlsx")

    assert read.header_row == 3
    assert list(read.rows()) == [Row(4, ["Ann", "Kiel"]), Row(6, ["Bo", "Ulm"])]


def test_a_formula_comes_as_its_text_and_never_as_its_result() -> None:
    def shift(book: Workbook) -> None:
        sheet = book.active
        sheet.insert_cols(1, 2)  # the table begins in column C
        sheet["C3"] = '=HYPERLINK("http://x.example","Ann")'

    content = xlsx([["Name", "City"], ["Ann", "Kiel"], ["Bo", "Ulm"]], shift)
    cached = repacked(
        content, lambda name, data: data.replace(b"<v></v>", b"<v>Cached</v>") if name == SHEET else data
    )

    for workbook in (content, cached):
        assert list(table(workbook, "people.xlsx").rows()) == [
            Row(2, ["Ann", "Kiel"]),
            Row(3, ['=HYPERLINK("http://x.example","Ann")', "Ulm"]),
        ]


def test_another_sheet_can_be_named_and_the_rest_is_noted() -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("empty")
        book.create_sheet("old").append(["Name", "City"])
        book["old"].append(["Cy", "Jena"])

    content = xlsx([["Name", "City"], ["Ann", "Kiel"]], add)

    assert table(content, "people.xlsx").notes == ("Other sheets were not read: old",)
    assert list(table(content, "people.xlsx", Options(sheet="old")).rows()) == [Row(2, ["Cy", "Jena"])]
    with pytest.raises(BadInput, match="there is no sheet 'new'"):
        table(content, "people.xlsx", Options(sheet="new"))


def bomb() -> bytes:
    """A sheet that really unpacks to 64 MB of blanks."""
    return repacked(
        xlsx(PEOPLE),
        lambda name, data: (
            data.replace(b"<sheetData>", b" " * 64 * MIB + b"<sheetData>") if name == SHEET else data
        ),
    )


def with_entity(name: str, data: bytes) -> bytes:
    if name != SHEET:
        return data
    return data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet', 1)


def other_archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return packed.getvalue()


AS_TABLE = "Open it in a spreadsheet program and save the table as a new .xlsx or as CSV."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"Name;City\nAnn;Kiel\n",
            (
                "people.xlsx: the name says workbook, the content is something else. "
                "Rename it to .csv if it is a text table, or export it again."
            ),
        ),
        (
            claiming(xlsx(PEOPLE), SHEET, 2**32 - 1),
            (
                "people.xlsx: the workbook claims to unpack to 4.0 GB from 0.0 MB; at most 1.0 GB and 250 "
                "times its size "
                f"are taken. {AS_TABLE}"
            ),
        ),
        (
            claiming(bomb(), SHEET, 1000),
            (
                "people.xlsx: the workbook unpacks to 17.0 MB from 0.1 MB; at most 1.0 GB and 250 "
                "times its size are taken. "
                f"{AS_TABLE}"
            ),
        ),
        (
            repacked(xlsx(PEOPLE), with_entity),
            f"people.xlsx, {SHEET}: the workbook declares entities, which could read other files. {AS_TABLE}",
        ),
        (other_archive(), f"people.xlsx: the archive holds no workbook. {AS_TABLE}"),
        (xlsx(PEOPLE)[:-400], f"people.xlsx: the workbook is damaged or not a workbook. {AS_TABLE}"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            f"people.xlsx: this is an old (.xls) or encrypted workbook. {AS_TABLE}",
        ),
        (xlsx([]), "people.xlsx: the workbook has no filled sheet. Name a sheet that holds the table."),
        (
            xlsx([[f"c{number}" for number in range(200)], list(range(200))]),
            (
                "people.xlsx, sheet Sheet, row 1: the sheet has 200 columns; at most 128 are taken. "
                "Keep the columns that tell who is affected and how to reach them."
            ),
        ),
        (
            xlsx([["Name", "Email"], ["Nom", "Courriel"], ["Ann", "a@example.org"]]),
            (
                "people.xlsx, sheet Sheet, row 2: there are two header rows. "
                "Keep one row of column names (row 2, say) and remove the other."
            ),
        ),
    ],
    ids=[
        "text",
        "4 GB claim",
        "lying bomb",
        "entities",
        "other archive",
        "cut",
        "old",
        "empty",
        "200 columns",
        "two headers",
    ],
)
def test_a_hostile_or_broken_workbook_gets_one_clear_message(content: bytes, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        table(content, "people.xlsx")

    assert str(refused.value) == message


def test_a_lone_cell_far_away_does_not_make_a_huge_table() -> None:
    def stray(book: Workbook) -> None:
        book.active["DX1048576"] = "x"

    with pytest.raises(
        BadInput,
        match=r"spans 1048576 rows of 128 columns; a workbook is read up to 8,000,000 cells\. Remove",
    ):
        table(xlsx(PEOPLE, stray), "people.xlsx")


def test_unpacking_is_counted_whatever_is_claimed() -> None:
    with pytest.raises(BadInput, match="unpacks to"):
        table(claiming(bomb(), SHEET, 1000), "people.xlsx", caps=Caps(unpacked_bytes=8 * MIB, ratio=10_000))
