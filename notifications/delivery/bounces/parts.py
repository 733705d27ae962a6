"""Taking a message apart: the notice that a mail program wrote, and the message that did not arrive below it.

Many notices break MIME (RFC 2045, 2046): boundaries that do not match, missing headers, reports inside of text. So
the notice is read as text too, and cut where the original begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from html.parser import HTMLParser

from notifications.delivery.bounces import words

LONGEST = 200_000  # characters of one part that are read
_ORIGINALS = {
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/partial",
    "message/global",
}
_STATUS = {"message/delivery-status", "message/global-delivery-status"}
_HEADER = re.compile(r"^[A-Za-z][A-Za-z0-9-]{1,40}:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parts:
    """`notice` is all text the mail program wrote, reports included; `original` the headers of what did not arrive;
    `size` counts the characters of all text outside of originals.
    """

    notice: str
    original: Message | None
    size: int = 0


class _Text(HTMLParser):
    """The text of an HTML notice, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - given
        if tag in {"br", "p", "div", "tr", "td", "li", "h1", "h2", "h3", "pre"}:
            self.pieces.append("\n")


def parts_of(message: Message) -> Parts:
    """Return notice and original of a message. Never raises for what a stranger wrote."""
    texts: list[str] = []
    original: Message | None = None
    for part in _walk(message):
        if part.get_content_type() in _ORIGINALS:
            original = original or _inner(part)
            continue
        texts.append(_text(part))
    whole = "\n".join(text for text in texts if text)
    if message.defects and message.is_multipart() and isinstance(message.preamble, str):
        whole = f"{message.preamble}\n{whole}"
    notice, rest = _cut(whole)
    return Parts(notice, original or (_headers_in(rest) if rest else None), len(whole))


def _walk(message: Message) -> Iterator[Message]:
    """Yield the leaves, without going into originals, so that their texts are never taken for the notice."""
    if message.get_content_type() in _ORIGINALS or message.get_content_type() in _STATUS:
        yield message
    elif message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _walk(part)
    else:
        yield message


def _text(part: Message) -> str:
    if part.get_content_type() in _STATUS:
        payload = part.get_payload()
        blocks = payload if isinstance(payload, list) else [payload]
        return "\n\n".join(str(one) for one in blocks)[:LONGEST]
    if part.get_content_maintype() not in {"text", "message", "multipart"}:
        return ""
    text = _decoded(part)
    if part.get_content_type() == "text/html":
        parser = _Text()
        parser.feed(text)
        return "".join(parser.pieces)
    return text


def _decoded(part: Message) -> str:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return str(part.get_payload() or "")[:LONGEST]
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return body[:LONGEST].decode(charset, "replace")
    except LookupError:
        return body[:LONGEST].decode("latin-1")


def _inner(part: Message) -> Message | None:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    return _headers_in(_decoded(part))


def _headers_in(text: str) -> Message | None:
    """Read headers that stand in plain text, where there are some; blank lines and marks before them are passed over."""
    found = _HEADER.search(text)
    return message_from_string(text[found.start() :]) if found else None


def _cut(text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if number and words.starts_original(line.rstrip("\r\n")):
            keep_line = _HEADER.match(line) is not None
            return "".join(lines[:number]), "".join(lines[number + (0 if keep_line else 1) :])
    return text, ""
