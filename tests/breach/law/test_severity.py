# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breach.law.facts import Facts
from breach.law.severity import enisa, level

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "severity.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["case"] for vector in VECTORS])
def test_score_of_a_published_case(vector):
    found = enisa(Facts.from_json(vector["facts"])).to_json()
    expected = {key: vector[key] for key in ("dpc", "ei", "cb", "se", "level")}
    assert {key: found[key] for key in expected} == expected


def test_unknown_facts_give_an_interval():
    found = enisa(Facts()).to_json()
    assert found["se"] == {"low": 0.25, "high": 6.0}
    assert found["level"] == {"low": "low", "high": "very_high"}
    assert found["flags"] == []


@pytest.mark.parametrize(("people", "flags"), [(100, ["intelligible"]), (101, [">100", "intelligible"])])
def test_flag_starts_at_101_people(people, flags):
    assert list(enisa(Facts(people_total=people, encryption="none")).flags) == flags


def test_flag_of_encrypted_data_needs_a_safe_key():
    safe = Facts(encryption="all", key_compromised=False)
    assert enisa(safe).flags == ("unintelligible",)
    assert enisa(safe.replace(key_compromised=True)).flags == ("intelligible",)
    assert enisa(safe.replace(key_compromised=None)).flags == ()


@pytest.mark.parametrize(
    ("se", "name"), [(7, "low"), (8, "medium"), (12, "high"), (15, "high"), (16, "very_high")]
)
def test_levels_include_their_lower_bound(se, name):
    assert level(se) == name


def test_adjustments_of_the_assessor_stay_within_the_table():
    facts = Facts.from_json(
        {
            "data_kinds": ["name"],
            "adjustments": [{"data_class": "simple", "steps": 9, "reason": "Members of a shelter"}],
        }
    )
    assert enisa(facts).dpc.to_json() == 4
    facts = Facts.from_json(
        {
            "data_kinds": ["health"],
            "adjustments": [{"data_class": "sensitive", "steps": -2, "reason": "A date only"}],
        }
    )
    assert enisa(facts).dpc.to_json() == 2


def test_the_highest_class_counts():
    assert enisa(Facts(data_kinds=("name", "order_history", "bank_statement"))).dpc.to_json() == 3


@given(
    confidentiality=st.sampled_from([True, False, None]),
    availability=st.sampled_from([True, False, None]),
    backup=st.sampled_from(["complete", "partial", "none", None]),
    cause=st.sampled_from(["external_malicious", "internal_accidental", None]),
    kinds=st.sampled_from([None, ("name",), ("iban", "name"), ("health",), ("password_clear",)]),
)
def test_what_becomes_known_stays_within_the_interval(confidentiality, availability, backup, cause, kinds):
    known = Facts(
        confidentiality=confidentiality,
        availability=availability,
        backup=backup,
        cause=cause,
        data_kinds=kinds,
    )
    wide, narrow = enisa(known), enisa(known.replace(cause=cause or "external_malicious", integrity=False))
    assert wide.se.low <= narrow.se.low <= narrow.se.high <= wide.se.high
