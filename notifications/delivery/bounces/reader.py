"""One message of the bounce mailbox, told apart: a bounce (hard or soft), an automatic answer, a complaint, or none.

RFC 3464 reports and what programs send instead; our letter is found by the envelope's token (VERP), then by our
message id in the returned part, then by address. Automatic answers follow RFC 3834, complaints RFC 5965.
"""

import logging
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from flufl.bounce import all_failures

from breach.errors import BadInput
from notifications.delivery.bounces import notices, prose, report, words
from notifications.delivery.bounces.kinds import MAX_BYTES, ComeBack, Kind
from notifications.delivery.bounces.parts import Parts, parts_of
from notifications.delivery.email import word_for
from notifications.states import Code

_UID = r"([0-9abcdefghjkmnpqrstvwxyz]{20})"
_VERP = re.compile(rf"\+{_UID}@", re.IGNORECASE)
_OUR_ID = re.compile(rf"^(?:Message-ID|In-Reply-To|References):\s*<{_UID}@", re.IGNORECASE | re.MULTILINE)
_SIGNS_NEEDED = 2
# The library looks at each line some fifty times.
_LIBRARY_READS = 100_000
_NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc", "auth-report"}
_FEEDBACK_TYPE = re.compile(r"^Feedback-Type:\s*([\w-]+)", re.IGNORECASE | re.MULTILINE)
_FEEDBACK_RECIPIENT = re.compile(
    r"^(?:Original-Rcpt-To|Removal-Recipient):\s*<?([^\s<>]+@[^\s<>]+)", re.IGNORECASE | re.MULTILINE
)
# Its tracebacks quote the message.
logging.getLogger("flufl.bounce").disabled = True


@dataclass(frozen=True, slots=True)
class _Failure:
    """What is known of a failed delivery, before it is called hard or soft."""

    addresses: tuple[str, ...]
    action: str = ""
    status: str = ""
    reply: int = 0
    said: str = ""


def read(raw: bytes, *, envelope_to: str = "") -> ComeBack:
    """Read one message as it arrived. `envelope_to` is the address it was delivered to, where the server tells it.

    Raises BadInput for an empty message or one beyond MAX_BYTES.
    """
    if not raw.strip():
        raise BadInput("The message is empty", mend="Give one message with its headers.")
    if len(raw) > MAX_BYTES:
        raise BadInput("The message is larger than any bounce", mend="Give the bounce alone.")
    message = message_from_bytes(raw, policy=policy.compat32)
    token, parts = _token(message, envelope_to, raw), parts_of(message)
    if complaint := _complaint(message, parts, token):
        return complaint
    told = notices.told_in(parts.notice)
    if told:
        return _by_service(told, token)
    reports = report.recipients_in(parts.notice)
    if not reports and _is_answer(message):
        return ComeBack(Kind.ANSWER, token)
    if reports and all(one.went_well for one in reports):
        return ComeBack(Kind.OTHER, token)
    failure = _failure(message, parts, [one for one in reports if not one.went_well])
    if failure is None:
        return ComeBack(Kind.ANSWER if _auto_submitted(message) == "auto-replied" else Kind.OTHER, token)
    return _judged(failure, token)


# --- what it is ------------------------------------------------------------------------------------------


def _complaint(message: Message, parts: Parts, token: str) -> ComeBack | None:
    """Return a complaint, where the message is one; None otherwise. Reports on authentication are none."""
    feedback = [part for part in message.walk() if part.get_content_type() == "message/feedback-report"]
    by_header = parts.original is not None and "X-HmXmrOriginalRecipient" in parts.original
    if not feedback and not by_header and _report_type(message) != "feedback-report":
        return None
    text = "\n".join(str(part) for part in feedback) or parts.notice
    kind = _FEEDBACK_TYPE.search(text)
    if kind and kind[1].lower() in _NO_COMPLAINT:
        return ComeBack(Kind.OTHER, token)
    named = _FEEDBACK_RECIPIENT.search(text)
    addresses = (named[1].lower(),) if named else prose.original_recipients(parts.original)
    return ComeBack(Kind.COMPLAINT, token, addresses)


def _by_service(told: notices.Told, token: str) -> ComeBack:
    if told.is_complaint:
        return ComeBack(Kind.COMPLAINT, token, told.addresses)
    action = "failed" if told.is_permanent else "delayed"
    return _judged(_Failure(told.addresses, action, told.status, 0, told.diagnostic), token)


