# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
"""The published JSON Schema accepts every facts document the tests use, and refuses what the reader refuses."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from breach.law.facts import Facts, schema
from tools.make_facts_table import PAGE, page

VECTORS = Path(__file__).parents[2] / "vectors"
DOCUMENTS = [
    row["facts"]
    for name in ("risk", "risk_variations", "severity")
    for row in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
]
VALID = Draft202012Validator(schema())


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


def test_every_document_of_the_vectors_is_valid_as_given_and_as_written_back():
    for document in (*DOCUMENTS, {}):
        VALID.validate(document)
        VALID.validate(Facts.from_json(document).to_json())


@pytest.mark.parametrize(
    "document",
    [
        {"unknown": 1},
        {"people_total": "12"},
        {"people_total": -1},
        {"people_by_country": {"FRA": 1}},
        {"role": "owner"},
        {"data_kinds": ["nam"]},
        {"lead_authority": "xx"},
        {"submissions": [{"to": "authority"}]},
        [],
    ],
)
def test_what_the_reader_refuses_is_not_valid(document):
    assert not VALID.is_valid(document)


def test_the_documentation_of_the_fields_is_current():
    assert PAGE.read_text(encoding="utf-8") == page()
