import dataclasses
import io
from unittest.mock import patch

import hypothesis
import pytest
from hypothesis import strategies as st

from breach.errors import BadInput
from breach.intake import text
from breach.intake.caps import CAPS, Caps
from breach.intake.encodings import Encoding
from breach.intake.read import Options
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from tests.breach.intake.tables import HEADER, ZOE, table


def test_reads_semicolons_in_windows_1252() -> None:
    read = table((HEADER + ZOE).encode("cp1252"))

    assert (read.encoding, read.encoding_how, read.delimiter, read.header_row) == (
        "cp1252",
        "letters",
        ";",
        1,
    )
    assert read.header == ("Name", "E-mail", "Street", "Postcode", "City", "Country")
    assert list(read.rows()) == [
        Row(2, ["Zoé Lefèvre", "zoe@example.org", "7 rue des Lilas", "75011", "Paris", "FR"])
    ]


@pytest.mark.parametrize(
    ("encoding", "found", "how"),
    [
        ("utf-8", "utf-8", "valid"),
        ("utf-8-sig", "utf-8-sig", "mark"),
        ("utf-16", "utf-16", "mark"),
        ("utf-16-le", "utf-16-le", "guessed"),
        ("utf-16-be", "utf-16-be", "guessed"),
        ("cp850", "cp850", "letters"),
        ("mac_roman", "mac_roman", "letters"),
        ("ascii", "utf-8", "valid"),
    ],
)
def test_finds_the_encoding_and_says_how(encoding: str, found: str, how: str) -> None:
    people = (
        "Nom;Prénom;Courriel\nLefèvre;Zoé;z@example.org\nMüller;Jürgen;j@example.org\nGarçon;Hélène;h@x.org\n"
    )
    if encoding == "ascii":
        people = "Nom;Courriel\nDupont;d@example.org\n"

    read = table(people.encode(encoding))

    assert (read.encoding, read.encoding_how) == (found, how)
    assert [row.cells for row in read.rows() if isinstance(row, Row)] == [
        line.split(";") for line in people.splitlines()[1:]
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_finds_the_delimiter_by_agreement_of_rows(delimiter: str) -> None:
    lines = [["Name", "Note", "City"], ["Ann", "a; b, c", "Kiel"], ["Bo", "d; e", "Ulm"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)

    read = table(text)

    assert read.delimiter == delimiter
    assert [row.cells for row in read.rows() if isinstance(row, Row)] == lines[1:]


def test_spreadsheet_hint_names_the_delimiter() -> None:
    read = table("sep=|\r\nName|City\r\nAnn, Bo|Kiel; Ulm\r\n")

    assert (read.delimiter, read.header, read.header_row) == ("|", ("Name", "City"), 2)
    assert list(read.rows()) == [Row(3, ["Ann, Bo", "Kiel; Ulm"])]


def test_a_person_overrules_encoding_and_delimiter() -> None:
    read = table("Name,x;City\nZo\xe9,y;Kiel\n".encode("latin-1"), options=Options("latin-1", ";"))

    assert (read.encoding, read.encoding_how, read.header) == ("iso8859-1", "given", ("Name,x", "City"))


def test_quotes_newlines_and_json_in_cells() -> None:
    text = 'Name;Note;City\r\n"Ann ""A"" Bo";"two\r\nlines";\r\n'
    text += ';"{""a"": [1, 2]}";"Kiel"\r\n;;\r\n\r\nCy;x;Ulm\r\n'

    assert list(table(text).rows()) == [
        Row(2, ['Ann "A" Bo', "two\r\nlines", ""]),
        Row(3, ["", '{"a": [1, 2]}', "Kiel"]),
        Row(6, ["Cy", "x", "Ulm"]),
    ]


def test_a_quote_never_closed_costs_one_line_only() -> None:
    text = 'Name;City\nAnn;Kiel\nBo;"Ulm\nCy;Bonn\nDo;"Köln"x\nEd;Jena\n'

    assert list(table(text).rows()) == [
        Row(2, ["Ann", "Kiel"]),
        Refusal(3, "", "quotes"),
        Row(4, ["Cy", "Bonn"]),
        Refusal(5, "", "quotes"),
        Row(6, ["Ed", "Jena"]),
    ]


def test_rows_of_unequal_length_are_refused_and_empty_surplus_dropped() -> None:
    text = "Name;City\nAnn;Kiel;x\nBo\nCy;Ulm;;\nDo;Bonn\n"

    assert list(table(text).rows()) == [
        Refusal(2, "", "row_length"),
        Refusal(3, "", "row_length"),
        Row(4, ["Cy", "Ulm"]),
        Row(5, ["Do", "Bonn"]),
    ]


def test_lines_in_another_encoding_are_refused_alone() -> None:
    good = b"".join("Zoé;Köln\n".encode() for _ in range(30))

    read = table(b"Name;City\n" + good + "Zoé;Köln\n".encode("cp1252") + good)

    assert read.encoding == "utf-8"
    assert [row for row in read.rows() if isinstance(row, Refusal)] == [Refusal(32, "", "encoding")]
    assert sum(isinstance(row, Row) for row in read.rows()) == 60


def test_nul_bytes_and_control_characters_refuse_their_row() -> None:
    filler = "Ann;Kiel\n" * 40

    read = table(f"Name;City\n{filler}B\0o;Ulm\nCy;\x1bBonn\nDo;Jena\n")

    assert [row for row in read.rows() if isinstance(row, Refusal)] == [
        Refusal(42, "", "control"),
        Refusal(43, "", "control"),
    ]


@pytest.mark.parametrize("length", [40_000, 200_000, 10_000_000])
def test_a_huge_cell_refuses_its_row_and_reading_goes_on(length: int) -> None:
    read = table(f"Name;City\nAnn;Kiel\n{'x' * length};Ulm\nCy;Bonn\n")

    assert list(read.rows()) == [
        Row(2, ["Ann", "Kiel"]),
        Refusal(3, "", "cell_too_long"),
        Row(4, ["Cy", "Bonn"]),
    ]


def test_names_columns_that_have_no_name_of_their_own() -> None:
    read = table("Name;City;City;\nAnn;Kiel;Ulm;x\n")

    assert read.header == ("Name", "City", "City (C)")
    assert list(read.rows()) == [Refusal(2, "", "row_length")]
    assert read.notes == (
        "Columns without a name, or with one that another has, were named by their letter.",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "people.csv: the file is empty. Export the table again."),
        (b"\n\n;;\n", "people.csv: the file is empty. Export the table again."),
        (b"Name;City\n", "people.csv, row 1: there is a header and no row below it. Export the table again."),
        (
            bytes(range(256)) * 40,
            (
                "people.csv: this is not a text file, or its encoding is unknown. Save it as CSV in UTF-8, "
                "or name its "
                "encoding when uploading (for instance windows-1252)."
            ),
        ),
        (
            ";".join(f"c{number}" for number in range(200)).encode() + b"\n" + b";" * 199 + b"x\n",
            (
                "people.csv, row 1, column DY: the table has 200 columns; at most 128 are taken. "
                "Keep the columns that "
                "tell who is affected and how to reach them."
            ),
        ),
        (
            b"Name;Email;City\nNom;Courriel;Ville\nAnn;a@example.org;Kiel\n",
            (
                "people.csv, row 2: there are two header rows. "
                "Keep one row of column names (row 2, say) and remove the other."
            ),
        ),
        (
            b"Customers 2026;;\nName;Email;City\nAnn;a@example.org;Kiel\n",
            (
                "people.csv, row 2: there are two header rows. "
                "Keep one row of column names (row 2, say) and remove the other."
            ),
        ),
        (
            b"Ann;a@example.org;Kiel\nBo;b@example.org;Ulm\n",
            "people.csv, row 1, column B: the first row holds data, not names of columns. Add a header row.",
        ),
        (
            b"Name;=A1\nAnn;x\n",
            "people.csv, row 1, column B: the header holds a formula. Replace it by its text.",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "header only",
        "binary",
        "200 columns",
        "two headers",
        "title",
        "no header",
        "formula",
    ],
)
def test_a_file_that_is_no_table_gets_one_clear_message(content: bytes, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        table(content)

    assert str(refused.value) == message


def test_a_hundred_thousand_columns_are_refused_quickly() -> None:
    with pytest.raises(BadInput, match="the table has 100000 columns"):
        table(",".join(f"c{number}" for number in range(100_000)) + "\n" + "," * 99_999 + "1\n")


def test_unknown_encoding_name_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no encoding named 'klingon'"):
        table("a;b\n1;2\n", options=Options(encoding="klingon"))
    with pytest.raises(BadInput, match="there is no encoding named 'base64'"):
        table("a;b\n1;2\n", options=Options(encoding="base64"))


def test_size_is_capped_before_reading() -> None:
    with pytest.raises(BadInput, match="at most 1 are taken"):
        table("a;b\n" + "1;2\n" * 500_000, caps=Caps(file_bytes=1024 * 1024))


def test_every_row_is_a_row_or_a_refusal() -> None:
    rows = ["ok;x", 'bad;"x', "long;x;y", "nul\0;x", "short", "ok;y"] * 50

    outcomes = list(table("Name;City\n" + "\n".join(rows) + "\n").rows())

    assert [outcome.row if isinstance(outcome, Refusal) else outcome.number for outcome in outcomes] == list(
        range(2, 302)
    )
    assert sum(isinstance(outcome, Row) for outcome in outcomes) == 100


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Ann;x\n",
                "",
                "\n",
                ";;\n",
                '"a;b";c\r\n',
                '"a\nb";c\n',
                '"open;c\n',
                'x"y;z\n',
                "é\xa0;1\r",
                "a;b\0\n",
            ]
        ),
        st.text('ab;" \n\r\x85\u2028é', max_size=12),
    ),
    max_size=12,
)


@hypothesis.settings(max_examples=500, deadline=None)
@hypothesis.given(LINES, st.integers(1, 40))
def test_a_block_at_a_time_is_what_a_line_at_a_time_is(lines: list[str], size: int) -> None:
    content = "".join(lines).encode()
    caps = dataclasses.replace(CAPS, record_lines=3, cell_chars=20)
    encoding = Encoding("utf-8", "given")

    with patch.object(text, "BLOCK_CHARS", size):
        blocks = list(text.read_text(io.BytesIO(content), encoding, ";", caps, place="x"))
    with patch.object(text, "_plain", return_value=None), patch.object(text, "BLOCK_CHARS", 1 << 30):
        alone = list(text.read_text(io.BytesIO(content), encoding, ";", caps, place="x"))

    assert blocks == alone
