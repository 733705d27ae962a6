"""Whom letters reached, and the notice in public for the others: from which number, drafted, recorded."""

import datetime as dt
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from breach.errors import BadInput, Forbidden
from breach.models import Entry
from breach.services.facts import update_facts
from breach.services.people import add_person
from notifications.letters import library
from notifications.letters.public import public_text
from notifications.models import Notice, PublicNotice
from notifications.provide import next_actions
from notifications.queries import reach as reading
from notifications.queries.reach import CountryReach
from notifications.services import notices
from notifications.services.public_notices import record_public
from notifications.views.reach import FORMS
from tests.house import House
from tests.notifications import campaign
from tests.notifications.letters.examples import CONTENT
from tests.notifications.services.test_keeping import codes
from tests.notifications.views.case import decide

HOSPITAL: dict[str, Any] = {
    "role": "controller",
    "cause": "external_malicious",
    "zone": "America/New_York",
    "sectors": {"hipaa_entity": True},
    "established_in": ["US-OH"],
    "people_total": 900,
    "people_by_country": {"US": 900},
    "people_by_region": {"US-OH": 900},
    "data_kinds": ["name", "health"],
    "recipients": "unknown",
    "exfiltration": "confirmed",
    "confidentiality": True,
}
OHIO = {
    "street": "7 Elm Street",
    "postcode": "44101",
    "city": "Cleveland",
    "region": "US-OH",
    "country": "US",
}
TEXTS = {"en": campaign.IncidentText("en", incident="Somebody copied data from our web shop.")}


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    return house


def with_hipaa(case: House, now: datetime, nowhere: int) -> Notice:
    decide(case)
    everybody = [{"full_name": "Ann Ohio", **OHIO}]
    everybody += [{"full_name": f"Person {n}", "country": "US"} for n in range(nowhere)]
    for values in everybody:
        add_person(
            actor=case.responder,
            incident=case.incident,
            party=case.party,
            values={"language": "en", **values},
            kinds=["name", "health"],
            reason="x",
            now=now,
        )
    discovered = {"discovered": now.isoformat()}
    update_facts(
        actor=case.responder,
        incident=case.incident,
        party=case.party,
        changes=HOSPITAL | discovered,
        reason="x",
        now=now,
    )
    notice = campaign.draft(
        case, now, languages=["en"], texts_by_language=TEXTS, channel_policy=["post"], forms=[]
    )
    assert "post_first" not in codes(notice, now)
    return campaign.released(case, now, notice)


def record(case: House, now: datetime, **changes: Any) -> PublicNotice:
    values = {
        "regime": "us_hipaa",
        "place": "website",
        "at": "https://rivage.example/notice",
        "published_on": now.date(),
        "toll_free": "1-800-555-0100",
    }
    return record_public(actor=case.responder, party=case.party, now=now, **(values | changes))


def test_everybody_is_counted_once_by_country(case: House, now: datetime) -> None:
    campaign.add_people(case, now)
    assert reading.reach(case.incident) == []
    notice = campaign.released(case, now)
    row = notice.people.order_by("pk")[2]
    notices.withhold_person(actor=case.responder, row=row, reason="safety", now=now)

    assert reading.reach(case.incident) == [
        CountryReach("FR", pending=1, unreachable=1, held_back=1),
        CountryReach("DE", pending=2),
    ]


def test_from_ten_people_on_hipaa_asks_for_a_notice_in_public(case: House, now: datetime) -> None:
    with_hipaa(case, now, nowhere=10)

    (found,) = (one for one in reading.substitutions(case.incident) if one.rule.regime == "us_hipaa")
    assert (found.unreached, found.state) == (10, "owed")
    assert any("notice in public" in str(one.text) for one in next_actions(case.incident, case.responder))

    row = record(case, now)
    assert (row.until, row.unreached) == (now.date() + dt.timedelta(days=90), 10)
    (found,) = (one for one in reading.substitutions(case.incident) if one.rule.regime == "us_hipaa")
    assert (found.state, found.published) == ("done", (row,))
    assert not reading.owes_public(case.incident)
    entry = Entry.objects.get(chain=case.incident.chain, action="public_notice.recorded")
    assert '"unreached":10' in entry.body


def test_for_fewer_people_another_way_is_owed(case: House, now: datetime) -> None:
    with_hipaa(case, now, nowhere=9)

    (found,) = (one for one in reading.substitutions(case.incident) if one.rule.regime == "us_hipaa")
    assert (found.unreached, found.state) == (9, "fewer")
    assert not reading.owes_public(case.incident)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"toll_free": " "}, "toll_free"),
        ({"at": ""}, "at"),
        ({"regime": "us_ca"}, "regime"),
        ({"published_on": dt.date(2030, 1, 1)}, "published_on"),
    ],
)
def test_a_record_that_cannot_be_is_refused(case: House, now: datetime, changes: Any, place: str) -> None:
    with pytest.raises(BadInput) as refused:
        record(case, now, **changes)
    assert (refused.value.place, PublicNotice.objects.count()) == (place, 0)


def test_a_guest_records_nothing(case: House, now: datetime) -> None:
    with pytest.raises(Forbidden):
        record_public(
            actor=case.guest,
            party=case.party,
            now=now,
            regime="us_hipaa",
            place="media",
            at="The Plain Dealer",
            published_on=now.date(),
            toll_free="1",
        )


def test_the_draft_says_what_the_letter_says_to_nobody_by_name(case: House, now: datetime) -> None:
    notice = with_hipaa(case, now, nowhere=10)
    rule = next(one.rule for one in reading.substitutions(case.incident) if one.rule.regime == "us_hipaa")

    (text,) = reading.drafts(case.party, rule, dt.date(2026, 11, 24))

    assert text.title == "Notice to people whom our letter did not reach"
    assert "Somebody copied data from our web shop." in text.text
    assert "This notice stays here until 22 February 2027." in text.html
    assert "This notice stays" not in text.text
    assert "Dear" not in text.html + text.text
    assert not any(word in text.html for word in ("<script", "style=", "http-equiv", "src="))
    assert set(FORMS) == {"html", "txt"}
    assert notice.people.exclude(reference="").exists()
    assert not any(row.reference in text.html for row in notice.people.all())


@pytest.mark.parametrize("tag", ["de", "en", "es", "fr", "it", "nl", "pl", "pt"])
def test_every_language_has_its_notice_in_public(tag: str) -> None:
    content = replace(CONTENT, wordings=library.ready_wordings([tag]))
    text = public_text(
        content, tag, ("email", "name"), date=dt.date(2026, 11, 24), until=dt.date(2027, 2, 22)
    )

    assert text.html.startswith(f'<!doctype html>\n<html lang="{tag}">')
    assert "{" not in text.html + text.text
    assert library.phrases(tag).kinds["email"].casefold() in text.text.casefold()
