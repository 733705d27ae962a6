"""An alarm that is due leaves once by each channel: after outages, with two schedulers, with servers that are down."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_rq
import pytest
from django.conf import settings as project
from django.core import mail
from django.db import connection
from rq import SimpleWorker

from breach import clock
from breach.jobs import NamedJob, enqueue
from breach.models import Entry, InAppNotice, Membership, Reminder
from breach.services import alarms, webhooks
from breach.services.alarms import MOST_TRIES, gap, send_due
from breach.services.obligations import mark_met
from tests.breach.hooks import Hook, hook_server
from tests.breach.services.clocked import START, authority_clock, begin, decide, rows
from tests.house import House
from tests.notifications.delivery.conftest import Mailroom, mailroom

__all__ = ["mailroom"]

HALF = START + timedelta(hours=36)
REFERENCE = "2026-0001"


@pytest.fixture
def clocked(house: House) -> House:
    """Only the authority's clock, so that counts are those of one clock."""
    begin(house)
    keep = authority_clock(house).pk
    Reminder.objects.exclude(obligation=keep).update(state="withdrawn")
    return house


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hook_server() as server:
        yield server


def members(house: House) -> set[str]:
    return {
        user.email
        for user in (house.responder, house.manager, house.second_manager, house.deputy, house.officer)
    }


# --- once, and to everybody ------------------------------------------------------------------------------


def test_each_alarm_leaves_once_when_due(clocked: House) -> None:
    assert send_due(now=HALF - timedelta(minutes=1)) == 0
    assert send_due(now=HALF) == 10
    assert send_due(now=HALF + timedelta(minutes=1)) == 0
    assert {one.user.email for one in InAppNotice.objects.filter(kind="clock")} == members(clocked)
    assert {one.to[0] for one in mail.outbox} == members(clocked)
    assert len(mail.outbox) == 5
    for channel in ("in_app", "email"):
        assert ("50", "sent", False) in rows(authority_clock(clocked), channel, clocked.manager)


def test_mail_says_reference_and_deadline_and_nothing_of_the_case(clocked: House) -> None:
    clocked.manager.language = "fr"
    clocked.manager.zone = "America/Montreal"
    clocked.manager.save()
    send_due(now=HALF)
    english = next(one for one in mail.outbox if one.to == [clocked.responder.email])
    assert english.subject == f"{REFERENCE}: a deadline needs you"
    assert english.body == (
        f"In {REFERENCE} something is due.\n"
        "It ends on 2026-11-27 10:00 (Europe/Paris).\n\n"
        "Sign in to see what to do. This message says no more on purpose: mail may be read by others.\n"
    )
    french = next(one for one in mail.outbox if one.to == [clocked.manager.email])
    assert french.subject.startswith(f"{REFERENCE}\u00a0: ")
    assert "2026-11-27 04:00 (America/Montreal)" in french.body
    for one in mail.outbox:
        assert "shop" not in one.subject + one.body
        assert "Rivage" not in one.subject + one.body


def test_the_ledger_says_who_was_alarmed(clocked: House) -> None:
    send_due(now=HALF)
    sent = [json.loads(one.body)["data"] for one in Entry.objects.filter(action="reminder.sent")]
    assert [(one["channel"], len(one["to"]), one["mark"], one["late"], one["again"]) for one in sent] == [
        ("in_app", 5, "50", False, False),
        *[("email", 1, "50", False, False)] * 5,
    ]


def test_somebody_who_left_or_lost_the_account_is_not_alarmed(clocked: House) -> None:
    clocked.manager.is_active = False
    clocked.manager.save()
    Membership.objects.filter(user=clocked.deputy).delete()
    assert send_due(now=HALF) == 6
    assert {one.to[0] for one in mail.outbox}.isdisjoint({clocked.manager.email, clocked.deputy.email})
    left = Reminder.objects.filter(user__in=[clocked.manager, clocked.deputy], mark="50")
    assert set(left.values_list("state", "note")) == {("withdrawn", "left")}


