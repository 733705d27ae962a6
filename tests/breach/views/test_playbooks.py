"""The playbook's pages: start, give, move, refusals that lose nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.models import PlaybookRun, Task
from breach.services.awareness import set_awareness
from breach.services.playbooks import complete_task, start_playbook
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    house.open(NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return house


def signed_in(house: House, who: str = "responder") -> Client:
    client = Client()
    client.force_login(getattr(house, who))
    return client


def url(house: House, name: str = "playbook", *more: str) -> str:
    return reverse(name, args=[house.incident.uid, *more])


def running(house: House) -> PlaybookRun:
    return start_playbook(
        actor=house.responder, incident=house.incident, party=house.party, key="web_application", now=NOW
    )


def task_of(house: House, key: str = "preserve_logs") -> Task:
    return Task.objects.get(run__incident=house.incident, key=key)


def test_before_a_start_the_fitting_playbook_is_offered_first(opened: House) -> None:
    page = signed_in(opened).get(url(opened)).content.decode()
    assert "No playbook runs yet" in page
    assert page.index("Break-in through a web application") < page.index("Ransomware")
    assert "fits this incident" in page


def test_a_start_plans_the_tasks(opened: House) -> None:
    client = signed_in(opened)
    given = {"key": "web_application", "party": opened.party.uid}
    response = client.post(url(opened, "playbook-start"), given)
    assert (response.status_code, response.headers["Location"]) == (302, url(opened))
    page = client.get(url(opened)).content.decode()
    assert "Preserve the logs before they rotate" in page
    assert "provisionally from" in page
    assert client.post(url(opened, "playbook-start"), given).status_code == 409
    for wrong in ({"key": "flood", "party": opened.party.uid}, {"key": "ransomware", "party": "x"}):
        assert client.post(url(opened, "playbook-start"), wrong).status_code == 302
    assert PlaybookRun.objects.count() == 1


def test_the_page_speaks_french(opened: House) -> None:
    running(opened)
    opened.responder.language = "fr"
    opened.responder.save()
    page = signed_in(opened).get(url(opened)).content.decode()
    assert "Préserver les journaux avant leur rotation" in page


def test_a_task_is_given_and_moved(opened: House) -> None:
    running(opened)
    client, task = signed_in(opened), task_of(opened)
    back = f"{url(opened)}#task-{task.uid}"
    response = client.post(url(opened, "task-assign", task.uid), {"owner": opened.manager.pk})
    assert response.headers["Location"] == back
    response = client.post(url(opened, "task-move", task.uid), {"to": "done", "note": "Copied."})
    assert response.headers["Location"] == back
    task.refresh_from_db()
    assert (task.owner, task.state) == (opened.manager, "done")
    page = client.get(url(opened)).content.decode()
    assert "Copied." in page
    client.post(url(opened, "task-assign", task_of(opened, "image_hosts").uid), {"owner": ""})
    assert task_of(opened, "image_hosts").owner is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"to": "skipped", "note": ""}, "This needs a reason"),
        (
            {"to": "done", "stood": "of another state", "note": "Copied."},
            "Somebody changed this while you were typing.",
        ),
        ({"to": "lost", "note": "Copied."}, "Select a valid choice."),
    ],
)
def test_a_refused_move_keeps_the_note_and_says_why(opened: House, given: dict[str, str], said: str) -> None:
    running(opened)
    task = task_of(opened)
    response = signed_in(opened).post(url(opened, "task-move", task.uid), given)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert re.search(rf'<textarea[^>]*id="note-{task.uid}"[^>]*>{given["note"]}</textarea>', page)
    assert task_of(opened).state == "todo"


def test_a_task_cannot_go_to_a_stranger(opened: House) -> None:
    running(opened)
    task = task_of(opened)
    response = signed_in(opened).post(url(opened, "task-assign", task.uid), {"owner": opened.stranger.pk})
    assert response.status_code == 422
    assert task_of(opened).owner is None


def test_htmx_gets_the_fragment(opened: House) -> None:
    running(opened)
    task = task_of(opened)
    answer = signed_in(opened).post(
        url(opened, "task-assign", task.uid), {"owner": opened.manager.pk}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert answer.content.decode().strip().startswith('<div id="playbook-room">')


def test_late_tasks_say_so(opened: House, monkeypatch: pytest.MonkeyPatch) -> None:
    running(opened)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=90))
    page = signed_in(opened).get(url(opened)).content.decode()
    assert "To do, late" in page
    assert "2 tasks are late" in page


def test_a_decided_awareness_offers_to_count_again(opened: House) -> None:
    run = running(opened)
    client = signed_in(opened)
    assert "Count due times again" not in client.get(url(opened)).content.decode()
    PlaybookRun.objects.filter(pk=run.pk).update(base=NOW - timedelta(hours=9))
    set_awareness(
        actor=opened.manager,
        incident=opened.incident,
        party=opened.party,
        state="decided",
        instant=NOW - timedelta(hours=1),
        zone="Europe/Paris",
        reasons="Confirmed.",
        now=NOW,
    )
    PlaybookRun.objects.filter(pk=run.pk).update(base=NOW - timedelta(hours=9))
    assert "Count due times again" in client.get(url(opened)).content.decode()
    assert client.post(url(opened, "playbook-replan", run.uid)).status_code == 302
    assert "Count due times again" not in client.get(url(opened)).content.decode()
    assert task_of(opened, "initial_filing").due == NOW + timedelta(hours=47)


READERS = {"responder": 200, "manager": 200, "officer": 200, "auditor": 200, "admin": 404, "stranger": 404}
WRITERS = {"responder": 302, "manager": 302, "officer": 302, "auditor": 403, "admin": 404, "stranger": 404}


@pytest.mark.parametrize("who", READERS)
def test_who_reads_and_who_writes(opened: House, who: str) -> None:
    run = running(opened)
    task = task_of(opened)
    client = signed_in(opened, who)
    assert client.get(url(opened)).status_code == READERS[who]
    writes: list[tuple[str, dict[str, Any]]] = [
        (url(opened, "playbook-start"), {"key": "ransomware", "party": opened.party.uid}),
        (url(opened, "task-assign", task.uid), {"owner": opened.manager.pk}),
        (url(opened, "task-move", task.uid), {"to": "done", "note": ""}),
        (url(opened, "playbook-replan", run.uid), {}),
    ]
    assert [client.post(one, given).status_code for one, given in writes] == [WRITERS[who]] * 4
    assert [client.get(one).status_code for one, _ in writes] == [405] * 4


def test_a_task_of_another_incident_is_not_found(opened: House) -> None:
    running(opened)
    task = task_of(opened)
    opened.open(NOW)
    client = signed_in(opened)
    for name in ("task-move", "task-assign"):
        assert client.post(url(opened, name, task.uid), {"to": "done"}).status_code == 404


def test_the_page_holds_no_inline_script_or_style_and_escapes_notes(opened: House) -> None:
    running(opened)
    complete_task(actor=opened.responder, task=task_of(opened), note="<script>x</script>", now=NOW)
    page = signed_in(opened).get(url(opened)).content.decode()
    assert "<script>" not in page
    assert " style=" not in page
    assert "&lt;script&gt;x" in page
