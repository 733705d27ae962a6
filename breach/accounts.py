"""Sign-in by allauth: invitation only, locked after failures, factors sealed, one identity provider."""

import base64
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest

from breach import clock
from breach.keys import keyring
from breach.models import FRESH_FOR, User
from breach.proof import BEGAN, holds_factor
from breach.services import sign_in
from breach.services.rotation import FACTOR_CONTEXT


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; an administrator makes the account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a locked address in the words of allauth's own limit, whether an account has it or not."""
        super().pre_authenticate(request, **credentials)
        if sign_in.locked_until(_address(credentials), now=clock.now()):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ARG002
        sign_in.count_failure(_address(credentials), now=clock.now())

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor confirms with that: a stolen password is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [one for one in methods if one["id"] != "reauthenticate"]
        return stronger or methods

    def is_reauthentication_required(self, *, app: str, **_rest: Any) -> bool:
        """Who just came in and has no factor yet sets one up without typing the password a second time."""
        request = context.request
        began = request.session.get(BEGAN)
        if app == "allauth.mfa" and began and not holds_factor(request.user):
            return clock.now() - datetime.fromisoformat(began) > FRESH_FOR
        return True


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and recovery codes are sealed under the house's keyring."""

    def encrypt(self, text: str) -> str:
        with keyring().hold():
            return base64.b64encode(keyring().wrap(text.encode(), context=FACTOR_CONTEXT)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().unwrap(base64.b64decode(encrypted_text), context=FACTOR_CONTEXT).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        if type == Authenticator.Type.WEBAUTHN:
            number = Authenticator.objects.filter(user=user, type=type).count() + 1
            return f"Passkey {number}"
        return str(super().generate_authenticator_name(user, type))


class InvitationOnlySocial(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An identity provider signs in accounts that exist; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        return False

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Match an address that the provider says is verified; nothing but `true` counts as that.

        An account that is tied to one identity of the provider is not given to a second one: addresses of
        people who left are handed to others.
        """
        for address in sociallogin.email_addresses:
            if address.verified is not True:
                continue
            user = User.objects.filter(email=address.email.strip().lower()).first()
            if user is None:
                continue
            tied = SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider)
            if tied.exclude(uid=sociallogin.account.uid).exists():
                return None
            # The administrator vouched for this address; allauth would throw the password away otherwise.
            EmailAddress.objects.get_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )
            return user, user.email
        return None


def _address(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "")
