"""The feed is read back as a calendar program would, compared whole; its token opens nothing else and stands nowhere."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from icalendar import Calendar

from breach import clock, logs
from breach.models import ClockFeed, CountedLimit, Entry, Obligation, User
from breach.services import accounts
from breach.services.feeds import MOST_FEEDS, make_feed, open_feed
from breach.services.obligations import mark_met
from tests.breach.queries.test_clock_board import many
from tests.breach.services.clocked import START, authority_clock, begin, decide
from tests.house import House

pytestmark = pytest.mark.django_db
NOW = START + timedelta(hours=1)
NOTHING = "A" * 43


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def token_of(user: User) -> str:
    return make_feed(actor=user, now=START).token


def read(token: str, client: Client | None = None) -> Any:
    return (client or Client()).get(f"/clocks/feed/{token}.ics")


def events(token: str) -> dict[str, dict[str, Any]]:
    """Every event by its uid, each property as text, alarms among them."""
    answer = read(token)
    assert answer.status_code == 200
    found = {}
    for event in Calendar.from_ical(answer.content).walk("VEVENT"):
        line = {name: event[name].to_ical().decode() for name in event}
        line["alarms"] = [
            {name: alarm[name].to_ical().decode() for name in alarm} for alarm in event.walk("VALARM")
        ]
        found[line["UID"]] = line
    return found


def expected(row: Obligation, reference: str, deadline: str, due: str) -> dict[str, Any]:
    return {
        "UID": f"{row.uid}@tocsin",
        "DTSTAMP": "20261124T090000Z",
        "DTSTART": due,
        "SEQUENCE": "0",
        "SUMMARY": f"{reference}: deadline",
        "DESCRIPTION": f"{reference} is due: {deadline}".replace(",", "\\,"),
        "STATUS": "CONFIRMED",
        "alarms": [{"ACTION": "DISPLAY", "TRIGGER": "-PT1H", "DESCRIPTION": f"{reference}: deadline"}],
    }


def test_a_clock_is_an_event_with_reference_and_deadline_only(house: House) -> None:
    begin(house)
    row, token = authority_clock(house), token_of(house.responder)
    found = events(token)
    reference = house.incident.reference
    assert found[f"{row.uid}@tocsin"] == expected(
        row, reference, "Fri 27 Nov 2026, 10:00 Europe/Paris (09:00 UTC)", "20261127T090000Z"
    )
    timed = Obligation.objects.filter(incident=house.incident, due__isnull=False, urgency__isnull=False)
    assert set(found) == {f"{one.uid}@tocsin" for one in timed}
    calendar = Calendar.from_ical(read(token).content)
    assert {name: str(calendar[name]) for name in calendar} == {
        "PRODID": "-//Tocsin//Running clocks//EN",
        "VERSION": "2.0",
        "X-WR-CALNAME": "Tocsin: running clocks",
    }
    text = read(token).content.decode()
    for word in (house.incident.title, "Rivage", "CNIL", "gdpr", house.responder.name, house.incident.uid):
        assert word not in text


def test_headers(house: House) -> None:
    answer = read(token_of(house.responder))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert not answer.cookies


def test_it_speaks_the_language_of_its_reader(house: House) -> None:
    begin(house)
    User.objects.filter(pk=house.responder.pk).update(language="fr")
    found = events(token_of(house.responder))[f"{authority_clock(house).uid}@tocsin"]
    assert found["SUMMARY"] == f"{house.incident.reference}\u00a0: échéance"


def test_a_clock_that_was_superseded_is_cancelled_and_the_new_one_runs(house: House) -> None:
    begin(house)
    old, token = authority_clock(house), token_of(house.responder)
    decide(house, START - timedelta(hours=2), NOW, "corrected")
    new, found = authority_clock(house), events(token)
    gone, runs = found[f"{old.uid}@tocsin"], found[f"{new.uid}@tocsin"]
    assert (gone["STATUS"], gone["SEQUENCE"], gone["DTSTAMP"]) == ("CANCELLED", "1", "20261124T100000Z")
    assert gone["alarms"] == []
    assert (runs["STATUS"], runs["SEQUENCE"], runs["DTSTART"]) == ("CONFIRMED", "0", "20261127T070000Z")


def test_what_was_met_is_cancelled_for_two_weeks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(house)
    row, token = authority_clock(house), token_of(house.responder)
    mark_met(
        actor=house.manager, incident=house.incident, party=house.party, regime=row.regime, to=row.to,
        phase=row.phase, at=START, now=START,
    )  # fmt: skip
    assert events(token)[f"{row.uid}@tocsin"]["STATUS"] == "CANCELLED"
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(days=14))
    assert f"{row.uid}@tocsin" not in events(token)


def test_only_what_its_user_may_see_now_and_no_drills(house: House) -> None:
    begin(house)
    member, auditor, stranger = (token_of(one) for one in (house.responder, house.auditor, house.stranger))
    assert events(member) == events(auditor) != {}
    assert events(stranger) == {}
    house.incident.members.filter(user=house.responder).delete()
    assert events(member) == {}
    type(house.incident).objects.filter(pk=house.incident.pk).update(drill=True)
    assert events(auditor) == {}


def test_whatever_opens_nothing_gets_the_same_answer(house: House, client: Client) -> None:
    begin(house)
    revoked, closed, demoted = (token_of(one) for one in (house.responder, house.manager, house.auditor))
    client.force_login(house.responder)
    row = ClockFeed.objects.get(user=house.responder)
    assert client.post(f"/settings/feeds/{row.uid}/revoke/").status_code == 302
    accounts.set_active(actor=house.admin, user=house.manager, active=False, now=NOW)
    User.objects.filter(pk=house.auditor.pk).update(role="guest")
    answers = [read(one) for one in (NOTHING, revoked, closed, demoted, "short", "é" * 43, revoked + "A")]
    assert {(one.status_code, one.content, tuple(sorted(one.headers.items()))) for one in answers} == {
        (404, b"", tuple(sorted(answers[0].headers.items())))
    }


def test_readings_that_open_nothing_are_counted_and_those_that_do_are_not(house: House) -> None:
    token = token_of(house.responder)
    assert [read(NOTHING).status_code for _ in range(31)] == [404] * 30 + [429]
    assert read(NOTHING)["Retry-After"] == "600"
    assert CountedLimit.objects.filter(cache_key__contains="feed").exists()
    assert {read(token).status_code for _ in range(40)} == {200}


def test_the_address_is_shown_once_and_kept_nowhere(house: House, client: Client) -> None:
    client.force_login(house.responder)
    page = client.post("/settings/feeds/")
    address = page.context["address"]
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert address == f"http://localhost:8000/clocks/feed/{token}.ics"
    assert address in page.content.decode()
    assert read(token).status_code == 200
    listed = client.get("/settings/feeds/").content.decode()
    assert token not in listed
    assert "Tue 24 Nov 2026, 11:00" in listed  # last read
    row = ClockFeed.objects.get()
    client.post(f"/settings/feeds/{row.uid}/revoke/")
    assert read(token).status_code == 404
    entries = list(Entry.objects.filter(action__startswith="feed.").values_list("action", "subject"))
    assert entries == [("feed.made", row.uid), ("feed.revoked", row.uid)]
    assert token not in str(list(Entry.objects.values()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM breach_clockfeed")
        assert token not in str(cursor.fetchall())


def test_a_guest_has_none_and_a_person_ten(house: House, client: Client) -> None:
    client.force_login(house.guest)
    assert client.post("/settings/feeds/").status_code == 403
    assert "/settings/feeds/" not in client.get("/settings/").content.decode()
    client.force_login(house.responder)
    for _ in range(MOST_FEEDS):
        assert client.post("/settings/feeds/").status_code == 200
    refused = client.post("/settings/feeds/", follow=True).content.decode()
    assert "You have 10 feeds already. Revoke one first." in refused
    assert ClockFeed.objects.count() == MOST_FEEDS


def test_reading_costs_the_same_queries_for_one_clock_and_for_a_thousand(
    house: House, django_assert_num_queries: Any
) -> None:
    many(house, 1, 1, house.stranger)
    token = token_of(house.stranger)
    with django_assert_num_queries(3):
        assert len(events(token)) <= 1
    many(house, 100, 20, house.stranger, year=2024)
    with django_assert_num_queries(3):
        assert len(events(token)) > 500


def test_the_last_reading_is_noted(house: House) -> None:
    token, at = token_of(house.responder), datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert open_feed(token=token, now=at) == house.responder
    assert ClockFeed.objects.get().read_at == at


@pytest.mark.parametrize("name", [*logs.WEB_SERVERS, "breach.x"])
def test_no_line_of_a_log_has_a_token(name: str, caplog: pytest.LogCaptureFixture) -> None:
    logger, handler = logging.getLogger(name), caplog.handler
    plain = logs.formatter()
    logger.addHandler(handler)
    try:
        logger.error(
            "GET %s 100%% %s", f"/clocks/feed/{NOTHING}.ics", f"?next=/clocks%2Ffeed%2F{NOTHING}.ics"
        )
    finally:
        logger.removeHandler(handler)
    record = caplog.records[-1]
    assert NOTHING not in plain.format(record)
    assert "/clocks/feed/…" in plain.format(record)
    if name in logs.WEB_SERVERS:
        assert NOTHING not in f"{record.getMessage()} {record.args}"


def test_a_reading_that_fails_logs_no_token(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(house.responder)

    def fail(*_args: object) -> bytes:
        raise LookupError(token)

    monkeypatch.setattr("breach.views.feeds.calendar_of", fail)
    assert read(token, Client(raise_request_exception=False)).status_code == 500
    record = next(one for one in caplog.records if one.name == "django.request")
    assert "/clocks/feed/…" in record.getMessage()
    assert token not in logs.formatter().format(record)
