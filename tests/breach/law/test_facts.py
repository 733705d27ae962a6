# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breach.errors import BadInput
from breach.law import kinds, places
from breach.law.facts import Facts, schema
from breach.law.facts_fields import described
from breach.law.facts_file import facts_from_text

FULL = {
    "role": "controller",
    "sectors": {"public_body": False, "health_provider": None},
    "established_in": ["FR", "US-CA"],
    "zone": "Europe/Paris",
    "occurred_from": "2026-11-20T20:00:00+01:00",
    "controller_aware": "2026-11-20T23:10:00+01:00",
    "confidentiality": True,
    "data_kinds": ["name", "iban"],
    "combinations": [{"place": "US-CA", "kinds": ["email", "password_clear"], "people": 40}],
    "people_by_country": {"FR": 900, "ZZ": 3},
    "people_by_region": {"US-CA": 40, "CA-QC": 1},
    "submissions": [{"regime": None, "to": "individuals", "phase": "initial", "at": "2026-11-25T10:00:00Z"}],
    "holds": [{"jurisdiction": "US", "since": "2026-11-22T00:00:00Z", "document": "FBI, 22 November"}],
    "adjustments": [{"data_class": "financial", "steps": -1, "reason": "numbers only"}],
}


def test_document_comes_back_as_it_was():
    facts = Facts.from_json(FULL)
    stored = json.loads(json.dumps(facts.to_json()))
    assert Facts.from_json(stored) == facts
    assert set(stored) == {item.name for item in described(Facts)}
    assert stored["controller_aware"] == "2026-11-20T22:10:00+00:00"


def test_unknown_is_not_no():
    assert Facts().confidentiality is None
    assert Facts.from_json({"confidentiality": None}) == Facts()
    assert Facts.from_json({"confidentiality": False}) != Facts()


@pytest.mark.parametrize(
    ("document", "place", "mend"),
    [
        ({"rolle": "controller"}, "rolle", "Did you mean role"),
        ({"role": "boss"}, "role", "Use one of: controller"),
        ({"confidentiality": "yes"}, "confidentiality", "true, false or null"),
        ({"people_total": 12.5}, "people_total", "whole number"),
        ({"people_total": True}, "people_total", "whole number"),
        ({"people_total": -1}, "people_total", "at least 0"),
        ({"established_in": ["FR", "XX"]}, "established_in[1]", "ISO 3166-1|FR"),
        ({"established_in": "FR"}, "established_in", "list"),
        ({"people_by_country": {"EU": 4}}, "people_by_country.EU", "ISO 3166-1"),
        ({"people_by_region": {"FR": 4}}, "people_by_region.FR", "US-CA"),
        ({"people_by_country": [1]}, "people_by_country", "FR"),
        ({"data_kinds": ["name", "shoe_size"]}, "data_kinds[1]", "kinds.toml"),
        ({"detected": "yesterday"}, "detected", "2026-11-27T18:40:00"),
        ({"detected": "2026-11-27T18:40:00"}, "detected", "2026-11-27T18:40:00"),
        ({"zone": "Mars/Base"}, "zone", "IANA"),
        ({"sectors": {"bakery": True}}, "sectors.bakery", "Known|known"),
        ({"submissions": [{"to": "authority", "phase": "initial"}]}, "submissions[0].at", "needed"),
        ({"holds": [{"jurisdiction": "US", "since": "2026-11-22T00:00:00Z"}]}, "holds[0].document", "needed"),
    ],
)
def test_bad_document_is_refused_with_place_and_mend(document, place, mend):
    with pytest.raises(BadInput) as refusal:
        Facts.from_json(document)
    assert refusal.value.place == place
    assert any(part in refusal.value.mend for part in mend.split("|"))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("occurred_from", "occurred_to"),
        ("occurred_from", "controller_aware"),
        ("detected", "controller_aware"),
        ("processor_aware", "controller_told"),
    ],
)
def test_impossible_order_of_instants_is_refused(earlier, later):
    with pytest.raises(BadInput) as refusal:
        Facts.from_json({earlier: "2026-11-22T00:00:00Z", later: "2026-11-21T00:00:00Z"})
    assert refusal.value.place == later
    assert earlier in str(refusal.value)
    same = Facts.from_json({earlier: "2026-11-21T00:00:00Z", later: "2026-11-21T00:00:00Z"})
    assert getattr(same, earlier) == getattr(same, later)


def test_replacing_a_field_checks_the_order_again():
    facts = Facts.from_json(FULL)
    with pytest.raises(BadInput):
        facts.replace(controller_aware=facts.occurred_from.replace(year=2020))


def test_schema_describes_every_field_and_allows_unknown():
    found = schema()
    assert found["additionalProperties"] is False
    assert set(found["properties"]) == {item.name for item in described(Facts)}
    assert all(row["description"] for row in found["properties"].values())
    assert found["properties"]["confidentiality"]["type"] == ["boolean", "null"]
    assert None in found["properties"]["role"]["enum"]
    assert set(found["properties"]["data_kinds"]["items"]["enum"]) == set(kinds.load())
    assert found["properties"]["submissions"]["items"]["required"] == ["to", "phase", "at"]


def test_facts_are_read_from_toml_and_json():
    expected = Facts(role="processor", people_total=3)
    assert facts_from_text('role = "processor"\npeople_total = 3', name="case.toml") == expected
    assert facts_from_text('{"role": "processor", "people_total": 3}', name="case.json") == expected


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ('{"role": ', "case.json", "case.json, line 1"),
        ("role = ", "case.toml", "case.toml"),
        ('{"role": 4}', "case.json", "case.json, role"),
        ("[]", "case.json", "case.json, facts"),
    ],
)
def test_bad_file_is_refused_by_name(text, name, place):
    with pytest.raises(BadInput) as refusal:
        facts_from_text(text, name=name)
    assert refusal.value.place.startswith(place)


@given(
    country=st.sampled_from(sorted(code for code in places.codes() if places.is_country(code))),
    number=st.integers(0, 10**7),
    kinds_=st.lists(st.sampled_from(sorted(kinds.load())), max_size=6),
)
def test_any_valid_document_survives_storing(country, number, kinds_):
    facts = Facts.from_json({"people_by_country": {country: number}, "data_kinds": kinds_})
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_kinds_have_both_labels_and_known_classes():
    for kind in kinds.load().values():
        assert kind.label("en")
        assert kind.label("fr-BE")
        assert kind.enisa in ("simple", "behavioural", "financial", "sensitive", "none")
        assert kind.harm in ("trivial", "low", "medium", "high")
