"""Entries of the timeline: three times, sealed text, corrections, and the clocks they start."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Event, Obligation, User
from breach.models.ledger import Entry
from breach.queries.timeline import earliest_report, timeline_page
from breach.services.incidents import PartyData, open_incident
from breach.services.timeline import correct_event, log_event
from breach.timewords import Moment, Precision, read_moment
from tests.house import House

PARIS = "Europe/Paris"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 17, 40, tzinfo=UTC)
TEXT = "Maria Lopez called: somebody ordered in her name."


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW)
    return house


def log(house: House, text: str = TEXT, **changes: object) -> Event:
    values: dict[str, object] = {
        "actor": house.responder,
        "incident": house.incident,
        "party": house.party,
        "kind": "observed",
        "moment": Moment.at(FRIDAY, PARIS, text="Fri 18:40"),
        "now": NOW,
    }
    return log_event(text=text, **(values | changes))  # type: ignore[arg-type]


def last_entry(house: House) -> tuple[str, str, str, dict[str, object]]:
    row = Entry.objects.filter(chain=house.incident.chain).order_by("-seq")[0]
    return row.action, row.subject, row.actor_uid, json.loads(row.body)["data"]


def test_an_entry_keeps_three_times_and_the_words(opened: House) -> None:
    event = Event.objects.get(pk=log(opened).pk)
    assert (event.occurred_from, event.occurred_to, event.known_at, event.created_at) == (
        FRIDAY,
        FRIDAY,
        NOW,
        NOW,
    )
    assert event.moment == Moment.at(FRIDAY, PARIS, text="Fri 18:40")
    assert event.text == TEXT


def test_the_ledger_has_the_entry_without_its_text(opened: House) -> None:
    event = log(opened)
    assert last_entry(opened) == (
        "event.logged",
        event.uid,
        opened.responder.uid,
        {
            "party": opened.party.uid,
            "kind": "observed",
            "occurred_from": "2026-11-20T17:40:00+00:00",
            "occurred_to": "2026-11-20T17:40:00+00:00",
            "precision": "exact",
            "zone": PARIS,
            "known_at": "2026-11-24T09:00:00+00:00",
            "is_detection": False,
            "is_report": False,
            "text_digest": event.texts_digest,
        },
    )
    everything = "".join(Entry.objects.values_list("body", flat=True))
    assert "event.logged" in everything
    assert "Maria" not in everything


def test_the_text_is_sealed_at_rest(opened: House) -> None:
    stored = bytes(Event.objects.get(pk=log(opened).pk).sealed_texts)
    assert len(stored) > len(TEXT)
    assert b"Maria" not in stored


@pytest.mark.parametrize(
    ("kind", "flags", "known"),
    [
        ("observed", {}, NOW),
        ("contained", {}, FRIDAY),
        ("observed", {"is_detection": True}, FRIDAY),
        ("observed", {"known_at": FRIDAY + timedelta(hours=1)}, FRIDAY + timedelta(hours=1)),
    ],
)
def test_knowledge_comes_with_what_we_do_and_later_with_what_we_find(
    opened: House, kind: str, flags: dict[str, object], known: datetime
) -> None:
    assert log(opened, kind=kind, **flags).known_at == known


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "  "}, "text: Nothing is written. One sentence is enough."),
        (
            {"moment": Moment.at(NOW + timedelta(minutes=6), PARIS)},
            "moment: This time is still to come. Only what has happened is logged.",
        ),
        (
            {"known_at": FRIDAY - timedelta(hours=1)},
            "known: It was known before it happened. Correct one of the two times.",
        ),
        (
            {"known_at": NOW + timedelta(hours=1)},
            "known: It cannot become known later than now. Give when you learned of it.",
        ),
        ({"kind": "rumour"}, "kind: “rumour” is no kind of entry"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(
    opened: House, changes: dict[str, object], said: str
) -> None:
    before = Entry.objects.count()
    with pytest.raises(BadInput) as refusal:
        log(opened, **changes)  # type: ignore[arg-type]
    assert str(refusal.value).startswith(said)
    assert (Event.objects.count(), Entry.objects.count()) == (0, before)


def test_about_may_be_known_a_little_before(opened: House) -> None:
    moment = Moment(FRIDAY, FRIDAY, Precision.ABOUT, PARIS)
    assert log(opened, moment=moment, known_at=FRIDAY - timedelta(minutes=5)).precision == "about"


def test_a_watch_that_runs_ahead_a_little_is_forgiven(opened: House) -> None:
    assert log(opened, moment=Moment.at(NOW + timedelta(minutes=4), PARIS)).known_at == NOW + timedelta(
        minutes=4
    )


@pytest.mark.parametrize("who", ["responder", "manager", "officer"])
def test_those_who_work_on_it_may_enter(opened: House, who: str) -> None:
    actor: User = getattr(opened, who)
    assert log(opened, actor=actor).created_by == actor


@pytest.mark.parametrize("who", ["auditor", "admin", "stranger"])
def test_others_may_not_enter(opened: House, who: str) -> None:
    with pytest.raises(Forbidden):
        log(opened, actor=getattr(opened, who))


def test_a_later_correction_keeps_a_knowledge_of_its_own(opened: House) -> None:
    old = log(opened, known_at=FRIDAY + timedelta(days=1))
    values = {"actor": opened.responder, "text": "x", "reason": "typo", "now": NOW}
    new = correct_event(event=old, moment=Moment.at(FRIDAY - timedelta(hours=1), PARIS), **values)  # type: ignore[arg-type]
    assert new.known_at == FRIDAY + timedelta(days=1)


def test_a_party_of_another_incident_is_refused(opened: House) -> None:
    other = open_incident(
        actor=opened.responder,
        title="Other",
        kind="ransomware",
        zone=PARIS,
        parties=[PartyData(opened.shop)],
        now=NOW,
    )
    with pytest.raises(BadInput) as refusal:
        log(opened, party=other.lead_party())
    assert refusal.value.place == "party"


def gdpr_clocks(house: House) -> list[tuple[str, datetime | None]]:
    rows = Obligation.objects.filter(
        party=house.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    ).order_by("pk")
    return [(row.state, row.runs_from) for row in rows]


def test_the_earliest_report_or_detection_starts_the_provisional_clock(opened: House) -> None:
    assert earliest_report(opened.party) is None
    log(opened, is_detection=True)
    log(opened, moment=Moment.at(FRIDAY - timedelta(hours=2), PARIS), kind="reported", is_report=True)
    log(opened, moment=Moment.at(FRIDAY - timedelta(days=3), PARIS))
    assert earliest_report(opened.party) == FRIDAY - timedelta(hours=2)
    assert gdpr_clocks(opened) == [("superseded", FRIDAY), ("provisional", FRIDAY - timedelta(hours=2))]


def test_a_correction_is_a_new_entry_and_the_old_one_stays(opened: House) -> None:
    old = log(opened, is_detection=True)
    new = correct_event(
        actor=opened.manager,
        event=old,
        text="Maria Lopez wrote, she did not call.",
        reason="Heard the recording again.",
        moment=read_moment("Fri 19:10", now=NOW, zone=PARIS),
        now=NOW + timedelta(hours=1),
    )
    later = FRIDAY + timedelta(minutes=30)
    assert (new.supersedes, new.kind, new.is_detection, new.known_at) == (old, "observed", True, later)
    assert Event.objects.get(pk=old.pk).text == TEXT
    assert Event.objects.get(pk=new.pk).texts == {
        "text": "Maria Lopez wrote, she did not call.",
        "reason": "Heard the recording again.",
    }
    assert list(Event.objects.current()) == [new]
    assert earliest_report(opened.party) == later
    action, subject, actor, data = last_entry(opened)
    assert (action, subject, actor) == ("event.corrected", new.uid, opened.manager.uid)
    assert (data["supersedes"], data["occurred_from"]) == (old.uid, "2026-11-20T18:10:00+00:00")


def test_an_entry_is_corrected_once_and_with_a_reason(opened: House) -> None:
    old = log(opened)
    moment = Moment.at(FRIDAY, PARIS)
    with pytest.raises(BadInput) as refusal:
        correct_event(actor=opened.responder, event=old, text="x", reason=" ", moment=moment, now=NOW)
    assert refusal.value.place == "reason"
    correct_event(actor=opened.responder, event=old, text="x", reason="typo", moment=moment, now=NOW)
    with pytest.raises(Conflict):
        correct_event(actor=opened.manager, event=old, text="y", reason="typo", moment=moment, now=NOW)
    assert Event.objects.count() == 2


@pytest.mark.parametrize("count", [1, 5])
def test_a_page_of_entries_costs_the_same_queries(
    opened: House, count: int, django_assert_num_queries: object
) -> None:
    for number in range(count):
        log(opened, text=f"Entry {number}", moment=Moment.at(FRIDAY + timedelta(minutes=number), PARIS))
    with django_assert_num_queries(3):  # type: ignore[operator]
        page = timeline_page(opened.incident, names=True)
    assert [entry.text for entry in page.entries] == [f"Entry {number}" for number in reversed(range(count))]
    assert (page.total, page.number, page.pages) == (count, 1, 1)


def test_the_page_filters_by_kind_and_names_corrections(opened: House) -> None:
    old = log(opened, kind="note")
    new = correct_event(
        actor=opened.responder,
        event=old,
        text="Better.",
        reason="typo",
        moment=Moment.at(FRIDAY, PARIS),
        now=NOW,
    )
    log(opened, kind="contained")
    page = timeline_page(opened.incident, kinds=["note"], newest_first=False, names=False)
    assert [(one.uid, one.corrects, one.corrected_by, one.reason) for one in page.entries] == [
        (old.uid, "", new.uid, ""),
        (new.uid, old.uid, "", "typo"),
    ]
