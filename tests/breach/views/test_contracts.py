"""Contracts on their pages: entered from a template or from nothing, tried, changed in versions, ended, withdrawn."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from breach import clock
from breach.models import Contract, Entry
from breach.services.contracts import add_contract
from tests.house import House

LIST = "/settings/contracts/"
NEW = "/settings/contracts/new/"
CLAUSE = {
    "label_en": "Report the incident",
    "label_fr": "Déclarer le sinistre",
    "clause": "Art. 5.2",
    "to": "insurer",
    "phase": "initial",
    "event": "suspicion",
    "number": "48",
    "unit": "hours",
}


@pytest.fixture
def manager(client: Client, house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: now)
    client.force_login(house.manager)
    return client


def sent(house: House, *clauses: dict[str, Any], initial: int = 0, **more: Any) -> dict[str, Any]:
    data = {"organisation": house.shop.uid, "counterparty": "Assurances du Port", "kind": "cyber_insurance"}
    data |= {"clause-TOTAL_FORMS": len(clauses), "clause-INITIAL_FORMS": initial, "step": "save"}
    for index, clause in enumerate(clauses):
        data |= {f"clause-{index}-{name}": value for name, value in clause.items()}
    return data | more


def test_from_nothing_tried_and_recorded(manager: Client, house: House, now: datetime) -> None:
    at = now - timedelta(hours=3)
    example = at.strftime("%Y-%m-%d %H:%M UTC")
    tried = manager.post(NEW, sent(house, CLAUSE, step="try", example=example))
    assert tried.status_code == 200
    assert not Contract.objects.exists()
    (one,) = tried.context["tried"]
    assert (one.label, one.tried.due) == ("Report the incident", at + timedelta(hours=48))
    done = manager.post(NEW, sent(house, CLAUSE, {}))  # the second clause was left blank
    assert done.status_code == 302
    assert Contract.objects.get().current.document == {
        "counterparty": "Assurances du Port",
        "kind": "cyber_insurance",
        "clause": [
            {
                "key": "report_the_inc",
                "label": {"en": "Report the incident", "fr": "Déclarer le sinistre"},
                "clause": "Art. 5.2",
                "to": "insurer",
                "phase": "initial",
                "from": "suspicion",
                "period": {"value": 48, "unit": "hours"},
            }
        ],
    }
    page = manager.get(done["Location"]).content.decode()
    assert "Initial notification (insurer): <strong>48 hours</strong>" in page
    assert (now + timedelta(hours=48)).strftime("%Y-%m-%dT%H:%M:%SZ") in page


def test_a_template_is_taken_over_with_its_sources_until_it_is_changed(manager: Client, house: House) -> None:
    page = manager.get(NEW, {"template": "cyber_insurer"})
    data = sent(house, *(form.initial for form in page.context["clauses"]), initial=4)
    data = {key: value for key, value in data.items() if value is not None}
    data["clause-0-number"], data["clause-0-unit"] = "24", "hours"
    assert manager.post(NEW + "?template=cyber_insurer", data).status_code == 302
    clauses = {one["key"]: one for one in Contract.objects.get().current.document["clause"]}
    assert set(clauses) == {"report", "providers", "mailing", "complaint_fr"}
    assert "source" not in clauses["report"]
    complaint = clauses["complaint_fr"]
    assert complaint["confidence"] == "verified"
    assert complaint["period"] == {"value": 72, "unit": "hours"}
    assert complaint["when"] == [
        {"test": "established", "place": "FR"},
        {"test": "malicious", "assume": True},
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "", "unit": ""}, "number"),
        ({"unit": ""}, "unit"),
        ({"number": "-3"}, "number"),
        ({"number": "3000", "unit": "business_days"}, "number"),
        ({"label_en": "", "label_fr": ""}, "label_en"),
        ({"phase": "consent"}, "before"),
        ({"event": "birthday"}, "event"),
        ({"to": "authority"}, "to"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(
    manager: Client, house: House, changes: dict[str, str], field: str
) -> None:
    answer = manager.post(NEW, sent(house, CLAUSE | changes))
    assert answer.status_code == 422
    (form,) = answer.context["clauses"].forms
    assert list(form.errors) == [field]
    assert 'value="Assurances du Port"' in answer.content.decode()
    assert not Contract.objects.exists()


def test_days_in_the_wrong_order_no_clause_and_one_more(manager: Client, house: House) -> None:
    days = {"valid_from": "2026-12-01", "valid_to": "2026-01-01"}
    assert list(manager.post(NEW, sent(house, CLAUSE, **days)).context["form"].errors) == ["valid_to"]
    assert "__all__" in manager.post(NEW, sent(house, CLAUSE | {"leave_out": "on"})).context["form"].errors
    more = manager.post(NEW, sent(house, CLAUSE | {"unit": ""}, step="more"))
    assert (more.status_code, len(more.context["clauses"].forms)) == (200, 2)
    assert b"invalid-feedback" not in more.content


def entered(house: House, now: datetime) -> Contract:
    terms = {
        "counterparty": "Assurances du Port",
        "kind": "cyber_insurance",
        "contact": "Mme Valmont",
        "clause": [
            {
                "key": "report",
                "clause": "Art. 5.2",
                "to": "insurer",
                "phase": "initial",
                "from": "suspicion",
                "period": {"value": 48, "unit": "hours"},
                "when": [{"test": "fact", "name": "cyberattack"}],
            }
        ],
    }
    return add_contract(actor=house.manager, organisation=house.shop, document=terms, now=now)


def test_a_change_is_a_version_and_the_old_one_is_shown(manager: Client, house: House, now: datetime) -> None:
    contract = entered(house, now)
    path = f"{LIST}{contract.uid}/edit/"
    changed = {**CLAUSE, "key": "report", "number": "72", "keep_others": "on"}
    missing = manager.post(path, sent(house, changed, initial=1))
    assert list(missing.context["form"].errors) == ["reason"]
    assert manager.post(path, sent(house, changed, initial=1, reason="misread")).status_code == 302
    first, second = contract.versions.order_by("number")
    assert second.document["clause"][0]["when"] == first.document["clause"][0]["when"]
    assert [v.document["clause"][0]["period"]["value"] for v in (first, second)] == [48, 72]
    page = manager.get(f"{LIST}{contract.uid}/").content.decode()
    assert "misread" in page
    assert "<strong>48 hours</strong>" in page
    assert "<strong>72 hours</strong>" in page
    assert "only where: cyberattack: yes" in page


def test_the_ledger_holds_a_salted_digest_of_the_terms(house: House, now: datetime) -> None:
    first, second = entered(house, now), entered(house, now)
    bodies = list(Entry.objects.filter(action="contract.added").values_list("body", flat=True))
    assert len(bodies) == 2
    assert not any("Valmont" in body for body in bodies)
    salts = {first.current.digest_salt, second.current.digest_salt}
    assert {len(salt) for salt in salts} == {64}
    assert len(salts) == 2


def test_it_ends_or_is_withdrawn_with_a_reason(manager: Client, house: House, now: datetime) -> None:
    contract = entered(house, now)
    path = f"{LIST}{contract.uid}/"
    assert manager.post(path, {"step": "end", "last_day": "2026-01-31"}).status_code == 422
    sent_end = {"step": "end", "last_day": "2026-01-31", "reason": "not renewed"}
    assert manager.post(path, sent_end).status_code == 302
    assert contract.versions.order_by("-number")[0].document["valid_to"] == "2026-01-31"
    assert [card.state for card in manager.get(LIST).context["cards"]] == ["ended"]
    refused = manager.post(path, {"step": "withdraw", "why": ""})
    assert list(refused.context["withdraw"].errors) == ["why"]
    assert manager.post(path, {"step": "withdraw", "why": "wrong company"}).status_code == 302
    page = manager.get(path)
    assert (page.context["card"].state, page.context["may_change"]) == ("withdrawn", False)
    assert manager.get(path + "edit/").status_code == 302


def test_who_may_only_look_has_no_way_to_change(house: House, now: datetime) -> None:
    contract = entered(house, now)
    for user in (house.responder, house.auditor):
        client = Client()
        client.force_login(user)
        assert client.get(LIST).status_code == 200
        page = client.get(f"{LIST}{contract.uid}/").content
        assert b"<form" not in page.partition(b"<main")[2].partition(b"</main>")[0]
        assert [client.get(NEW).status_code, client.post(NEW, {}).status_code] == [403, 403]
