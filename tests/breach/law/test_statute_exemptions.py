# ruff: noqa: ANN001, ANN003, ANN201 - arguments are the named columns of the vectors
"""What takes a case out of a State's statute, or keeps it in: unreadable data, identifiers, sectors."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

import breach.law
from breach.errors import BadInput
from breach.law.facts import Facts
from breach.law.obligations import obligations
from breach.law.regimes import load, regime_from

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
UNUSABLE = [
    "us_al",
    "us_az",
    "us_co",
    "us_ct",
    "us_dc",
    "us_fl",
    "us_md",
    "us_mn",
    "us_ms",
    "us_nd",
    "us_ne",
    "us_nj",
    "us_nm",
    "us_ut",
    "us_vt",
    "us_wa",
    "us_wi",
]


def ask(regime, kinds=("name", "ssn"), **changes):
    """Return "owed", or the step code that rules the regime out, or the facts that it needs."""
    place = load()[regime].jurisdiction
    facts = {
        "role": "controller",
        "established_in": ["FR"],
        "cause": "external_malicious",
        "confidentiality": True,
        "exfiltration": "confirmed",
        "data_kinds": list(kinds),
        "people_by_country": {"US": 9},
        "people_by_region": {place: 9},
        **changes,
    }
    answer = obligations(Facts.from_json(facts), [load()[regime]], NOW)
    if answer.obligations:
        return "owed"
    return answer.ruled_out[0].reason.code if answer.ruled_out else answer.undecided[0].needs


def row_of(regime):
    file = Path(breach.law.__file__).parent / "regimes" / f"{regime}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_statutes_that_exempt_unusable_data():
    assert (
        sorted(key for key, one in load().items() if one.covered and one.covered.unusable_exempt) == UNUSABLE
    )


@pytest.mark.parametrize("regime", UNUSABLE)
def test_unusable_data_are_exempt_while_the_key_is_safe(regime):
    key_first = load()[regime].covered.key_must_be_safe
    assert ask(regime) == "owed"
    assert ask(regime, unintelligible=False) == "owed"
    assert ask(regime, unintelligible=True, key_compromised=False) == "covered.unusable"
    assert ask(regime, unintelligible=True) == (("key_compromised",) if key_first else "covered.unusable")
    assert ask(regime, unintelligible=True, key_compromised=True) == "owed"


def test_statute_without_the_words_still_binds_for_unusable_data():
    assert ask("us_ca", unintelligible=True, key_compromised=False) == "owed"
    assert ask("us_ca", encryption="all", key_compromised=False) == "covered.encrypted"


def test_encryption_is_named_first_where_both_protect():
    both = {"unintelligible": True, "encryption": "all", "key_compromised": False}
    assert ask("us_al", **both) == "covered.encrypted"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "covered.unusable_exempt is not a table"),
        ({"confidence": "verified"}, "covered.unusable_exempt has no citation"),
        ({"citation": "x"}, "covered.unusable_exempt.confidence is None"),
    ],
)
def test_exemption_of_unusable_data_needs_its_source(value, message):
    row = row_of("us_al")
    row["covered"]["unusable_exempt"] = value
    with pytest.raises(BadInput) as refusal:
        regime_from(row, "regimes/us_al.toml")
    assert (message, "regimes/us_al.toml") == (refusal.value.message, refusal.value.place)


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        (["health"], "covered.no_identifier"),
        (["health_payment", "order_history"], "covered.no_identifier"),
        (["health", "email"], "owed"),
        (["health_payment", "phone"], "owed"),
        (["health", "name"], "owed"),
    ],
)
def test_texas_asks_who_the_medical_data_are_about(kinds, outcome):
    assert ask("us_tx", kinds) == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"misuse_likely": True}, "owed"),
        ({"misuse_likely": False}, ("sectors.information_broker",)),
        ({"misuse_likely": False, "sectors": {"information_broker": False}}, "covered.misuse_unlikely"),
        ({"misuse_likely": False, "sectors": {"information_broker": True}}, "owed"),
        ({"no_harm_determination": True, "sectors": {"information_broker": True}}, "owed"),
        (
            {"no_harm_determination": True, "sectors": {"information_broker": False}},
            "covered.no_harm_determination",
        ),
    ],
)
def test_maine_asks_for_no_harm_where_a_broker_lost_the_data(changes, outcome):
    assert ask("us_me", **changes) == outcome


def test_other_statutes_keep_their_harm_test_for_brokers():
    assert (
        ask("us_oh", misuse_likely=False, sectors={"information_broker": True}) == "covered.misuse_unlikely"
    )


def test_unknown_sector_without_harm_test_is_refused():
    row = row_of("us_me")
    row["covered"]["no_harm_test_for"] = ["brokers"]
    with pytest.raises(BadInput, match=r"covered\.no_harm_test_for is 'brokers'"):
        regime_from(row, "regimes/us_me.toml")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "owed"),
        ({"sectors": {"hipaa_entity": False}}, "owed"),
        ({"sectors": {"hipaa_entity": True}}, "scope.other_law"),
        ({"sectors": {"hipaa_entity": True}, "role": "joint_controller"}, "scope.other_law"),
        ({"sectors": {"hipaa_entity": True}, "role": "processor"}, "owed"),
    ],
)
def test_ohio_leaves_covered_entities_to_hipaa(changes, outcome):
    assert ask("us_oh", **changes) == outcome


def test_other_states_bind_covered_entities():
    assert ask("us_ky", sectors={"hipaa_entity": True}) == "owed"


def test_unknown_role_beside_not_sectors_is_refused():
    row = row_of("us_oh")
    row["scope"]["not_sectors_as"] = ["owner"]
    with pytest.raises(BadInput, match=r"scope\.not_sectors_as is 'owner'"):
        regime_from(row, "regimes/us_oh.toml")


def test_alberta_counts_from_the_incident():
    alberta = load()["ca_ab_pipa"]
    assert [duty.event for duty in alberta.duties if duty.to == "authority"] == ["occurrence"]


@pytest.mark.parametrize("key", ["eu_dora", "sg_pdpa", "th_pdpa"])
def test_record_is_required_and_known_from_memory_only(key):
    regime = load()[key]
    assert (regime.register, regime.register_keep) == (True, None)
    assert [one.confidence for one in regime.sources if "register" in one.covers] == ["from memory"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("us_md", "open an e-mail account"),
        ("us_al", "Truncated numbers"),
        ("us_nc", "open a financial account"),
        ("us_va", "To be checked"),
    ],
)
def test_limits_of_the_covered_data_are_noted(key, words):
    assert any(words in note for note in load()[key].notes)
