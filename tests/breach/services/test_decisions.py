"""Assessment, advice and decision are three records; the officer never decides."""

from datetime import datetime

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Advice, Decision
from breach.services.decisions import advise, assess, decide
from breach.services.facts import update_facts
from tests.house import House

STOLEN = {
    "confidentiality": True,
    "cause": "external_malicious",
    "exfiltration": "confirmed",
    "recipients": "unknown",
    "data_kinds": ["name", "email", "postal_address", "password_hash_salted", "iban"],
    "people_total": 1200,
    "people_precision": "approximate",
}


@pytest.fixture
def known(house: House, now: datetime) -> House:
    house.open(now)
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes=STOLEN,
        reason="logs",
        now=now,
    )
    return house


def notify(house: House, now: datetime, **changes: object) -> Decision:
    values: dict[str, object] = {
        "actor": house.manager,
        "about": "individuals",
        "outcome": "notify",
        "reasons": "High risk of fraud.",
    }
    return decide(incident=house.incident, party=house.party, now=now, **(values | changes))  # type: ignore[arg-type]


def test_assessment_keeps_severity_risk_and_reasons(known: House, now: datetime) -> None:
    row = assess(
        actor=known.responder,
        incident=known.incident,
        party=known.party,
        conclusion="high_risk",
        reasons="IBAN and address.",
        now=now,
    )
    assert row.risk in ("risk", "high_risk")
    assert set(row.document["enisa"]) >= {"dpc", "ei", "cb", "se", "level", "flags"}
    assert all(reason["source"] for reason in row.document["reasons"])
    assert row.reasons == "IBAN and address."


def test_only_the_officer_advises(known: House, now: datetime) -> None:
    for user in (known.manager, known.responder, known.auditor):
        with pytest.raises(Forbidden):
            advise(
                actor=user,
                incident=known.incident,
                party=known.party,
                recommends="notify",
                text="Tell them.",
                now=now,
            )
    row = advise(
        actor=known.officer,
        incident=known.incident,
        party=known.party,
        recommends="notify",
        text="Tell them.",
        now=now,
    )
    assert (Advice.objects.get().reasons, row.recommends) == ("Tell them.", "notify")


def test_the_officer_and_responders_do_not_decide(known: House, now: datetime) -> None:
    for user in (known.officer, known.responder, known.auditor):
        with pytest.raises(Forbidden):
            notify(known, now, actor=user)


def test_a_decision_keeps_facts_advice_and_assessment_of_its_moment(known: House, now: datetime) -> None:
    advice = advise(
        actor=known.officer,
        incident=known.incident,
        party=known.party,
        recommends="notify",
        text="Tell them.",
        now=now,
    )
    assessment = assess(
        actor=known.responder,
        incident=known.incident,
        party=known.party,
        conclusion="high_risk",
        reasons="x",
        now=now,
    )
    row = notify(known, now)
    assert (row.advice, row.assessment, row.facts) == (advice, assessment, assessment.facts)


def test_not_following_the_advice_needs_a_reason(known: House, now: datetime) -> None:
    advise(
        actor=known.officer,
        incident=known.incident,
        party=known.party,
        recommends="notify",
        text="Tell them.",
        now=now,
    )
    with pytest.raises(BadInput, match="advised otherwise"):
        notify(known, now, outcome="do_not_notify")
    row = notify(known, now, outcome="do_not_notify", why_not_followed="The hashes are safe.")
    assert row.why_not_followed == "The hashes are safe."


def test_waiting_needs_a_date(known: House, now: datetime) -> None:
    with pytest.raises(BadInput, match="date"):
        notify(known, now, outcome="wait")


def test_a_decision_without_facts_is_refused(house: House, now: datetime) -> None:
    house.open(now)
    with pytest.raises(Conflict, match="No facts"):
        notify(house, now)
