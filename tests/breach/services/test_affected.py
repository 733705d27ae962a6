"""Fan-out of a processor: each client has its own clocks, five hundred cost little more than one, and each move is one entry."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breach.errors import BadInput, Conflict, Forbidden
from breach.ledger.merkle import leaf_hash, root_of
from breach.models import (
    AffectedBatch,
    AffectedClient,
    Client,
    Entry,
    InAppNotice,
    Obligation,
    Reminder,
)
from breach.queries.affected import clocks_of, counts_of
from breach.queries.clock_board import Narrowing, board_of
from breach.queries.facts import facts_of
from breach.services import affected
from breach.services.affected import Concern, list_clients, mark_told, record_acknowledged
from breach.services.alarms import send_due
from breach.services.clients import save_client
from breach.services.law_changes import recompute_some
from breach.services.switches import switch_off
from tests.breach.services.clocked import START, decide
from tests.house import House

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LAW = "eu_gdpr_processor"


@pytest.fixture
def register(house: House) -> Callable[..., Client]:
    """Enter clients K-1, K-2 …; their contracts ask for 24 hours from our awareness unless said otherwise."""

    def enter(reference: str, **changes: str) -> Client:
        values = {
            "reference": reference,
            "name": f"Client {reference}",
            "email": f"{reference.lower()}@client.example",
            "window_value": "24",
            "clause": "7.1",
        }
        return save_client(actor=house.manager, client=None, values=values | changes, now=START)

    return enter


def listed(
    house: House, *references: str, now: datetime = START, **concern: Any
) -> dict[str, AffectedClient]:
    concerns = dict.fromkeys(references, Concern(**concern))
    list_clients(actor=house.responder, incident=house.incident, concerns=concerns, now=now)
    rows = AffectedClient.objects.filter(incident=house.incident).select_related("client")
    return {row.client.reference: row for row in rows}


def told(house: House, *rows: AffectedClient, at: datetime, now: datetime | None = None) -> int:
    return mark_told(
        actor=house.responder,
        incident=house.incident,
        members=[row.uid for row in rows] or None,
        at=at,
        how="By telephone.",
        now=now or at,
    )


def states(row: AffectedClient) -> list[tuple[str, str, datetime | None, str]]:
    return [
        (one.regime.partition("/")[2] or one.regime, one.state, one.due, one.lateness)
        for one in clocks_of(row)
    ]


def test_each_client_has_a_clock_by_law_and_one_by_contract(
    house: House, register: Callable[..., Client]
) -> None:
    client = register("K-1", name="Atelier Nord")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1", services="Hosting", kinds=("email",), people=120)["K-1"]
    contract, law = clocks_of(row)
    assert (contract.regime, contract.to, contract.recipient) == (
        f"{client.uid}/notice",
        "customer",
        "Atelier Nord",
    )
    assert (contract.state, contract.runs_from, contract.due) == ("running", START, START + 24 * HOUR)
    assert (contract.citation, contract.rule_version) == ("K-1 · 7.1", f"{START:%Y-%m-%d}.1")
    assert contract.label["en"] == "Atelier Nord: tell the controller of the breach"
    assert [step["code"] for step in contract.working][:2] == ["clock.starts", "clock.period"]
    assert (law.regime, law.to, law.due, law.standard) == (LAW, "controller", None, "without_undue_delay")
    assert (law.citation, law.recipient) == ("Regulation (EU) 2016/679 Art 33(2)", "Atelier Nord")
    assert contract.facts is not None
    assert contract.facts == law.facts
    assert (row.due, row.services, row.kinds, row.people) == (contract.due, "Hosting", ["email"], 120)
    assert (row.state, row.told_at) == ("to_tell", None)


def test_clocks_are_provisional_until_awareness_is_decided_and_follow_its_correction(
    house: House, register: Callable[..., Client]
) -> None:
    register("K-1")
    house.open(START)
    decide(house, START, START, state="suspected")
    row = listed(house, "K-1")["K-1"]
    assert states(row) == [("notice", "provisional", START + 24 * HOUR, ""), (LAW, "provisional", None, "")]
    later = START + 2 * HOUR
    decide(house, START + HOUR, later)
    assert states(row) == [("notice", "running", START + 25 * HOUR, ""), (LAW, "running", None, "")]
    row.refresh_from_db()
    assert row.due == START + 25 * HOUR
    decide(house, START, later, state="corrected")
    newest = clocks_of(row)[0]
    assert (newest.due, newest.supersedes.due, newest.supersedes.state) == (  # type: ignore[union-attr]
        START + 24 * HOUR,
        START + 25 * HOUR,
        "superseded",
    )
    decide(house, START, later, state="ruled_out")
    assert clocks_of(row) == []


def test_days_are_those_of_the_clients_calendar(house: House, register: Callable[..., Client]) -> None:
    """Friday 18:00 in Paris: two business days end on Tuesday; Monday 14 July is a day off in France only."""
    register("K-1", window_value="1", window_unit="business_days", zone="Europe/Paris")
    register("K-2", window_value="1", window_unit="business_days", zone="Europe/Madrid")
    friday = datetime(2025, 7, 11, 16, 0, tzinfo=UTC)
    house.open(friday)
    decide(house, friday, friday)
    rows = listed(house, "K-1", "K-2", now=friday)
    assert rows["K-1"].due == datetime(2025, 7, 15, 21, 59, 59, tzinfo=UTC)
    assert rows["K-2"].due == datetime(2025, 7, 14, 21, 59, 59, tzinfo=UTC)


def test_no_period_no_contract_clock_and_a_law_switched_off_none_by_law(
    house: House, register: Callable[..., Client]
) -> None:
    register("K-1", window_value="")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1")["K-1"]
    assert states(row) == [(LAW, "running", None, "")]
    switch_off(actor=house.admin, regime=LAW, reason="By contract alone.", now=START)
    recompute_some(now=START)
    assert states(row) == []


def test_five_hundred_at_once_are_one_entry_in_bounded_queries(
    house: House, register: Callable[..., Client]
) -> None:
    template = register("K-1")
    house.open(START)
    decide(house, START, START)

    def cost(prefix: str, count: int) -> tuple[int, float]:
        Client.objects.bulk_create(
            Client(
                reference=f"{prefix}-{n}",
                name=f"Client {n}",
                email="a@client.example",
                window_value=24 + n % 3 * 24,
                window_unit="hours",
                window_from="processor_awareness",
                changed_at=template.changed_at,
                created_at=START,
            )
            for n in range(count)
        )
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            listed(house, *(f"{prefix}-{n}" for n in range(count)), people=10)
        return len(queries), time.perf_counter() - begun

    few, _seconds = cost("A", 3)
    many, seconds = cost("B", 500)
    # SQLite takes a thousand values a statement: a thousand clocks of some thirty columns are a good thirty of them.
    assert many <= few + 90
    assert seconds < 10
    batch = AffectedBatch.objects.latest("pk")
    entry = Entry.objects.filter(action="clients.listed").latest("pk")
    members = AffectedClient.objects.filter(batch=batch).select_related("client")
    leaves = [affected._leaf(uid, Concern(people=10)) for uid in sorted(one.client.uid for one in members)]
    root = root_of(leaf_hash(leaf) for leaf in leaves).hex()
    assert (batch.count, batch.root) == (500, root)
    assert entry.data == {"listed": 500, "changed": 0, "root": root}
    assert counts_of(house.incident, START).to_tell == 503
    before = Entry.objects.count()
    assert told(house, at=START + HOUR) == 503
    assert Entry.objects.count() == before + 1
    running = Obligation.objects.filter(affected__isnull=False, state="running")
    assert not running.exists()


def test_told_ends_the_clocks_and_says_whether_in_time(house: House, register: Callable[..., Client]) -> None:
    register("K-1")
    register("K-2")
    house.open(START)
    decide(house, START, START)
    rows = listed(house, "K-1", "K-2")
    sources = [clocks_of(rows[key])[0].reason["values"]["source"] for key in ("K-1", "K-2")]
    assert sources == ["K-1 · 7.1", "K-2 · 7.1"]
    assert told(house, rows["K-1"], at=START + 3 * HOUR) == 1
    assert told(house, at=START + 25 * HOUR) == 1
    assert states(rows["K-1"]) == [("notice", "met", START + 24 * HOUR, "on_time"), (LAW, "met", None, "")]
    assert states(rows["K-2"]) == [("notice", "met", START + 24 * HOUR, "late"), (LAW, "met", None, "")]
    rows["K-1"].refresh_from_db()
    assert (rows["K-1"].state, rows["K-1"].told_at, rows["K-1"].acknowledge_by) == (
        "told",
        START + 3 * HOUR,
        START + 27 * HOUR,
    )
    step = rows["K-1"].steps.get()
    assert (step.kind, step.texts) == ("told", {"how": "By telephone."})
    entry = Entry.objects.filter(action="clients.told").earliest("pk")
    assert (entry.data["count"], entry.subject) == (1, rows["K-1"].uid)
    assert "telephone" not in str(entry.body)
    # A thousand submissions to clients are not facts of the case.
    assert not facts_of(house.party).submissions
    with pytest.raises(Conflict):
        told(house, at=START + 26 * HOUR)


def test_a_record_is_taken_back_and_the_clock_runs_again(
    house: House, register: Callable[..., Client]
) -> None:
    register("K-1")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1")["K-1"]
    told(house, row, at=START + HOUR)
    affected.take_back_told(
        actor=house.responder,
        incident=house.incident,
        members=[row.uid],
        reason="Wrong number.",
        now=START + 2 * HOUR,
    )
    assert states(row) == [("notice", "running", START + 24 * HOUR, ""), (LAW, "running", None, "")]
    row.refresh_from_db()
    assert (row.state, row.told_at, row.acknowledge_by) == ("to_tell", None, None)
    assert [one.kind for one in row.steps.all()] == ["told", "taken_back"]


def test_left_out_ends_its_clocks_and_listed_again_starts_them(
    house: House, register: Callable[..., Client]
) -> None:
    register("K-1")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1")["K-1"]
    call = {"actor": house.responder, "incident": house.incident, "members": [row.uid], "now": START}
    with pytest.raises(BadInput):
        affected.leave_out(reason=" ", **call)
    affected.leave_out(reason="Another tenant.", **call)
    assert (states(row), counts_of(house.incident, START).total) == ([], 0)
    with pytest.raises(Conflict):
        told(house, row, at=START)
    affected.list_again(reason="It was theirs.", **call)
    assert [state for _key, state, *_rest in states(row)] == ["running", "running"]


def test_a_client_acknowledges_after_it_was_told(house: House, register: Callable[..., Client]) -> None:
    register("K-1")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1")["K-1"]
    call: dict[str, Any] = {
        "actor": house.responder,
        "incident": house.incident,
        "members": [row.uid],
        "who": "Security desk",
        "how": "By e-mail.",
        "now": START + 5 * HOUR,
    }
    with pytest.raises(Conflict):
        record_acknowledged(at=START, **call)
    told(house, row, at=START + HOUR)
    with pytest.raises(BadInput, match="before the client was told"):
        record_acknowledged(at=START, **call)
    with pytest.raises(BadInput, match="future"):
        record_acknowledged(at=START + 6 * HOUR, **call)
    record_acknowledged(at=START + 4 * HOUR, controller_told_at=START + 2 * HOUR, **call)
    row.refresh_from_db()
    assert (row.state, row.acknowledged_at, row.controller_told_at) == (
        "acknowledged",
        START + 4 * HOUR,
        START + 2 * HOUR,
    )
    assert row.steps.last().texts == {"who": "Security desk", "how": "By e-mail."}  # type: ignore[union-attr]


def test_an_unknown_reference_lists_nobody(house: House, register: Callable[..., Client]) -> None:
    register("K-1")
    house.open(START)
    with pytest.raises(BadInput, match="2 references are not in the register: K-8, K-9"):
        listed(house, "K-1", "K-8", "K-9")
    assert not AffectedClient.objects.exists()
    with pytest.raises(BadInput, match="no kind of data"):
        listed(house, "K-1", kinds=("shoe_size",))


def test_listing_again_changes_what_is_given_and_nothing_else(
    house: House, register: Callable[..., Client]
) -> None:
    register("K-1")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1", services="Hosting", people=5)["K-1"]
    before = [one.pk for one in clocks_of(row)]
    row = listed(house, "K-1", people=7)["K-1"]
    assert (row.services, row.people) == ("Hosting", 7)
    assert [one.pk for one in clocks_of(row)] == before
    assert Entry.objects.filter(action="clients.listed").latest("pk").data["changed"] == 1


def test_auditors_and_strangers_change_nothing(house: House, register: Callable[..., Client]) -> None:
    register("K-1")
    house.open(START)
    for user in (house.auditor, house.stranger, house.guest, house.admin):
        with pytest.raises(Forbidden):
            list_clients(actor=user, incident=house.incident, concerns={"K-1": Concern()}, now=START)


def test_the_clock_towards_the_controller_gives_way_to_those_of_the_clients(
    house: House, register: Callable[..., Client]
) -> None:
    from breach.services.facts import update_facts  # noqa: PLC0415
    from breach.services.incidents import PartyData  # noqa: PLC0415

    register("K-1")
    house.open(START, parties=[PartyData(house.shop, role="processor", establishment="FR")])
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes={"processor_aware": START.isoformat()},
        reason="known",
        now=START,
    )
    own = Obligation.objects.filter(party=house.party, affected=None, regime=LAW)
    assert [one.state for one in own.all()] == ["provisional"]
    row = listed(house, "K-1")["K-1"]
    assert [one.state for one in own.all()] == ["ended"]
    # The instant is a fact, so nothing waits for a decision.
    assert states(row) == [("notice", "running", START + 24 * HOUR, ""), (LAW, "running", None, "")]


def test_changed_terms_reach_running_incidents(house: House, register: Callable[..., Client]) -> None:
    client = register("K-1")
    house.open(START)
    decide(house, START, START)
    row = listed(house, "K-1")["K-1"]
    save_client(actor=house.manager, client=client, values={"window_value": "48"}, now=START + HOUR)
    recompute_some(now=START + HOUR)
    newest = clocks_of(row)[0]
    assert newest.reason["values"]["source"] == "K-1 · 7.1"
    assert (newest.due, newest.rule_version[-2:]) == (START + 48 * HOUR, ".2")


# --- boards and alarms -----------------------------------------------------------------------------------


def test_clocks_that_end_together_are_one_line_of_the_board(
    house: House, register: Callable[..., Client], django_assert_num_queries: Any
) -> None:
    for number in range(6):
        register(f"K-{number}", window_value="24" if number < 4 else "48")
    house.open(START)
    decide(house, START, START)
    rows = listed(house, *(f"K-{n}" for n in range(6)))
    board = board_of(house.responder, Narrowing(to="customer"), None, START)
    assert [(line.clock.label, line.clock.due) for line in board.lines] == [
        ("Tell 4 clients (contract)", START + 24 * HOUR),
        ("Tell 2 clients (contract)", START + 48 * HOUR),
    ]
    assert board.lines[0].clock.url == f"/incidents/{house.incident.uid}/clients/?view=to_tell"
    assert all("/" not in key for key, _label in board.regimes)
    by_law = board_of(house.responder, Narrowing(to="controller"), None, START).lines
    assert [line.clock.label for line in by_law] == ["Tell 6 clients (GDPR, processor)"]
    # The one that carries the others is told: another carries on.
    told(house, rows["K-0"], at=START + HOUR)
    board = board_of(house.responder, Narrowing(to="customer"), None, START)
    assert board.lines[0].clock.label == "Tell 3 clients (contract)"


def test_one_mail_a_recipient_with_the_number(house: House, register: Callable[..., Client]) -> None:
    for number in range(40):
        register(f"K-{number}", window_value="24" if number % 2 else "23")
    house.open(START)
    decide(house, START, START)
    rows = listed(house, *(f"K-{n}" for n in range(40)))
    clocks = Reminder.objects.filter(obligation__affected__isnull=False)
    assert clocks.values("obligation").distinct().count() == 2
    for carrier in ("K-0", "K-1"):
        told(house, rows[carrier], at=START + HOUR)
    mail.outbox.clear()
    InAppNotice.objects.all().delete()
    late = START + timedelta(hours=22, minutes=30)
    Reminder.objects.filter(obligation__affected=None).delete()
    send_due(now=late)
    to = sorted(address for message in mail.outbox for address in message.to)
    assert to == sorted(set(to))
    assert len(to) == 5  # responder, two managers, deputy, officer
    assert all("38 of its kind still run" in str(message.body) for message in mail.outbox)
    notices = InAppNotice.objects.filter(kind="clients_untold")
    assert notices.count() == 5
    mail.outbox.clear()
    # Whoever carries on says nothing again.
    told(house, rows["K-2"], rows["K-3"], at=late)
    send_due(now=late + timedelta(minutes=1))
    assert mail.outbox == []
    told(house, at=late + timedelta(minutes=2))
    send_due(now=START + 30 * HOUR)
    assert mail.outbox == []


def test_silent_clients_are_reported_once(
    house: House, register: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    for number in range(3):
        register(f"K-{number}")
    house.open(START)
    decide(house, START, START)
    rows = listed(house, "K-0", "K-1", "K-2")
    told(house, at=START + HOUR)
    record_acknowledged(
        actor=house.responder,
        incident=house.incident,
        members=[rows["K-0"].uid],
        at=START + 2 * HOUR,
        who="Desk",
        how="",
        now=START + 2 * HOUR,
    )
    assert affected.remind_silent(now=START + 24 * HOUR) == 0
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert affected.remind_silent(now=START + 25 * HOUR) == 2
    assert affected.remind_silent(now=START + 26 * HOUR) == 0
    assert len(mail.outbox) == 5
    assert all("2 notices" in str(message.body) and "K-1" not in str(message.body) for message in mail.outbox)
    assert InAppNotice.objects.filter(kind="clients_silent").count() == 5
    assert Entry.objects.get(action="clients.silent").data == {"count": 2}
    counts = counts_of(house.incident, START + 26 * HOUR)
    assert (counts.told, counts.silent, counts.acknowledged) == (2, 2, 1)
