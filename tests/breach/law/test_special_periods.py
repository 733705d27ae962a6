# ruff: noqa: ANN001, ANN003, ANN201 - arguments are the named columns of the tables
"""Special cases that take the place of a general period: which one runs, and for how long."""

from datetime import UTC, datetime

import pytest

from breach.law.facts import Facts
from breach.law.obligations import obligations
from breach.law.regimes import load

AWARE = datetime(2028, 3, 1, 9, tzinfo=UTC)  # the AI Act applies; 29 February is behind


def periods(regime, to="authority", phase="initial", **facts):
    """Return the periods that run, from the working of what is owed."""
    document = {"role": "controller", "zone": "UTC", "controller_aware": AWARE.isoformat(), **facts}
    answer = obligations(Facts.from_json(document), [load()[regime]], AWARE)
    found = [one for one in answer.obligations if (one.to, one.phase) == (to, phase)]
    steps = [step.values for one in found for step in one.working if step.code == "clock.period"]
    return [(int(values["value"]), values["unit"]) for values in steps]


AI = {"established_in": ["FR"], "sectors": {"high_risk_ai_provider": True}, "serious_ai_incident": True}


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, [15]),
        ({"ai_death": False, "ai_infrastructure_or_widespread": False}, [15]),
        ({"ai_death": True}, [10]),
        ({"ai_infrastructure_or_widespread": True}, [2]),
        ({"ai_infrastructure_or_widespread": True, "ai_death": True}, [2]),
        ({"serious_ai_incident": False, "ai_death": True}, []),
    ],
)
def test_serious_ai_incident_is_reported_in_fifteen_ten_or_two_days(facts, days):
    assert periods("eu_ai_act_73", **{**AI, **facts}) == [(number, "calendar_days") for number in days]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, [(72, "hours")]),
        ({"trust_service_provider": False}, [(72, "hours")]),
        ({"trust_service_provider": True}, [(24, "hours")]),
        ({"qualified_trust_service_provider": True}, [(24, "hours")]),
    ],
)
def test_trust_services_notify_within_twenty_four_hours_under_nis2(facts, expected):
    sectors = {"essential_or_important_entity": True, "financial_entity": False, **facts}
    assert periods("eu_nis2", established_in=["FR"], significant_incident=True, sectors=sectors) == expected


US = {
    "established_in": ["US"],
    "people_by_country": {"US": 400},
    "people_total": 400,
    "confidentiality": True,
    "exfiltration": "confirmed",
    "cause": "external_malicious",
    "encryption": "none",
    "data_kinds": ["name", "ssn"],
    "misuse_likely": True,
}


def test_a_public_agency_of_idaho_tells_the_attorney_general_within_a_day():
    people = {"people_by_region": {"US-ID": 400}}
    assert periods("us_id", **US, **people, sectors={"public_body": True}) == [(24, "hours")]
    assert periods("us_id", **US, **people, sectors={"public_body": False}) == []


def test_a_public_agency_of_rhode_island_has_thirty_days_for_the_people():
    people = {"people_by_region": {"US-RI": 400}, "confirmation": AWARE.isoformat()}
    for public, days in ((True, 30), (False, 45), (None, 45)):
        sectors = {"public_body": public}
        assert periods("us_ri", "individuals", **US, **people, sectors=sectors) == [(days, "calendar_days")]


@pytest.mark.parametrize(
    ("people", "no_harm", "initial", "annual"),
    [
        (500, None, [(7, "business_days")], []),
        (500, True, [(7, "business_days")], []),
        (499, None, [(7, "business_days")], []),
        (499, False, [(7, "business_days")], []),
        (499, True, [], [(32, "days_after_year_end")]),
    ],
)
def test_a_carrier_waits_for_the_yearly_summary_only_for_few_customers_without_harm(
    people, no_harm, initial, annual
):
    facts = {
        **US,
        "people_total": people,
        "people_by_country": {"US": people},
        "no_harm_determination": no_harm,
    }
    facts |= {"sectors": {"telecom_provider": True}, "determination": AWARE.isoformat()}
    assert periods("us_fcc_cpni", **facts) == initial
    assert periods("us_fcc_cpni", phase="annual", **facts) == annual


def test_the_yearly_summary_is_due_on_the_first_of_february():
    facts = {**US, "no_harm_determination": True, "sectors": {"telecom_provider": True}, "zone": "UTC"}
    facts |= {"role": "controller", "controller_aware": AWARE.isoformat(), "determination": AWARE.isoformat()}
    answer = obligations(Facts.from_json(facts), [load()["us_fcc_cpni"]], AWARE)
    due = next(one.due for one in answer.obligations if one.phase == "annual")
    assert due == datetime(2029, 2, 1, 23, 59, 59, tzinfo=UTC)


def test_new_york_asks_for_the_payment_and_then_for_its_reasons():
    facts = {"people_by_region": {"US-NY": 400}, "payment_made": AWARE.isoformat()}
    sectors = {"nydfs_entity": True}
    asked = {**US, **facts, "sectors": sectors, "reportable_cyber_incident": True}
    assert periods("us_ny_dfs", phase="payment", **asked) == [(24, "hours")]
    assert periods("us_ny_dfs", phase="final", **asked) == [(30, "calendar_days")]


def test_every_special_case_stands_beside_a_general_duty():
    for regime in load().values():
        general = {(duty.by, duty.to, duty.phase) for duty in regime.duties if not duty.only_for}
        for duty in regime.duties:
            assert not duty.only_for or (duty.by, duty.to, duty.phase) in general, regime.key
