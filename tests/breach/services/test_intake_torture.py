"""The whole way of bad input, from the upload to the trial: what is refused has a place and a reason, the rest goes on, and
read = accepted + refused.
"""

import io
from dataclasses import dataclass, field

import pytest
from openpyxl import Workbook

from breach.errors import BadInput
from breach.intake.refusals import reasons
from breach.models import Entry, IntakeFile, Person, RefusedCell, SealedFile
from breach.queries.facts import facts_of
from breach.services import intake
from tests.breach.intake.tables import packed, repacked, xlsx
from tests.breach.services.test_intake import checked, load
from tests.conftest import NOW
from tests.house import House

HEAD = "Name,E-mail,Notes\n"
ANN, BEN = "Ann Lee,ann@example.org,", "Ben Ode,ben@example.org,"
TEN_MB = 10 * 1024 * 1024


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW)
    return house


@dataclass(frozen=True)
class Torture:
    """A table, how many of its rows are accepted, and row and reason of those refused."""

    content: bytes | str
    accepted: int
    refused: list[tuple[int, str]] = field(default_factory=list)


KINDS = {
    "comma in quotes": Torture(f'{HEAD}"Lee, Ann",ann@example.org,"a,b"\n', 1),
    "escaped quotes": Torture(f'{HEAD}"Ann ""Nan"" Lee",ann@example.org,"""x"""\n', 1),
    "newlines in quotes": Torture(f'{HEAD}{ANN}"one\ntwo\n\nthree"\n{BEN}"\n"\n', 2),
    "newlines in quotes, CRLF": Torture(f'{HEAD}{ANN}"one\r\ntwo"\n{BEN}x\n'.replace("\n", "\r\n"), 2),
    "CRLF": Torture((HEAD + ANN + "x\n" + BEN + "y\n").replace("\n", "\r\n"), 2),
    "bare CR": Torture((HEAD + ANN + "x\n" + BEN + "y\n").replace("\n", "\r"), 2),
    "empty cells": Torture(f'{HEAD}{ANN}\n{BEN}""\n,,only a note\n', 2, [(4, "no_identity")]),
    "blank rows": Torture(f"{HEAD}{ANN}x\n\n,,\n{BEN}y\n", 2),
    "JSON in cells": Torture(f'{HEAD}{ANN}"{{""type"": ""Point"", ""at"": [102.0, 0.5]}}"\n', 1),
    "UTF-8": Torture(f"{HEAD}Zoé Ångström 东京 ᴀ,zoe@example.org,ʤ\n", 1),
    "UTF-8 with a mark": Torture(("\ufeff" + HEAD + ANN + "x\n").encode(), 1),
    "UTF-16": Torture((HEAD + ANN + "é\n").encode("utf-16"), 1),
    "no newline at the end": Torture(HEAD + ANN + "x", 1),
    "quotes that are never closed": Torture(
        f'{HEAD}{ANN}x\n"Ben,ben@example.org,y\n{BEN}z\n', 2, [(3, "quotes")]
    ),
    "NUL bytes": Torture(f"{HEAD}{ANN}x\nBen\0Ode,ben@example.org,y\n{BEN}z\n", 2, [(3, "control")]),
    "mixed encodings": Torture(
        (HEAD + "".join(f"Zoé {n},z{n}@example.org,é\n" for n in range(30))).encode()
        + "Jürgen,j@example.org,\n".encode("cp1252"),
        30,
        [(32, "encoding")],
    ),
    "rows of unequal length": Torture(
        f"{HEAD}{ANN}x\nBen,ben@example.org\n{BEN}y,z\n{BEN}y,,\n", 2, [(3, "row_length"), (4, "row_length")]
    ),
    "a cell of ten megabytes": Torture(
        f"{HEAD}{ANN}x\n{BEN}{'y' * TEN_MB}\nCy,cy@example.org,z\n", 2, [(3, "cell_too_long")]
    ),
    "a cell of ten megabytes in quotes": Torture(
        f'{HEAD}{ANN}x\n{BEN}"{"y" * TEN_MB}"\nCy,cy@example.org,z\n', 2, [(3, "cell_too_long")]
    ),
    "formulas": Torture(
        f'{HEAD}"=HYPERLINK(""http://x"";""y"")",ann@example.org,x\n{BEN}"=cmd|\' /C calc\'!A0"\n',
        1,
        [(2, "formula")],
    ),
    "a formula in a workbook": Torture(
        xlsx([["Name", "E-mail"], ["=1+1", "a@example.org"], ["Ben Ode", "ben@example.org"]]),
        1,
        [(2, "formula")],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_is_accepted_or_refused_with_its_row(opened: House, kind: str) -> None:
    torture = KINDS[kind]

    file = checked(opened, torture.content, "people")

    refused = list(RefusedCell.objects.filter(whole_row=True).values_list("row", "reason"))
    assert (file.accepted, refused) == (torture.accepted, torture.refused)
    assert file.read == file.accepted + file.refused == torture.accepted + len(torture.refused)
    assert all({"en", "fr"} <= reasons()[reason].keys() for _row, reason in refused)


def _entities() -> bytes:
    content = xlsx([["Name", "E-mail"], ["Ann", "a@example.org"]])
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return repacked(
        content, lambda name, raw: declared + raw.partition(b"?>")[2] if name.endswith("sheet1.xml") else raw
    )


WHOLE = {
    "a hundred thousand columns": (
        ",".join(f"c{n}" for n in range(100_000)) + "\n" + "," * 99_999 + "\n",
        "people.csv",
        "people.csv, row 1, column DY: the table has 100000 columns; at most 128 are taken. Keep the columns",
    ),
    "external entities": (
        _entities(),
        "people.xlsx",
        "people.xlsx, xl/worksheets/sheet1.xml: the workbook declares entities, which could read other files. Open it",
    ),
    "a text file named .xlsx": (
        HEAD + ANN,
        "people.xlsx",
        "people.xlsx: the name says workbook, the content is something else. Rename it to .csv",
    ),
    "a text file named .xlsx, packed": (
        packed({"people.xlsx": HEAD + ANN}),
        "people.zip",
        "people.zip: not one of its 1 files is a table; entry 1: the name says workbook, the content is something else",
    ),
    "a bomb": (
        packed({"a.csv": bytes(40 * 1024 * 1024)}),
        "a.zip",
        "a.zip, entry 1: the archive unpacks to more than",
    ),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_that_is_refused_whole_leaves_nothing(opened: House, kind: str) -> None:
    content, name, message = WHOLE[kind]
    raw = content.encode() if isinstance(content, str) else content
    before = Entry.objects.count()

    with pytest.raises(BadInput) as refused:
        intake.take_in(
            actor=opened.responder,
            incident=opened.incident,
            party=opened.party,
            stream=io.BytesIO(raw),
            filename=name,
            now=NOW,
        )

    assert str(refused.value).startswith(message)
    assert refused.value.mend
    assert (IntakeFile.objects.count(), SealedFile.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_a_formula_that_is_taken_stays_text(opened: House) -> None:
    """In a column that goes to no field nothing is kept; in a name it is refused, never computed."""

    def computed(book: Workbook) -> None:
        book.active["C3"] = "=A3"

    content = xlsx(
        [["Name", "E-mail", "City"], ["Ann Lee", "ann@example.org", "Kiel"], ["Ben", "b@example.org"]],
        computed,
    )
    file = checked(opened, content)

    assert (file.accepted, list(file.refusals.values_list("row", "column", "reason"))) == (
        1,
        [(3, "City", "formula")],
    )


def test_kinds_of_data_reach_the_facts_with_the_load_and_not_before(opened: House) -> None:
    table = "Name,E-mail,IBAN\nAnn Lee,ann@example.org,DE75512108001245126199\nBen Ode,ben@example.org,\n"

    file = checked(opened, table)
    assert (facts_of(opened.party).data_kinds, Person.objects.count()) == (None, 0)
    intake.accept(actor=opened.responder, file=file, now=NOW)
    assert facts_of(opened.party).data_kinds is None
    intake_loaded = load(opened, table.replace("Ann", "Anna"))

    assert intake_loaded.state == "loaded"
    assert sorted(facts_of(opened.party).data_kinds or ()) == ["email", "iban", "name"]
