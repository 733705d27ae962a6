"""Playbooks at work: tasks with owners and due times, every move recorded, due times counted again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import InAppNotice, PlaybookRun, Task, TaskMove
from breach.models.ledger import Entry
from breach.playbooks import get
from breach.queries.playbooks import offers, open_dependencies, runs_of
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from breach.services.playbooks import (
    MOVES,
    assign_task,
    begin_task,
    can_start,
    complete_task,
    move_task,
    replan,
    skip_task,
    start_playbook,
)
from breach.services.timeline import log_event
from breach.timewords import Moment
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AWARE = NOW - timedelta(hours=2)
HOUR = timedelta(hours=1)


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW - timedelta(hours=3))
    return house


def aware(house: House, instant: datetime, state: str = "decided", now: datetime = NOW) -> None:
    set_awareness(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        state=state,
        instant=instant,
        zone="Europe/Paris",
        reasons="Logs show it.",
        now=now,
    )


def start(house: House, **changes: Any) -> PlaybookRun:
    values = {
        "actor": house.responder,
        "incident": house.incident,
        "party": house.party,
        "key": "web_application",
    }
    return start_playbook(now=NOW, **(values | changes))  # type: ignore[arg-type]


def of(run: PlaybookRun, key: str) -> Task:
    return run.tasks.get(key=key)


def last_entry(house: House) -> tuple[str, str, str, dict[str, Any]]:
    row = Entry.objects.filter(chain=house.incident.chain).order_by("-seq")[0]
    return row.action, row.subject, row.actor_uid, json.loads(row.body)["data"]


def test_due_times_count_from_the_awareness_that_was_decided(opened: House) -> None:
    aware(opened, AWARE)
    run = start(opened)
    assert (run.base, run.provisional, run.version) == (AWARE, False, get("web_application").version)
    assert of(run, "initial_filing").due == AWARE + 48 * HOUR
    assert of(run, "preserve_logs").due == NOW + HOUR
    action, subject, actor, data = last_entry(opened)
    assert (action, subject, actor) == ("playbook.started", run.uid, opened.responder.uid)
    assert data == {
        "party": opened.party.uid,
        "playbook": "web_application",
        "version": run.version,
        "base": AWARE.isoformat(),
        "provisional": False,
        "tasks": {task.key: task.due.isoformat() for task in run.tasks.all() if task.due},
    }


def test_before_awareness_they_count_provisionally_from_the_earliest_report(opened: House) -> None:
    reported = NOW - 5 * HOUR
    log_event(
        actor=opened.responder,
        incident=opened.incident,
        party=opened.party,
        kind="reported",
        text="A customer called.",
        moment=Moment.at(reported, "Europe/Paris"),
        is_report=True,
        now=NOW,
    )
    run = start(opened)
    assert (run.base, run.provisional, run.awareness) == (reported, True, None)
    assert of(run, "list_data").due == reported + 12 * HOUR


def test_without_any_report_they_count_from_the_start(opened: House) -> None:
    run = start(opened)
    assert (run.base, run.provisional) == (NOW, True)


def test_facts_decide_which_tasks_stand(opened: House) -> None:
    changes = {"data_kinds": ["name", "email"], "minors": False}
    update_facts(
        actor=opened.responder,
        incident=opened.incident,
        party=opened.party,
        changes=changes,
        reason="First look",
        now=NOW,
    )
    run = start(opened)
    keys = set(run.tasks.values_list("key", flat=True))
    assert "measure_exfiltration" in keys
    assert not keys & {"reset_passwords", "warn_payment_providers", "write_for_minors", "tell_controller"}
    assert of(run, "police_report").unsure == ["cause"]


def test_a_playbook_starts_once_per_party(opened: House) -> None:
    start(opened)
    with pytest.raises(Conflict):
        start(opened)
    with pytest.raises(BadInput):
        start(opened, key="flood")
    assert PlaybookRun.objects.count() == 1
    offered = offers(opened.incident, opened.party, language="en")
    assert "web_application" not in [offer.key for offer in offered]


def test_the_playbook_for_the_incident_s_kind_is_offered_first(opened: House) -> None:
    first = offers(opened.incident, opened.party, language="fr")[0]
    assert (first.key, first.title, first.fits) == (
        "web_application",
        "Intrusion par une application web",
        True,
    )


def test_a_breach_that_was_ruled_out_starts_nothing(opened: House) -> None:
    aware(opened, AWARE)
    aware(opened, AWARE, "ruled_out")
    with pytest.raises(Conflict):
        start(opened)


@pytest.mark.parametrize("who", ["auditor", "admin", "stranger"])
def test_others_may_neither_start_nor_move(opened: House, who: str) -> None:
    actor = getattr(opened, who)
    with pytest.raises(Forbidden):
        start(opened, actor=actor)
    task = of(start(opened), "preserve_logs")
    with pytest.raises(Forbidden):
        complete_task(actor=actor, task=task, note="", now=NOW)
    with pytest.raises(Forbidden):
        assign_task(actor=actor, task=task, owner=opened.responder, now=NOW)
    assert of(task.run, "preserve_logs").state == "todo"


def test_a_task_is_given_to_a_member_who_gets_a_notice(opened: House) -> None:
    task = of(start(opened), "decide_awareness")
    assign_task(actor=opened.responder, task=task, owner=opened.manager, now=NOW)
    assert of(task.run, "decide_awareness").owner == opened.manager
    notice = InAppNotice.objects.get(user=opened.manager, kind="task_assigned")
    assert notice.values == {"task": task.uid}
    assert last_entry(opened) == (
        "task.assigned",
        task.uid,
        opened.responder.uid,
        {"run": task.run.uid, "task": "decide_awareness", "old": None, "new": opened.manager.uid},
    )
    count = Entry.objects.count()
    assign_task(actor=opened.responder, task=task, owner=opened.manager, now=NOW)
    assert Entry.objects.count() == count


@pytest.mark.parametrize("who", ["stranger", "auditor", "admin"])
def test_a_task_goes_only_to_somebody_who_works_on_it(opened: House, who: str) -> None:
    task = of(start(opened), "preserve_logs")
    with pytest.raises(BadInput) as refusal:
        assign_task(actor=opened.responder, task=task, owner=getattr(opened, who), now=NOW)
    assert refusal.value.place == "owner"


def test_each_move_keeps_its_note_sealed_and_its_digest_in_the_ledger(opened: House) -> None:
    task = of(start(opened), "preserve_logs")
    begun = begin_task(actor=opened.responder, task=task, now=NOW)
    assert (begun.state, begun.owner) == ("doing", opened.responder)
    complete_task(
        actor=opened.responder, task=task, note="Copied, Maria Lopez's session included.", now=NOW + HOUR
    )
    moves = list(TaskMove.objects.filter(task=task))
    assert [(move.moved_from, move.moved_to, move.note) for move in moves] == [
        ("todo", "doing", ""),
        ("doing", "done", "Copied, Maria Lopez's session included."),
    ]
    assert last_entry(opened) == (
        "task.moved",
        task.uid,
        opened.responder.uid,
        {
            "run": task.run.uid,
            "task": "preserve_logs",
            "old": "doing",
            "new": "done",
            "owner": opened.responder.uid,
            "ahead_of": [],
            "note_digest": moves[1].texts_digest,
        },
    )
    assert "Maria" not in "".join(Entry.objects.values_list("body", flat=True))
    assert b"Maria" not in bytes(moves[1].sealed_texts)


STATES = ("todo", "doing", "done", "skipped")


@pytest.mark.parametrize("old", STATES)
@pytest.mark.parametrize("new", STATES)
def test_only_moves_of_the_table_are_made(opened: House, old: str, new: str) -> None:
    task = of(start(opened), "preserve_logs")
    Task.objects.filter(pk=task.pk).update(state=old)
    if (old, new) in {(str(a), str(b)) for a, b in MOVES}:
        assert move_task(actor=opened.responder, task=task, to=new, note="Because.", now=NOW).state == new
        return
    with pytest.raises(Conflict):
        move_task(actor=opened.responder, task=task, to=new, note="Because.", now=NOW)
    assert of(task.run, "preserve_logs").state == old


def test_setting_aside_and_opening_again_need_a_reason(opened: House) -> None:
    task = of(start(opened), "image_hosts")
    with pytest.raises(BadInput) as refusal:
        skip_task(actor=opened.responder, task=task, reason=" ", now=NOW)
    assert refusal.value.place == "note"
    skip_task(actor=opened.responder, task=task, reason="The host is rented and gone.", now=NOW)
    with pytest.raises(BadInput):
        move_task(actor=opened.responder, task=task, to="todo", note="", now=NOW)
    assert (
        move_task(actor=opened.responder, task=task, to="todo", note="It is back.", now=NOW).state == "todo"
    )


def test_a_task_done_ahead_of_what_it_depends_on_says_why(opened: House) -> None:
    run = start(opened)
    task = of(run, "cut_access")
    assert (can_start(task), open_dependencies(task)) == (False, ["preserve_logs"])
    with pytest.raises(BadInput):
        complete_task(actor=opened.responder, task=task, note="", now=NOW)
    complete_task(actor=opened.responder, task=task, note="Data was leaving; cut first.", now=NOW)
    assert last_entry(opened)[3]["ahead_of"] == ["preserve_logs"]


def test_what_is_set_aside_holds_nothing_up(opened: House) -> None:
    run = start(opened)
    skip_task(actor=opened.responder, task=of(run, "preserve_logs"), reason="No logs exist.", now=NOW)
    assert can_start(of(run, "cut_access"))


def test_a_stale_form_is_refused(opened: House) -> None:
    task = of(start(opened), "preserve_logs")
    begin_task(actor=opened.manager, task=task, now=NOW, seen="todo")
    with pytest.raises(Conflict):
        complete_task(actor=opened.responder, task=task, note="", now=NOW, seen="todo")
    assert of(task.run, "preserve_logs").state == "doing"


def test_a_corrected_awareness_moves_open_tasks_and_the_ledger_keeps_both_times(opened: House) -> None:
    aware(opened, AWARE)
    run = start(opened)
    complete_task(actor=opened.responder, task=of(run, "list_data"), note="", now=NOW)
    earlier = AWARE - 6 * HOUR
    aware(opened, earlier, "corrected", NOW + HOUR)
    (line,) = runs_of(opened.incident, now=NOW, language="en")
    assert line.is_outdated == (PlaybookRun.objects.get().base != earlier)
    replan(actor=opened.manager, run=run, now=NOW + HOUR)
    run.refresh_from_db()
    assert (run.base, run.provisional) == (earlier, False)
    assert of(run, "list_data").due == AWARE + 12 * HOUR
    assert of(run, "initial_filing").due == earlier + 48 * HOUR
    assert of(run, "preserve_logs").due == NOW + HOUR
    data = next(
        json.loads(row.body)["data"]
        for row in Entry.objects.filter(action="playbook.replanned").order_by("-pk")
    )
    assert (data["old_base"], data["new_base"], data["added"]) == (AWARE.isoformat(), earlier.isoformat(), {})
    assert data["dues"]["initial_filing"] == [
        (AWARE + 48 * HOUR).isoformat(),
        (earlier + 48 * HOUR).isoformat(),
    ]
    assert "list_data" not in data["dues"]
    (line,) = runs_of(opened.incident, now=NOW, language="en")
    assert not line.is_outdated


def test_counting_again_without_a_change_writes_nothing(opened: House) -> None:
    aware(opened, AWARE)
    run = start(opened)
    count = Entry.objects.count()
    assert replan(actor=opened.responder, run=run, now=NOW) == []
    assert Entry.objects.count() == count


def test_new_facts_add_the_tasks_they_call_for(opened: House) -> None:
    aware(opened, AWARE)

    def facts(kinds: list[str]) -> None:
        update_facts(
            actor=opened.responder,
            incident=opened.incident,
            party=opened.party,
            changes={"data_kinds": kinds},
            reason="Seen",
            now=NOW,
        )

    facts(["name"])
    run = start(opened)
    assert not run.tasks.filter(key="warn_payment_providers").exists()
    facts(["name", "iban"])
    added = replan(actor=opened.responder, run=run, now=NOW + HOUR)
    assert [task.key for task in added] == ["warn_payment_providers"]
    assert of(run, "warn_payment_providers").due == AWARE + 36 * HOUR


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_s_rows_are_worded_and_say_what_is_late(opened: House, language: str) -> None:
    aware(opened, AWARE)
    run = start(opened)
    assign_task(actor=opened.responder, task=of(run, "preserve_logs"), owner=opened.responder, now=NOW)
    complete_task(actor=opened.responder, task=of(run, "preserve_logs"), note="Copied.", now=NOW)
    (line,) = runs_of(opened.incident, now=NOW + 3 * HOUR, language=language)
    titles = {"en": ["Establish what happened", "Contain"], "fr": ["Établir les faits", "Contenir"]}
    assert [phase.title for phase in line.phases[:2]] == titles[language]
    tasks = {task.key: task for phase in line.phases for task in phase.tasks}
    assert (line.finished, line.total) == (1, run.tasks.count())
    assert [key for key, task in tasks.items() if task.is_overdue] == [
        "image_hosts",
        "name_team",
        "cut_access",
    ]
    assert tasks["preserve_logs"].moves[0].note == "Copied."
    assert tasks["cut_access"].waits_for == ()
    assert tasks["rotate_secrets"].waits_for == (tasks["cut_access"].title,)


def test_rows_cost_the_same_queries_however_many_moves(
    opened: House, django_assert_max_num_queries: Any
) -> None:
    run = start(opened)
    for task in run.tasks.filter(role="responder"):
        complete_task(actor=opened.responder, task=task, note="Done.", now=NOW)
    with django_assert_max_num_queries(9):
        runs_of(opened.incident, now=NOW, language="en")
