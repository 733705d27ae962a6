"""Alarms by e-mail: reference and deadline only, since the attacker may still read the house's mail."""

from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from breach.models import Reminder, User
from breach.services.alarm_values import Alarm, NotDelivered

SUBJECT, BODY = "emails/reminder/subject.txt", "emails/reminder/body.txt"


class AlarmMail:
    """One connection to the mail server for all alarms of a sweep; opened by the first."""

    def __init__(self) -> None:
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._hang_up()

    def hand_over(self, row: Reminder, alarm: Alarm) -> None:
        """Return when the mail server has accepted the message. Raises NotDelivered."""
        user = row.user
        if user is None:
            raise ValueError("an alarm by e-mail has a person")
        message = message_for(user, alarm, self._connected())
        try:
            message.send()
        except SMTPRecipientsRefused as refusal:
            self._hang_up()
            raise NotDelivered(_kind(refusal), channel_down=False) from None
        except (SMTPException, OSError) as failure:
            self._hang_up()
            # Without an answer of the server's own, it may have accepted what it was given.
            unanswered = not isinstance(failure, SMTPResponseException)
            raise NotDelivered(_kind(failure), channel_down=True, perhaps=unanswered) from None

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = get_connection()
        try:
            self._connection.open()
        except (SMTPException, OSError) as failure:
            self._hang_up()
            raise NotDelivered(_kind(failure), channel_down=True) from None
        return self._connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SMTPException, OSError):  # it may be gone already
                connection.close()


def message_for(user: User, alarm: Alarm, connection: Any = None) -> EmailMessage:
    """Write the message in the reader's language and zone.

    The Message-ID is the alarm's own, so that a mailbox which gets it twice can tell (RFC 5322, 3.6.4).
    """
    values = {"alarm": alarm, "zone": user.zone}
    with translation.override(user.language):
        subject = render_to_string(SUBJECT, values).strip()
        body = render_to_string(BODY, values)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {
        "Message-ID": f"<alarm.{alarm.key}@{host}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday reply, please
    }
    return EmailMessage(
        subject, body, settings.DEFAULT_FROM_EMAIL, [user.email], headers=headers, connection=connection
    )


def _kind(failure: Exception) -> str:
    """Name the failure without its words, which may quote an address."""
    code = f" {failure.smtp_code}" if isinstance(failure, SMTPResponseException) else ""
    return f"{type(failure).__name__}{code}"[:40]
