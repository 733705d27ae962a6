"""The mailbox that bounces come back to, collected over IMAP (RFC 9051).

Each message is read by the same service as one that a mail server pipes in. What was understood is deleted there, since a
bounce quotes addresses; what was not is marked as seen and flagged, so that a person who looks into the mailbox finds it.
Reading a message twice changes nothing, so a worker killed in between does no harm.
"""

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from imapclient import DELETED, FLAGGED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from breach.errors import BadInput, Conflict
from notifications.delivery.bounces import MAX_BYTES
from notifications.services.returns import BounceResult, record_bounce

log = structlog.get_logger(__name__)

SECONDS = 30
# More than this in one go and the worker could not be stopped for long; the next run takes the rest.
AT_ONCE = 200
_SIZE, _BODY = b"RFC822.SIZE", b"BODY[]"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is. Without TLS only on this machine."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"

    def __repr__(self) -> str:
        return f"<Account {self.host}:{self.port}>"


class MailboxUnreachable(Exception):  # noqa: N818 - what happened
    """The mailbox could not be opened; carries no text of the other side."""


class MailboxRefused(MailboxUnreachable):
    """The server is there and does not let us in, or has no such folder."""


def account() -> Account | None:
    """Return the mailbox that the settings name, or None."""
    if not settings.TOCSIN_IMAP_HOST:
        return None
    return Account(
        settings.TOCSIN_IMAP_HOST,
        settings.TOCSIN_IMAP_PORT,
        settings.TOCSIN_IMAP_USER,
        settings.TOCSIN_IMAP_PASSWORD,
        settings.TOCSIN_IMAP_FOLDER,
    )


def collect(box: Account, now: Callable[[], datetime], limit: int = AT_ONCE) -> dict[str, int]:
    """Read up to `limit` unseen messages and return how many of each kind, with `unmatched` and `too_large` ones.

    Raises MailboxUnreachable.
    """
    counts: Counter[str] = Counter()
    try:
        with _opened(box) as client:
            client.select_folder(box.folder)
            for uid, raw in _unseen(client, limit):
                told = None if raw is None else _record(raw, now())
                counts["too_large" if raw is None else told.kind.value if told else "unreadable"] += 1
                counts["unmatched"] += told is None or not told.matched
                _file(client, uid, understood=told is not None and told.matched)
    except (IMAPClientError, OSError) as error:
        raise MailboxUnreachable(type(error).__name__) from None
    return dict(counts)


def look(box: Account) -> int:
    """Open the mailbox, change nothing in it, and return how many unread messages lie there.

    Raises MailboxRefused for a wrong name, password or folder, else MailboxUnreachable.
    """
    try:
        with _opened(box) as client:
            if not client.folder_exists(box.folder):
                raise MailboxRefused
            client.select_folder(box.folder, readonly=True)
            return len(client.search(["UNSEEN", "UNDELETED"]))
    except LoginError:
        raise MailboxRefused from None
    except (IMAPClientError, OSError) as error:
        raise MailboxUnreachable(type(error).__name__) from None


def _record(raw: bytes, now: datetime) -> BounceResult | None:
    try:
        return record_bounce(raw=raw, now=now)
    except (BadInput, Conflict):
        return None


@contextmanager
def _opened(box: Account) -> Iterator[IMAPClient]:
    is_here = box.host in _LOOPBACK
    context = None if is_here else ssl.create_default_context()
    client = IMAPClient(box.host, box.port, ssl=not is_here, ssl_context=context, timeout=SECONDS)
    try:
        client.login(box.user, box.password)
        yield client
    finally:
        client.logout()


def _unseen(client: IMAPClient, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield each unseen message with its content, None for one that is larger than any bounce."""
    uids = sorted(client.search(["UNSEEN", "UNDELETED"]))[:limit]
    sizes = client.fetch(uids, [_SIZE]) if uids else {}
    for uid in uids:
        if sizes.get(uid, {}).get(_SIZE, 0) > MAX_BYTES:
            yield uid, None
            continue
        # PEEK: a message counts as seen once what it says is stored, not before.
        found = client.fetch([uid], ["BODY.PEEK[]"])
        if uid in found:
            yield uid, found[uid][_BODY]


def _file(client: IMAPClient, uid: int, *, understood: bool) -> None:
    if not understood:
        client.add_flags([uid], [SEEN, FLAGGED])
        return
    client.add_flags([uid], [SEEN, DELETED])
    if client.has_capability("UIDPLUS"):
        client.uid_expunge([uid])
