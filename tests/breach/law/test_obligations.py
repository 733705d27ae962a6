# ruff: noqa: ANN001, ANN003, ANN201 - arguments are the named columns of the vectors
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breach.law.facts import Facts
from breach.law.obligations import obligations
from breach.law.regimes import load

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AWARE = datetime(2026, 11, 20, 22, 10, tzinfo=UTC)
SHOP = {
    "role": "controller",
    "established_in": ["FR"],
    "zone": "Europe/Paris",
    "controller_aware": AWARE.isoformat(),
    "cause": "external_malicious",
    "confidentiality": True,
    "exfiltration": "confirmed",
    "data_kinds": ["name", "email", "postal_address", "iban", "date_of_birth", "password_hash_salted"],
    "people_by_country": {"FR": 900, "DE": 200, "GB": 40, "US": 50},
    "people_by_region": {"US-CA": 40, "US-NY": 4, "US-TX": 6},
}
LOGINS = {"place": "US-CA", "kinds": ["email", "password_clear", "name"], "people": 40}


def ask(**changes):
    return obligations(Facts.from_json({**SHOP, **changes}), None, NOW)


def owed(answer, regime):
    return {(one.to, one.phase): one for one in answer.obligations if one.regime == regime}


def ruled_out(answer):
    return {one.regime: one.reason.code for one in answer.ruled_out}


def undecided(answer):
    return {one.regime: one.needs for one in answer.undecided}


def test_every_regime_is_answered_once():
    for facts in (Facts(), Facts.from_json(SHOP)):
        answer = obligations(facts, None, NOW)
        applying = {one.regime for one in answer.obligations}
        assert sorted([*applying, *ruled_out(answer), *undecided(answer)]) == sorted(load())


def test_french_shop_owes_the_cnil_the_people_and_the_ico():
    answer = ask()
    gdpr = owed(answer, "eu_gdpr_controller")
    first = gdpr["authority", "initial"]
    assert first.due == AWARE + timedelta(hours=72)
    assert first.outer == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert first.authorities == ("fr",)
    assert "CNIL" in first.recipient
    assert gdpr["individuals", "initial"].due is None
    assert gdpr["individuals", "initial"].standard == "without_undue_delay"
    assert owed(answer, "uk_gdpr")["authority", "initial"].due == AWARE + timedelta(hours=72)
    assert first.rule_version == load()["eu_gdpr_controller"].version


def test_uk_is_ruled_out_when_nobody_there_is_addressed():
    assert ruled_out(ask(targets_uk=False))["uk_gdpr"] == "scope.not_targeted"
    assert ruled_out(ask(people_by_country={"FR": 900, "US": 50}))["uk_gdpr"] == "scope.no_link"


def test_mail_with_clear_password_brings_california_and_no_other_state():
    answer = ask(combinations=[LOGINS])
    california = owed(answer, "us_ca")
    assert california["individuals", "initial"].reason.code == "covered.alone"
    assert california["individuals", "initial"].due == datetime(2026, 12, 20, 22, 59, 59, tzinfo=UTC)
    assert ("authority", "initial") not in california  # 40 people are not more than 500
    part = next(one for one in answer.duties_ruled_out if one.regime == "us_ca")
    assert (part.to, part.reason.code) == ("authority", "reason.count_not_met")


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        (["email", "password_hash_salted"], "covered.only_hash"),
        (["name", "iban"], "covered.number_without_code"),
        (["name", "email", "iban", "password_hash_salted"], "covered.only_hash_and_number"),
        (["ssn", "postal_address"], "covered.no_name"),
        (["name", "order_history"], "covered.no_element"),
    ],
)
def test_california_is_ruled_out_with_its_reason(kinds, code):
    answer = ask(combinations=[{"place": "US-CA", "kinds": kinds}])
    assert ruled_out(answer)["us_ca"] == code


def test_number_usable_alone_leaves_new_york_open():
    combinations = [{"place": "US-NY", "kinds": ["name", "iban"]}]
    assert undecided(ask(combinations=combinations))["us_ny"] == ("account_numbers_usable_alone",)
    sure = ask(combinations=combinations, account_numbers_usable_alone=True)
    assert ("individuals", "initial") in owed(sure, "us_ny")
    assert "us_ny" in ruled_out(ask(combinations=combinations, account_numbers_usable_alone=False))


def test_massachusetts_counts_a_number_without_code():
    answer = ask(
        people_by_country={"US": 3},
        people_by_region={"US-MA": 3},
        combinations=[{"place": "US-MA", "kinds": ["name", "iban"]}],
    )
    found = owed(answer, "us_ma")
    assert found["individuals", "initial"].standard == "without_unreasonable_delay"
    assert found["authority", "initial"].standard == "as_soon_as_practicable"


def test_unsalted_hashes_leave_california_open():
    answer = ask(combinations=[{"place": "US-CA", "kinds": ["email", "password_hash_unsalted"]}])
    assert undecided(answer)["us_ca"] == ("hashes_broken",)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"encryption": "all", "key_compromised": False}, "covered.encrypted"),
        ({"exfiltration": "excluded", "recipients": "none"}, "covered.act_not_done"),
        ({"good_faith_employee": True}, "covered.good_faith"),
    ],
)
def test_statute_falls_away(changes, outcome):
    assert ruled_out(ask(combinations=[LOGINS], **changes))["us_ca"] == outcome


