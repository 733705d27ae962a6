"""Posting a small signed JSON document to one address: bounded in time, no redirects, nothing of the answer kept.

The signature is HMAC-SHA256 over `timestamp.body` (breach/vault/mac.py), in the header `Tocsin-Signature:
t=SECONDS,v1=HEX`; the time inside lets the receiver refuse an old message that somebody sends again.
"""

import http.client
import ipaddress
import json
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from breach import clock
from breach.errors import BadInput
from breach.vault.mac import message_mac

TIMEOUT = 10.0  # seconds for the whole exchange, whatever the other side does
LONGEST_URL = 500
LONGEST_LINE = 256  # bytes of the answer that are read: its first line
AGENT = "Tocsin"
PLAIN = re.compile(r"[!-~]+")  # printable ASCII without spaces


@dataclass(frozen=True, slots=True)
class Target:
    """An address (checked by `parse_target`) and the key that its messages are signed with."""

    url: SplitResult
    key: bytes


class NoAnswer(Exception):  # noqa: N818
    """Nothing usable came back; `kind` says what, without quoting the address. `sent`: the message had left."""

    def __init__(self, kind: str, *, sent: bool) -> None:
        self.kind, self.sent = kind, sent
        super().__init__(kind)


def parse_target(url: str, *, place: str = "url") -> SplitResult:
    """Check an address that alarms may be posted to. Raises BadInput.

    https everywhere; plain http on this machine only, for a relay of the house. No name and password in it.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or len(text) > LONGEST_URL or not PLAIN.fullmatch(text):
        raise BadInput(_("This is no web address"), place=place, mend=_("Write it as https://host/path."))
    if parts.username or parts.password or parts.fragment:
        raise BadInput(
            _("The address holds a name, a password or a fragment"),
            place=place,
            mend=_("Leave them out; messages are signed instead."),
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise BadInput(
            _("The address is not https"),
            place=place,
            mend=_("Use https; http is taken for this machine only."),
        )
    return parts


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def signature(key: bytes, body: bytes, at: datetime) -> str:
    """Return the value of the header for this body, signed at `at`."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={message_mac(key, str(seconds).encode() + b'.' + body).hex()}"


def post(target: Target, document: Mapping[str, Any], *, at: datetime) -> int:
    """Post `document` and return the status of the answer, any status. Raises NoAnswer."""
    body = json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Connection": "close",
        "Tocsin-Signature": signature(target.key, body, at),
    }
    until = clock.ticks() + TIMEOUT
    connection, sent = _connection(target.url), False
    try:
        connection.connect()
        sent = True
        connection.request("POST", _path(target.url), body, headers)
        return _status(connection.sock, until)
    except (OSError, http.client.HTTPException, ValueError) as failure:
        raise NoAnswer(type(failure).__name__, sent=sent) from None
    finally:
        connection.close()


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, url.port or 443, timeout=TIMEOUT, context=context)
    return http.client.HTTPConnection(host, url.port or 80, timeout=TIMEOUT)


def _path(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


def _status(sock: socket.socket, until: float) -> int:
    """Read the first line of the answer and no more; a server that drips cannot hold the sweep."""
    line = b""
    while b"\n" not in line and len(line) < LONGEST_LINE:
        left = until - clock.ticks()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)
        chunk = sock.recv(LONGEST_LINE)
        if not chunk:
            break
        line += chunk
    protocol, _space, rest = line.split(b"\n")[0].partition(b" ")
    code = rest[:3]
    if not protocol.startswith(b"HTTP/1.") or not code.isdigit():
        raise http.client.BadStatusLine("")
    return int(code)
