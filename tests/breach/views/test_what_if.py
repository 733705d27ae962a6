"""Supposing that a proposed law applied: the difference is shown, and nothing of it stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.law import regimes
from breach.models import Obligation, Reminder
from breach.models.ledger import Entry
from breach.queries.what_if import GONE, LATER, choices, what_if
from breach.services.facts import update_facts
from tests.house import House
from tests.notifications.views.case import decide

pytestmark = pytest.mark.django_db
OMNIBUS = "eu_digital_omnibus"
HIGH_RISK = {
    "recipients": "unknown", "people_by_country": {"FR": 1200}, "people_total": 1200,
    "data_kinds": ["name", "email", "health"],
}  # fmt: skip


@pytest.fixture
def running(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    decide(house)
    update_facts(
        actor=house.responder, incident=house.incident, party=house.party, changes=HIGH_RISK, reason="logs", now=now
    )  # fmt: skip
    return house


def test_only_laws_that_do_not_apply_yet_are_offered(now: datetime) -> None:
    offered = {one.key for one in choices([], now, "en")}
    assert OMNIBUS in offered
    assert "eu_gdpr_controller" not in offered
    assert {regimes.load()[key].status for key in offered} <= {"proposed", "adopted", "in_force"}


def test_the_omnibus_gives_the_authority_ninety_six_hours_instead_of_seventy_two(
    running: House, now: datetime
) -> None:
    found = what_if(running.party, [OMNIBUS], now, "en")

    authority = [one for one in found.changes if one.kind == LATER]
    assert [(one.hours, one.before and one.before.law, one.after and one.after.law) for one in authority] == [
        (24, "GDPR, controller", "Digital Omnibus, proposed GDPR Art 33")
    ]
    assert authority[0].before
    assert authority[0].after
    assert authority[0].after.due == authority[0].before.due + timedelta(hours=24)  # type: ignore[operator]


def test_at_a_risk_that_is_not_high_the_authority_would_not_be_told(running: House, now: datetime) -> None:
    update_facts(
        actor=running.responder, incident=running.incident, party=running.party,
        changes={"data_kinds": ["name", "email"], "people_by_country": {"FR": 20}, "people_total": 20},
        reason="counted", now=now,
    )  # fmt: skip
    found = what_if(running.party, [OMNIBUS], now, "en")
    assert {one.kind for one in found.changes} == {GONE}
    assert [one.name for one in found.silent] == ["Digital Omnibus, proposed GDPR Art 33"]


def test_a_look_leaves_nothing_behind(client: Client, running: House) -> None:
    def rows() -> list[Any]:
        return [list(model.objects.order_by("pk").values()) for model in (Obligation, Reminder, Entry)]

    before = rows()
    client.force_login(running.responder)
    page = client.get(reverse("what-if", args=[running.incident.uid]), {"law": [OMNIBUS, "unknown"]})
    assert page.status_code == 200
    assert "24 hours later" in page.content.decode()
    assert rows() == before
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    french = client.get(reverse("what-if", args=[running.incident.uid]), {"law": OMNIBUS}).content.decode()
    assert "24 heures plus tard" in french
