"""Mail to accounts: that there is something to see, never what. The attacker may read our mail."""

from collections.abc import Iterable, Mapping
from smtplib import SMTPException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from breach.models import User

log = structlog.get_logger(__name__)


def tell(users: Iterable[User], kind: str, values: Mapping[str, Any]) -> None:
    """Send templates/emails/`kind` to each, in their language, after the transaction that surrounds this.

    The notice in the application stands; a mail server that is down stops nothing.
    """
    chosen = list(users)

    def send() -> None:
        for user in chosen:
            _mail(user, kind, values)

    transaction.on_commit(send)


def _mail(user: User, kind: str, values: Mapping[str, Any]) -> None:
    context = {**values, "zone": user.zone, "base_url": settings.TOCSIN_BASE_URL}
    with translation.override(user.language):
        subject = render_to_string(f"emails/{kind}/subject.txt", context).strip()
        body = render_to_string(f"emails/{kind}/body.txt", context)
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
    except (SMTPException, OSError) as failure:
        log.warning("mail to an account failed", about=kind, kind=type(failure).__name__)
