"""The quick way of many rows gives what the whole way of each row gives."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

from breach.intake import phones
from breach.intake.columnar import FIELDS, ColumnNormaliser, Columns
from breach.intake.mapping import ColumnMapping, ColumnRule
from breach.intake.normalise import Accepted, Normaliser
from breach.intake.record import Record
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from tests.breach.intake.tables import TODAY

CELLS = {
    "full_name": [
        "Zoé Lefèvre",
        "Lefèvre, Zoé",
        "",
        "-",
        "12",
        "N" * 201,
        "=1+1",
        "a, b, c",
        "Zoe\u0301",
        "李小龙",
    ],
    "given_name": ["Zoé", " Ann  Marie ", "n/a", "", "\u200bTom", "Ann|Bob", "A¦B", "tab\there"],
    "family_name": ["Lefèvre", "O'Neil", "", "NULL", "van  Dam", "ß"],
    "email": ["a@example.org", "A.B@EXAMPLE.org", "kaputt@", "", "é@example.org", "@SUM(1)", "a@-bad.org"],
    "phone": [
        "06 12 34 56 78",
        "+33612345678",
        "hello",
        "",
        "+1 415 555 0100",
        "030 901820",
        "-2+3*cmd|' /C calc'!A0",
    ],
    "street": ["7 rue des Lilas", "", "=HYPERLINK(1)", "Lindenweg 3", "none"],
    "postcode": ["75011", "1012AB", "SW1A1AA", "xx", "", "1234.0", "4700", "2000"],
    "city": ["Paris", "", "Liège", " Köln"],
    "region": ["", "CA", "Québec", "Texas"],
    "country": ["FR", "Deutschland", "", "Freedonia", "BE", "us", "CA", "NL", "GB"],
    "birth_date": ["09/03/2012", "1984-03-09", "", "31/02/1990", "soon", "19840309", "2099-01-01"],
    "language": ["", "fr", "Klingonisch", "nl-BE", "Deutsch"],
    "customer_number": ["C1", "1234.0", "", "NA"],
    "guardian": ["", "Odile", "unknown"],
    "national_id": [
        "",
        "2 95 10 99 126 111 93",
        "295109912611194",
        "78-1234.5",
        "111111111",
        "=1",
        "078-05-1120",
        "n/a",
    ],
    "": ["", "x", "=1", "-", "$2b$12$abc", " n/a ", "+cmd|x"],
}
KINDS = {"": "password_clear", "email": "email", "full_name": "name", "birth_date": "date_of_birth"}


def outcomes_of(batch: Columns) -> list[Accepted | Refusal]:
    aside: dict[int, list[Refusal]] = {}
    for refusal in batch.set_aside:
        aside.setdefault(refusal.row, []).append(refusal)
    taken: list[Accepted | Refusal] = [
        Accepted(
            row,
            Record(**{name: batch.values[name][place] for name in FIELDS[:-1]}, given=batch.given[place]),
            batch.kinds[place],
            batch.minors[place],
            tuple(aside.get(row, ())),
            batch.national_ids[place],
        )
        for place, row in enumerate(batch.rows)
    ]
    return sorted([*taken, *batch.refused], key=lambda outcome: outcome.row)


@st.composite
def tables(draw: st.DrawFn) -> tuple[ColumnMapping, list[str], list[Row]]:
    fields = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, unique=True))
    if not set(fields) & {"full_name", "given_name", "family_name", "email", "street"}:
        fields.append("full_name")
    header = [f"c{number}" for number in range(len(fields))]
    rules = tuple(
        ColumnRule(column, field or None, KINDS.get(field))
        for column, field in zip(header, fields, strict=True)
    )
    cell = [st.one_of(st.sampled_from(CELLS[field]), st.text(max_size=12)) for field in fields]
    rows = draw(st.lists(st.tuples(*cell), max_size=25))
    mapping = ColumnMapping(
        rules,
        draw(st.sampled_from(["", "FR", "US"])),
        draw(st.sampled_from(["", "en"])),
        draw(st.sampled_from(["dmy", "mdy"])),
        draw(st.sampled_from([(), ("order_history",)])),
    )
    return mapping, header, [Row(number, list(cells)) for number, cells in enumerate(rows, start=2)]


@settings(max_examples=300, deadline=None)
@given(tables())
def test_a_batch_is_what_its_rows_are(table: tuple[ColumnMapping, list[str], list[Row]]) -> None:
    mapping, header, rows = table
    alone = Normaliser(mapping, header, TODAY)

    batch = ColumnNormaliser(mapping, header, TODAY)(rows)

    assert outcomes_of(batch) == [alone(row) for row in rows]


def test_plain_rows_take_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = ColumnMapping((ColumnRule("n", "full_name"), ColumnRule("e", "email")))
    monkeypatch.setattr(Normaliser, "__call__", None)

    batch = ColumnNormaliser(mapping, ("n", "e"), TODAY)(
        [Row(2, ["Zoé Lefèvre", "zoe@example.org"]), Row(3, ["Omar Sy", ""])]
    )

    assert outcomes_of(batch)[1] == Accepted(
        3, Record(full_name="Omar Sy", language="en", language_from="fallback"), (), None
    )
    assert dataclasses.asdict(batch)["rows"] == [2, 3]


@settings(max_examples=2_000, deadline=None)
@given(
    st.one_of(
        st.builds(
            "+{}{}".format,
            st.sampled_from(sorted(COUNTRY_CODE_TO_REGION_CODE)),
            st.text("0123456789", min_size=4, max_size=12),
        ),
        st.from_regex(r"\A0[0-9][0-9 .\-/()]{5,16}[0-9]\Z"),
    ),
    st.sampled_from([*sorted(SUPPORTED_REGIONS), "", "AQ"]),
)
def test_a_phone_number_is_what_the_library_says(text: str, country: str) -> None:
    assert phones.phone_number.__wrapped__(text, country) == phones.by_library(text, country)


def test_common_numbers_need_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "by_library", None)
    quick = phones.phone_number.__wrapped__

    assert [quick("06 12 34 56 78", "FR"), quick("+442079460123", ""), quick("030/901820", "DE")] == [
        "+33612345678",
        "+442079460123",
        "+4930901820",
    ]
