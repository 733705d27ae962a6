# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
import json
from pathlib import Path

import pytest

from breach.law.datafiles import read
from breach.law.facts import Facts
from breach.law.risk import RISKS, assess, to_json

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "risk.json").read_text(encoding="utf-8"))
VARIATIONS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "risk_variations.json").read_text(encoding="utf-8")
)
THEFT = {
    "cause": "external_malicious",
    "confidentiality": True,
    "exfiltration": "confirmed",
    "data_kinds": ["name", "iban", "date_of_birth"],
}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["case"] for vector in VECTORS])
def test_outcome_of_an_edpb_example(vector):
    found = assess(Facts.from_json(vector["facts"]))
    expected = (vector["risk"], vector["notify_authority"], vector["notify_individuals"])
    assert (found.risk, found.notify_authority, found.notify_individuals) == expected


@pytest.mark.parametrize("vector", VARIATIONS, ids=[vector["case"] for vector in VARIATIONS])
def test_outcome_of_a_variation(vector):
    found = assess(Facts.from_json(vector["facts"]))
    duties = (found.risk != "unlikely", found.risk == "high_risk")
    assert (found.risk, found.notify_authority, found.notify_individuals) == (vector["risk"], *duties)


def test_every_reason_has_a_source():
    sources = read("data/risk.toml")["source"]
    for vector in (*VECTORS, *VARIATIONS):
        for reason in assess(Facts.from_json(vector["facts"])).reasons:
            assert reason.source == sources[reason.rule]


def test_encryption_with_a_safe_key_makes_a_risk_unlikely():
    safe = Facts.from_json(
        {**THEFT, "encryption": "all", "encryption_strong": True, "key_compromised": False}
    )
    assert assess(safe).risk == "unlikely"
    assert assess(safe.replace(key_compromised=True)).risk == "high_risk"
    unknown = assess(safe.replace(key_compromised=None))
    assert (unknown.risk_low, unknown.risk, unknown.needs) == ("unlikely", "high_risk", ("key_compromised",))


def test_measures_since_excuse_from_telling_people_but_not_the_authority():
    found = assess(Facts.from_json({**THEFT, "high_risk_averted": True}))
    assert (found.notify_authority, found.notify_individuals) == (True, False)


def test_disproportionate_effort_changes_the_channel_only():
    found = assess(Facts.from_json({**THEFT, "disproportionate_effort": True}))
    assert (found.notify_individuals, found.public_communication) == (True, True)


def test_names_that_tell_nothing_are_harmless_with_people_who_did_not_ask_for_them():
    lost = {
        "cause": "internal_accidental",
        "confidentiality": True,
        "natures": ["paper_lost"],
        "medium": "paper",
        "data_kinds": ["name", "phone"],
    }
    risks = {
        depth: assess(Facts.from_json({**lost, "data_depth": depth})).risk for depth in ("none", "usual")
    }
    assert risks == {"none": "unlikely", "usual": "risk"}
    stolen = {**lost, "cause": "external_malicious", "natures": ["paper_stolen"], "data_depth": "none"}
    assert assess(Facts.from_json(stolen)).risk == "risk"


def test_harm_already_done_is_a_high_risk():
    mild = {
        "cause": "internal_accidental",
        "confidentiality": True,
        "recipients": "known",
        "data_kinds": ["name", "phone"],
    }
    assert assess(Facts.from_json(mild)).risk == "unlikely"
    assert assess(Facts.from_json({**mild, "harm_occurred": True})).risk == "high_risk"


def test_nothing_known_is_not_excluded():
    found = assess(Facts())
    assert (found.risk_low, found.risk_high) == ("unlikely", "high_risk")
    assert "data_kinds" in found.needs


def test_disagreement_with_enisa_is_shown():
    # One diagnosis to one wrong person: ENISA scores it high, the known recipient keeps it below a high risk.
    found = assess(
        Facts.from_json(
            {
                "cause": "internal_accidental",
                "confidentiality": True,
                "integrity": False,
                "availability": False,
                "recipients": "known",
                "data_kinds": ["name", "health", "email"],
            }
        )
    )
    assert (found.risk, found.enisa.level) == ("risk", ("very_high", "very_high"))
    codes = [reason.step.code for reason in found.reasons[-2:]]
    assert codes == ["risk.enisa_disagrees", "risk.enisa_why.reach"]


def test_stored_form_keeps_codes_and_rule_version():
    stored = to_json(assess(Facts.from_json(THEFT)))
    assert stored["risk"] in RISKS
    assert all({"rule", "source", "code", "values"} <= set(reason) for reason in stored["reasons"])
    assert stored["rule_version"]
