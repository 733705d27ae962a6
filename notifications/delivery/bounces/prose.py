"""Finding the failed recipient in what a mail program wrote for people."""

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses

_LOCAL = r"(?:\"[^\"\s]{1,64}\"|[^\s<>\"'(),:;\[\]\\@|]{1,64})"
ADDRESS = re.compile(rf"({_LOCAL}@[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,250}}[A-Za-z0-9])?)")
# The recipient of an SMTP dialogue that is quoted (RFC 5321, section 4.1.1.3).
_DIALOGUE = re.compile(rf"RCPT TO:[ ]{{0,8}}<?{ADDRESS.pattern}", re.IGNORECASE)
# An answer of a server that names the recipient: "550 5.1.1 <person@example.org>... User unknown".
_ANSWERED = re.compile(rf"(?:<<<|>>>|said:)?[ ]{{0,8}}[45]\d\d[ -][^\n]{{0,120}}?<?{ADDRESS.pattern}")
# A line that begins with the address, behind bullets, quotes or brackets.
_ALONE = re.compile(
    rf"^[\s>*•\-–\d.)(\"'<\[]{{0,12}}(?:mailto:|Address:\s*<?)?{ADDRESS.pattern}", re.IGNORECASE
)
# A line that leads up to it: "could not be delivered to:", "Unknown user:", "[Status: Error, Address: <...>".
_LED_TO = re.compile(
    rf"(?:\bto|recipients?|address(?:es)?|user|mailbox|member|for|deliver(?:ed|y)?|empf[äa]nger|destinat\w+)\b[^\n@]{{0,60}}?[\s:<\"'(\[]{{1,12}}{ADDRESS.pattern}",
    re.IGNORECASE,
)
# A line about the message that did not arrive, not about its fate.
_ABOUT_ORIGINAL = re.compile(
    r"^\s*(from|to|cc|subject|sent|date|sender|reply-to|message-id|received|for)\s*:", re.IGNORECASE
)
_NOBODY = re.compile(
    r"^(mailer-daemon|mail-daemon|post-?master|no-?reply|abuse|support|help(desk)?)@", re.IGNORECASE
)
_HEADERS_OF_OURS = (
    "To",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "From",
    "Return-Path",
    "Sender",
    "Reply-To",
)


def recipients_in(notice: str, message: Message, original: Message | None) -> tuple[str, ...]:
    """Return the failed recipients that a notice names, the most telling way of naming first; empty without any.

    Our own addresses are passed over while others are named: programs greet the one they write to.
    """
    own = {address for name in _HEADERS_OF_OURS for address in header_addresses(message, name)}
    sent_to = set(header_addresses(original, "To")) if original else set()
    for finder in (_in_dialogue, _alone, _led_to):
        found = list(dict.fromkeys(address for address in finder(notice) if not _NOBODY.match(address)))
        others = [address for address in found if address not in own or address in sent_to]
        if others:
            return tuple(others)
        if found and finder is _alone:
            return tuple(found)  # we wrote to ourselves
    return ()


def original_recipients(original: Message | None) -> tuple[str, ...]:
    """Return whom the message that did not arrive was for, by its own headers."""
    if original is None:
        return ()
    for name in ("X-HmXmrOriginalRecipient", "X-Original-To", "Delivered-To", "To", "Apparently-To"):
        if found := header_addresses(original, name):
            return found
    return ()


def header_addresses(message: Message, name: str) -> tuple[str, ...]:
    """Return the lower-case addresses of every header of this name."""
    values = [str(value) for value in message.get_all(name, [])]
    pairs = getaddresses(values)
    return tuple(dict.fromkeys(address.lower() for _name, address in pairs if "@" in address))


def _in_dialogue(notice: str) -> Iterator[str]:
    for found in _DIALOGUE.finditer(notice):
        yield _clean(found[1])
    for found in _ANSWERED.finditer(notice):
        yield _clean(found[1])


def _alone(notice: str) -> Iterator[str]:
    for line in notice.splitlines():
        if not _ABOUT_ORIGINAL.match(line) and (found := _ALONE.match(line)):
            yield _clean(found[1])


def _led_to(notice: str) -> Iterator[str]:
    for line in notice.splitlines():
        if not _ABOUT_ORIGINAL.match(line):
            yield from (_clean(found[1]) for found in _LED_TO.finditer(line))


def _clean(address: str) -> str:
    return address.strip(".-*\"'<>").lower()