def test_encryption_with_open_key_leaves_california_open():
    answer = ask(combinations=[LOGINS], encryption="all")
    assert undecided(answer)["us_ca"] == ("key_compromised",)


def test_attorney_general_from_501_residents():
    at_500 = ask(combinations=[LOGINS], people_by_country={"US": 500}, people_by_region={"US-CA": 500})
    at_501 = ask(combinations=[LOGINS], people_by_country={"US": 501}, people_by_region={"US-CA": 501})
    assert ("authority", "initial") not in owed(at_500, "us_ca")
    assert owed(at_501, "us_ca")["authority", "initial"].due is None  # runs from the notice to people
    told = {"to": "individuals", "phase": "initial", "at": "2026-11-23T12:00:00+01:00"}
    after = ask(
        combinations=[LOGINS],
        people_by_country={"US": 501},
        people_by_region={"US-CA": 501},
        submissions=[told],
    )
    assert owed(after, "us_ca")["authority", "initial"].due == datetime(2026, 12, 8, 22, 59, 59, tzinfo=UTC)


def test_unknown_state_leaves_states_open():
    answer = ask(people_by_country={"FR": 1, "US": 50}, people_by_region=None)
    assert undecided(answer)["us_ca"] == ("people_by_region",)


def test_processor_owes_the_controller_without_a_number():
    answer = ask(role="processor", processor_aware="2026-11-20T20:00:00+01:00")
    found = owed(answer, "eu_gdpr_processor")["controller", "initial"]
    assert (found.due, found.standard) == (None, "without_undue_delay")
    assert "eu_gdpr_controller" in ruled_out(answer)
    assert {one.to for one in answer.obligations} == {"controller"}


def test_without_awareness_the_duty_stands_but_no_clock_runs():
    found = owed(ask(controller_aware=None), "eu_gdpr_controller")["authority", "initial"]
    assert (found.due, found.runs_from_instant) == (None, None)
    assert found.working[0].code == "clock.not_started"


def test_controller_is_aware_once_the_processor_told_it():
    told = "2026-11-25T15:20:00+01:00"
    found = owed(
        ask(controller_aware=None, processor_aware="2026-11-23T08:00:00+01:00", controller_told=told),
        "eu_gdpr_controller",
    )["authority", "initial"]
    assert found.due == datetime(2026, 11, 28, 14, 20, tzinfo=UTC)


def test_unlikely_risk_rules_the_gdpr_out():
    answer = ask(encryption="all", encryption_strong=True, key_compromised=False)
    assert ruled_out(answer)["eu_gdpr_controller"] == "reason.risk_below"


def test_risk_below_high_owes_the_authority_only():
    answer = ask(data_kinds=["name", "email"])
    assert set(owed(answer, "eu_gdpr_controller")) == {
        ("authority", "initial"),
        ("authority", "intermediate"),
    }
    assert any(
        (one.regime, one.to) == ("eu_gdpr_controller", "individuals") for one in answer.duties_ruled_out
    )


def test_no_establishment_in_the_eea_means_every_authority():
    answer = ask(
        established_in=["US"], people_by_country={"FR": 5, "ES": 2, "US": 1}, people_by_region={"US-OH": 1}
    )
    found = owed(answer, "eu_gdpr_controller")["authority", "initial"]
    assert found.authorities == ("es", "fr")


def test_german_land_has_its_own_authority():
    found = owed(ask(main_establishment="DE-BY", established_in=["DE-BY"]), "eu_gdpr_controller")
    assert found["authority", "initial"].authorities == ("de_by_private",)
    open_land = owed(ask(main_establishment="DE", established_in=["DE"]), "eu_gdpr_controller")
    assert open_land["authority", "initial"].authorities == ()


def test_sector_rules_bind_only_the_sector():
    assert undecided(ask())["eu_nis2"] == ("sectors.essential_or_important_entity",)
    assert "eu_nis2" in ruled_out(ask(sectors={"essential_or_important_entity": False}))
    entity = ask(
        sectors={"essential_or_important_entity": True, "financial_entity": False}, significant_incident=True
    )
    found = owed(entity, "eu_nis2")
    assert found["authority", "early_warning"].due == AWARE + timedelta(hours=24)
    assert found["authority", "initial"].due == AWARE + timedelta(hours=72)
    trust = ask(
        sectors={"essential_or_important_entity": True, "trust_service_provider": True},
        significant_incident=True,
    )
    assert owed(trust, "eu_nis2")["authority", "initial"].due == AWARE + timedelta(hours=24)


def test_dora_takes_the_place_of_nis2():
    both = ask(
        sectors={"essential_or_important_entity": True, "financial_entity": True}, significant_incident=True
    )
    assert ruled_out(both)["eu_nis2"] == "scope.other_law"