def test_a_drill_never_leaves_the_house(house: House, hook: Hook) -> None:
    webhooks.add_endpoint(actor=house.admin, name="Pager", url=hook.url, now=START)
    begin(house, drill=True)
    assert send_due(now=HALF) > 0
    assert InAppNotice.objects.filter(kind="clock").exists()
    assert mail.outbox == []
    assert hook.taken == []
    # Not even when a row says so.
    Reminder.objects.filter(state="planned", channel="in_app").update(channel="email")
    send_due(now=START + timedelta(hours=54))
    assert mail.outbox == []
    assert Reminder.objects.filter(note="drill").exists()


# --- outages ---------------------------------------------------------------------------------------------


def test_after_three_days_without_a_scheduler_one_late_message_covers_what_was_missed(
    clocked: House, mailroom: Mailroom
) -> None:
    after = START + timedelta(hours=72, minutes=15)
    assert send_due(now=after) == 10
    assert send_due(now=after) == 0
    clock_row = authority_clock(clocked)
    for channel in ("in_app", "email"):
        assert rows(clock_row, channel, clocked.manager) == [
            ("50", "covered", True),
            ("75", "covered", True),
            ("90", "covered", True),
            ("1h", "covered", True),
            ("end", "sent", True),
        ]
    assert not Reminder.objects.filter(obligation=clock_row, state="planned").exists()
    assert {address for _sender, address, _message in mailroom.taken} == members(clocked)
    assert len(mailroom.taken) == 5
    body = mailroom.taken[0][2].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "This message is late" in body
    assert InAppNotice.objects.filter(user=clocked.manager, kind="clock").count() == 1
    entry = Entry.objects.filter(action="reminder.sent").order_by("pk")[0]
    assert json.loads(entry.body)["data"]["covers"] == ["1h", "50", "75", "90"]


def test_a_clock_corrected_twice_while_the_scheduler_stood_still_alarms_by_the_last_word(
    clocked: House, mailroom: Mailroom
) -> None:
    decide(clocked, START - timedelta(hours=10), START + timedelta(hours=30), "corrected")
    decide(clocked, START - timedelta(hours=30), START + timedelta(hours=31), "corrected")
    keep = authority_clock(clocked)
    Reminder.objects.exclude(obligation=keep).update(state="withdrawn")
    assert send_due(now=START + timedelta(hours=31, minutes=1)) == 10
    assert len(mailroom.taken) == 5
    text = mailroom.taken[0][2].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "2026-11-26 04:00 (Europe/Paris)" in text
    assert rows(keep, "email", clocked.manager)[0] == ("75", "sent", False)


