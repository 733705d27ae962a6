"""Second factors for tests: a real authenticator app's secret, and the codes it shows."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from breach.models import User
from breach.proof import AT

SECRET = "JBSWY3DPEHPK3PXP"


def give_app(user: User) -> None:
    TOTP.activate(user, SECRET)


def give_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def code_of(secret: str = SECRET) -> str:
    """The six digits that an app shows now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def set_proof(client: Client, at: str | None) -> None:
    session = client.session
    if at is None:
        session.pop(AT, None)
    else:
        session[AT] = at
    session.save()
