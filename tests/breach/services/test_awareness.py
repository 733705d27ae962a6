"""Awareness and the clocks that hang on it (law/clock.md sections 3 and 5: 72 elapsed hours, outer end of Reg. 1182/71)."""

from datetime import UTC, datetime, timedelta

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Awareness, Obligation, Reminder
from breach.models.ledger import Entry
from breach.queries.facts import awareness_history, current_awareness, facts_of
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from tests.house import House

FRIDAY = datetime(2026, 11, 27, 17, 40, tzinfo=UTC)  # 18:40 in Paris: worked example 4


@pytest.fixture
def opened(house: House) -> House:
    house.open(FRIDAY)
    return house


def step(
    house: House,
    state: str,
    instant: datetime,
    now: datetime,
    reasons: str = "Logs show copied rows.",
    **extra: object,
) -> Awareness:
    values: dict[str, object] = {"actor": house.manager} | extra
    return set_awareness(
        incident=house.incident,
        party=house.party,
        state=state,
        instant=instant,
        zone="Europe/Paris",
        reasons=reasons,
        now=now,
        **values,  # type: ignore[arg-type]
    )


def gdpr(house: House) -> list[tuple[str, datetime | None, datetime | None]]:
    rows = Obligation.objects.filter(
        party=house.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    ).order_by("pk")
    return [(row.state, row.due, row.outer) for row in rows]


def test_a_suspicion_starts_a_provisional_clock_with_alarms(opened: House) -> None:
    step(opened, "suspected", FRIDAY, FRIDAY, actor=opened.responder)
    due = FRIDAY + timedelta(hours=72)
    assert gdpr(opened) == [("provisional", due, FRIDAY + timedelta(hours=72, minutes=20))]
    row = Obligation.objects.get(
        party=opened.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    )
    assert {one.mark: one.due for one in row.reminders.all()} == {
        "50": FRIDAY + timedelta(hours=36),
        "75": FRIDAY + timedelta(hours=54),
        "90": FRIDAY + timedelta(hours=64, minutes=48),
        "1h": due - timedelta(hours=1),
        "end": due,
    }
    assert facts_of(opened.party).controller_aware is None


def test_deciding_and_correcting_supersedes_the_clock_and_keeps_the_old_value(opened: House) -> None:
    step(opened, "suspected", FRIDAY, FRIDAY, actor=opened.responder)
    first, second = FRIDAY + timedelta(hours=10), FRIDAY + timedelta(hours=4)
    later = FRIDAY + timedelta(hours=11)
    step(opened, "decided", first, later)
    step(opened, "corrected", second, later, "The mail of 22:40 already held the proof.")
    assert [(state, due) for state, due, _ in gdpr(opened)] == [
        ("superseded", FRIDAY + timedelta(hours=72)),
        ("superseded", first + timedelta(hours=72)),
        ("running", second + timedelta(hours=72)),
    ]
    chain = Obligation.objects.get(
        party=opened.party, regime="eu_gdpr_controller", to="authority", phase="initial", state="running"
    )
    assert chain.supersedes is not None
    assert chain.supersedes.supersedes is not None
    assert [row.state for row in awareness_history(opened.party)] == ["suspected", "decided", "corrected"]
    assert facts_of(opened.party).controller_aware == second
    live = Reminder.objects.filter(obligation__party=opened.party, state="planned").values_list(
        "obligation", flat=True
    )
    assert set(live) <= set(Obligation.objects.filter(state="running").values_list("pk", flat=True))


def test_the_working_is_stored_and_names_both_ends(opened: House) -> None:
    step(opened, "decided", FRIDAY, FRIDAY)
    row = Obligation.objects.get(
        party=opened.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    )
    assert row.working
    assert all(set(one) == {"code", "values"} for one in row.working)
    assert row.citation
    assert row.rule_version


@pytest.mark.parametrize(
    ("instant", "reasons", "message"),
    [
        (FRIDAY + timedelta(hours=1), "x", "future"),
        (FRIDAY - timedelta(days=3), "x", "before the breach began"),
        (FRIDAY, "  ", "reasons"),
    ],
)
def test_nonsense_is_refused_with_its_reason_and_leaves_nothing(
    opened: House, instant: datetime, reasons: str, message: str
) -> None:
    began = (FRIDAY - timedelta(days=2)).isoformat()
    update_facts(
        actor=opened.responder,
        incident=opened.incident,
        party=opened.party,
        changes={"occurred_from": began},
        reason="logs",
        now=FRIDAY,
    )
    before = Entry.objects.count()
    with pytest.raises(BadInput, match=message):
        step(opened, "decided", instant, FRIDAY, reasons)
    assert current_awareness(opened.party) is None
    assert Entry.objects.count() == before


def test_a_responder_suspects_and_does_not_decide(opened: House) -> None:
    with pytest.raises(Forbidden):
        step(opened, "decided", FRIDAY, FRIDAY, actor=opened.responder)


def test_what_was_never_decided_cannot_be_corrected(opened: House) -> None:
    with pytest.raises(Conflict):
        step(opened, "corrected", FRIDAY, FRIDAY)


def test_ruling_out_ends_the_clocks(opened: House) -> None:
    step(opened, "suspected", FRIDAY, FRIDAY, actor=opened.responder)
    step(opened, "ruled_out", FRIDAY, FRIDAY, "Test data only.")
    assert [state for state, _, _ in gdpr(opened)] == ["ended"]


def test_reasons_are_sealed_and_stay_out_of_the_ledger(opened: House) -> None:
    row = step(opened, "decided", FRIDAY, FRIDAY, "Frau Müller called at 18:30.")
    assert Awareness.objects.get(pk=row.pk).reasons == "Frau Müller called at 18:30."
    assert "Müller".encode() not in bytes(row.sealed_texts)
    assert not any("Frau" in body for body in Entry.objects.values_list("body", flat=True))