def test_a_mail_server_that_is_down_loses_nothing_and_stops_nothing_else(
    clocked: House, settings: Any, mailroom: Mailroom
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert send_due(now=HALF) == 5  # the notices in the application
    email = Reminder.objects.filter(channel="email", mark="50", state="planned")
    assert email.count() == 5
    assert sorted(email.values_list("tries", flat=True)) == [0, 0, 0, 0, 1]  # one try tells for all
    settings.EMAIL_PORT = port
    assert send_due(now=HALF + timedelta(seconds=30)) == 4
    assert send_due(now=HALF + timedelta(minutes=1, seconds=1)) == 1
    assert sorted(address for _s, address, _m in mailroom.taken) == sorted(members(clocked))


def test_one_refused_mailbox_does_not_keep_the_others_waiting(clocked: House, mailroom: Mailroom) -> None:
    mailroom.answers[clocked.manager.email] = "450 4.2.1 mailbox busy"
    assert send_due(now=HALF) == 9
    row = Reminder.objects.get(channel="email", mark="50", user=clocked.manager)
    assert (row.state, row.tries, row.note) == ("planned", 1, "SMTPRecipientsRefused")
    assert row.next_try_at > HALF


def test_gaps_grow_and_end() -> None:
    minutes = [gap(tries) / timedelta(minutes=1) for tries in range(1, 8)]
    assert minutes == [1, 2, 4, 8, 16, 30, 30]
    whole = sum((gap(tries) for tries in range(1, MOST_TRIES)), timedelta())
    assert timedelta(days=2, hours=22) < whole < timedelta(days=4)


def test_an_alarm_that_cannot_be_delivered_in_the_end_is_said_to_the_managers(
    clocked: House, mailroom: Mailroom
) -> None:
    mailroom.answers[clocked.responder.email] = "550 5.1.1 no such mailbox"
    Reminder.objects.filter(channel="email", user=clocked.responder, mark="50").update(tries=MOST_TRIES - 1)
    send_due(now=HALF)
    row = Reminder.objects.get(channel="email", user=clocked.responder, mark="50")
    assert (row.state, row.tries) == ("failed", MOST_TRIES)
    told = InAppNotice.objects.filter(kind="alarm_failed").values_list("user__email", flat=True)
    assert set(told) == members(clocked) - {clocked.responder.email}
    assert Entry.objects.filter(action="reminder.failed", chain=clocked.incident.chain).count() == 1
    assert send_due(now=HALF + timedelta(hours=1)) == 0


def test_a_newer_mark_does_not_wait_for_the_older_one_and_covers_it(
    clocked: House, settings: Any, mailroom: Mailroom
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    send_due(now=HALF)
    Reminder.objects.filter(mark="50", channel="email").update(
        next_try_at=START + timedelta(hours=60), tries=9
    )
    settings.EMAIL_PORT = port
    send_due(now=START + timedelta(hours=54))
    assert rows(authority_clock(clocked), "email", clocked.manager)[:2] == [
        ("50", "covered", True),
        ("75", "sent", False),
    ]


# --- broken off ------------------------------------------------------------------------------------------


def test_a_claim_left_by_a_killed_sweep_goes_out_again_and_says_so(
    clocked: House, mailroom: Mailroom
) -> None:
    mine = Reminder.objects.filter(mark="50", channel="email", user=clocked.manager)
    mine.update(state="handing_over", claimed_at=HALF)
    send_due(now=HALF + timedelta(minutes=5))
    assert mailroom.to(clocked.manager.email) == 0
    send_due(now=HALF + timedelta(minutes=11))
    assert mailroom.to(clocked.manager.email) == 1
    message = mailroom.taken[-1][2]
    assert "You may have had this message before" in message.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert message["Message-ID"].startswith(f"<alarm.{mine.get().uid}@")
    entry = Entry.objects.filter(action="reminder.sent").order_by("-pk")[0]
    assert json.loads(entry.body)["data"]["again"] is True


def test_a_server_that_hangs_up_after_taking_the_message_gets_it_again_marked(
    clocked: House, mailroom: Mailroom
) -> None:
    mailroom.hang_up.add(clocked.manager.email)
    send_due(now=HALF)
    mailroom.hang_up.clear()
    for minutes in (1, 3, 6):
        send_due(now=HALF + timedelta(minutes=minutes, seconds=5))
    bodies = [
        message.get_payload(decode=True).decode()  # type: ignore[union-attr]
        for _sender, address, message in mailroom.taken
        if address == clocked.manager.email
    ]
    assert ["You may have had" in body for body in bodies] == [False, True]


def test_what_was_met_in_the_meantime_is_not_alarmed(clocked: House) -> None:
    case: Any = {
        "actor": clocked.manager,
        "incident": clocked.incident,
        "party": clocked.party,
        "regime": "eu_gdpr_controller",
        "to": "authority",
        "phase": "initial",
    }
    mark_met(**case, at=START + timedelta(hours=2), now=START + timedelta(hours=2))
    assert send_due(now=START + timedelta(hours=80)) == 0
    assert mail.outbox == []


# --- webhook ---------------------------------------------------------------------------------------------


def test_an_endpoint_is_told_reference_deadline_mark_and_lateness(clocked: House, hook: Hook) -> None:
    added = webhooks.add_endpoint(actor=clocked.admin, name="Pager", url=hook.url + "alarms?x=1", now=START)
    send_due(now=HALF + timedelta(minutes=20))
    sent = [one for one in hook.documents if one["mark"] == "50"]
    row = Reminder.objects.get(endpoint=added.endpoint, obligation=authority_clock(clocked), mark="50")
    assert sent[0] == {
        "reference": REFERENCE,
        "deadline": "2026-11-27T09:00:00+00:00",
        "mark": "50",
        "late": True,
        "key": row.uid,
        "again": False,
    }
    assert hook.taken[0][0] == "/alarms?x=1"
    assert row.state == "sent"


def test_an_endpoint_that_fails_is_asked_again_and_others_do_not_wait(clocked: House, hook: Hook) -> None:
    with hook_server() as other:
        webhooks.add_endpoint(actor=clocked.admin, name="Pager", url=hook.url, now=START)
        webhooks.add_endpoint(actor=clocked.admin, name="Chat", url=other.url, now=START)
        keep = authority_clock(clocked).pk
        Reminder.objects.exclude(obligation=keep).update(state="withdrawn")
        hook.status = 503
        send_due(now=HALF)
        assert (len(hook.taken), len(other.taken)) == (1, 1)
        hook.status = 200
        send_due(now=HALF + timedelta(minutes=1, seconds=5))
        assert (len(hook.taken), len(other.taken)) == (2, 1)
        assert hook.documents[0]["key"] == hook.documents[1]["key"]


# --- the queue -------------------------------------------------------------------------------------------


@pytest.mark.queue
@pytest.mark.django_db(transaction=True)
def test_a_flushed_redis_loses_no_alarm(
    clocked: House, mailroom: Mailroom, redis_socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: HALF)
    queue = django_rq.get_queue("default")
    queue.connection.flushdb()
    enqueue("clocks.sweep")
    assert queue.count == 1
    queue.connection.flushdb()
    assert queue.count == 0
    enqueue("clocks.sweep")  # as the scheduler does half a minute later
    worker = SimpleWorker([queue], connection=queue.connection, job_class=NamedJob)
    worker.work(burst=True, logging_level="ERROR")
    assert queue.failed_job_registry.get_job_ids() == []
    assert {address for _sender, address, _message in mailroom.taken} == members(clocked)
    assert len(mailroom.taken) == 5


# --- two schedulers at once ------------------------------------------------------------------------------

SWEEP = """
import sys, time
from datetime import datetime
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from breach.services.alarms import send_due
Path(sys.argv[2]).touch()
while not Path(sys.argv[3]).exists():
    time.sleep(0.005)
print(send_due(now=datetime.fromisoformat(sys.argv[4])))
"""


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_send_each_alarm_once(
    house: House, mailroom: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(house)
    planned = Reminder.objects.filter(mark="50", channel="email", state="planned", due__lte=HALF)
    expected = planned.count()
    assert expected >= 5
    for name, value in {
        "DJANGO_SETTINGS_MODULE": "breach.settings",
        "TOCSIN_SMTP_HOST": "127.0.0.1",
        "TOCSIN_SMTP_PORT": str(mailroom.port),
        "TOCSIN_SMTP_STARTTLS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    go = tmp_path / "go"
    sweeps = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", SWEEP, str(connection.settings_dict["NAME"])),
                *(str(tmp_path / f"ready{number}"), str(go), HALF.isoformat()),
            ],
            cwd=project.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    started = clock.ticks()
    while not all((tmp_path / f"ready{number}").exists() for number in (1, 2)):
        assert clock.ticks() - started < 60
    go.touch()
    counts = [int(one.communicate(timeout=120)[0]) for one in sweeps]
    assert [one.returncode for one in sweeps] == [0, 0]
    assert planned.count() == 0
    assert len(mailroom.taken) == expected
    assert len({message["Message-ID"] for _s, _a, message in mailroom.taken}) == expected
    assert sum(counts) == Reminder.objects.filter(state="sent").count()
    assert Reminder.objects.filter(state="handing_over").count() == 0
    assert InAppNotice.objects.filter(kind="clock").count() == expected


def test_sweeps_end_well_before_a_claim_runs_out() -> None:
    assert 2 * alarms.RUN_FOR < alarms.CLAIM_HOLDS
