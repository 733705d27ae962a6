"""The page of facts: every fact has its place, nothing typed is lost, nobody's version is written over."""

import json
import tomllib
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.forms.facts import FactsForm
from breach.law.facts import Facts, schema
from breach.models import FactsVersion, Obligation, RegimeAnswer
from breach.queries.facts import latest_version, standing_facts
from breach.queries.open_questions import open_questions
from breach.services.facts import update_facts
from breach.services.people import add_person
from tests.house import House
from tests.notifications import campaign
from tests.notifications.views.case import decide


@pytest.fixture
def opened(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    decide(house)
    return house


@pytest.fixture
def counted(opened: House, now: datetime) -> House:
    """People are loaded, so that their number is counted."""
    campaign.add_people(opened, now)
    return opened


def client_of(house: House, language: str = "en", user: str = "responder") -> Client:
    client = Client()
    client.force_login(getattr(house, user))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def page(house: House, query: str = "", language: str = "en") -> str:
    response = client_of(house, language).get(reverse("facts", args=[house.incident.uid]) + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def shown(house: House, now: datetime) -> dict[str, list[str]]:
    """What a browser posts of the page as it stands, with where it is known from."""
    form = FactsForm(standing=standing_facts(house.party), now=now, zone="Europe/Paris")
    return dict(form.as_posted().lists()) | {"reason": ["the logs"]}


def post(house: House, data: dict[str, Any], query: str = "", language: str = "en") -> HttpResponse:
    address = reverse("facts", args=[house.incident.uid]) + query
    answer: Any = client_of(house, language).post(address, data)
    return answer


def record(house: House, now: datetime, **facts: list[str] | str) -> HttpResponse:
    return post(house, shown(house, now) | facts)


def document(house: House) -> dict[str, Any]:
    version = latest_version(house.party)
    assert version is not None
    return dict(version.document)


def place(html: str, key: str) -> str:
    """The part of the page about one fact."""
    return (
        html.partition(f'id="fact-{key}"')[2]
        .partition('<div class="fact ')[0]
        .partition('<div class="fact"')[0]
    )


def every_fact() -> list[str]:
    """Every field of the published schema; the parts of `sectors` are facts of their own."""
    properties = schema()["properties"]
    parts = [f"sectors.{key}" for key in properties["sectors"]["properties"]]
    return [key for key in properties if key != "sectors"] + parts


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_fact_of_the_schema_has_a_place_on_the_page(opened: House, language: str) -> None:
    html = page(opened, language=language)
    assert [key for key in every_fact() if f'id="fact-{key}"' not in html] == []


def test_every_fact_is_entered_there_or_says_where_it_comes_from(opened: House) -> None:
    html = page(opened)
    silent = [
        key for key in every_fact() if f'name="{key}' not in html and "fact-source" not in place(html, key)
    ]
    assert silent == []


def test_what_nobody_touched_changes_nothing(counted: House, now: datetime) -> None:
    before = FactsVersion.objects.filter(party=counted.party).count()
    assert record(counted, now).status_code == 302
    assert FactsVersion.objects.filter(party=counted.party).count() == before


def test_every_kind_of_fact_is_recorded_as_the_document_has_it(opened: House, now: datetime) -> None:
    answer = record(
        opened,
        now,
        integrity="no",
        recipients="unknown",
        recipients_number="1 200",
        subjects=["customers", "employees"],
        harms=["-"],
        payment_made="yesterday 20:30",
        **{
            "people_by_country.place": ["France (FR)", "Allemagne", "us", ""],
            "people_by_country.number": ["1'000", "20", "5", ""],
            "people_by_region.place": ["California"],
            "people_by_region.number": ["5"],
            "combinations.place": ["US-CA"],
            "combinations.kinds": ["name; IBAN"],
            "combinations.people": [""],
            "adjustments.data_class": ["financial"],
            "adjustments.steps": ["−1"],
            "adjustments.reason": ["Only the bank's name."],
            "sectors.public_body": "no",
            "sectors.telecom_provider": "yes",
        },
    )
    assert answer.status_code == 302
    found = document(opened)
    assert {
        key: found[key] for key in ("integrity", "recipients", "recipients_number", "subjects", "harms")
    } == {
        "integrity": False,
        "recipients": "unknown",
        "recipients_number": 1200,
        "subjects": ["customers", "employees"],
        "harms": [],
    }
    assert found["payment_made"] == "2026-11-23T19:30:00+00:00"
    assert found["people_by_country"] == {"FR": 1000, "DE": 20, "US": 5}
    assert found["people_by_region"] == {"US-CA": 5}
    assert found["combinations"] == [{"place": "US-CA", "kinds": ["name", "iban"], "people": None}]
    assert found["adjustments"] == [
        {"data_class": "financial", "steps": -1, "reason": "Only the bank's name."}
    ]
    assert {key: value for key, value in found["sectors"].items() if value is not None} == {
        "public_body": False,
        "telecom_provider": True,
    }
    assert found["availability"] is None


def test_nobody_in_a_state_is_not_the_same_as_not_known(opened: House, now: datetime) -> None:
    assert document(opened)["people_by_region"] is None
    record(opened, now, **{"people_by_region.none": "on"})
    assert document(opened)["people_by_region"] == {}
    record(opened, now, sectors_rest="on")
    assert set(document(opened)["sectors"].values()) == {False}


@pytest.mark.parametrize(
    ("facts", "key", "said"),
    [
        ({"payment_made": "soon"}, "payment_made", "“soon” is not understood as a time"),
        ({"recipients_number": "many"}, "recipients_number", "“many” is not a whole number"),
        (
            {"people_by_country.place": ["Frannce"], "people_by_country.number": ["12"]},
            "people_by_country",
            "Row 1: “Frannce” is no place known here. Did you mean France (FR)?",
        ),
        (
            {"people_by_country.place": ["FR", "France"], "people_by_country.number": ["12", "3"]},
            "people_by_country",
            "Row 2: France (FR) stands there twice.",
        ),
        (
            {"established_in.place": ["Georgia"]},
            "established_in",
            "Row 1: “Georgia” may be any of: Georgia (GE) / Georgia (US-GA).",
        ),
        (
            {"combinations.place": ["FR"], "combinations.kinds": ["shoe size"], "combinations.people": ["3"]},
            "combinations",
            "Row 1: “shoe size” is no kind of data.",
        ),
        ({"harms": ["fraud", "-"]}, "harms", "“None of these” is ticked beside others"),
        ({"occurred_to": "2026-11-22 10:00"}, "occurred_to", "lies before “Beginning of the breach”"),
        ({"occurred_from": "2026-11-24 09:00"}, "occurred_from", "“First alert or report” lies before"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    opened: House, now: datetime, facts: dict[str, Any], key: str, said: str
) -> None:
    before = document(opened)
    answer = record(opened, now, integrity="yes", **facts)
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in place(html, key)
    typed = [text for value in facts.values() for text in ([value] if isinstance(value, str) else value)]
    kept = place(html, key)
    assert [text for text in typed if f'value="{text}"' not in kept] == []
    assert '<option value="yes" selected>' in place(html, "integrity")
    assert document(opened) == before


def test_refusals_speak_french(opened: House, now: datetime) -> None:
    wrong = {"people_by_country.place": ["Frannce"], "people_by_country.number": ["3"]}
    html = unescape(post(opened, shown(opened, now) | wrong, language="fr").content.decode())
    said = "Ligne\u00a01\u00a0: «\u00a0Frannce\u00a0» n’est pas un lieu connu ici."
    assert said in place(html, "people_by_country").replace("Ligne 1", "Ligne\u00a01")


def test_more_rows_are_offered_and_nothing_is_recorded(opened: House, now: datetime) -> None:
    before = FactsVersion.objects.count()
    data = shown(opened, now) | {
        "reason": "",
        "more": "people_by_country",
        "people_by_country.place": ["Spain"],
        "people_by_country.number": ["7"],
    }
    answer = post(opened, data)
    html = place(answer.content.decode(), "people_by_country")
    assert (answer.status_code, html.count('name="people_by_country.place"')) == (200, 13)
    assert 'value="Spain"' in html
    assert "invalid-feedback" not in answer.content.decode()
    assert FactsVersion.objects.count() == before


# --- counts ------------------------------------------------------------------------------------------------


def test_a_count_names_its_source_and_is_overruled_with_a_reason(counted: House, now: datetime) -> None:
    html = place(page(counted), "people_total")
    assert "Counted from the people loaded" in html
    number = document(counted)["people_total"]
    answer = record(
        counted, now, people_total="5000", people_precision="approximate", why_people_precision="guess"
    )
    assert answer.status_code == 422
    assert "Give the reason below" in place(answer.content.decode(), "people_total")
    assert 'value="5000"' in place(answer.content.decode(), "people_total")
    said = {"people_total": "5000", "why_people_total": "The other shop is not loaded yet."}
    said |= {"people_precision": "approximate", "why_people_precision": "An estimate."}
    assert record(counted, now, **said).status_code == 302
    version = latest_version(counted.party)
    assert version is not None
    assert (version.document["people_total"], version.overruled) == (
        5000,
        {"people_total": "The other shop is not loaded yet.", "people_precision": "An estimate."},
    )
    add_person(
        actor=counted.responder,
        incident=counted.incident,
        party=counted.party,
        values={"full_name": "Odile Vandamme", "email": "odile@mail.example", "country": "FR"},
        kinds=campaign.KINDS,
        reason="found late",
        now=now,
    )
    assert document(counted)["people_total"] == 5000  # it stands against a later count, too
    number += 1
    assert "Overruled" in place(page(counted), "people_total")
    assert f"{number}" in place(page(counted), "people_total")


def test_taking_the_count_again_ends_the_overruling(counted: House, now: datetime) -> None:
    number = document(counted)["people_total"]
    record(counted, now, people_total=str(number - 1), why_people_total="One is a test account.")
    record(counted, now, people_total=str(number))
    version = latest_version(counted.party)
    assert version is not None
    assert (version.document["people_total"], version.overruled) == (number, {})


def test_what_the_count_leaves_open_people_may_say(counted: House, now: datetime) -> None:
    assert document(counted)["minors"] is None
    assert record(counted, now, minors="no").status_code == 302
    assert document(counted)["minors"] is False


# --- versions ----------------------------------------------------------------------------------------------


def test_recording_makes_a_version_that_shows_what_changed(opened: House, now: datetime) -> None:
    first = latest_version(opened.party)
    assert first is not None
    kept = dict(first.document)
    answer: Any = record(opened, now, recipients="unknown")
    last = latest_version(opened.party)
    assert last is not None
    first.refresh_from_db()
    assert (first.document, last.number) == (kept, first.number + 1)
    assert answer.url == reverse("facts-version", args=[opened.incident.uid, last.uid])
    html = client_of(opened).get(answer.url).content.decode()
    changed = html.partition('aria-labelledby="changed"')[2].partition("</section>")[0]
    assert "Who got the data" in changed
    assert "unknown persons" in changed
    assert changed.count('scope="row"') == 1


def test_a_stale_form_shows_both_versions_and_loses_neither(opened: House, now: datetime) -> None:
    seen = shown(opened, now)
    update_facts(
        actor=opened.manager,
        incident=opened.incident,
        party=opened.party,
        changes={"recipients": "public", "encryption": "part"},
        reason="found on a forum",
        now=now,
    )
    answer = post(opened, seen | {"recipients": "unknown", "backup": "complete"})
    html = unescape(answer.content.decode())
    assert answer.status_code == 409
    sides = html.partition('aria-labelledby="sides"')[2].partition("</section>")[0]
    rows = [row.partition("</tr>")[0] for row in sides.split('<th scope="row">')[1:]]
    assert len(rows) == 3
    assert all(word in rows[0] for word in ("Who got the data", "not known", "published", "unknown persons"))
    assert "found on a forum" in sides
    assert document(opened)["recipients"] == "public"
    # The form below holds their version with mine on top, and can be recorded.
    assert '<option value="part" selected>' in place(html, "encryption")
    assert '<option value="unknown" selected>' in place(html, "recipients")
    assert "Recorded meanwhile:" in place(html, "recipients")
    again = shown(opened, now) | {"recipients": "unknown", "backup": "complete"}
    assert f'name="version" value="{again["version"][0]}"' in html
    assert post(opened, again).status_code == 302
    found = document(opened)
    assert (found["recipients"], found["encryption"], found["backup"]) == ("unknown", "part", "complete")


# --- deep links --------------------------------------------------------------------------------------------


def test_a_link_to_a_fact_opens_its_section_and_leads_back(opened: House, now: datetime) -> None:
    query = "?back=obligations&at=regime-jp_appi&ask=sectors.public_body"
    html = page(opened, query)
    assert " open" in html.partition('id="section-sectors"')[2].partition(">")[0]
    assert " open" not in html.partition('id="section-instants"')[2].partition(">")[0]
    assert 'class="fact is-asked" id="fact-sectors.public_body"' in html
    back = reverse("obligations", args=[opened.incident.uid]) + "#regime-jp_appi"
    assert f'href="{back}"' in html
    data = shown(opened, now) | {"sectors.public_body": "no", "reason": "known"}
    answer: Any = post(opened, data, query)
    assert (answer.status_code, answer.url) == (302, back)


@pytest.mark.parametrize(
    "query", ["?back=//evil.example&at=x", "?back=obligations&at=%22%3E", "?ask=nonsense"]
)
def test_an_address_that_says_nonsense_leads_nowhere_else(opened: House, query: str) -> None:
    html = page(opened, query)
    assert "is-asked" not in html
    assert f'<a href="{reverse("obligations", args=[opened.incident.uid])}">' in html
    assert 'href="//evil' not in html


def test_every_open_question_of_the_obligations_leads_to_its_field(opened: House, now: datetime) -> None:
    update_facts(
        actor=opened.responder,
        incident=opened.incident,
        party=opened.party,
        changes={"people_by_country": {"FR": 10, "US": 5}},
        reason="counted",
        now=now,
    )
    asked = {question.fact for question in open_questions(opened.party)}
    facts = page(opened)
    html = unescape(
        client_of(opened).get(reverse("obligations", args=[opened.incident.uid])).content.decode()
    )
    undecided = html.partition('aria-labelledby="undecided"')[2].partition("</section>")[0]
    waiting = RegimeAnswer.objects.filter(
        facts=latest_version(opened.party), ended_at=None, outcome="undecided"
    )
    pairs = [(row.regime, need) for row in waiting for need in row.detail["needs"]]
    assert pairs
    address = reverse("facts", args=[opened.incident.uid])
    for regime, need in pairs:
        link = f'href="{address}?back=obligations&at=regime-{regime}&ask={need}#fact-{need}"'
        assert link in undecided
        assert f'id="regime-{regime}"' in undecided
        assert f'id="fact-{need}"' in facts
        assert need in asked
    assert Obligation.objects.filter(party=opened.party).exists()


# --- files -------------------------------------------------------------------------------------------------


def take(house: House, kind: str) -> bytes:
    version = latest_version(house.party)
    assert version is not None
    return (
        client_of(house).get(reverse("facts-document", args=[house.incident.uid, version.uid, kind])).content
    )


def test_the_document_is_taken_away_as_json_and_toml(opened: House, now: datetime) -> None:
    update_facts(
        actor=opened.responder,
        incident=opened.incident,
        party=opened.party,
        changes={
            "people_by_country": {"FR": 3},
            "adjustments": [{"data_class": "simple", "steps": 1, "reason": 'He said "é\n\\\x7f" once'}],
            "sectors": {"public_body": False},
        },
        reason="x",
        now=now,
    )
    stored = Facts.from_json(document(opened))
    assert Facts.from_json(json.loads(take(opened, "json"))) == stored
    assert Facts.from_json(tomllib.loads(take(opened, "toml").decode())) == stored
    version = latest_version(opened.party)
    assert version is not None
    odd = reverse("facts-document", args=[opened.incident.uid, version.uid, "exe"])
    assert client_of(opened).get(odd).status_code == 404


def send(house: House, content: bytes, name: str) -> HttpResponse:
    address = reverse("facts-upload", args=[house.incident.uid])
    answer: Any = client_of(house).post(address, {"file": SimpleUploadedFile(name, content)})
    return answer


def test_a_file_fills_the_form_and_nothing_is_recorded_before_somebody_looked(opened: House) -> None:
    before = FactsVersion.objects.count()
    answer = send(
        opened,
        b'recipients = "public"\nbackup = "none"\nzone = "Asia/Tokyo"\n[people_by_country]\nFR = 12\n',
        "f.toml",
    )
    html = unescape(answer.content.decode())
    assert answer.status_code == 200
    changes = html.partition('aria-labelledby="from-file"')[2].partition("</section>")[0]
    assert changes.count('scope="row"') == 3
    assert "Left as they are, since other pages decide them: Time zone" in changes
    assert '<option value="public" selected>' in place(html, "recipients")
    assert 'value="France (FR)"' in place(html, "people_by_country")
    # A key that the file leaves out stays.
    assert '<option value="external_malicious" selected>' in place(html, "cause")
    assert FactsVersion.objects.count() == before


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (
            b'{"recipient": "public"}',
            "facts.json",
            "facts.json, recipient: unknown key. Did you mean recipients",
        ),
        (b"\xff\xfe", "facts.json", "not UTF-8"),
        (b"{", "facts.json", "facts.json, line 1, column 2: not JSON"),
        (b'minors = "perhaps"', "facts.toml", "facts.toml, minors: 'perhaps' is not a yes or no"),
    ],
)
def test_a_bad_file_is_refused_with_place_and_mend(
    opened: House, content: bytes, name: str, said: str
) -> None:
    answer = send(opened, content, name)
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
