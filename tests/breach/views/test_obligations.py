"""The page of obligations: regimes switched off by the house, and clocks that law enforcement holds back."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.law import private
from breach.models import Contract, LawHold
from breach.services.contracts import add_contract
from breach.services.facts import update_facts
from breach.services.holds import Request, enter_hold
from breach.services.law_changes import recompute_some
from breach.services.switches import switch_off
from tests.house import House
from tests.notifications.views.case import decide

DOCUMENT = "Parquet de Lyon, PV 2026/118"
COMPLAINT = next(one for one in private.from_template("cyber_insurer") if one["key"] == "complaint_fr")
NO_HOUR = {"en": "The law sets no hour here.", "fr": "La loi ne fixe pas d’heure ici."}


@pytest.fixture
def running(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    decide(house)
    # High risk, so that the people are to be told.
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes={"recipients": "unknown", "people_by_country": {"FR": 1200}, "people_total": 1200},
        reason="logs",
        now=now,
    )
    return house


def page(house: House, language: str) -> str:
    client = Client()
    client.force_login(house.responder)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(reverse("obligations", args=[house.incident.uid]))
    assert response.status_code == 200
    return response.content.decode()


def section(html: str, name: str) -> str:
    return html.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("language", "title", "would", "duty"),
    [
        ("en", "Switched off by the house", "It would ask for:", "Initial notification: CNIL, by"),
        (
            "fr",
            "Désactivé par la maison",
            "Il demanderait\u00a0:",
            "Notification initiale\u00a0: CNIL, au plus tard le",
        ),
    ],
)
def test_a_regime_switched_off_says_who_when_why_and_what_it_would_ask(
    running: House, now: datetime, language: str, title: str, would: str, duty: str
) -> None:
    assert not section(page(running, language), "switched-off")
    switch_off(actor=running.manager, regime="eu_gdpr_controller", reason="Filed by the parent.", now=now)
    recompute_some(now=now)
    said = section(page(running, language), "switched-off")
    for part in (
        title,
        would,
        duty,
        "Filed by the parent.",
        "Maud Laurent",
        now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ):
        assert part in said


@pytest.mark.parametrize(
    ("language", "nothing"), [("en", "It would ask for nothing here."), ("fr", "Il ne demanderait rien ici.")]
)
def test_one_that_would_not_apply_keeps_its_reason(
    running: House, now: datetime, language: str, nothing: str
) -> None:
    switch_off(actor=running.admin, regime="jp_appi", reason="No business in Japan.", now=now)
    recompute_some(now=now)
    html = page(running, language)
    said = section(html, "switched-off")
    assert nothing in said
    assert "APPI" not in section(html, "ruled-out")


def hold(house: House, now: datetime, until: datetime | None = None) -> LawHold:
    request = Request(
        jurisdiction="FR",
        form="written",
        official="Commissaire Lenoir",
        basis="Code de procédure pénale, art. 11",
        document=DOCUMENT,
        since=now - timedelta(hours=1),
        until=until,
    )
    return enter_hold(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        request=request,
        zone="Europe/Paris",
        now=now,
    )


@pytest.mark.parametrize(
    ("language", "label", "days"),
    [
        ("en", "Held back, no end set", None),
        ("fr", "Suspendu, sans terme fixé", None),
        ("en", "held until", 3),
        ("fr", "suspendu jusqu’au", 3),
    ],
)
def test_a_clock_that_is_held_names_the_document(
    running: House, now: datetime, language: str, label: str, days: int | None
) -> None:
    assert 'class="clock clock-held' not in page(running, language)
    hold(running, now, now + timedelta(days=days) if days else None)
    html = page(running, language)
    said = html.partition('class="clock clock-held')[2].partition("</div>")[0]
    assert label in said
    assert DOCUMENT in said
    assert NO_HOUR[language] not in said
    assert "Lenoir" not in html


def test_a_hold_that_has_run_out_holds_nothing(
    running: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(running, now, now + timedelta(days=3))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=4))
    assert 'class="clock clock-held' not in page(running, "en")


@pytest.mark.parametrize(
    ("language", "ruled_out", "undecided", "owed_to"),
    [
        (
            "en",
            "Acquirer of Lyon: Tell the acquirer",
            "Port: Criminal complaint",
            "Owed to: police or public",
        ),
        (
            "fr",
            "Acquirer of Lyon\u00a0: Prévenir l&#x27;acquéreur",
            "Port\u00a0: Dépôt de plainte",
            "À prévenir\u00a0: police, gendarmerie ou",
        ),
    ],
)
def test_clauses_under_which_nothing_is_owed_are_named_in_words(
    running: House, now: datetime, language: str, ruled_out: str, undecided: str, owed_to: str
) -> None:
    card = {"counterparty": "Acquirer of Lyon", "template": "card_payments"}
    where = {"test": "established", "place": "FR"}
    complaint = {**COMPLAINT, "when": [where, {"test": "fact", "name": "cyberattack"}]}
    insurer = {"counterparty": "Port", "kind": "cyber_insurance", "clause": [complaint]}
    for document in (card, insurer):
        add_contract(actor=running.manager, organisation=running.shop, document=document, now=now)
    recompute_some(now=now)
    html = page(running, language)
    assert ruled_out in section(html, "ruled-out")
    assert undecided in section(html, "undecided")
    assert owed_to in section(html, "undecided")
    for contract in Contract.objects.all():
        assert f"{contract.uid}/" not in section(html, "ruled-out") + section(html, "undecided")
