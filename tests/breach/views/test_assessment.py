"""The page of assessment and decision, in both languages, in a fixed number of queries."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from breach import clock
from breach.models import Decision, Reminder
from breach.services.decisions import advise, assess
from tests.breach.services.deciding import open_with_facts, take, tell
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def known(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))
    return open_with_facts(house, NOW)


def client_of(house: House, language: str = "en", user: str = "manager") -> Client:
    client = Client()
    client.force_login(getattr(house, user))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def page(house: House, language: str = "en", user: str = "manager") -> str:
    response = client_of(house, language, user).get(reverse("assessment", args=[house.incident.uid]))
    assert response.status_code == 200
    return unescape(response.content.decode())


def post(house: House, user: str = "manager", **data: Any) -> HttpResponse:
    address = reverse("assessment", args=[house.incident.uid])
    answer: Any = client_of(house, user=user).post(address, data)
    return answer


def section(html: str, name: str) -> str:
    """The words of one section, without its marks; any space is one blank."""
    part = html.partition(f'aria-labelledby="{name}"')[2].partition(">")[2].partition("</section>")[0]
    words, inside = [], False
    for char in part:
        inside = char == "<" or (inside and char != ">")
        words.append(" " if char in "<>" else "" if inside else char)
    return " ".join("".join(words).split())


def advised(house: House, recommends: str = "notify") -> None:
    advise(
        actor=house.officer,
        incident=house.incident,
        party=house.party,
        recommends=recommends,
        text="Tell them.",
        now=NOW,
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Advice of Claire Morel, Tue 24 Nov 2026, 10:00 Europe/Paris (09:00 UTC) : Notify",
                "Why the advice is not followed: The hashes are safe.",
            ],
        ),
        (
            "fr",
            [
                "Avis de Claire Morel, mar. 24 nov. 2026, 10:00 Europe/Paris (09:00 UTC) : Informer",
                "Pourquoi l’avis n’est pas suivi : The hashes are safe.",
            ],
        ),
    ],
)
def test_a_decision_shows_the_time_of_the_advice_and_why_it_was_not_followed(
    known: House, language: str, said: list[str]
) -> None:
    advised(known)
    take(known, NOW, why_not_followed="The hashes are safe.")
    shown = section(page(known, language), "decisions")
    assert [one for one in said if one not in shown] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Open again since Tue 24 Nov 2026, 11:00",
                "version 2 of the facts",
                "unknown persons",
                "somebody trusted",
                "Number of people 90 101",
                "Decide again",
            ],
        ),
        (
            "fr",
            [
                "De nouveau ouverte depuis le mar. 24 nov. 2026, 11:00",
                "version 2 des faits",
                "inconnus",
                "personne de confiance",
                "Nombre de personnes 90 101",
                "Décider de nouveau",
            ],
        ),
    ],
)
def test_what_opened_a_decision_again_is_said_in_words(known: House, language: str, said: list[str]) -> None:
    take(known, NOW)
    tell(known, NOW + timedelta(hours=1), recipients="trusted", people_total=101)
    shown = section(page(known, language), "decisions")
    assert [one for one in said if one not in shown] == []


def test_what_the_rules_answer_otherwise_is_said(known: House) -> None:
    take(known, NOW, "notify")
    tell(known, NOW, exfiltration="excluded")
    shown = section(page(known), "decisions")
    effects = shown.partition("excluded by reasonable evidence ")[2].partition(" Set a day")[0]
    assert effects == (
        "Risk by the rules: high risk → unlikely Severity by ENISA: high – very high → medium – high "
        "Tell the people: yes → no GDPR, controller no longer asks to tell: the people concerned"
    )


def test_a_decision_opened_again_before_versions_were_kept_names_its_facts(known: House) -> None:
    row = take(known, NOW)
    Decision.objects.filter(pk=row.pk).update(reopened_at=NOW, reopened_because=["recipients"])
    assert "because of: Who got the data" in section(page(known), "decisions")


def test_the_day_of_review_is_moved_on_the_page(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    assert "To be looked at again on" in page(known, user="auditor")
    assert 'name="review_on"' not in page(known, user="auditor")
    answer = post(known, form="review", decision=row.uid, review_on="2026-11-30")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.review_on == date(2026, 11, 30)
    assert set(Reminder.objects.filter(state="planned", decision=row).values_list("due", flat=True)) == {
        datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    }
    refused = post(known, form="review", decision=row.uid, review_on="2026-11-01")
    assert refused.status_code == 422
    assert "This day has passed" in refused.content.decode()
    assert (
        post(known, user="responder", form="review", decision=row.uid, review_on="2026-12-01").status_code
        == 403
    )


def test_a_decision_of_another_incident_is_not_found_here(known: House) -> None:
    row = take(known, NOW, "wait", review_on=FRIDAY)
    known.open(NOW, title="Another")
    tell(known, NOW, confidentiality=True)
    assert post(known, form="review", decision=row.uid, review_on="2026-11-30").status_code == 404


def assessed(house: House, conclusion: str = "high_risk") -> None:
    assess(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        conclusion=conclusion,
        reasons="Weighed.",
        now=NOW,
    )


@pytest.mark.parametrize(
    ("language", "said", "reason"),
    [
        (
            "en",
            [
                "Severity (ENISA 2013) 3–4 (high – very high) 2.5–3.5 (medium – high)",
                "SE = DPC × EI + CB 2 × 1 + 1–2 2 × 1 + 0.5–1.5",
                "Risk to people high risk (unlikely – high risk) unlikely",
                "Tell the people yes no",
                "Whether data were taken away confirmed excluded by reasonable evidence",
            ],
            "Reasonable evidence excludes that data were taken away.",
        ),
        (
            "fr",
            [
                "Gravité (ENISA 2013) 3–4 (élevée – très élevée) 2,5–3,5 (moyenne – élevée)",
                "Informer les personnes oui non",
            ],
            "Des éléments sérieux excluent",
        ),
    ],
)
def test_a_new_assessment_shows_what_changed_since_the_last(
    known: House, language: str, said: list[str], reason: str
) -> None:
    assessed(known)
    assert section(page(known, language), "since") != ""
    tell(known, NOW, exfiltration="excluded")
    for_now = section(page(known, language), "since")
    assessed(known, "unlikely")
    kept = section(page(known, language), "assessments")
    assert [(one, part) for part in (for_now, kept) for one in said if one not in part] == []
    came, went = for_now.split("Reasons that went" if language == "en" else "Motifs disparus")
    assert (reason in came, reason in went) == (True, False)


def test_what_the_assessor_concludes_otherwise_is_a_change(known: House) -> None:
    assessed(known, "risk")
    assessed(known, "high_risk")
    html = page(known)
    assert "The assessor’s conclusion risk high risk" in section(html, "assessments")
    assert "Nothing changed: the same facts, figures and reasons." in section(html, "since")


def test_without_an_assessment_there_is_nothing_to_compare(known: House) -> None:
    html = page(known)
    assert 'aria-labelledby="since"' not in html
    assessed(known)
    assert "What it says otherwise" not in section(page(known), "assessments")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_score_and_rules_stand_beside_each_other_with_why_they_disagree(known: House, language: str) -> None:
    words = {
        "en": ("Score and rules agree", "Score and rules disagree", "ENISA does not count harm"),
        "fr": (
            "Le score et les règles concordent",
            "Le score et les règles divergent",
            "L'ENISA ne compte pas",
        ),
    }[language]
    assert (words[0] in page(known, language), words[1] in page(known, language)) == (True, False)
    settled = {"integrity": False, "availability": False, "encryption": "none"}
    tell(known, NOW, data_kinds=["name"], exfiltration="no_evidence", harm_occurred=True, **settled)
    rules = section(page(known, language), "rules")
    assert [one in rules for one in words] == [False, True, True]


def exemptions(house: House, language: str = "en") -> list[str]:
    html = page(house, language).partition('id="exemptions"')[2].partition("</section>")[0]
    return [section(f'aria-labelledby="one">{part}</section>', "one") for part in html.split("<li>")[1:]]


def test_the_cases_of_article_34_3_are_findings_with_their_consequence(known: House) -> None:
    protection, measures, effort = exemptions(known)
    assert (protection.endswith("not known"), measures.endswith("not known")) == (True, True)
    assert "If it holds: A public communication" in effort
    assert "back=assessment&at=exemptions&ask=disproportionate_effort" in page(known)
    tell(known, NOW, encryption="none", high_risk_averted=False, disproportionate_effort=True)
    protection, measures, effort = exemptions(known)
    assert protection.endswith("Nothing follows from it. does not hold")
    assert measures.endswith("does not hold")
    assert effort == (
        "(c) Telling each person would take disproportionate effort A public communication, or a measure that informs "
        "the people as effectively, takes the place of letters. The duty to tell them stays. holds"
    )
    assert "Tell the people yes by public communication" in section(page(known), "rules")
    assert "Une communication publique" in exemptions(known, "fr")[2]
    tell(known, NOW, high_risk_averted=True)
    _protection, measures, effort = exemptions(known)
    assert (measures.endswith("holds"), effort.endswith("does not matter")) == (True, True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The risk could still be unlikely – high risk. It hangs on:"),
        ("fr", "Le risque peut encore être : peu probable – risque élevé. Il dépend de :"),
    ],
)
def test_what_is_open_leads_to_its_question_and_back(known: House, language: str, said: str) -> None:
    html = page(known, language)
    assert said in section(html, "open-questions")
    link = "?back=assessment&at=open-questions&ask=encryption#fact-encryption"
    address = reverse("facts", args=[known.incident.uid]) + link
    assert address in html
    facts = client_of(known, language).get(address.partition("#")[0])
    back = reverse("assessment", args=[known.incident.uid])
    assert back in facts.content.decode()
    tell(known, NOW, encryption="none", integrity=False, availability=False)
    assert (
        "ask=encryption"
        not in page(known, language).partition('id="open-questions"')[2].partition("</section>")[0]
    )


def test_a_page_without_facts_shows_the_whole_span(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    house.open(NOW)
    html = page(house)
    assert "What is still open" in html
    assert 'aria-labelledby="since"' not in html


def count(house: House) -> int:
    client = client_of(house)
    client.get(reverse("assessment", args=[house.incident.uid]))
    with CaptureQueriesContext(connection) as found:
        client.get(reverse("assessment", args=[house.incident.uid]))
    return len(found)


def test_the_page_costs_the_same_with_many_assessments_and_decisions(known: House) -> None:
    advised(known)
    assessed(known)
    assessed(known)
    take(known, NOW, why_not_followed="The hashes are safe.")
    tell(known, NOW, recipients="trusted")
    few = count(known)
    for about in ("authority", "individuals") * 3:
        take(known, NOW, about=about, why_not_followed="The hashes are safe.")
        tell(known, NOW, recipients="unknown")
        tell(known, NOW, recipients="trusted")
        advised(known)
        assessed(known)
    assert count(known) == few
