"""Done outside this system: the clock ends at the instant that is given; corrections are rows of their own."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from breach.errors import BadInput, Conflict, Forbidden
from breach.forms.clocks import narrowing_of
from breach.law.deadlines import state
from breach.models import Attachment, Discharge, Entry, Obligation, Reminder, User
from breach.queries.clock_board import board_of
from breach.queries.discharges import done_outside
from breach.queries.facts import facts_of
from breach.queries.home import home_of
from breach.queries.room import next_actions, urgent_clock
from breach.services.discharges import Done, correct_done, record_done, take_back_done
from breach.services.evidence import Upload
from breach.services.facts import update_facts
from breach.timewords import Moment, Precision
from tests.house import House
from tests.notifications.views.case import AWARE, decide

ZONE = "Europe/Paris"
HOUR = timedelta(hours=1)


@pytest.fixture
def running(house: House) -> Iterator[House]:
    with translation.override("en"):
        yield decide(house)


def owed(house: House) -> Obligation:
    """The clock of 72 hours to the authority, as it stands."""
    rows = Obligation.objects.filter(
        party=house.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    )
    return rows.exclude(state="superseded").get()


def done(at: datetime, **changes: Any) -> Done:
    values: dict[str, Any] = {"way": "portal", "reference": "CNIL-2026-4711", "note": "Filed by Me Aubry."}
    return Done(Moment.at(at, ZONE, text="as said"), **(values | changes))


def record(house: House, at: datetime, now: datetime, actor: User | None = None, **more: Any) -> Discharge:
    return record_done(actor=actor or house.responder, obligation=owed(house), done=done(at), now=now, **more)


def planned(house: House) -> int:
    return Reminder.objects.filter(obligation=owed(house), state="planned").count()


@pytest.mark.parametrize(
    ("after", "lateness"),
    [
        (timedelta(hours=5), "on_time"),
        (timedelta(hours=72, minutes=10), "within_outer"),
        (timedelta(hours=90), "late"),
    ],
)
def test_the_clock_ends_at_the_instant_that_is_given(running: House, after: timedelta, lateness: str) -> None:
    at, now = AWARE + after, AWARE + timedelta(hours=100)
    row = record(running, at, now)
    clock = owed(running)
    assert (clock.state, clock.met_at, clock.lateness, clock.urgency) == ("met", at, lateness, None)
    assert lateness == state(clock.due, clock.outer, at)
    assert (row.step, row.at, row.zone, row.original_text, row.way) == (
        "recorded",
        at,
        ZONE,
        "as said",
        "portal",
    )
    assert (row.reference, row.note) == ("CNIL-2026-4711", "Filed by Me Aubry.")
    assert planned(running) == 0


def test_board_home_header_and_next_action_follow(running: House, now: datetime) -> None:
    clock, user = owed(running), running.responder

    def shown() -> tuple[bool, ...]:
        board = board_of(user, narrowing_of({"to": "authority"}), None, now)
        urgent = urgent_clock(running.incident)
        return (
            any(line.clock.url.endswith(f"{clock.uid}/") for line in board.lines),
            any(one.url.endswith(f"{clock.uid}/") for _of, one in home_of(user, now).clocks),
            bool(urgent and urgent.pk == clock.pk),
            any("first filing is due" in str(one.text) for one in next_actions(running.incident, user, now)),
        )

    assert shown() == (True, True, True, True)
    record(running, now, now)
    assert shown() == (False, False, False, False)


def test_what_runs_from_the_submission_starts(running: House, now: datetime) -> None:
    record(running, now, now)
    said = [(one.regime, one.to, one.phase, one.at) for one in facts_of(running.party).submissions or ()]
    assert said == [("eu_gdpr_controller", "authority", "initial", now)]


def test_of_a_span_the_end_counts(running: House, now: datetime) -> None:
    span = Moment(now - 2 * HOUR, now - HOUR, Precision.RANGE, ZONE)
    row = record_done(
        actor=running.responder,
        obligation=owed(running),
        done=Done(span, "telephone", "", "By telephone"),
        now=now,
    )
    assert (row.at, owed(running).met_at) == (now - HOUR, now - HOUR)


def test_a_correction_is_a_row_that_names_the_old_one(running: House) -> None:
    now = AWARE + timedelta(hours=100)
    first = record(running, AWARE + 5 * HOUR, now)
    late = AWARE + timedelta(hours=80)
    second = correct_done(
        actor=running.manager,
        discharge=first,
        done=done(late, way="post"),
        reasons="The day was wrong.",
        now=now,
    )
    clock = owed(running)
    assert (clock.met_at, clock.lateness) == (late, "late")
    assert (second.supersedes, second.step, second.way, second.reasons) == (
        first, "corrected", "post", "The day was wrong.",
    )  # fmt: skip
    first.refresh_from_db()
    assert (first.at, first.step, first.way) == (AWARE + 5 * HOUR, "recorded", "portal")
    assert [(line.row.pk, line.stands) for line in done_outside(clock).lines] == [
        (first.pk, False),
        (second.pk, True),
    ]
    with pytest.raises(Conflict, match="changed in the meantime"):
        correct_done(actor=running.manager, discharge=first, done=done(late), reasons="again", now=now)
    actions = list(Entry.objects.filter(action__startswith="done_outside").values_list("action", flat=True))
    assert actions == ["done_outside.recorded", "done_outside.corrected"]


def test_taken_back_the_clock_runs_again_with_its_alarms(running: House, now: datetime) -> None:
    before = planned(running)
    assert before
    first = record(running, now, now)
    back = take_back_done(actor=running.responder, discharge=first, reasons="Never left the outbox.", now=now)
    clock = owed(running)
    assert (clock.state, clock.met_at, clock.lateness, clock.called_off_at) == ("running", None, "", None)
    assert clock.urgency == clock.due
    assert planned(running) == before
    assert facts_of(running.party).submissions is None
    assert (back.step, back.supersedes, back.at) == ("taken_back", first, now)
    assert done_outside(clock).standing is None
    with pytest.raises(Conflict, match="taken back"):
        correct_done(actor=running.responder, discharge=back, done=done(now), reasons="x", now=now)
    again = record(running, now, now)
    assert (owed(running).state, done_outside(owed(running)).lines[-1].row) == ("met", again)


def test_a_record_outlives_a_clock_that_is_computed_again(running: House, now: datetime) -> None:
    first = record(running, now, now)
    update_facts(
        actor=running.responder,
        incident=running.incident,
        party=running.party,
        changes={"lead_authority": None, "established_in": ["FR", "DE"]},
        reason="a branch in Germany",
        now=now,
    )
    assert done_outside(owed(running)).standing is not None
    late = now - HOUR
    correct_done(actor=running.responder, discharge=first, done=done(late), reasons="An hour off", now=now)
    assert owed(running).met_at == late


def test_proof_is_evidence_and_words_are_sealed(running: House, now: datetime) -> None:
    row = record(running, now, now, uploads=[Upload(io.BytesIO(b"receipt"), "accuse.pdf")])
    assert Attachment.objects.filter(event=row.event).count() == 1
    for word in ("CNIL-2026-4711", "Aubry", "accuse"):
        assert not Entry.objects.filter(body__contains=word).exists()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"at": 2 * HOUR}, "at"),
        ({"at": timedelta(days=-30)}, "at"),
        ({"way": "pigeon"}, "way"),
        ({"reference": " ", "note": ""}, "reference"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_refusals_name_the_place_and_leave_nothing(
    running: House, now: datetime, changes: dict[str, Any], place: str
) -> None:
    at = now + changes.pop("at", timedelta())
    entries = Entry.objects.count()
    with pytest.raises(BadInput) as caught:
        record_done(actor=running.responder, obligation=owed(running), done=done(at, **changes), now=now)
    assert caught.value.place == place
    assert (Discharge.objects.count(), Entry.objects.count(), owed(running).state) == (0, entries, "running")


def test_who_may_not_and_what_is_not_owed(running: House, now: datetime) -> None:
    with pytest.raises(Forbidden):
        record(running, now, now, actor=running.auditor)
    first = record(running, now, now)
    with pytest.raises(Conflict, match="Nothing of this kind is owed"):
        record(running, now, now)
    for act in (correct_done, take_back_done):
        more = {"done": done(now)} if act is correct_done else {}
        with pytest.raises(Forbidden):
            act(actor=running.auditor, discharge=first, reasons="x", now=now, **more)  # type: ignore[operator]
        with pytest.raises(BadInput, match="Say what was wrong"):
            act(actor=running.responder, discharge=first, reasons=" ", now=now, **more)  # type: ignore[operator]
