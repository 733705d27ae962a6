"""The test button sends by the real mail server to whoever presses it, and says what came of it and no more."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from breach.models import Entry
from notifications.models import TransportTrial
from tests.house import House
from tests.notifications.delivery.conftest import Mailroom, free_port
from tests.notifications.delivery.test_mailbox import box  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
PAGE = "/settings/transports/"


@pytest.fixture
def admin(client: Client, house: House) -> Client:
    client.force_login(house.admin)
    return client


def ended() -> tuple[str, str, str]:
    row = TransportTrial.objects.get()
    return row.outcome, row.code, row.status


def said(answer: Any) -> list[str]:
    return [f"{one.level_tag}: {one.message}" for one in answer.context["messages"]]


def test_the_message_goes_to_whoever_presses(admin: Client, house: House, mailroom: Mailroom) -> None:
    answer = admin.post(PAGE, {"step": "email"}, follow=True)
    row = TransportTrial.objects.get()
    [(sender, to, message)] = mailroom.taken
    assert (sender, to) == (f"bounce+{row.uid}@rivage.example", house.admin.email)
    assert message["From"] == "Tocsin <incident@rivage.example>"
    assert ended() == ("success", "accepted", "")
    [text] = said(answer)
    assert text.startswith("success: The mail server took the message for ada@example.org.")
    entries = Entry.objects.filter(subject=row.uid).order_by("pk")
    assert [(one.action, one.data) for one in entries] == [
        ("transport.trial_begun", {"transport": "email"}),
        ("transport.tried", {"outcome": "success", "code": "accepted", "status": ""}),
    ]


@pytest.mark.parametrize(
    ("answer", "outcome", "tone"),
    [
        ("451 4.3.2 later", ("temporary", "server_busy", "4.3.2"), "warning: It did not work for now"),
        (
            "550 5.1.1 nobody",
            ("permanent", "mailbox_unknown", "5.1.1"),
            "error: It did not work, and will not before something is changed",
        ),
    ],
)
def test_a_refusal_is_said_as_what_it_is(
    admin: Client,
    house: House,
    mailroom: Mailroom,
    answer: str,
    outcome: tuple[str, ...],
    tone: str,
) -> None:
    mailroom.answers[house.admin.email] = answer
    [text] = said(admin.post(PAGE, {"step": "email"}, follow=True))
    assert ended() == outcome
    assert text.startswith(tone)
    assert outcome[2] in admin.get(PAGE).content.decode()


def test_a_line_that_breaks_behind_the_content_is_unclear(
    admin: Client,
    house: House,
    mailroom: Mailroom,
) -> None:
    mailroom.hang_up.add(house.admin.email)
    [text] = said(admin.post(PAGE, {"step": "email"}, follow=True))
    assert ended() == ("ambiguous", "connection_lost", "")
    assert text.startswith("warning: Nobody can say whether the message left")


def test_no_server_is_temporary(admin: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", free_port(), False
    admin.post(PAGE, {"step": "email"})
    assert ended() == ("temporary", "no_connection", "")


def test_the_mailbox_is_opened_and_left_as_it_is(admin: Client, settings: Any, box: Any) -> None:  # noqa: F811
    settings.TOCSIN_IMAP_HOST, settings.TOCSIN_IMAP_PORT = box.host, box.port
    settings.TOCSIN_IMAP_USER, settings.TOCSIN_IMAP_PASSWORD = box.user, box.password
    settings.TOCSIN_IMAP_FOLDER = box.folder
    [text] = said(admin.post(PAGE, {"step": "bounces"}, follow=True))
    assert text == "success: The mailbox opened; 0 unread messages lie in it."
    assert ended() == ("success", "opened", "")
    TransportTrial.objects.all().delete()
    settings.TOCSIN_IMAP_PASSWORD = "wrong"
    [text] = said(admin.post(PAGE, {"step": "bounces"}, follow=True))
    assert ended() == ("permanent", "refused_entry", "")
    assert "wrong" not in text + admin.get(PAGE).content.decode()


def test_without_a_mailbox_it_is_said_what_to_set(admin: Client, settings: Any) -> None:
    settings.TOCSIN_IMAP_HOST = ""
    [text] = said(admin.post(PAGE, {"step": "bounces"}, follow=True))
    assert (
        text == "error: No mailbox for bounces is set up. Set TOCSIN_IMAP_HOST, or let bounces be piped in."
    )
    assert not TransportTrial.objects.exists()


def test_a_broken_file_of_printers_keys_is_named(admin: Client, settings: Any, tmp_path: Path) -> None:
    broken = tmp_path / "keys.txt"
    broken.write_text("age1nothing\n")
    settings.TOCSIN_PRINTER_KEYS = str(broken)
    assert f"{broken}, line 1" in admin.get(PAGE).content.decode()
