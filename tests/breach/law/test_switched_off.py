"""A regime that the house does not follow, and a proposal taken as law: shown beside what is owed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from breach.law.facts import Facts
from breach.law.obligations import Answer, obligations
from breach.law.regimes import load

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AWARE = datetime(2026, 11, 20, 22, 10, tzinfo=UTC)
OMNIBUS, GDPR = "eu_digital_omnibus", "eu_gdpr_controller"
MILD = {
    "role": "controller",
    "established_in": ["FR"],
    "zone": "Europe/Paris",
    "controller_aware": AWARE.isoformat(),
    "confidentiality": True,
    "recipients": "known",
    "recipients_number": 1,
    "cause": "internal_accidental",
    "exfiltration": "no_evidence",
    "data_kinds": ["name", "email", "date_of_birth"],
    "people_total": 40,
    "people_by_country": {"FR": 40},
    "minors": False,
    "vulnerable": False,
}
GRAVE = {**MILD, "recipients": "unknown", "cause": "external_malicious", "exfiltration": "confirmed",
         "data_kinds": ["name", "iban", "password_clear", "national_id"]}  # fmt: skip


def ask(facts: dict[str, Any], **options: Any) -> Answer:
    return obligations(Facts.from_json(facts), None, NOW, **options)


def keys(answer: Answer, regime: str) -> set[tuple[str, str]]:
    return {(one.to, one.phase) for one in answer.obligations if one.regime == regime}


def test_switched_off_asks_nothing_and_still_says_what_it_would_ask() -> None:
    full, answer = ask(GRAVE), ask(GRAVE, switched_off=[GDPR])
    assert not keys(answer, GDPR)
    (off,) = answer.switched_off
    assert off.regime == GDPR
    assert {(one.to, one.phase) for one in off.would} == keys(full, GDPR)
    assert off.would[0].due == AWARE + timedelta(hours=72)
    answered = {one.regime for one in (*answer.obligations, *answer.ruled_out, *answer.undecided, off)}
    assert answered == set(load())


def test_switched_off_keeps_its_reason_when_it_would_not_apply() -> None:
    (off,) = ask(GRAVE, switched_off=["us_ca"]).switched_off
    assert (off.would, off.undecided) == ((), None)
    assert off.ruled_out is not None
    assert off.ruled_out.reason.code == "scope.no_residents"


def test_omnibus_would_take_the_place_of_article_33() -> None:
    answer = ask(GRAVE, simulate=[OMNIBUS])
    assert keys(answer, OMNIBUS) == {
        ("authority", "initial"),
        ("authority", "intermediate"),
        ("individuals", "initial"),
    }
    assert keys(answer, GDPR) == set()
    due = {one.due for one in answer.obligations if one.to == "authority" and one.phase == "initial"}
    assert due == {AWARE + timedelta(hours=96)}


def test_omnibus_would_ask_nothing_below_a_high_risk() -> None:
    today = ask(MILD)
    assert ("authority", "initial") in keys(today, GDPR)
    simulated = ask(MILD, simulate=[OMNIBUS])
    assert not keys(simulated, GDPR)
    assert not keys(simulated, OMNIBUS)


def test_a_proposal_that_does_not_bind_replaces_nothing() -> None:
    abroad = {**GRAVE, "established_in": ["US"], "people_by_country": {"US": 40}, "main_establishment": "US"}
    assert ask(abroad, simulate=[OMNIBUS]).obligations == ask(abroad).obligations
