"""Of two people who change the same thing, the second sees both versions, keeps what was typed, and can send again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.models import Assessment, Decision, Event, Task
from breach.services import decisions, facts, playbooks, timeline
from breach.timewords import Moment
from tests.house import House

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SAID = "Somebody changed this while you were typing."


@pytest.fixture
def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    house.open(NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return house


def signed_in(house: House, who: str) -> Client:
    client = Client()
    client.force_login(getattr(house, who))
    return client


def url(house: House, name: str, *more: str) -> str:
    return reverse(name, args=[house.incident.uid, *more])


def stood(page: str, near: str) -> str:
    """The digest that the form carries which holds `near`."""
    form = next(
        form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if near in form and "stood" in form
    )
    found = re.search(r'name="stood" value="([0-9a-f]{64})"', form)
    assert found, form
    return found.group(1)


def sent_twice(
    client: Client, address: str, seen: str, typed: dict[str, Any], near: str, shown: tuple[str, ...]
) -> None:
    """Send over what is out of date, look at the answer, and send what came back once more."""
    refused = client.post(address, typed | {"stood": seen})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert [text for text in (SAID, "Both versions", *shown) if text not in page] == []
    again = client.post(address, typed | {"stood": stood(page, near)})
    assert again.status_code == 302


def know(house: House) -> None:
    facts.update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes={"confidentiality": True},
        reason="First look.",
        now=NOW,
    )


def test_a_correction(opened: House) -> None:
    moment = Moment.at(NOW - timedelta(hours=3), "Europe/Paris")
    case: dict[str, Any] = {
        "incident": opened.incident,
        "party": opened.party,
        "kind": "observed",
        "now": NOW,
    }
    old = timeline.log_event(actor=opened.responder, text="First.", moment=moment, **case)
    client = signed_in(opened, "manager")
    seen = stood(client.get(url(opened, "timeline-entry", old.uid)).content.decode(), "What was wrong")
    theirs = timeline.correct_event(
        actor=opened.responder, event=old, text="Theirs <b>.", reason="Wrong.", moment=moment, now=NOW
    )
    typed = {"text": "Mine.", "moment": "06:30", "kind": "observed", "reason": "Wrong as well."}
    address = url(opened, "timeline-correct", old.uid)
    sent_twice(
        client, address, seen, typed, "What was wrong", ("Theirs &lt;b&gt;.", "Mine.", "Wrong as well.")
    )
    mine = Event.objects.get(supersedes=theirs)
    assert (mine.text, mine.texts["reason"]) == ("Mine.", "Wrong as well.")


def test_a_task(opened: House) -> None:
    run = playbooks.start_playbook(
        actor=opened.responder, incident=opened.incident, party=opened.party, key="web_application", now=NOW
    )
    task = run.tasks.get(key="preserve_logs")
    client, address = signed_in(opened, "manager"), url(opened, "task-move", task.uid)
    seen = stood(client.get(url(opened, "playbook")).content.decode(), address)
    playbooks.skip_task(actor=opened.responder, task=task, reason="No logs are kept.", now=NOW)
    typed = {"to": "doing", "note": "They lie on the other host."}
    refused = client.post(address, typed | {"stood": seen}).content.decode()
    assert [
        one for one in (SAID, "Not needed", "No logs are kept.", typed["note"]) if one not in refused
    ] == []
    typed["to"] = "todo"
    sent_twice(client, address, seen, typed, address, ("No logs are kept.",))
    assert Task.objects.get(pk=task.pk).state == "todo"


def test_the_owner_of_a_task(opened: House) -> None:
    run = playbooks.start_playbook(
        actor=opened.responder, incident=opened.incident, party=opened.party, key="web_application", now=NOW
    )
    task = run.tasks.get(key="preserve_logs")
    client, address = signed_in(opened, "manager"), url(opened, "task-assign", task.uid)
    seen = stood(client.get(url(opened, "playbook")).content.decode(), address)
    playbooks.assign_task(actor=opened.responder, task=task, owner=opened.responder, now=NOW)
    typed = {"owner": opened.manager.pk}
    names = (opened.responder.name, f'<option value="{opened.manager.pk}" selected>')
    sent_twice(client, address, seen, typed, address, names)
    assert Task.objects.get(pk=task.pk).owner == opened.manager


def test_assessment_and_decision(opened: House) -> None:
    know(opened)
    client, address = signed_in(opened, "manager"), url(opened, "assessment")
    page = client.get(address).content.decode()
    case: dict[str, Any] = {"incident": opened.incident, "party": opened.party, "now": NOW}
    decisions.assess(actor=opened.responder, conclusion="high_risk", reasons="Bank details.", **case)
    typed = {"form": "assess", "conclusion": "risk", "reasons": "Hashed only."}
    near = 'name="form" value="assess"'
    sent_twice(client, address, stood(page, near), typed, near, ("Bank details.", "Hashed only."))
    assert [row.conclusion for row in Assessment.objects.order_by("pk")] == ["high_risk", "risk"]
    decisions.decide(actor=opened.manager, about="individuals", outcome="notify", reasons="Theirs.", **case)
    typed = {"form": "decide", "about": "individuals", "outcome": "do_not_notify", "reasons": "Mine."}
    near = 'name="form" value="decide"'
    sent_twice(client, address, stood(page, near), typed, near, ("Theirs.", "Mine."))
    assert Decision.objects.count() == 2


def test_awareness(opened: House) -> None:
    client = signed_in(opened, "manager")
    address = url(opened, "awareness")
    seen = stood(client.get(url(opened, "obligations")).content.decode(), address)
    typed = {"state": "decided", "instant": "08:00", "reasons": "Mine."}
    first = signed_in(opened, "manager")
    assert first.post(address, typed | {"reasons": "Theirs.", "stood": seen}).status_code == 302
    typed["state"] = "corrected"
    sent_twice(client, address, seen, typed, address, ("Theirs.", "Mine."))


def test_the_phase(opened: House) -> None:
    client, address = signed_in(opened, "manager"), url(opened, "incident-move")
    seen = stood(client.get(address).content.decode(), "Reasons")
    typed = {"phase": "closed", "reasons": "Mine."}
    assert client.post(address, typed | {"reasons": "Theirs.", "stood": seen}).status_code == 302
    typed["phase"] = "open"
    sent_twice(client, address, seen, typed, "Reasons", ("Theirs.", "Mine.", "Closed"))


def test_who_saw_what_stands_is_not_asked_twice(opened: House) -> None:
    know(opened)
    client, address = signed_in(opened, "manager"), url(opened, "assessment")
    near = 'name="form" value="assess"'
    for reasons in ("Once.", "Twice."):
        seen = stood(client.get(address).content.decode(), near)
        typed = {"form": "assess", "conclusion": "risk", "reasons": reasons, "stood": seen}
        answer = client.post(address, typed)
        assert answer.status_code == 302, re.findall(
            r"(?s)error-summary.*?</div>|alert-danger.*?</div>|invalid-feedback.*?</span>",
            answer.content.decode(),
        )