def test_proposed_law_is_shown_and_can_be_simulated():
    facts = Facts.from_json(SHOP)
    assert ruled_out(obligations(facts, None, NOW))["eu_digital_omnibus"] == "scope.proposed"
    simulated = obligations(facts, None, NOW, simulate=["eu_digital_omnibus"])
    assert owed(simulated, "eu_digital_omnibus")["authority", "initial"].due == AWARE + timedelta(hours=96)


def test_law_applies_from_its_day():
    chile = {"people_by_country": {"CL": 5}, "data_kinds": ["name", "health"]}
    assert ruled_out(ask(**chile))["cl_21719"] == "scope.not_yet"
    later = ask(**chile, controller_aware="2026-12-01T10:00:00Z")
    assert ("authority", "initial") in owed(later, "cl_21719")


def test_hold_of_law_enforcement_moves_the_notice_to_people_only():
    hold = {
        "jurisdiction": "US",
        "since": "2026-11-22T00:00:00Z",
        "until": "2027-02-01T00:00:00Z",
        "document": "FBI 7",
    }
    answer = ask(combinations=[LOGINS], holds=[hold])
    assert owed(answer, "us_ca")["individuals", "initial"].due == datetime(2027, 2, 1, tzinfo=UTC)
    assert owed(answer, "eu_gdpr_controller")["authority", "initial"].due == AWARE + timedelta(hours=72)
    del hold["until"]
    held = owed(ask(combinations=[LOGINS], holds=[hold]), "us_ca")["individuals", "initial"]
    assert (held.due, held.working[-1].code) == (None, "clock.held_open")


def test_hipaa_media_count_one_state_and_hhs_all():
    hospital = {
        "established_in": ["US"],
        "sectors": {"hipaa_entity": True},
        "data_kinds": ["name", "health"],
        "people_total": 600,
        "people_by_country": {"US": 600},
        "people_by_region": {"US-OH": 300, "US-KY": 300},
    }
    found = owed(ask(**hospital), "us_hipaa")
    assert set(found) == {("authority", "initial"), ("individuals", "initial")}
    found = owed(ask(**{**hospital, "people_by_region": {"US-OH": 501, "US-KY": 99}}), "us_hipaa")
    assert ("media", "initial") in found
    few = {
        **hospital,
        "people_total": 499,
        "people_by_country": {"US": 499},
        "people_by_region": {"US-OH": 499},
    }
    assert owed(ask(**few), "us_hipaa")["authority", "annual"].due == datetime(
        2027, 3, 1, 22, 59, 59, tzinfo=UTC
    )


KINDS = ["name", "email", "iban", "ssn", "health", "password_clear", "password_hash_salted"]


@given(
    role=st.sampled_from(["controller", "processor", "joint_controller", None]),
    kinds=st.lists(st.sampled_from(KINDS), unique=True),
    countries=st.dictionaries(
        st.sampled_from(["FR", "GB", "US", "BR", "JP", "CN"]), st.integers(0, 2000), max_size=4
    ),
    cause=st.sampled_from(["external_malicious", "internal_accidental", None]),
    encryption=st.sampled_from(["all", "none", None]),
)
def test_answer_is_complete_and_has_no_double(role, kinds, countries, cause, encryption):
    facts = Facts(
        role=role,
        data_kinds=tuple(kinds),
        people_by_country=countries,
        people_by_region={"US-CA": countries.get("US", 0)},
        established_in=("FR", "CN", "BR"),
        cause=cause,
        encryption=encryption,
        controller_aware=AWARE,
    )
    answer = obligations(facts, None, NOW)
    keys = [(one.regime, one.to, one.phase) for one in answer.obligations]
    assert len(keys) == len(set(keys))
    applying = {one.regime for one in answer.obligations}
    assert len(applying) + len(answer.ruled_out) + len(answer.undecided) == len(load())


def test_one_incident_over_all_regimes_takes_less_than_50_ms():
    facts = Facts.from_json({**SHOP, "combinations": [LOGINS]})
    obligations(facts, None, NOW)
    began = time.perf_counter()
    for _ in range(5):
        obligations(facts, None, NOW)
    assert (time.perf_counter() - began) / 5 < 0.05


@pytest.mark.parametrize(
    ("regime", "facts"),
    [
        ("eu_gdpr_controller", {}),
        ("uk_gdpr", {"established_in": ["GB"], "people_by_country": {"GB": 900}, "people_by_region": None}),
    ],
)
def test_measures_that_avert_the_high_risk_take_the_duty_to_tell_people_away(regime, facts):
    """Article 34(3)(b): only once it is established. A public communication (c) is a way of telling them."""
    to_people = ("individuals", "initial")
    for open_or_no in (None, False):
        assert to_people in owed(ask(high_risk_averted=open_or_no, **facts), regime)
    assert to_people in owed(ask(disproportionate_effort=True, **facts), regime)
    answer = ask(high_risk_averted=True, **facts)
    assert set(owed(answer, regime)) & {to_people} == set()
    assert ("authority", "initial") in owed(answer, regime)
    (out,) = (one for one in answer.duties_ruled_out if one.regime == regime and one.to == "individuals")
    assert (out.reason.code, dict(out.reason.values)) == ("reason.fact_yes", {"facts": "high_risk_averted"})
