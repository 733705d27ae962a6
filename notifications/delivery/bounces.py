"""What came back to the bounce mailbox: a bounce (hard or soft), an automatic answer, a complaint, or none of
these. Pure.

RFC 3464 reports and what programs send instead; the person is found by the envelope's token (VERP), then by
our
message id in the returned part, then by address. Automatic answers follow RFC 3834, complaints RFC 5965.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from enum import StrEnum

from flufl.bounce import all_failures

from breach.errors import BadInput
from notifications.delivery.email import word_for
from notifications.states import Code

MAX_BYTES = 5 * 1024 * 1024
_UID = r"([0-9abcdefghjkmnpqrstvwxyz]{20})"
_VERP = re.compile(rf"\+{_UID}@", re.IGNORECASE)
_OUR_ID = re.compile(rf"^(?:Message-ID|In-Reply-To|References):\s*<{_UID}@", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"\b([45]\d\d)[ \-]")
_ANSWER_SUBJECT = re.compile(
    r"out of (the )?office|automatic reply|auto(matic)?[- ]?(response|reply)|abwesen|r[ée]ponse automatique|"
    r"afwezig|automatisch antwoord|respuesta autom[aá]tica|fuera de la oficina",
    re.IGNORECASE,
)
_TEXT_READ = 100_000
# Its tracebacks quote the message.
logging.getLogger("flufl.bounce").disabled = True


class Kind(StrEnum):
    HARD = "hard"
    SOFT = "soft"
    ANSWER = "answer"
    COMPLAINT = "complaint"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ComeBack:
    """One message read. `token` names our attempt where the message does; `addresses` are lower case."""

    kind: Kind
    token: str = ""
    addresses: tuple[str, ...] = ()
    status: str = ""
    code: Code = Code.OTHER

    @property
    def is_bounce(self) -> bool:
        return self.kind in (Kind.HARD, Kind.SOFT)

    def __repr__(self) -> str:
        return f"<ComeBack {self.kind} {self.status} {self.token}>"


@dataclass(frozen=True, slots=True)
class _Report:
    """The per-recipient fields of RFC 3464, section 2.3, of the recipient that fared worst."""

    action: str = ""
    status: str = ""
    recipient: str = ""
    reply: int = 0


def read(raw: bytes, *, envelope_to: str = "") -> ComeBack:
    """Read one message as it arrived. `envelope_to` is the address it was delivered to, where the server
    tells it.

    Raises BadInput for an empty message or one beyond MAX_BYTES.
    """
    if not raw.strip():
        raise BadInput("The message is empty", mend="Give one message with its headers.")
    if len(raw) > MAX_BYTES:
        raise BadInput("The message is larger than any bounce", mend="Give the bounce alone.")
    message = message_from_bytes(raw, policy=policy.compat32)
    token, kind = _token(message, envelope_to, raw), _report_type(message)
    if kind == "feedback-report":
        return ComeBack(Kind.COMPLAINT, token)
    if kind != "delivery-status" and _is_answer(message):
        return ComeBack(Kind.ANSWER, token)
    report = _report(message)
    if report.action in ("delivered", "relayed", "expanded"):
        return ComeBack(Kind.OTHER, token)
    temporary, permanent = _failures(message)
    addresses = temporary | permanent | ({report.recipient} - {""})
    if not addresses and not report.status:
        return ComeBack(Kind.ANSWER if _auto_submitted(message) == "auto-replied" else Kind.OTHER, token)
    status = report.status or _status_in(message)
    hard = _is_hard(report, status, has_permanent=bool(permanent))
    return ComeBack(
        Kind.HARD if hard else Kind.SOFT,
        token,
        tuple(sorted(addresses)),
        status,
        word_for(status, report.reply),
    )


def _is_hard(report: _Report, status: str, *, has_permanent: bool) -> bool:
    # A report about a delay says nothing final, whatever its diagnostic text quotes. A full mailbox empties
    # again, whatever class the other side gave it (RFC 3463, X.2.2).
    if report.action == "delayed" or status.startswith("4") or status.endswith(".2.2"):
        return False
    return status.startswith("5") or has_permanent or report.action == "failed"


def _report_type(message: Message) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return str(message.get_param("report-type") or "").lower()


def _report(message: Message) -> _Report:
    found = [_fields(block) for part in message.walk() for block in _blocks(part)]
    told = [one for one in found if one.status or one.action]
    return max(told, key=lambda one: (one.action == "failed", one.status), default=_Report())


def _blocks(part: Message) -> list[Message]:
    if part.get_content_type() != "message/delivery-status":
        return []
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _fields(block: Message) -> _Report:
    status = _STATUS.search(str(block.get("Status", "")))
    diagnostic = str(block.get("Diagnostic-Code", ""))
    reply = _REPLY.search(diagnostic)
    named = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
    quoted = _STATUS.search(diagnostic)
    # "5.0.0" says only "failed"; what the other side said in words is more telling.
    telling = quoted if quoted and (status is None or status[1].endswith(".0.0")) else status
    return _Report(
        action=str(block.get("Action", "")).strip().split(" ")[0].lower(),
        status=telling[1] if telling else "",
        recipient=_address(named),
        reply=int(reply[1]) if reply else 0,
    )


def _address(field: str) -> str:
    """Return the mailbox of a typed address field such as "rfc822; <person@example.org>"."""
    value = field.partition(";")[2] or field
    value = value.strip().strip("<>").lower()
    return value if "@" in value else ""


def _failures(message: Message) -> tuple[set[str], set[str]]:
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - a detector that stumbles over hostile input has found nothing
        return set(), set()
    return _texts(temporary), _texts(permanent)


def _texts(addresses: Iterable[bytes]) -> set[str]:
    return {text for one in addresses if (text := one.decode("ascii", "replace").strip().lower())}


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
    return bool(_ANSWER_SUBJECT.search(_subject(message)))


def _subject(message: Message) -> str:
    raw = str(message.get("Subject", ""))
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, UnicodeError, ValueError):
        return raw


def _status_in(message: Message) -> str:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            body = part.get_payload(decode=True)
            text = body[:_TEXT_READ].decode("latin-1") if isinstance(body, bytes) else ""
            if found := _STATUS.search(text):
                return found[1]
    return ""
