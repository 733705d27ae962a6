"""Django's SMTP backend, watched: it knows whether a message's content was already on its way when the line
broke.
"""

import smtplib
import ssl
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Watched:
    """Notes when DATA begins: from there to the server's answer, a broken line leaves us not knowing (RFC
    5321, 4.5.5).
    """

    in_data = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.in_data = True
        answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]
        self.in_data = False
        return answer


class WatchedSMTP(_Watched, smtplib.SMTP):
    """Plain or STARTTLS."""


class WatchedSMTPS(_Watched, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class WatchedBackend(EmailBackend):
    """Say `content_on_its_way` after a failure, and `forget` a broken connection without another word
    to it.
    """

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return WatchedSMTPS if self.use_ssl else WatchedSMTP

    @property
    def content_on_its_way(self) -> bool:
        return bool(getattr(self.connection, "in_data", False))

    def forget(self) -> None:
        """Drop the connection; the next message opens a new one."""
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.close()
            except (OSError, ssl.SSLError):
                return
