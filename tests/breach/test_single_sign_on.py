"""Single sign-on against a real OpenID provider, started here: who comes in, and who does not."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from oidc_provider_mock import User as Subject
from oidc_provider_mock import run_server_in_thread

from breach.models import Entry, Invitation, User
from breach.services import accounts, invitations
from tests import factors
from tests.house import PASSWORD, House

SUBJECTS = {
    "maud": {"email": "Maud@Example.org", "email_verified": True, "name": "Maud"},
    "impostor": {"email": "maud@example.org", "email_verified": False},
    "worded": {"email": "maud@example.org", "email_verified": "true"},
    "silent": {"email": "maud@example.org"},
    "successor": {"email": "maud@example.org", "email_verified": True},
    "stranger": {"email": "new@elsewhere.example", "email_verified": True},
    "ines": {"email": "ines@example.org", "email_verified": True},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    subjects = [Subject(sub=sub, claims=claims) for sub, claims in SUBJECTS.items()]
    with run_server_in_thread(user_claims=subjects) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _configured(issuer: str, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "house",
                    "name": "House login",
                    "client_id": "tocsin",
                    "secret": "told-at-registration",
                    "settings": {"server_url": issuer},
                }
            ],
        }
    }


def come_in(subject: str, client: Client | None = None) -> tuple[Client, Any]:
    """Press the button, sign in at the provider as `subject`, and come back with what it hands over."""
    client = client or Client()
    there = client.post("/account/oidc/house/login/")
    assert there.status_code == 302
    assert "code_challenge_method=S256" in there["Location"]
    back = requests.post(there["Location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    where = urlsplit(back.headers["Location"])
    assert where.path == "/account/oidc/house/login/callback/"
    return client, client.get(f"{where.path}?{where.query}")


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_the_button_stands_on_the_sign_in_page(house: House) -> None:
    page = Client().get("/account/login/").content.decode()
    assert re.search(r'action="/account/oidc/house/login/\?process=login"', page)
    assert "Sign in with House login" in page


def test_an_account_comes_in_by_its_verified_address(house: House) -> None:
    client, _answer = come_in("maud")
    assert is_in(client)
    tied = SocialAccount.objects.get()
    assert (tied.user, tied.uid) == (house.manager, "maud")
    assert User.objects.get(pk=house.manager.pk).check_password(PASSWORD), "the password stays"
    assert not SocialToken.objects.exists()
    assert Entry.objects.get(action="account.signed_in").data["method"] == "single sign-on"


@pytest.mark.parametrize("subject", ["impostor", "worded", "silent", "stranger"])
def test_no_account_is_taken_over_or_made(house: House, subject: str) -> None:
    before = User.objects.count()
    client, answer = come_in(subject)
    assert not is_in(client)
    assert b"By invitation only" in answer.content
    assert (User.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_an_address_handed_on_opens_nothing(house: House) -> None:
    come_in("maud")
    client, _answer = come_in("successor")
    assert not is_in(client)
    assert SocialAccount.objects.get().uid == "maud"


def test_who_was_invited_comes_in_without_the_code(house: House, now: datetime) -> None:
    invitations.invite(actor=house.admin, email="ines@example.org", name="Ines", role="responder", now=now)
    client, _answer = come_in("ines")
    assert is_in(client)
    assert User.objects.get(email="ines@example.org").joined_at is not None
    assert Invitation.objects.get().accepted_at is not None


def test_a_closed_account_stays_closed(house: House, now: datetime) -> None:
    accounts.set_active(actor=house.admin, user=house.manager, active=False, now=now)
    client, _answer = come_in("maud")
    assert not is_in(client)


def test_our_own_second_factor_is_asked_for(house: House) -> None:
    factors.give_app(house.manager)
    client, answer = come_in("maud")
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert not is_in(client)
    client.post("/account/2fa/authenticate/", {"code": factors.code_of()})
    assert is_in(client)


def test_a_state_that_is_not_ours_is_refused(house: House) -> None:
    client = Client()
    client.post("/account/oidc/house/login/")
    answer = client.get("/account/oidc/house/login/callback/?code=x&state=forged&_redir=")
    assert not is_in(client)
    assert b"Not signed in" in answer.content


def test_the_provider_sends_back_from_outside_and_strict_cookies_come_with_the_second_try(
    house: House,
) -> None:
    away = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = Client(headers=away).get("/account/oidc/house/login/callback/?code=x&state=y")
    assert answer.status_code == 200
    assert b'content="0;url=/account/oidc/house/login/callback/?code=x&amp;state=y"' in answer.content
    assert answer["Referrer-Policy"] == "no-referrer"
