"""What a decision rests on: words by themselves, numbers where they cross what mattered, instants never."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breach.law import grounds
from breach.law.facts import Facts

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LAW = Path(grounds.__file__).parent
STOLEN: dict[str, Any] = {
    "role": "controller",
    "established_in": ["US", "FR"],
    "confidentiality": True,
    "cause": "external_malicious",
    "exfiltration": "confirmed",
    "recipients": "unknown",
    "encryption": "none",
    "data_kinds": ["name", "email", "national_id"],
    "people_total": 90,
    "people_by_country": {"US": 90},
    "people_by_region": {"US-CA": 90},
}


def undermined(
    before: dict[str, Any], after: dict[str, Any], about: str = "authority", outcome: str = "do_not_notify"
) -> tuple[str, ...]:
    old = Facts.from_json({**STOLEN, **before}).to_json()
    new = Facts.from_json({**STOLEN, **before, **after}).to_json()
    found = grounds.undermined(old, new, grounds.Question(about, outcome == "notify", NOW))
    return found.because if found else ()


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        (
            {},
            {"integrity": True, "integrity_effect": "used_not_recoverable"},
            ("integrity", "integrity_effect"),
        ),
        ({"subjects": ["customers"]}, {"subjects": ["customers", "patients"]}, ("subjects",)),
        # Nothing that the rules ask: ninety or ninety-five people, how many records, which receipt.
        ({}, {"people_total": 95}, ()),
        ({}, {"records_total": 9000, "people_precision": "exact"}, ()),
        # More than a hundred people: ENISA's flag.
        ({}, {"people_total": 100}, ()),
        ({}, {"people_total": 101}, ("people_total",)),
        # EDPB: very many people raise a result.
        (
            {"people_total": 999, "data_kinds": ["name", "email"], "exfiltration": "no_evidence"},
            {"people_total": 1000},
            ("people_total",),
        ),
        # Many who hold the data make a low risk of known recipients a real one.
        (
            {
                "recipients": "known",
                "recipients_number": 2,
                "exfiltration": None,
                "cause": "internal_accidental",
            },
            {"recipients_number": 3},
            (),
        ),
        (
            {
                "recipients": "known",
                "recipients_number": 2,
                "exfiltration": None,
                "cause": "internal_accidental",
            },
            {"recipients_number": 11},
            ("recipients_number",),
        ),
        # California: more than 500 residents.
        (
            {"people_total": 900, "people_by_country": {"US": 900}, "people_by_region": {"US-CA": 400}},
            {"people_by_region": {"US-CA": 500}},
            (),
        ),
        (
            {"people_total": 900, "people_by_country": {"US": 900}, "people_by_region": {"US-CA": 500}},
            {"people_by_region": {"US-CA": 501}},
            ("people_by_region",),
        ),
        # What the organisation is brings laws.
        ({}, {"sectors": {"telecom_provider": True}}, ("sectors",)),
        # Instants and reports say when, never whether.
        ({}, {"controller_aware": "2026-11-25T08:00:00Z", "ongoing": False}, ()),
    ],
)
def test_what_undermines_a_decision_not_to_tell_the_authority(
    before: dict[str, Any], after: dict[str, Any], because: tuple[str, ...]
) -> None:
    assert undermined(before, after) == because


def test_people_of_another_state_bring_another_law_for_them() -> None:
    more = {
        "people_total": 91,
        "people_by_country": {"US": 91},
        "people_by_region": {"US-CA": 90, "US-TX": 1},
    }
    assert undermined({}, more, "individuals") == ("people_by_region",)


def test_to_notify_rests_on_what_was_known_and_on_what_the_rules_answer() -> None:
    def notify(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
        return undermined(before, after, "individuals", "notify")

    # Known, and changed.
    assert notify({}, {"recipients": "trusted"}) == ("recipients",)
    # Unknown before: it only confirms the high risk, or takes it away.
    assert notify({}, {"accessed": True}) == ()
    assert notify({"encryption": None}, {"encryption": "none"}) == ()
    assert notify({}, {"high_risk_averted": True}) == ("high_risk_averted",)
    assert notify({"people_total": None}, {"people_total": 95}) == ()
    # Not to notify rests on what is not known, too.
    assert undermined({"encryption": None}, {"encryption": "none"}, "individuals") == ("encryption",)


def test_what_only_all_numbers_together_change_names_them_all() -> None:
    before = {"people_total": None, "people_by_country": {"FR": 60, "BE": 30}, "people_by_region": None}
    after = {"people_by_country": {"FR": 62, "BE": 32}, "people_total": 94}
    assert undermined(before, after) == ()
    assert undermined(before, {"people_by_country": {"FR": 80, "BE": 40}}) == ("people_by_country",)


def test_a_mix_of_then_and_now_that_no_document_could_hold_is_compared_all_the_same() -> None:
    grown = {"people_total": 5000, "people_by_country": {"US": 5000}, "people_by_region": {"US-CA": 5000}}
    assert "people_total" in undermined({}, grown)


def test_the_effect_keeps_only_what_differs() -> None:
    old = Facts.from_json(STOLEN).to_json()
    new = Facts.from_json({**STOLEN, "people_total": 101}).to_json()
    found = grounds.undermined(old, new, grounds.Question("individuals", False, NOW))
    assert found is not None
    effect = grounds.to_json(found)
    assert set(effect) == {"flags"}
    before, after = effect["flags"]
    assert len(after) == len(before) + 1


def test_every_fact_that_the_risk_rules_read_is_a_ground_or_is_compared_by_its_outcome() -> None:
    """A rule that starts to read a new fact makes somebody choose: in words, or by its outcome."""
    by_outcome = {
        "adjustments", "combinations", "established_in", "main_establishment", "measures", "medium", "people_by_country",
        "people_by_region", "people_total", "recipients_number", "restore_hours",
    }  # fmt: skip
    rules = ("risk", "exposed", "exposure", "harm", "loss", "people", "severity")
    text = "".join((LAW / f"{name}.py").read_text(encoding="utf-8") for name in rules)
    read = set(re.findall(r"facts\.([a-z_]+)", text)) & set(Facts.__dataclass_fields__)
    assert read - grounds.WEIGHTY == by_outcome
    assert set(Facts.__dataclass_fields__) >= grounds.WEIGHTY
