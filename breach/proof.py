"""The second factor as the web edge knows it: when this session last saw one, and whether the account has one."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from breach.models import Proof, User

AT = "tocsin_factor_at"
BEGAN = "tocsin_began"
SEEN = "tocsin_seen"
DEVICE_COOKIE = "tocsin_device"
KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def holds_factor(user: User) -> bool:
    """Whether a second factor can be asked of this account; recovery codes alone are none."""
    return bool(is_mfa_enabled(user, KINDS))


def note_factor(request: HttpRequest, now: datetime) -> None:
    request.session[AT] = now.isoformat()


def proof_of(request: HttpRequest, now: datetime) -> Proof:
    at = request.session.get(AT)
    return Proof(datetime.fromisoformat(at) if at else None, now)
