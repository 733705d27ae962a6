"""Headers and cookies of real answers, over every address of the table of roles, as they leave in served mode."""

from typing import Any

import pytest
from django.conf import settings as project
from django.db import transaction
from django.test import Client

from breach import clock
from breach.middleware import SENSITIVE
from tests.breach.test_roles_by_url import ADDRESSES, TOKEN, path_of, posted
from tests.house import PASSWORD, House
from tests.world import World, build_world

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
SHOWN_INLINE = ("text/html", "application/json")


@pytest.fixture
def world(house: House, now: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: now)
    return build_world(house, now)


@pytest.fixture
def _served(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 365 * 86400
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT = True


def policy_of(response: Any) -> dict[str, str]:
    parts = [
        part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";") if part.strip()
    ]
    return {name: value for name, _space, value in parts}


def wrong_with(response: Any, path: str) -> list[str]:
    """Say what is missing in the headers of one answer."""
    found = []
    if policy_of(response) != POLICY:
        found.append("policy")
    if response["X-Frame-Options"] != "DENY" or response["X-Content-Type-Options"] != "nosniff":
        found.append("frames or sniffing")
    if "max-age=31536000" not in response["Strict-Transport-Security"]:
        found.append("transport")
    wanted = "no-referrer" if path.startswith(SENSITIVE) else "same-origin"
    if response["Referrer-Policy"] != wanted:
        found.append(f"referrer {response['Referrer-Policy']}")
    kind = response["Content-Type"].partition(";")[0]
    if kind not in SHOWN_INLINE and not response.get("Content-Disposition", "").startswith("attachment"):
        found.append(f"{kind} shown inside our origin")
    if "no-store" not in response.get("Cache-Control", "") and not path.startswith("/health"):
        found.append(f"may be stored: {response.get('Cache-Control')}")
    return found


@pytest.mark.usefixtures("_served")
@pytest.mark.parametrize("who", ["manager", "admin", "guest"])
def test_every_address_sends_the_headers(world: World, who: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(
        getattr(world.house, who), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    wrong, kinds = [], set()
    for address in ADDRESSES:
        if address.is_allauth:
            continue
        path = path_of(address, world)
        for method in ("GET", "POST"):
            with transaction.atomic():
                sent = TOKEN | posted(address.name, world)
                response: Any = (
                    client.post(path, sent, secure=True)
                    if method == "POST"
                    else client.get(path, secure=True)
                )
                transaction.set_rollback(True)
            kinds.add(response.get("Content-Type", "").partition(";")[0])
            if response.status_code < 300 or response.status_code >= 400:
                wrong += [f"{method} {path}: {one}" for one in wrong_with(response, path)]
    assert not wrong, "\n".join(wrong)
    if who == "manager":
        assert {"text/html", "application/octet-stream", "application/pdf", "text/csv"} <= kinds


@pytest.mark.usefixtures("_served")
def test_cookies_are_strict_and_closed_to_scripts(house: House) -> None:
    client = Client()
    client.get("/account/login/", secure=True)
    client.post("/account/login/", {"login": house.manager.email, "password": PASSWORD}, secure=True)
    client.post("/language/", {"language": "fr", "next": "/"}, secure=True)
    flags = {
        name: (cookie["samesite"], bool(cookie["httponly"]), bool(cookie["secure"]))
        for name, cookie in client.cookies.items()
    }
    names = {"tocsin", "csrftoken", "tocsin_language", "tocsin_device"}
    assert flags == dict.fromkeys(names, ("Strict", True, True))


def test_a_form_from_a_page_without_referrer_is_taken_from_our_own_origin_only(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/account/login/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    sent = {"login": house.manager.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    for site in ("cross-site", "same-site", "none", ""):
        headers = {"Origin": "null", "Sec-Fetch-Site": site}
        assert client.post("/account/login/", sent, headers=headers).status_code == 403, site
    ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (
        client.post("/account/login/", sent | {"csrfmiddlewaretoken": "x"}, headers=ours).status_code == 403
    )
    assert client.post("/account/login/", sent, headers=ours).status_code == 302


def test_the_policy_of_the_settings_is_the_tested_one() -> None:
    assert set(project.CONTENT_SECURITY_POLICY["DIRECTIVES"]) == set(POLICY)
    assert "unsafe" not in str(project.CONTENT_SECURITY_POLICY)
