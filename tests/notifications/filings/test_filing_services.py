"""A filing from draft to receipt and its follow-up, on a real incident with real approvals."""

from datetime import UTC, datetime, timedelta

import pytest

from breach import approvals
from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Obligation, SealedFile
from breach.models.ledger import Checkpoint, Entry
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from notifications.filings.content import instant_value
from notifications.models import Filing
from notifications.queries.filings import (
    content_of,
    findings_of,
    open_json,
    open_pdf,
    preview_pdf,
    print_of,
    profile_of,
)
from notifications.queries.filings import opened as opened_content
from notifications.services.filing_rows import keep
from notifications.services.filings import (
    draft_filing,
    follow_up,
    mark_submitted,
    mark_to_follow,
    render_filing,
    set_fields,
    settle,
    submit_for_approval,
    take_over_facts,
    withdraw_draft,
)
from tests.house import House

AWARE = datetime(2026, 11, 24, 7, 40, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FACTS = {
    "role": "controller",
    "established_in": ["FR"],
    "zone": "Europe/Paris",
    "occurred_from": "2026-11-23T18:00:00+00:00",
    "occurred_to": "2026-11-23T23:00:00+00:00",
    "confidentiality": True,
    "exfiltration": "confirmed",
    "encryption": "none",
    "cause": "external_malicious",
    "natures": ["hacking", "exfiltration"],
    "data_kinds": ["name", "email", "iban"],
    "subjects": ["customers"],
    "harms": ["fraud"],
    "measures": ["access_closed", "vulnerability_fixed"],
}
WRITTEN = {
    "sector": "private",
    "size": "sme",
    "discovered_by": "controller",
    "discovery_text": "Alerte du pare-feu applicatif.",
    "nature_text": "Copie de tables de la base des clients.",
    "systems": "Boutique en ligne, hébergée à Lyon.",
    "people_text": "Clients de la boutique.",
    "measures_before": ["encryption", "logical_access"],
    "measures_before_text": "Accès nominatifs.",
    "confidentiality_consequences": ["misused"],
    "severity": "to_be_determined",
    "risk_text": "Évaluation en cours.",
    "measures_preventive": ["audits"],
    "measures_preventive_text": "Audit de l'application.",
    "police": "no",
    "other_authorities": "no",
    "cross_border": "unknown",
}


@pytest.fixture
def opened(house: House) -> House:
    house.open(AWARE)
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes=FACTS,
        reason="known",
        now=NOW,
    )
    set_awareness(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        state="decided",
        instant=AWARE,
        zone="Europe/Paris",
        reasons="Le journal prouve la copie.",
        now=NOW,
    )
    return house


def draft(house: House, **changes: object) -> Filing:
    values = {"actor": house.responder, "values": WRITTEN, "now": NOW} | changes
    return draft_filing(incident=house.incident, party=house.party, **values)  # type: ignore[arg-type]


def approved(house: House, filing: Filing, at: datetime = NOW) -> Filing:
    approval = submit_for_approval(actor=house.responder, filing=filing, approvers=[house.manager], now=at)
    approvals.decide(
        actor=house.manager, approval=approval, digest=approval.digest, approve=True, reason="", now=at
    )
    return settle(filing=filing, actor=house.manager, now=at)


def submitted(house: House, filing: Filing, at: datetime) -> Filing:
    return mark_submitted(
        actor=house.responder, filing=filing, receipt="CNIL-114477", at=at, channel="teleservice", now=at
    )


def actions(house: House) -> list[str]:
    rows = Entry.objects.filter(chain=house.incident.chain, action__startswith="filing.").order_by("seq")
    return list(rows.values_list("action", flat=True))


