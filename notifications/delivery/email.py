"""Letters by e-mail: Django's backend, one connection for a batch, an envelope address that tells whose
bounce it is.

The envelope sender carries the attempt's token (VERP), so that a bounce is matched without reading its text.
`Auto-Submitted` follows RFC 3834: answering machines stay silent. No list headers: a letter is no mailing.
"""

import re
import smtplib
from contextlib import suppress
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.delivery.smtp import WatchedBackend
from notifications.delivery.transport import (
    Ambiguous,
    DeliveryFailure,
    Handover,
    PermanentFailure,
    TemporaryFailure,
)
from notifications.states import Code

DJANGO_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_STATUS = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
_TEMPORARY, _PERMANENT = 400, 500  # reply codes of RFC 5321, section 4.2.1
# Codes of RFC 3463 by their subject and detail.
_WORDS = {
    "1.1": Code.MAILBOX_UNKNOWN,
    "1.2": Code.DOMAIN_UNKNOWN,
    "1.3": Code.BAD_ADDRESS,
    "1.6": Code.MAILBOX_UNKNOWN,
    "1.10": Code.DOMAIN_UNKNOWN,
    "2.1": Code.MAILBOX_UNKNOWN,
    "2.2": Code.MAILBOX_FULL,
    "4.4": Code.DOMAIN_UNKNOWN,
}


def envelope_sender(token: str) -> str:
    """Return the address that bounces of this attempt come back to."""
    local, domain = bounce_address()
    return f"{local}+{token}@{domain}"


def bounce_address() -> tuple[str, str]:
    """Return local part and domain of the mailbox for bounces."""
    chosen = getattr(settings, "TOCSIN_BOUNCE_ADDRESS", "")
    if not chosen:
        chosen = "bounce@" + parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    local, _at, domain = chosen.rpartition("@")
    return local, domain


def message_id(token: str) -> str:
    return f"<{token}@{bounce_address()[1]}>"


class EmailTransport:
    """Hands letters to the mail server over one connection. Make one per batch."""

    name = "smtp"

    def __init__(self, backend: BaseEmailBackend | None = None) -> None:
        self._backend = backend or _backend()

    def deliver(self, message: Handover) -> Code:
        """Return once the server took responsibility (RFC 5321, section 6.1). Raises a `DeliveryFailure`."""
        try:
            self._backend.open()
        except (smtplib.SMTPException, OSError):
            raise TemporaryFailure(Code.NO_CONNECTION) from None
        try:
            self._backend.send_messages([_message(message)])
        except Exception as error:  # noqa: BLE001 - every way of failing gets its word
            raise self._failure(error) from None
        return Code.ACCEPTED

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()

    def _failure(self, error: Exception) -> DeliveryFailure:
        backend = self._backend
        if not isinstance(backend, WatchedBackend):
            return Ambiguous(Code.OTHER)  # a provider's own error does not tell whether the message left
        lost = isinstance(error, OSError) and not isinstance(error, smtplib.SMTPResponseException)
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return _answered(*next(iter(error.recipients.values())))
        if isinstance(error, smtplib.SMTPSenderRefused):
            backend.forget()
            return TemporaryFailure(Code.SENDER_REFUSED, _status(error.smtp_error))
        if isinstance(error, smtplib.SMTPResponseException):
            failure = _answered(error.smtp_code, error.smtp_error)
            backend.forget()
            return failure
        on_its_way = backend.content_on_its_way
        backend.forget()
        if lost:
            return Ambiguous(Code.CONNECTION_LOST) if on_its_way else TemporaryFailure(Code.CONNECTION_LOST)
        # Not the line, so the message itself could not be written.
        return Ambiguous(Code.OTHER) if on_its_way else PermanentFailure(Code.BAD_ADDRESS)


def word_for(status: str, code: int = 0) -> Code:
    """Return our word for an enhanced status code (RFC 3463), or for a plain reply code (RFC 5321) without
    one.
    """
    detail = status.partition(".")[2]
    if detail in _WORDS:
        return _WORDS[detail]
    if detail.startswith("7."):
        return Code.POLICY
    if status.startswith("4") or _TEMPORARY <= code < _PERMANENT:
        return Code.SERVER_BUSY
    return {550: Code.MAILBOX_UNKNOWN, 552: Code.MAILBOX_FULL, 553: Code.BAD_ADDRESS, 554: Code.POLICY}.get(
        code, Code.OTHER
    )


def _answered(code: int, text: bytes | str) -> DeliveryFailure:
    status = _status(text)
    kind = PermanentFailure if code >= _PERMANENT else TemporaryFailure
    return kind(word_for(status, code), status)


def _status(text: bytes | str) -> str:
    found = _STATUS.search(text.encode() if isinstance(text, str) else text)
    return found[1].decode() if found else ""


def _message(message: Handover) -> EmailMultiAlternatives:
    address = message.sender or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    mail = EmailMultiAlternatives(
        subject=message.email.subject,
        body=message.email.text,
        from_email=envelope_sender(message.token),
        to=[message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={
            "From": formataddr((message.sender_name, address)),
            "Message-ID": message_id(message.token),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            "Content-Language": message.email.language,
        },
    )
    mail.attach_alternative(message.email.html, "text/html")
    if message.attachment:
        mail.attach(*message.attachment, "application/pdf")
    return mail


def _backend() -> BaseEmailBackend:
    """Return our watched SMTP backend where Django's is configured, and any other as it is."""
    return WatchedBackend() if settings.EMAIL_BACKEND == DJANGO_SMTP else get_connection()
