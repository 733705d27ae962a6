"""Emergency access, closed incidents and guests: who sees what, who is told, what stands in the ledger."""

import io
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from breach import clock, sweeps
from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, GlassBreak, InAppNotice, Incident, Share, User
from breach.permissions import IN_AN_EMERGENCY, can
from breach.services import access, evidence
from breach.services.break_glass import LASTS, break_glass, end_due, end_glass
from breach.services.incidents import add_member
from breach.services.playbooks import assign_task, move_task, start_playbook
from breach.timewords import Moment
from tests.house import House

REASON = "Nobody of the team answers, and the attacker is still copying."


@pytest.fixture
def opened(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    house.open(now)
    return house


def actions(chain: str) -> list[str]:
    return list(Entry.objects.filter(chain=chain).order_by("seq").values_list("action", flat=True))


@pytest.mark.django_db(transaction=True)
def test_it_opens_tells_and_ends_by_itself(
    opened: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident, user = opened.incident, opened.stranger
    assert not Incident.objects.visible_to(user).exists()
    row = break_glass(actor=user, incident=incident, reason=REASON, now=now)
    assert list(Incident.objects.visible_to(user)) == [incident]
    assert row.reasons == REASON
    told = {opened.manager, opened.second_manager, opened.deputy, opened.officer, opened.responder}
    assert {one.user for one in InAppNotice.objects.filter(kind="glass_broken")} == told
    assert sorted(one.to[0] for one in mail.outbox) == sorted(one.email for one in told)
    for one in mail.outbox:
        assert REASON not in one.body
        assert user.name not in f"{one.subject}{one.body}"
    assert actions(incident.chain)[-1] == "glass.broken"
    assert actions("house")[-1] == "glass.broken"
    assert REASON not in "".join(Entry.objects.values_list("body", flat=True))

    monkeypatch.setattr(clock, "now", lambda: now + LASTS)
    assert not Incident.objects.visible_to(user).exists(), "without any sweep"
    assert not can(user, "incident.view", incident)
    sweeps.sweep_glass()
    assert actions(incident.chain)[-1] == "glass.closed"
    assert end_due(now=now + LASTS) == 0


def test_it_lets_nobody_decide_send_or_let_others_in(opened: House, now: datetime) -> None:
    outsider = User.objects.create_user(
        email="o@example.org", password=None, name="O", role="manager", joined_at=now
    )
    break_glass(actor=outsider, incident=opened.incident, reason=REASON, now=now)
    for capability in (
        "decision.make",
        "approve",
        "release",
        "people.export",
        "ledger.export",
        "members.manage",
    ):
        assert not can(outsider, capability, opened.incident), capability
    assert all(can(outsider, one, opened.incident) for one in IN_AN_EMERGENCY)
    with pytest.raises(Forbidden):
        add_member(actor=outsider, incident=opened.incident, user=opened.stranger, now=now)


def test_who_may_not(opened: House, now: datetime) -> None:
    for actor in (opened.admin, opened.auditor, opened.guest):
        with pytest.raises(Forbidden):
            break_glass(actor=actor, incident=opened.incident, reason=REASON, now=now)
    with pytest.raises(Conflict):
        break_glass(actor=opened.manager, incident=opened.incident, reason=REASON, now=now)
    with pytest.raises(BadInput):
        break_glass(actor=opened.stranger, incident=opened.incident, reason="urgent", now=now)
    assert not GlassBreak.objects.exists()


def test_a_manager_ends_it_at_once(opened: House, now: datetime) -> None:
    row = break_glass(actor=opened.stranger, incident=opened.incident, reason=REASON, now=now)
    with pytest.raises(Conflict):
        break_glass(actor=opened.stranger, incident=opened.incident, reason=REASON, now=now)
    with pytest.raises(Forbidden):
        end_glass(actor=opened.responder, row=row, now=now)
    end_glass(actor=opened.manager, row=row, now=now)
    assert not can(opened.stranger, "incident.view", opened.incident)
    with pytest.raises(Conflict):
        end_glass(actor=opened.manager, row=row, now=now)


def test_every_page_opened_in_an_emergency_is_entered(opened: House, now: datetime) -> None:
    break_glass(actor=opened.stranger, incident=opened.incident, reason=REASON, now=now)
    client = Client()
    client.force_login(opened.stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("timeline", args=[opened.incident.uid]))
    assert b"EMERGENCY" in page.content
    rows = Entry.objects.filter(chain=opened.incident.access_chain)
    assert [(row.actor_uid, row.subject) for row in rows] == [(opened.stranger.uid, "page/timeline")]


def test_a_closed_incident_is_for_its_managers_to_open(opened: House, now: datetime) -> None:
    with pytest.raises(Forbidden):
        access.set_need_to_know(actor=opened.responder, incident=opened.incident, closed=True, now=now)
    incident = access.set_need_to_know(actor=opened.manager, incident=opened.incident, closed=True, now=now)
    with pytest.raises(Forbidden):
        add_member(actor=opened.responder, incident=incident, user=opened.stranger, now=now)
    client = Client()
    client.force_login(opened.auditor, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("overview", args=[incident.uid])).status_code == 200, "the auditor sees all"
    (read,) = Entry.objects.filter(chain=incident.access_chain)
    assert (read.actor_uid, read.subject) == (opened.auditor.uid, "page/overview")
    add_member(actor=opened.manager, incident=incident, user=opened.stranger, now=now)
    access.set_need_to_know(actor=opened.manager, incident=incident, closed=False, now=now)
    client.get(reverse("overview", args=[incident.uid]))
    assert Entry.objects.filter(chain=incident.access_chain).count() == 1


def test_taking_a_member_out(opened: House, now: datetime) -> None:
    incident = opened.incident
    access.remove_member(actor=opened.manager, incident=incident, user=opened.responder, now=now)
    assert not can(opened.responder, "incident.view", incident)
    for user in (opened.second_manager, opened.deputy, opened.officer):
        access.remove_member(actor=opened.manager, incident=incident, user=user, now=now)
    with pytest.raises(Conflict):
        access.remove_member(actor=opened.manager, incident=incident, user=opened.manager, now=now)


def test_a_guest_sees_what_they_were_asked_and_nothing_else(opened: House, now: datetime) -> None:
    incident, guest = opened.incident, opened.guest
    _event, mine = evidence.log_with_file(
        actor=opened.responder,
        incident=incident,
        party=opened.party,
        kind="detected",
        text="Alarm.",
        moment=Moment.at(now - timedelta(hours=1), "Europe/Paris"),
        stream=io.BytesIO(b"policy"),
        filename="policy.txt",
        now=now,
    )
    run = start_playbook(
        actor=opened.responder, incident=incident, party=opened.party, key="web_application", now=now
    )
    task, other = run.tasks.order_by("-position")[:2]
    with pytest.raises(Forbidden):
        move_task(actor=guest, task=task, to="done", note="", now=now)
    assign_task(actor=opened.responder, task=task, owner=guest, now=now)
    shared = access.share(actor=opened.manager, attachment=mine, user=guest, now=now)
    with pytest.raises(Conflict):
        access.share(actor=opened.manager, attachment=mine, user=guest, now=now)
    with pytest.raises(BadInput):
        access.share(actor=opened.manager, attachment=mine, user=opened.responder, now=now)

    client = Client()
    client.force_login(guest, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/", follow=True)
    assert page.request["PATH_INFO"] == reverse("asked", args=[incident.uid])
    assert b"policy.txt" in page.content
    assert incident.title.encode() not in page.content
    file = client.get(reverse("asked-file", args=[incident.uid, shared.uid]))
    assert b"".join(file.streaming_content) == b"policy"  # type: ignore[attr-defined]
    assert file["Content-Disposition"].startswith("attachment")
    (read,) = Entry.objects.filter(chain=incident.access_chain)
    assert (read.actor_uid, read.subject) == (guest.uid, f"evidence/{mine.uid}")
    for name in ("overview", "timeline", "people", "playbook", "ledger", "access"):
        assert client.get(reverse(name, args=[incident.uid])).status_code == 404
    assert client.get(reverse("evidence-download", args=[incident.uid, mine.uid])).status_code == 404

    answer = {"task": task.uid, "step": "finish", "note": "Our policy covers it."}
    assert client.post(reverse("asked", args=[incident.uid]), answer).status_code == 302
    task.refresh_from_db()
    assert task.state == "done"
    with pytest.raises(Forbidden):
        move_task(actor=guest, task=other, to="doing", note="", now=now)

    access.take_back(actor=opened.manager, row=Share.objects.get(), now=now)
    assert client.get(reverse("asked-file", args=[incident.uid, shared.uid])).status_code == 404


def test_a_guest_sees_one_incident(opened: House, now: datetime) -> None:
    first = opened.incident
    second = opened.open(now, title="Another one")
    with pytest.raises(BadInput):
        add_member(actor=opened.manager, incident=second, user=opened.guest, now=now)
    access.remove_member(actor=opened.manager, incident=first, user=opened.guest, now=now)
    with pytest.raises(Forbidden):
        add_member(actor=opened.responder, incident=second, user=opened.guest, now=now)
    add_member(actor=opened.manager, incident=second, user=opened.guest, now=now)