def test_a_draft_is_filled_from_the_case_and_sealed(opened: House) -> None:
    filing = draft(opened)
    content = content_of(filing)
    assert (filing.state, filing.profile, filing.language, filing.number) == ("draft", "fr_cnil", "fr", 1)
    assert content.values["controller_name"] == "Rivage Boutique SAS"
    assert content.values["aware_at"] == instant_value(AWARE, "Europe/Paris")
    assert content.values["dpo_name"] == "Claire Morel"
    assert content.values["people_precision"] == "to_be_determined"
    assert content.clock is not None
    assert content.clock.due == AWARE + timedelta(hours=72)
    assert b"Rivage" not in bytes(filing.sealed_content)
    assert findings_of(filing, NOW) == ()
    assert actions(opened) == ["filing.drafted"]


def test_the_whole_way_to_a_receipt_ends_the_clock_and_keeps_pdf_and_json(opened: House) -> None:
    filing = draft(opened)
    filing = mark_to_follow(
        actor=opened.responder,
        filing=filing,
        key="people_precision",
        by=NOW + timedelta(days=2),
        reason="Fichiers en cours d'analyse.",
        now=NOW,
    )
    filing = approved(opened, filing)
    filing = render_filing(actor=opened.responder, filing=filing, now=NOW)
    later = NOW + timedelta(hours=1)
    filing = submitted(opened, filing, later)
    assert (filing.state, filing.receipt, filing.lateness) == ("submitted", "CNIL-114477", "on_time")
    owed = Obligation.objects.filter(
        party=opened.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    )
    assert owed.filter(state="met", met_at=later).exists()
    assert open_pdf(filing).startswith(b"%PDF-")
    document = open_json(filing).decode()
    assert filing.digest in document
    assert Checkpoint.objects.order_by("-number")[0].digest in document
    assert '"name": "Maud Laurent"' in document
    assert {file.purpose for file in SealedFile.objects.all()} == {"filing_pdf", "filing_json"}
    wanted = ["drafted", "announced", "submitted_for_approval", "settled", "rendered", "submitted"]
    assert actions(opened) == [f"filing.{verb}" for verb in wanted]


def test_an_edit_after_approval_voids_it(opened: House) -> None:
    filing = approved(opened, draft(opened))
    assert filing.state == "approved"
    filing = set_fields(actor=opened.responder, filing=filing, values={"police": "yes"}, now=NOW)
    assert filing.state == "draft"
    with pytest.raises(Conflict, match="not approved"):
        submitted(opened, filing, NOW)
    assert print_of(filing, NOW).seals.digest == ""


def test_content_changed_behind_the_approval_is_not_rendered(opened: House) -> None:
    filing = approved(opened, draft(opened))
    content, salt = opened_content(filing)
    digest = filing.digest
    keep(filing, content.with_value(profile_of(filing).form, "police", "yes"), salt)
    Filing.objects.filter(pk=filing.pk).update(sealed_content=filing.sealed_content)
    assert Filing.objects.get(pk=filing.pk).digest == digest
    with pytest.raises(Conflict, match="differs from what was approved"):
        render_filing(actor=opened.responder, filing=filing, now=NOW)


def test_setting_the_same_value_keeps_the_approval(opened: House) -> None:
    filing = approved(opened, draft(opened))
    again = set_fields(actor=opened.responder, filing=filing, values={"police": "no"}, now=NOW)
    assert again.state == "approved"


def test_a_refusal_opens_the_draft_again(opened: House) -> None:
    filing = draft(opened)
    approval = submit_for_approval(actor=opened.responder, filing=filing, approvers=[opened.manager], now=NOW)
    approvals.decide(
        actor=opened.manager,
        approval=approval,
        digest=approval.digest,
        approve=False,
        reason="Trop vague",
        now=NOW,
    )
    assert settle(filing=filing, actor=None, now=NOW).state == "draft"


def test_a_filing_that_lacks_answers_is_not_submitted(opened: House) -> None:
    filing = draft(opened, values={})
    with pytest.raises(BadInput, match=r"Row 14, Sector: needs an answer.*more"):
        submit_for_approval(actor=opened.responder, filing=filing, approvers=[opened.manager], now=NOW)


