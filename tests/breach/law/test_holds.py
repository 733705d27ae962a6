"""Requests of law enforcement: what each law lets them hold back, for how long, and what goes on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breach.errors import BadInput
from breach.law import regime_file
from breach.law.facts import Facts
from breach.law.obligations import Answer, Obligation, obligations
from breach.law.words import word

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AWARE = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOSPITAL = {
    "role": "controller",
    "established_in": ["US-OH"],
    "zone": "America/New_York",
    "controller_aware": AWARE.isoformat(),
    "confidentiality": True,
    "cause": "external_malicious",
    "exfiltration": "confirmed",
    "recipients": "unknown",
    "sectors": {"hipaa_entity": True},
    "data_kinds": ["name", "health", "iban"],
    "people_total": 900,
    "people_by_country": {"US": 900},
    "people_by_region": {"US-OH": 900},
}
ORAL = {
    "jurisdiction": "US",
    "since": "2026-10-20T15:00:00-04:00",
    "form": "oral",
    "document": "FBI Cleveland, by telephone",
}
END_OF_SIXTY = datetime(2026, 11, 1, 4, 59, 59, tzinfo=UTC) - timedelta(hours=1)
END_OF_THIRTY = datetime(2026, 11, 20, 4, 59, 59, tzinfo=UTC)


def ask(**changes: Any) -> Answer:
    return obligations(Facts.from_json({**HOSPITAL, **changes}), None, NOW)


def owed(answer: Answer, regime: str, to: str, phase: str = "initial") -> Obligation:
    return next(one for one in answer.obligations if (one.regime, one.to, one.phase) == (regime, to, phase))


def codes(one: Obligation) -> list[str]:
    return [step.code for step in one.working]


@pytest.mark.parametrize("to", ["authority", "individuals", "media"])
def test_an_oral_request_holds_every_hipaa_notice_for_thirty_days(to: str) -> None:
    assert owed(ask(), "us_hipaa", to).due == END_OF_SIXTY
    held = owed(ask(holds=[ORAL]), "us_hipaa", to)
    assert held.due == END_OF_THIRTY
    assert codes(held)[-2:] == ["clock.held", "clock.hold_oral"]
    assert "30 calendar days" in word(held.working[-1], "en")
    assert "45 CFR 164.412" in word(held.working[-1], "fr")


def test_an_oral_request_that_names_a_later_end_still_ends_after_thirty_days() -> None:
    held = owed(ask(holds=[{**ORAL, "until": "2027-03-01T00:00:00Z"}]), "us_hipaa", "individuals")
    assert held.due == END_OF_THIRTY


def test_a_written_request_holds_for_the_time_that_it_says() -> None:
    written = {**ORAL, "form": "written", "until": "2027-03-01T00:00:00Z"}
    assert owed(ask(holds=[written]), "us_hipaa", "authority").due == datetime(2027, 3, 1, tzinfo=UTC)


def test_a_request_that_ends_before_the_period_moves_nothing() -> None:
    early = {**ORAL, "form": "written", "until": "2026-10-25T00:00:00Z"}
    assert owed(ask(holds=[early]), "us_hipaa", "individuals").due == END_OF_SIXTY


def test_scope_of_the_document_leaves_the_other_notices_running() -> None:
    answer = ask(holds=[{**ORAL, "form": "written", "scope": ["individuals"]}])
    assert owed(answer, "us_hipaa", "individuals").due is None
    authority = owed(answer, "us_hipaa", "authority")
    assert (authority.due, codes(authority)[-1]) == (END_OF_SIXTY, "clock.not_held")


def test_gdpr_lets_the_people_wait_and_the_authority_not() -> None:
    french = {
        "established_in": ["FR"],
        "zone": "Europe/Paris",
        "people_by_country": {"FR": 900},
        "people_by_region": None,
    }
    request = {
        "jurisdiction": "FR",
        "since": "2026-09-02T08:00:00Z",
        "form": "written",
        "document": "Parquet de Paris, PV 2026/118",
    }
    answer = ask(**french, holds=[request])
    authority = owed(answer, "eu_gdpr_controller", "authority")
    assert authority.due == AWARE + timedelta(hours=72)
    assert codes(authority)[-1] == "clock.not_held"
    people = owed(answer, "eu_gdpr_controller", "individuals")
    assert (people.due, codes(people)[-1]) == (None, "clock.held_open")
    assert "PV 2026/118" in word(people.working[-1], "fr")


def test_a_request_of_another_country_is_not_mentioned() -> None:
    request = {**ORAL, "jurisdiction": "JP"}
    assert ask(holds=[request]).obligations == ask().obligations


SEC = {"sectors": {"us_listed_company": True}, "material_incident": True, "materiality": AWARE.isoformat()}


def test_the_sec_takes_a_written_request_only_and_not_for_ever() -> None:
    assert codes(owed(ask(**SEC, holds=[ORAL]), "us_sec_8k", "authority"))[-1] == "clock.hold_needs_writing"
    written = {**ORAL, "since": "2026-09-02T12:00:00Z", "form": "written"}
    open_end = owed(ask(**SEC, holds=[written]), "us_sec_8k", "authority")
    assert open_end.due == datetime(2026, 10, 3, 3, 59, 59, tzinfo=UTC)
    assert codes(open_end)[-1] == "clock.hold_open_limit"
    far = owed(ask(**SEC, holds=[{**written, "until": "2027-12-01T00:00:00Z"}]), "us_sec_8k", "authority")
    assert far.due == datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC)
    assert codes(far)[-1] == "clock.hold_longest"


def test_a_number_of_a_hold_needs_its_citation() -> None:
    with pytest.raises(BadInput, match="hold: citation is missing"):
        regime_file._hold({"to": ["individuals"], "oral": {"value": 30, "unit": "calendar_days"}}, "x, hold")