def _failure(message: Message, parts: Parts, reports: list[report.Recipient]) -> _Failure | None:
    """Return what failed, where the message tells of a failure: by its report, by headers, by its words."""
    if reports:
        worst = max(reports, key=lambda one: (one.action == "failed", one.status))
        addresses = tuple(dict.fromkeys(address for one in reports for address in one.addresses))
        found = addresses or _named(message, parts)
        # The words around it tell more only where the report itself says little.
        said = worst.diagnostic or parts.notice
        return (
            _Failure(found, worst.action, worst.status, worst.reply, said) if found or worst.status else None
        )
    failed = prose.header_addresses(message, "X-Failed-Recipients")
    if not failed and _signs_of_bounce(message, parts) < _SIGNS_NEEDED:
        return None
    status, reply = report.STATUS.search(parts.notice), report.REPLY.search(parts.notice)
    addresses = failed or _named(message, parts)
    if not addresses:
        return None
    action = "delayed" if words.speaks_of_delay(parts.notice) else ""
    return _Failure(
        addresses, action, status[1] if status else "", int(reply[1]) if reply else 0, parts.notice
    )


def _named(message: Message, parts: Parts) -> tuple[str, ...]:
    return (
        prose.header_addresses(message, "X-Failed-Recipients")
        or prose.recipients_in(parts.notice, message, parts.original)
        or _by_library(message, parts)
        or prose.original_recipients(parts.original)
    )


def _by_library(message: Message, parts: Parts) -> tuple[str, ...]:
    """Ask flufl.bounce, which knows forms that say nothing in words."""
    if parts.size > _LIBRARY_READS:
        return ()
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - a detector that stumbles over hostile input has found nothing
        return ()
    texts = {one.decode("ascii", "replace").strip().lower() for one in temporary | permanent}
    return tuple(sorted(text for text in texts if prose.ADDRESS.fullmatch(text)))


def _signs_of_bounce(message: Message, parts: Parts) -> int:
    """Count what speaks for a bounce. One sign alone may stand in any letter: people quote and forward bounces."""
    name, address = parseaddr(str(message.get("From", "")))
    sender = message.get("Return-Path")
    from_program = words.names_a_mail_program(address.partition("@")[0]) or words.names_a_mail_program(name)
    empty_path = (sender is not None and not parseaddr(str(sender))[1]) or "daemon" in str(
        sender or ""
    ).lower()
    return sum(
        (
            from_program or empty_path,
            words.is_subject_of_bounce(_subject(message)),
            words.speaks_of_failure(parts.notice),
            _report_type(message) == "delivery-status",
        )
    )


# --- hard or soft ----------------------------------------------------------------------------------------


def _judged(failure: _Failure, token: str) -> ComeBack:
    reason = words.reason_in(failure.said)
    hard = _is_hard(failure, reason)
    word = word_for(failure.status, failure.reply)
    # A status that says only "failed" leaves the words to tell why; a full mailbox is named with any status.
    vague = word in (Code.OTHER, Code.POLICY) or failure.status.endswith(".0.0")
    if reason and (vague or reason.code == Code.MAILBOX_FULL):
        word = reason.code
    if not hard and word not in (Code.MAILBOX_FULL, Code.SERVER_BUSY):
        word = Code.SERVER_BUSY
    kind = Kind.HARD if hard else Kind.SOFT
    return ComeBack(kind, token, failure.addresses, failure.status, word)


def _is_hard(failure: _Failure, reason: words.Reason | None) -> bool:
    """Say whether trying again is of no use: by the action, then the status, the reply, and at last by the words.

    A report about a delay says nothing final, whatever its diagnostic text quotes. A full mailbox empties again,
    whatever class the other side gave it (RFC 3463, X.2.2).
    """
    if failure.action == "delayed" or failure.status.startswith("4") or failure.status.endswith(".2.2"):
        return False
    if reason and reason.code == Code.MAILBOX_FULL:
        return False
    if failure.status.startswith("5"):
        return True
    if failure.reply:
        return failure.reply >= 500  # noqa: PLR2004 - permanent negative replies, RFC 5321 section 4.2.1
    return reason.hard if reason else True


# --- headers ---------------------------------------------------------------------------------------------


def _report_type(message: Message) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return str(message.get_param("report-type") or "").lower()


def _token(message: Message, envelope_to: str, raw: bytes) -> str:
    named = [envelope_to, *(str(message.get(name, "")) for name in ("Delivered-To", "X-Original-To", "To"))]
    for text in named:
        if found := _VERP.search(text):
            return found[1].lower()
    text = raw.decode("latin-1")
    found = _OUR_ID.search(text) or _VERP.search(text)
    return found[1].lower() if found else ""


def _auto_submitted(message: Message) -> str:
    return str(message.get("Auto-Submitted", "")).partition(";")[0].strip().lower()


def _is_answer(message: Message) -> bool:
    """Say whether a person's mailbox answered by itself (RFC 3834, and what came before it)."""
    if any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")):
        return True
    if str(message.get("Precedence", "")).strip().lower() == "auto_reply":
        return True
    return words.is_subject_of_answer(_subject(message))


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, UnicodeError, ValueError):
        return raw
