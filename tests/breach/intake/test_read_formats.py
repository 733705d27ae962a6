"""JSON Lines, vCard, SQL dumps, Parquet and OpenDocument: what is read, what is refused, and that nothing is lost."""

import csv
import datetime as dt
import io
import json
import re

import hypothesis
import pytest
from hypothesis import strategies as st

from breach.errors import BadInput
from breach.intake.caps import MIB, Caps
from breach.intake.read import Options
from breach.intake.refusals import Refusal, reasons
from breach.intake.rows import Row
from tests.breach.intake.tables import ods, parquet, repacked, table, xlsx

POSTGRES = r"""--
-- PostgreSQL database dump
--
\restrict abc
SET client_encoding = 'UTF8';
CREATE FUNCTION public.f() RETURNS void AS $$ INSERT INTO users VALUES ('no'); $$ LANGUAGE sql;
CREATE TABLE public.users (id integer NOT NULL, name text DEFAULT 'x;y'::text, CONSTRAINT a CHECK (id > 0));
COPY public.log (id, line) FROM stdin;
1	started
\.

COPY public.users (id, name, email) FROM stdin;
1	Zo\té	z@example.org
2	\N	b@example.org
3	a	b	c
\.

INSERT INTO public.users VALUES (4, 'O''Brien; (x)'), (5, E'a\'b'::text), (6, upper('x')), (7, 'c:\path\');
INSERT INTO public.users (email, id) VALUES ('q@example.org', 8);
"""
MYSQL = r"""-- MySQL dump 10.13
/*!40101 SET NAMES utf8 */;
DROP TABLE IF EXISTS `users`;
CREATE TABLE `users` (
  `id` int NOT NULL AUTO_INCREMENT,
  `name` varchar(100) DEFAULT NULL,
  `hash` binary(4), -- the digest
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `users` VALUES (1,'It\'s ; \\ "x"',_binary 'ab'),(2,NULL,0xDEAD),(3,'a''b','x');
"""
CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Zoé Lefèvre
N:Lefèvre;Zoé;;;
EMAIL;TYPE=INTERNET:zoe@example.org
EMAIL:z2@example.org
TEL;TYPE=CELL:+33199001234
ADR;TYPE=WORK:;;1 rue X;Lyon;;69001;France
ADR;TYPE=HOME:;;7 rue des Lilas;Paris;;75011;France
BDAY:19900201
X-SKYPE:zoe
END:VCARD

