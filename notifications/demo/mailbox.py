"""A real mail server on loopback: takes letters for everybody but one full mailbox, and returns that one as a bounce.

Mail is kept in memory for counting and for the bounce; nothing of it is written to disk.
"""

import asyncio
import socket
import uuid
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass
class Post:
    """What arrived: messages per envelope sender (each letter has its own), bounces to hand back, subjects."""

    accepted: Counter[str] = field(default_factory=Counter)
    subjects: set[str] = field(default_factory=set)
    bounces: list[bytes] = field(default_factory=list)


class _Taker:
    def __init__(self, post: Post, full_mailbox: str) -> None:
        self.post, self.full = post, full_mailbox.casefold()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = message_from_bytes(content)
        self.post.subjects.add(str(message["Subject"]))
        self.post.accepted[str(envelope.mail_from)] += 1
        for recipient in envelope.rcpt_tos:
            if recipient.casefold() == self.full:
                self.post.bounces.append(delivery_report(str(envelope.mail_from), recipient, content))
        await asyncio.sleep(0)
        return "250 Message accepted"


def delivery_report(sender: str, recipient: str, original: bytes) -> bytes:
    """Write the delivery status notification (RFC 3464) of a mailbox that does not exist any more."""
    status = "\r\n".join(
        (
            "Reporting-MTA: dns; mx.example.net",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 mailbox does not exist",
            "",
        )
    )
    headers = original.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
    boundary = uuid.uuid4().hex
    lines = [
        b"From: Mail Delivery System <mailer-daemon@mx.example.net>",
        f"To: {sender}".encode(),
        b"Subject: Undelivered Mail Returned to Sender",
        b"Auto-Submitted: auto-replied",
        b"MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"'.encode(),
        b"",
        f"--{boundary}".encode(),
        b"Content-Type: text/plain; charset=us-ascii",
        b"",
        b"Your message could not be delivered: the mailbox does not exist.",
        b"",
        f"--{boundary}".encode(),
        b"Content-Type: message/delivery-status",
        b"",
        status.encode(),
        f"--{boundary}".encode(),
        b"Content-Type: text/rfc822-headers",
        b"",
        headers.rstrip(b"\r\n"),
        b"",
        f"--{boundary}--".encode(),
        b"",
    ]
    return b"\r\n".join(lines)


class MailServer:
    """Use as a context manager; `port` is free on loopback, `post` what arrived so far."""

    def __init__(self, full_mailbox: str) -> None:
        self.post = Post()
        self.port = free_port()
        self._controller = Controller(_Taker(self.post, full_mailbox), hostname=HOST, port=self.port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
