"""Bounces collected from a real IMAP server: understood ones go, the others stay for a person to see."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from imapclient import FLAGGED, IMAPClient
from imapclient.exceptions import IMAPClientError

from breach import clock
from notifications import jobs
from notifications.delivery import mailbox
from notifications.delivery.email import envelope_sender
from notifications.delivery.mailbox import Account, MailboxUnreachable, collect
from notifications.models import Attempt, Notice
from tests.notifications.delivery.bounced import dsn, out_of_office
from tests.notifications.delivery.conftest import Mailroom, free_port
from tests.notifications.delivery.test_outbox import BRUNO, DORA, row_to, send

USER, PASSWORD = "bounces", "not-a-secret"


@pytest.fixture
def box() -> Iterator[Account]:
    """An IMAP server on loopback with one empty mailbox."""
    port = free_port()
    options = [f"--no-service={name}" for name in ("lmtp", "managesieve", "admin")]
    options += ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    options += ["--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    command = [str(Path(sys.executable).with_name("pymap")), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        made = Account("127.0.0.1", port, USER, PASSWORD, "Bounces")
        try:
            _wait(made)
            yield made
        finally:
            server.terminate()


def _wait(box: Account) -> None:
    for _try in range(100):
        try:
            with _client(box) as client:
                client.create_folder(box.folder)
                return
        except (OSError, IMAPClientError):
            time.sleep(0.1)
    pytest.fail("the IMAP server did not start")


def _client(box: Account) -> IMAPClient:
    client = IMAPClient(box.host, box.port, ssl=False)
    client.login(box.user, box.password)
    return client


def put(box: Account, *messages: bytes) -> None:
    with _client(box) as client:
        for message in messages:
            client.append(box.folder, message)


def left(box: Account) -> list[bool]:
    """For each message that is still there, whether it is flagged."""
    with _client(box) as client:
        client.select_folder(box.folder, readonly=True)
        uids = client.search(["ALL"])
        return [FLAGGED in found for found in client.get_flags(uids).values()] if uids else []


def bounce_of(notice: Notice, address: str) -> bytes:
    attempt = Attempt.objects.filter(person_notice=row_to(notice, address)).latest("pk")
    return dsn(to=envelope_sender(attempt.uid), recipient=address, status="5.1.1")


def test_what_is_understood_goes_and_the_rest_is_flagged(
    notice: Notice, mailroom: Mailroom, box: Account, now: datetime
) -> None:
    send(notice, now)
    stranger = dsn(to="bounce@rivage.example", recipient="else@mail.example", status="5.1.1")
    put(box, bounce_of(notice, BRUNO), stranger, b"Subject: hello\r\n\r\nWho are you?\r\n")

    counts = collect(box, lambda: now)

    assert counts == {"hard": 2, "other": 1, "unmatched": 2}
    assert (row_to(notice, BRUNO).channel, left(box)) == ("post", [True, True])
    assert collect(box, lambda: now) == {}


def test_a_worker_killed_before_it_deletes_does_no_harm(
    notice: Notice, mailroom: Mailroom, box: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(notice, now)
    put(box, bounce_of(notice, BRUNO), bounce_of(notice, DORA))

    def killed(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(mailbox, "_file", killed)
        with pytest.raises(KeyboardInterrupt):
            collect(box, lambda: now)
    assert len(left(box)) == 2

    assert collect(box, lambda: now) == {"hard": 2, "unmatched": 0}
    assert (left(box), row_to(notice, BRUNO).tried) == ([], ["email"])


def test_a_message_too_large_for_a_bounce_is_not_fetched(
    box: Account, now: datetime, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(mailbox, "MAX_BYTES", 200)
    put(box, b"Subject: x\r\n\r\n" + b"y" * 400 + b"\r\n")

    assert collect(box, lambda: now) == {"too_large": 1, "unmatched": 1}
    assert left(box) == [True]


def test_an_automatic_answer_is_matched_and_deleted(
    notice: Notice, mailroom: Mailroom, box: Account, now: datetime
) -> None:
    send(notice, now)
    attempt = Attempt.objects.filter(person_notice=row_to(notice, BRUNO)).latest("pk")
    put(box, out_of_office(to=envelope_sender(attempt.uid)))

    assert collect(box, lambda: now) == {"answer": 1, "unmatched": 0}
    assert (left(box), row_to(notice, BRUNO).state) == ([], "accepted")


@pytest.mark.parametrize("wrong", ["password", "folder", "port"])
def test_a_mailbox_that_cannot_be_opened_says_so_without_words_of_the_server(
    box: Account, now: datetime, wrong: str
) -> None:
    values: dict[str, Any] = {"password": "x", "folder": "Nowhere", "port": free_port()}
    parts = {
        "host": box.host,
        "port": box.port,
        "user": box.user,
        "password": box.password,
        "folder": box.folder,
    }

    with pytest.raises(MailboxUnreachable) as failed:
        collect(Account(**(parts | {wrong: values[wrong]})), lambda: now)
    assert str(failed.value).isalpha()


def test_the_job_collects_where_a_mailbox_is_set_up(
    notice: Notice,
    mailroom: Mailroom,
    box: Account,
    now: datetime,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    queued: list[tuple[str, ...]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda *call: queued.append(call))
    send(notice, now)
    put(box, bounce_of(notice, BRUNO))
    jobs.collect_bounces()
    assert queued == []

    settings.TOCSIN_IMAP_HOST, settings.TOCSIN_IMAP_PORT = box.host, box.port
    settings.TOCSIN_IMAP_USER, settings.TOCSIN_IMAP_PASSWORD = box.user, box.password
    settings.TOCSIN_IMAP_FOLDER = box.folder
    jobs.collect_bounces()
    assert ("delivery.print_batch", notice.uid) in queued
    assert row_to(notice, BRUNO).channel == "post"
    settings.TOCSIN_IMAP_PASSWORD = "wrong"
    jobs.collect_bounces()
