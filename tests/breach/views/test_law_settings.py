"""The regimes as the house follows them: found, switched with a reason, seen in the incidents they reach."""

from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client

from breach import clock
from breach.law import regimes
from breach.models import RegimeSwitch, User
from breach.services.law_changes import recompute_some
from breach.services.switches import switch_off
from tests.house import House
from tests.notifications.views.case import decide

GDPR = "/settings/law/eu_gdpr_controller/"
REASON = "Filed by the parent company."


@pytest.fixture
def running(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    return decide(house)


def client_of(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def listed(client: Client, **query: str) -> dict[str, str]:
    """Regimes on the page, by key, with their state."""
    answer = client.get("/settings/law/", query)
    assert answer.status_code == 200
    return {card.regime.key: card.state for group in answer.context["groups"] for card in group.cards}


def test_every_regime_stands_on_the_page_with_its_phases_in_words(running: House) -> None:
    client = client_of(running.auditor)
    found = listed(client)
    assert set(found) == set(regimes.load())
    assert (found["eu_gdpr_controller"], found["eu_digital_omnibus"]) == ("on", "not_in_force")
    page = client.get("/settings/law/", {"place": "EU"}).content.decode()
    assert "Regulation (EU) 2016/679 Arts 33(1), 33(3)-(5), 34; Art 4(12)" in page
    assert "In force since Friday 25 May 2018." in page
    said = "Initial notification (authority): <strong>72 hours, without undue delay</strong>"
    assert said in page
    assert "Only proposed, not law." in page
    assert "%(" not in page
    french = client_of(running.auditor, "fr").get("/settings/law/", {"place": "EU"}).content.decode()
    assert "Notification initiale (autorité)\u00a0: <strong>72 heures" in french
    assert "En vigueur depuis le vendredi 25 mai 2018." in french


def test_the_list_is_narrowed_by_words_place_and_state(running: House, now: datetime) -> None:
    switch_off(actor=running.admin, regime="jp_appi", reason="No business in Japan.", now=now)
    client = client_of(running.responder)
    assert listed(client, state="off") == {"jp_appi": "off"}
    assert set(listed(client, place="CA")) == {"ca_pipeda", "ca_ab_pipa", "ca_qc_law25"}
    assert set(listed(client, text="2016/679")) == {
        "eu_gdpr_controller",
        "eu_gdpr_processor",
        "eu_digital_omnibus",
    }
    assert "eu_gdpr_controller" not in listed(client, state="not_in_force")
    assert listed(client, text="no such law") == {}
    assert len(listed(client, place="Atlantis", state="whatever")) == len(regimes.load())


def test_off_and_on_again_with_reasons_and_the_incidents_it_reaches(running: House, now: datetime) -> None:
    client = client_of(running.manager)
    before = client.get(GDPR)
    (one,) = before.context["reached"]
    assert one.incident == running.incident
    asked = [duty.label for duty in one.would]
    assert "Initial notification: CNIL" in asked

    done = client.post(GDPR, {"step": "off", "reason": REASON}, follow=True)
    assert "is switched off. Running incidents are computed again" in done.content.decode()
    recompute_some(now=now)
    off = client.get(GDPR)
    assert off.context["card"].state == "off"
    (still,) = off.context["reached"]
    assert sorted(duty.label for duty in still.would) == sorted(asked)
    room = client.get(f"/incidents/{running.incident.uid}/obligations/").content.decode()
    assert f'href="{GDPR}"' in room

    client.post(GDPR, {"step": "on", "reason": "It is ours after all."})
    history = [(row.off, row.reason, row.created_by) for row in client.get(GDPR).context["history"]]
    assert history == [(False, "It is ours after all.", running.manager), (True, REASON, running.manager)]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_reason_nothing_is_switched_and_nothing_is_lost(running: House, reason: str) -> None:
    answer = client_of(running.manager).post(GDPR, {"step": "off", "reason": reason})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]
    assert reason.strip() in answer.content.decode()
    assert not RegimeSwitch.objects.exists()


def test_a_switch_thrown_twice_is_refused_in_words(running: House, now: datetime) -> None:
    switch_off(actor=running.admin, regime="eu_gdpr_controller", reason=REASON, now=now)
    answer = client_of(running.manager).post(GDPR, {"step": "off", "reason": "again"})
    assert answer.status_code == 422
    assert "This regime is switched off already." in answer.content.decode()
    assert RegimeSwitch.objects.count() == 1


def test_who_may_only_look_has_no_switch_and_sees_no_strange_incident(running: House) -> None:
    for user in (running.responder, running.auditor):
        client = client_of(user)
        assert 'id="switch"' not in client.get(GDPR).content.decode()
        assert client.post(GDPR, {"step": "off", "reason": REASON}).status_code == 403
    for user in (running.admin, running.stranger):
        assert client_of(user).get(GDPR).context["reached"] == ()
    assert client_of(running.manager).get("/settings/law/eu_nothing/").status_code == 404
    assert not RegimeSwitch.objects.exists()