BEGIN:VCARD
VERSION:2.1
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=A9
N:M;Jo
END:VCARD
BEGIN:VCARD
FN broken
END:VCARD
stray
BEGIN:VCARD
VERSION:4.0
FN:Bo
END:VCARD
"""


def test_json_lines_give_a_column_for_each_key_and_for_each_value_of_a_nested_object() -> None:
    read = table(
        '\ufeff{"name":"Zoé","address":{"city":"Paris","tags":[1,2]}}\r\n\n'
        '{"name":"Bo","age":1.50,"gone":null,"vip":true}\n'
        'nope\n["a"]\n{"name":1,"name":2}\n{"name":"\\u0000"}\n{"name":"\\ud800"}\n',
        "people.txt",
    )

    assert (read.format, read.header_row) == ("jsonl", 0)
    assert read.header == ("name", "address.city", "address.tags", "age", "gone", "vip")
    assert list(read.rows()) == [
        Row(1, ["Zoé", "Paris", '["1", "2"]', "", "", ""]),
        Row(3, ["Bo", "", "", "1.50", "", "true"]),
        Refusal(4, "", "json"),
        Refusal(5, "", "json"),
        Refusal(6, "", "json_twice"),
        Refusal(7, "", "control"),
        Refusal(8, "", "encoding"),
    ]


def test_a_card_is_a_row_with_the_home_address() -> None:
    read = table(CARDS, "contacts.vcf")
    rows = list(read.rows())

    assert read.format == "vcard"
    assert isinstance(rows[0], Row)
    assert {name: cell for name, cell in zip(read.header, rows[0].cells, strict=True) if cell} == {
        "Full name": "Zoé Lefèvre",
        "Family name": "Lefèvre",
        "Given name": "Zoé",
        "E-mail": "zoe@example.org",
        "Other e-mails": "z2@example.org",
        "Phone": "+33199001234",
        "Street": "7 rue des Lilas",
        "Postcode": "75011",
        "City": "Paris",
        "Country": "France",
        "Birth date": "1990-02-01",
        "Other properties": "X-SKYPE: zoe",
    }
    assert [row.cells[0] if isinstance(row, Row) else row for row in rows] == [
        "Zoé Lefèvre",
        "Zoé",
        Refusal(3, "", "vcard"),
        Refusal(4, "", "vcard"),
        "Bo",
    ]


def test_a_dump_gives_the_table_of_people_from_copy_and_insert() -> None:
    read = table(POSTGRES, "dump.sql")

    assert (read.format, read.sheet, read.header) == ("sql", "users", ("id", "name", "email"))
    assert read.notes == ("Other tables were not read: log",)
    assert list(read.rows()) == [
        Row(1, ["1", "Zo\té", "z@example.org"]),
        Row(2, ["2", "", "b@example.org"]),
        Refusal(3, "", "row_length"),
        Row(4, ["4", "O'Brien; (x)", ""]),
        Row(5, ["5", "a'b", ""]),
        Refusal(6, "", "sql"),
        Row(7, ["7", "c:\\path\\", ""]),
        Row(8, ["8", "", "q@example.org"]),
    ]


def test_another_table_of_a_dump_can_be_named() -> None:
    assert list(table(POSTGRES, "dump.sql", Options(sheet="log")).rows()) == [Row(1, ["1", "started"])]
    with pytest.raises(BadInput, match="there is no table 'new' with rows"):
        table(POSTGRES, "dump.sql", Options(sheet="new"))


def test_a_dump_of_mysql_takes_its_columns_from_the_table_and_its_own_escapes() -> None:
    read = table(MYSQL, "dump.sql")

    assert read.header == ("id", "name", "hash")
    assert list(read.rows()) == [
        Row(1, ["1", 'It\'s ; \\ "x"', "ab"]),
        Row(2, ["2", "", "0xDEAD"]),
        Row(3, ["3", "a'b", "x"]),
    ]


def test_a_value_of_ten_megabytes_refuses_its_row_and_the_next_is_read() -> None:
    long = "x" * 10 * MIB
    dump = (
        f"INSERT INTO people (name, mail) VALUES ('A','a@example.org'),('{long}','b'),('C','c@example.org');"  # noqa: S608 - a dump is text here
    )
    lines = f'{{"name":"A"}}\n{{"name":"{long}"}}\n{{"name":"C"}}\n'

    assert [row if isinstance(row, Refusal) else row.cells[0] for row in table(dump).rows()] == [
        "A",
        Refusal(2, "", "cell_too_long"),
        "C",
    ]
    assert list(table(lines).rows()) == [Row(1, ["A"]), Refusal(2, "", "cell_too_long"), Row(3, ["C"])]


def test_parquet_comes_as_text() -> None:
    read = table(
        parquet(
            {
                "name": ["Zoé", "Zoé", None],
                "born": [dt.date(1990, 2, 1)] * 3,
                "seen": [dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4), None],  # noqa: DTZ001 - as files have them
                "home": [{"city": "Paris", "floor": 2}] * 3,
                "tags": [["a", "b"], [], None],
                "photo": [b"\xff\xfe", b"text", None],
            }
        ),
        "people.parquet",
    )

    assert (read.format, read.header) == (
        "parquet",
        ("name", "born", "seen", "home.city", "home.floor", "tags", "photo"),
    )
    assert list(read.rows()) == [
        Row(1, ["Zoé", "1990-02-01", "2026-01-02", "Paris", "2", '["a", "b"]', "(2 bytes)"]),
        Row(2, ["Zoé", "1990-02-01", "2026-01-02 03:04:00", "Paris", "2", "[]", "text"]),
        Row(3, ["", "1990-02-01", "", "Paris", "2", "", ""]),
    ]


def test_parquet_that_unpacks_far_is_refused_and_a_repeated_value_is_kept_once() -> None:
    content = parquet({"name": ["x" * 30_000] * 20_000})

    assert sum(isinstance(row, Row) for row in table(content).rows()) == 20_000
    with pytest.raises(BadInput, match="claims 20,000 rows; at most 100 are taken"):
        table(content, caps=Caps(rows=100))


CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
SHEETS = (
    '<table:table table:name="Empty"/><table:table table:name="People">'
    '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    f"<table:table-row>{CELL.format('Name')}{CELL.format('Number')}{CELL.format('Born')}</table:table-row>"
    "<table:table-row>"
    '<table:table-cell office:value-type="string"><office:annotation><text:p>secret</text:p></office:annotation>'
    '<text:p>Zoé<text:s text:c="2"/>L</text:p><text:p>two</text:p></table:table-cell>'
    '<table:table-cell office:value-type="float" office:value="1007"><text:p>1,007</text:p></table:table-cell>'
    '<table:table-cell office:value-type="date" office:date-value="1990-02-01T00:00:00"/>'
    '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
    '<table:table-row table:number-rows-repeated="2"><table:table-cell table:formula="of:=HYPERLINK([.A1])"'
    ' office:value-type="string"><text:p>Bo</text:p></table:table-cell></table:table-row>'
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table>'
    f'<table:table table:name="Old"><table:table-row>{CELL.format("x")}</table:table-row></table:table>'
)


def test_an_opendocument_sheet_is_read_as_it_is_shown() -> None:
    read = table(ods(SHEETS), "people.ods")

    assert (read.format, read.sheet, read.header, read.header_row) == (
        "ods",
        "People",
        ("Name", "Number", "Born"),
        3,
    )
    assert read.notes == ("Other sheets were not read: Old",)
    assert list(read.rows()) == [
        Row(4, ["Zoé  L\ntwo", "1007", "1990-02-01"]),
        Row(5, ["=HYPERLINK([.A1])", "", ""]),
        Row(6, ["=HYPERLINK([.A1])", "", ""]),
    ]


REPEATED = (
    f'<table:table table:name="P"><table:table-row>{CELL.format("Name")}</table:table-row>'
    f'<table:table-row table:number-rows-repeated="900000000">{CELL.format("x")}</table:table-row></table:table>'
)
REPEAT_CELL = '<table:table-cell table:number-columns-repeated="100000" office:value-type="string">'
WIDE = (
    f'<table:table table:name="P"><table:table-row>{REPEAT_CELL}<text:p>a</text:p></table:table-cell>'
    "</table:table-row></table:table>"
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ods(REPEATED), "sheet P: the sheet has more than 1,048,576 rows"),
        (ods(WIDE), "the table has 129 columns; at most 128 are taken"),
        (
            repacked(
                ods(SHEETS),
                lambda _name, data: data.replace(
                    b"<office:document-content",
                    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///x">]><office:document-content',
                ),
            ),
            "content.xml: the workbook declares entities",
        ),
        (ods(SHEETS, "<manifest:encryption-data/>"), "the workbook is encrypted. Remove its password first."),
        (ods(SHEETS.replace("</table:table>", "", 1)), "the sheet cannot be read"),
        (b"PAR1 and then something else PAR1", "the Parquet file is damaged or encrypted"),
        (b'[{"name":"A"}]', "this is one JSON list. Write one JSON object in each line"),
        (b'{\n "name": "A"\n}\n', "row 1: no line holds a JSON object"),
        (b"<!DOCTYPE html><html><table>", "this is a web page or XML, not a table"),
        (b"-- a dump\nCREATE TABLE a (b int);\n", "the dump has no rows"),
        (b"\x1f\x8b\x08\x00aaaaaaaa", "the file is packed. Unpack it first."),
        (
            "\n".join(json.dumps({f"k{n}": 1}) for n in range(200)).encode(),
            "row 129: the lines have more than 128 different keys",
        ),
        (
            (",".join(f"c{n}" for n in range(100_000)) + "\n").encode(),
            "the table has 100000 columns; at most 128",
        ),
    ],
)
def test_a_hostile_or_broken_file_gets_one_clear_message(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=re.escape(message)):  # noqa: PT012 - in opening or in reading
        read = table(content, "people")
        list(read.rows())


def test_every_reason_that_a_reader_gives_has_words() -> None:
    assert {"json", "json_twice", "vcard", "sql"} <= set(reasons())


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=12).filter(
    str.strip
)


def as_csv(values: list[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(
        [["Name", "Mail"], *([value, "x"] for value in values)]
    )
    return written.getvalue().encode()


def as_copy(values: list[str]) -> bytes:
    def escaped(value: str) -> str:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")

    lines = "".join(f"{escaped(value)}\tx\n" for value in values)
    return f"COPY people (name, mail) FROM stdin;\n{lines}\\.\n".encode()


def as_insert(values: list[str]) -> bytes:
    rows = ",".join("('" + value.replace("'", "''") + "','x')" for value in values)
    return f"INSERT INTO people (name, mail) VALUES {rows};\n".encode()  # noqa: S608 - a dump is text here


def as_mysql(values: list[str]) -> bytes:
    rows = ",".join("('" + value.replace("\\", "\\\\").replace("'", "\\'") + "','x')" for value in values)
    return f"INSERT INTO `people` (`name`, `mail`) VALUES {rows};\n".encode()  # noqa: S608 - a dump is text here


# A file of control characters alone is no text: said here, so that its rows are looked at.
UTF8 = Options(encoding="utf-8")
WRITERS = {
    "csv": as_csv,
    "jsonl": lambda values: "\n".join(json.dumps({"Name": v, "Mail": "x"}) for v in values).encode(),
    "copy": as_copy,
    "insert": as_insert,
    "mysql": as_mysql,
    "parquet": lambda values: parquet({"Name": values, "Mail": ["x"] * len(values)}),
}


@pytest.mark.parametrize("kind", WRITERS)
@hypothesis.given(st.lists(VALUES, min_size=1, max_size=8))
@hypothesis.settings(max_examples=60, deadline=None)
def test_every_row_that_was_written_is_read_or_refused(kind: str, values: list[str]) -> None:
    rows = list(table(WRITERS[kind](values), "people", UTF8).rows())

    assert len(rows) == len(values)
    for row, value in zip(rows, values, strict=True):
        assert isinstance(row, Refusal) or row.cells == [value, "x"]


PLAIN = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)


@pytest.mark.parametrize("write", [ods, xlsx])
@hypothesis.given(st.lists(PLAIN.filter(lambda value: value[0] != "="), min_size=1, max_size=8))
@hypothesis.settings(max_examples=25, deadline=None)
def test_every_row_of_a_sheet_is_read_or_refused(write: object, values: list[str]) -> None:
    assert callable(write)
    rows = list(table(write([["Name", "Mail"], *([value, "x"] for value in values)]), "people").rows())

    assert [row.cells if isinstance(row, Row) else row for row in rows] == [[value, "x"] for value in values]


@hypothesis.given(
    st.binary(max_size=400), st.sampled_from([b"", b'{"a":1}\n', POSTGRES.encode(), CARDS.encode()])
)
@hypothesis.settings(max_examples=150, deadline=None)
def test_bytes_of_any_kind_are_read_or_refused_and_never_break(noise: bytes, before: bytes) -> None:
    try:
        read = table(before + noise, "people")
        list(read.rows())
    except BadInput as refused:
        assert refused.mend  # noqa: PT017 - most of them are read
