"""Contracts as clocks: the same engine, their own recipients, templates with their sources."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breach.errors import BadInput
from breach.law import private
from breach.law.facts import Facts
from breach.law.obligations import Answer, obligations
from breach.law.words import LANGUAGES, word

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SUSPECTED = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
CONTRACT = "4k7m2p9q3r5s8t1v6w0x"
FACTS = {
    "role": "controller",
    "established_in": ["FR"],
    "zone": "Europe/Paris",
    "grounds_to_suspect": SUSPECTED.isoformat(),
    "attack_known": "2026-11-20T21:00:00Z",
    "cause": "external_malicious",
    "data_kinds": ["name", "card_number"],
}
INSURER: dict[str, Any] = {
    "counterparty": "Assurances du Port",
    "kind": "cyber_insurance",
    "reference": "Police 7-118",
    "clause": [
        {
            "key": "report",
            "label": {"en": "Report the incident", "fr": "Déclarer le sinistre"},
            "clause": "Art. 5.2",
            "to": "insurer",
            "phase": "initial",
            "from": "suspicion",
            "period": {"value": 48, "unit": "hours"},
        }
    ],
}


def ask(document: dict[str, Any], **changes: Any) -> Answer:
    private.check(document)
    rules = private.regimes_of(CONTRACT, "2026-11-25.1", document)
    return obligations(Facts.from_json({**FACTS, **changes}), rules, NOW)


def from_template(key: str, **more: Any) -> dict[str, Any]:
    kind = private.templates()[key]["kind"]
    return {"counterparty": "Maison X", "kind": kind, "clause": private.from_template(key), **more}


def test_a_clause_runs_like_a_law() -> None:
    (one,) = ask(INSURER).obligations
    assert (one.regime, one.to, one.phase) == (f"{CONTRACT}/report", "insurer", "initial")
    assert one.due == SUSPECTED + timedelta(hours=48)
    assert (one.outer, one.recipient, one.confidence) == (None, "Assurances du Port", "contract")
    assert one.citation == "Police 7-118 · Art. 5.2"
    assert one.rule_version == "2026-11-25.1"
    assert "Police 7-118" in word(one.reason, "fr")
    assert all(word(line, language) for line in one.working for language in LANGUAGES)


def test_it_runs_whatever_the_role_and_starts_at_detection_while_nobody_suspects() -> None:
    (one,) = ask(
        INSURER, role="processor", grounds_to_suspect=None, detected="2026-11-20T19:00:00Z"
    ).obligations
    assert one.due == datetime(2026, 11, 22, 19, tzinfo=UTC)


def test_a_contract_that_had_ended_or_not_begun_asks_nothing() -> None:
    for change, code in (
        ({"valid_to": "2026-11-19"}, "scope.ended"),
        ({"valid_from": "2026-11-21"}, "scope.not_yet"),
    ):
        (out,) = ask({**INSURER, **change}).ruled_out
        assert out.reason.code == code
    assert ask({**INSURER, "valid_from": "2026-11-20", "valid_to": "2026-11-20"}).obligations


def test_insurer_template_asks_for_consent_and_in_france_for_a_complaint() -> None:
    answer = ask(from_template("cyber_insurer"))
    found = {one.regime.partition("/")[2]: one for one in answer.obligations}
    assert set(found) == {"report", "providers", "mailing", "complaint_fr"}
    complaint = found["complaint_fr"]
    assert complaint.due == datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert (complaint.to, complaint.phase) == ("police", "complaint")
    assert "L12-10-1" in complaint.citation
    assert (found["mailing"].due, found["mailing"].standard) == (None, "before_commissioning")


def test_complaint_is_for_the_professional_in_france_and_an_attack() -> None:
    document = from_template("cyber_insurer")
    german = ask(document, established_in=["DE"])
    assert {one.regime.partition("/")[2]: one.reason.code for one in german.ruled_out} == {
        "complaint_fr": "scope.not_established"
    }
    lost = ask(document, cause="internal_accidental")
    assert [one.reason.code for one in lost.ruled_out] == ["reason.not_malicious"]
    assert [one.needs for one in ask(document, established_in=None).undecided] == [("established_in",)]


def test_card_templates_wait_for_card_data() -> None:
    answer = ask(from_template("card_payments", calendar="FR"))
    by_key = {one.regime.partition("/")[2]: one for one in answer.obligations}
    assert by_key["acquirer"].standard == "immediately"
    # Friday evening plus three business days
    assert by_key["incident_report"].due == datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)
    assert not ask(from_template("card_payments"), data_kinds=["email"]).obligations


def test_every_template_fits_and_says_where_it_is_from() -> None:
    assert set(private.templates()) == {"cyber_insurer", "card_payments", "business_customer"}
    for key, template in private.templates().items():
        private.check(from_template(key))
        assert {"key", "version", "kind", "name", "clause"} == set(template)
        for clause in template["clause"]:
            assert clause["source"]
            assert clause["confidence"] in {"verified", "from memory"}
            assert set(clause["label"]) == set(LANGUAGES)


def spoilt(**changes: Any) -> dict[str, Any]:
    document = deepcopy(INSURER)
    document["clause"][0].update(changes)
    return document


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        ({**INSURER, "kind": "marriage"}, "kind", "marriage"),
        ({**INSURER, "counterparty": ""}, "counterparty", "missing"),
        ({**INSURER, "clause": []}, "clause", "no clause"),
        ({**INSURER, "surprise": 1}, "surprise", "not known"),
        ({**INSURER, "calendar": "XX"}, "calendar", "no calendar"),
        ({**INSURER, "valid_from": "soon"}, "valid_from", "not a day"),
        ({**INSURER, "valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to", "before it begins"),
        ({**INSURER, "clause": INSURER["clause"] * 2}, "clause 2", "stands twice"),
        (spoilt(key="Article 5"), "clause 1, key", "no key"),
        (spoilt(to="authority"), "clause 1, to", "authority"),
        (spoilt(period={"value": 48}), "clause 1", "no unit"),
        (spoilt(period={"value": 0, "unit": "hours"}), "clause 1", "positive"),
        (spoilt(period={"value": 121, "unit": "months"}), "clause 1, period", "more than ten years"),
        (spoilt(period={"value": 90_000, "unit": "hours"}), "clause 1, period", "more than ten years"),
        (spoilt(**{"from": "full_moon"}), "clause 1", "full_moon"),
        (spoilt(phase="consent"), "clause 1, before", "consent to what"),
        (spoilt(when=[{"test": "established", "place": "Paris"}]), "clause 1", "Paris"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    document: dict[str, Any], place: str, message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        private.check(document)
    assert (caught.value.place, message in caught.value.message, bool(caught.value.mend)) == (
        place,
        True,
        True,
    )
