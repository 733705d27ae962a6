"""Versions of a notice's texts: what a translation was made from is noted, and a changed source makes it stale."""

from dataclasses import replace
from datetime import datetime

import pytest

from breach.errors import BadInput
from breach.services.facts import update_facts
from notifications.contents import live_content
from notifications.letters.values import IncidentText
from notifications.models import Notice
from notifications.queries.findings import text_findings
from notifications.services import notices, texts
from tests.house import House
from tests.notifications import campaign


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


def legal(notice: Notice, now: datetime) -> list[str]:
    return [one.code for one in text_findings(notice, date=now.date()) if one.level == "legal"]


def tell(case: House, notice: Notice, text: IncidentText, now: datetime, *, compared: bool = False) -> None:
    texts.edit_incident_text(actor=case.responder, notice=notice, text=text, now=now, compared=compared)


def test_a_changed_source_makes_its_translation_stale_until_somebody_compared_them(
    case: House, now: datetime
) -> None:
    notice = campaign.draft(case, now)
    french, german = campaign.TEXTS["fr"], campaign.TEXTS["de"]
    assert live_content(notice).texts["de"].source_mark == french.mark
    changed = replace(french, incident="Une personne a copié des commandes de notre boutique.")
    tell(case, notice, changed, now)
    assert legal(notice, now) == ["stale_translation"]
    with pytest.raises(BadInput, match="changed after this was translated"):
        notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    followed = replace(german, incident="Jemand hat Bestellungen aus unserem Shop kopiert.")
    tell(case, notice, followed, now)
    assert legal(notice, now) == ["stale_translation"]
    tell(case, notice, followed, now, compared=True)
    assert legal(notice, now) == []
    assert live_content(notice).texts["de"].source_mark == changed.mark


def test_own_words_that_are_no_translation_note_no_source(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    tell(case, notice, replace(campaign.TEXTS["de"], translated_from=""), now)
    assert live_content(notice).texts["de"].source_mark == ""


def test_hedging_is_minded_once_the_facts_know_better(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    tell(case, notice, IncidentText("fr", incident="Ils ont peut-être copié des données."), now)

    def minded() -> list[str]:
        return [one.code for one in text_findings(notice, date=now.date()) if one.level == "style"]

    def know(exfiltration: str) -> None:
        update_facts(
            actor=case.responder,
            incident=case.incident,
            party=case.party,
            changes={"confidentiality": True, "exfiltration": exfiltration},
            reason="known",
            now=now,
        )

    assert minded() == []
    know("likely")
    assert minded() == []
    know("confirmed")
    assert minded() == ["hedging"]
