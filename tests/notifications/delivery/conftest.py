"""A real SMTP server on loopback whose answers a test chooses, and a campaign ready to leave."""

# ruff: noqa: ARG002 - aiosmtpd hands its handlers more than these need

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from breach.keys import vault_for
from notifications.addressing import code_context
from notifications.models import Notice, PersonNotice
from notifications.services.prepare import prepare_some
from tests.house import House
from tests.notifications import campaign


@dataclass
class Mailroom:
    """Takes everything, unless `answers` or `on_data` says otherwise for an address."""

    port: int = 0
    taken: list[tuple[str, str, Message]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    sender_answer: str = ""
    hang_up: set[str] = field(default_factory=set)
    sessions: int = 0

    async def handle_EHLO(  # noqa: N802 - named by aiosmtpd
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos[0], message))
        if envelope.rcpt_tos[0] in self.hang_up:
            server.transport.abort()
        return "250 2.0.0 queued"

    def to(self, address: str) -> int:
        return sum(1 for _sender, recipient, _message in self.taken if recipient == address)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailroom(settings: Any) -> Iterator[Mailroom]:
    room = Mailroom()
    controller = Controller(room, hostname="127.0.0.1", port=free_port())
    controller.start()
    room.port = controller.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", room.port, 5
    settings.EMAIL_USE_TLS = False
    settings.DEFAULT_FROM_EMAIL = "incident@rivage.example"
    yield room
    controller.stop()


@pytest.fixture
def case(house: House, now: datetime) -> House:
    house.open(now)
    campaign.add_people(house, now)
    return house


@pytest.fixture
def notice(case: House, now: datetime) -> Notice:
    """Released and prepared: three letters by e-mail, one by post, one person unreachable."""
    return prepared(case, now)


def prepared(case: House, now: datetime) -> Notice:
    notice = campaign.released(case, now)
    while prepare_some(notice=notice, now=now):
        pass
    return notice


def opened_code(row: PersonNotice) -> str:
    """The code as it is printed on the letter."""
    context = code_context(row.notice.incident, row.uid)
    return vault_for(row.notice.incident).open(bytes(row.sealed_code or b""), context=context).decode()