def test_a_corrected_awareness_has_to_be_taken_over_before_submission(opened: House) -> None:
    filing = draft(opened)
    earlier = AWARE - timedelta(hours=1)
    set_awareness(
        actor=opened.manager,
        incident=opened.incident,
        party=opened.party,
        state="corrected",
        instant=earlier,
        zone="Europe/Paris",
        reasons="L'alerte nommait déjà la table.",
        now=NOW,
    )
    with pytest.raises(Conflict, match="Take over the facts"):
        submit_for_approval(actor=opened.responder, filing=filing, approvers=[opened.manager], now=NOW)
    filing = take_over_facts(actor=opened.responder, filing=filing, now=NOW)
    clock = content_of(filing).clock
    assert clock is not None
    assert clock.aware_at == earlier
    assert clock.superseded == ((AWARE, AWARE + timedelta(hours=72), "L'alerte nommait déjà la table."),)
    assert content_of(filing).values["discovery_text"] == WRITTEN["discovery_text"]


def test_a_follow_up_starts_from_the_phase_before_and_says_what_changed(opened: House) -> None:
    first = submitted(opened, approved(opened, draft(opened)), NOW + timedelta(hours=1))
    later = NOW + timedelta(days=1)
    update_facts(
        actor=opened.responder,
        incident=opened.incident,
        party=opened.party,
        changes={"people_total": 1432, "people_precision": "exact", "records_total": 1500},
        reason="counted",
        now=later,
    )
    answers = {
        "severity": "significant",
        "risk": "high_risk",
        "people_told": "planned_no_date",
        "when_estimated": None,
    }
    second = follow_up(actor=opened.responder, filing=first, values=answers, now=later)
    content = content_of(second)
    assert (second.number, second.phase, second.completeness) == (2, "follow_up", "complete")
    assert content.values["earlier_id"] == "CNIL-114477"
    assert content.values["discovery_text"] == WRITTEN["discovery_text"]
    changed = {change.key: change.kind for change in print_of(second, later).changes()}
    assert changed["people_precision"] == "changed"
    assert changed["people_number"] == "added"
    assert findings_of(second, later) == ()
    second = submitted(opened, approved(opened, second, later), later + timedelta(hours=1))
    assert second.state == "submitted"
    with pytest.raises(Conflict, match="followed up already"):
        follow_up(actor=opened.responder, filing=first, now=later)


def test_one_authority_has_one_open_phase(opened: House) -> None:
    draft(opened)
    with pytest.raises(Conflict, match="already"):
        draft(opened)


def test_a_given_up_draft_makes_room_for_another(opened: House) -> None:
    filing = withdraw_draft(actor=opened.responder, filing=draft(opened), reason="Mauvaise autorité", now=NOW)
    assert filing.state == "withdrawn"
    assert draft(opened).number == 2


def test_filing_times_that_cannot_be_are_refused(opened: House) -> None:
    filing = approved(opened, draft(opened))
    for at in (NOW + timedelta(hours=1), NOW - timedelta(hours=1)):
        with pytest.raises(BadInput, match="filed"):
            mark_submitted(
                actor=opened.responder, filing=filing, receipt="1", at=at, channel="teleservice", now=NOW
            )


def test_strangers_and_auditors_draft_nothing(opened: House) -> None:
    for user in (opened.stranger, opened.auditor, opened.admin):
        with pytest.raises(Forbidden):
            draft(opened, actor=user)


def test_a_drill_prints_as_a_drill(house: House) -> None:
    house.open(AWARE, drill=True)
    filing = draft(house)
    assert content_of(filing).drill
    assert preview_pdf(filing, NOW).startswith(b"%PDF-")


def test_an_older_content_cannot_be_put_back(opened: House) -> None:
    filing = draft(opened)
    old = bytes(filing.sealed_content)
    filing = set_fields(actor=opened.responder, filing=filing, values={"police": "yes"}, now=NOW)
    filing.sealed_content = old
    with pytest.raises(Exception, match=r".") as refused:
        content_of(filing)
    assert type(refused.value).__module__ == "breach.vault.errors"
