"""Signing in by hand: password, code, locks, limits of a session, new devices, coming in by a code."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.models import CountedLimit, Entry, InAppNotice, User
from breach.services import invitations, sign_in
from tests import factors
from tests.house import PASSWORD, House

NEW = "viele-kleine-wolken-9"


def enter(user: User, password: str = PASSWORD, client: Client | None = None, **headers: str) -> Client:
    client = client or Client()
    client.post("/account/login/", {"login": user.email, "password": password}, headers=headers)
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_password_then_code(house: House) -> None:
    factors.give_app(house.manager)
    client = enter(house.manager)
    assert not is_in(client)
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert not is_in(client)
    client.post("/account/2fa/authenticate/", {"code": factors.code_of()})
    assert is_in(client)
    assert Entry.objects.get(action="account.signed_in").data["method"] == "password+totp"


def test_a_printed_code_opens_once(house: House) -> None:
    factors.give_app(house.manager)
    code = factors.give_codes(house.manager)[3]
    first, second = enter(house.manager), enter(house.manager)
    for client in (first, second):
        client.post("/account/2fa/authenticate/", {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_attempts_are_counted_in_the_database(house: House) -> None:
    enter(house.manager, "wrong")
    assert CountedLimit.objects.filter(cache_key__contains="login_failed").exists()
    for _attempt in range(5):
        enter(house.manager, "wrong")
    assert not is_in(enter(house.manager)), "five in five minutes, also with the right one"


def test_a_locked_address_reads_like_an_unknown_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _attempt in range(sign_in.LOCK_AFTER):
        sign_in.count_failure(house.manager.email, now=clock.now())
        sign_in.count_failure("nobody@example.org", now=clock.now())
    answers = [
        Client().post("/account/login/", {"login": email, "password": PASSWORD})
        for email in (house.manager.email, "nobody@example.org")
    ]
    errors = [answer.context["form"].errors.as_text() for answer in answers]
    assert errors[0] == errors[1]
    assert "Too many" in errors[0]


def test_wrong_codes_lock_too(house: House, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    factors.give_app(house.manager)
    client = enter(house.manager)
    for _attempt in range(sign_in.LOCK_AFTER):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert sign_in.locked_until(house.manager.email, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_a_new_device_is_told_and_a_known_one_is_not(house: House) -> None:
    first = enter(house.manager)
    assert not mail.outbox, "the first one is the account's beginning"
    known = Client()
    known.cookies["tocsin_device"] = first.cookies["tocsin_device"].value
    enter(house.manager, client=known)
    assert not mail.outbox
    agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    enter(house.manager, **{"User-Agent": agent})
    (sent,) = mail.outbox
    assert sent.to == [house.manager.email]
    assert "Firefox" not in f"{sent.subject}{sent.body}"
    assert InAppNotice.objects.filter(user=house.manager, kind="new_device").count() == 1
    assert [
        row.data["new_device"] for row in Entry.objects.filter(action="account.signed_in").order_by("seq")
    ] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("steps", "ended"),
    [([59], ""), ([61], "idle"), ([50] * 14, ""), ([50] * 15, "long")],
    ids=["used", "idle", "a day", "too long"],
)
def test_a_session_ends(house: House, monkeypatch: pytest.MonkeyPatch, steps: list[int], ended: str) -> None:
    client, at = enter(house.manager), clock.now()
    for minutes in steps:
        at += timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        answer = client.get("/")
    assert answer.headers.get("Location", "") == (f"/account/login/?next=/&ended={ended}" if ended else "")


def test_a_page_that_fetches_by_itself_keeps_no_session_alive(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, begun = enter(house.manager), clock.now()
    for minutes in (30, 59, 61):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: begun + timedelta(minutes=minutes))
        answer = client.get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_served_nobody_passes_without_a_second_factor(house: House, settings: Any) -> None:
    settings.TOCSIN_SECOND_FACTOR = "required"
    client = enter(house.manager)
    for path in ("/", "/settings/", "/settings/sessions/", "/readers/", "/account/password/change/"):
        assert client.get(path)["Location"] == "/account/2fa/", path
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200, "without the password a second time"
    secret = page.context["form"].secret
    client.post("/account/2fa/totp/activate/", {"code": factors.code_of(secret)})
    assert is_in(client)
    kinds = set(Authenticator.objects.filter(user=house.manager).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    codes = client.get("/account/2fa/recovery-codes/")
    assert len(codes.context["unused_codes"]) == 10
    assert "totp" in [row.data["type"] for row in Entry.objects.filter(action="factor.added")]


def test_factors_are_changed_with_the_factor_and_not_with_the_password(house: House) -> None:
    factors.give_app(house.manager)
    client = enter(house.manager)
    client.post("/account/2fa/authenticate/", {"code": factors.code_of()})
    answer = client.get("/account/2fa/totp/deactivate/")
    assert answer["Location"].startswith("/account/2fa/reauthenticate/")
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer["Location"].startswith("/account/2fa/reauthenticate/")
    assert client.get("/account/2fa/totp/deactivate/").status_code == 302


def test_a_link_by_mail_is_no_way_in_without_a_factor(house: House, settings: Any, now: datetime) -> None:
    settings.TOCSIN_SECOND_FACTOR = "required"
    made = invitations.invite(actor=house.admin, email="i@example.org", name="I", role="manager", now=now)
    for email in (made.user.email, house.manager.email, "nobody@example.org"):
        Client().post("/account/password/reset/", {"email": email})
    linked = [one.to[0] for one in mail.outbox if "/password/reset/key/" in one.body]
    assert linked == []
    factors.give_app(house.manager)
    Client().post("/account/password/reset/", {"email": house.manager.email})
    linked = [one.to[0] for one in mail.outbox if "/password/reset/key/" in one.body]
    assert linked == [house.manager.email]


def test_coming_in_by_a_code(house: House) -> None:
    made = invitations.invite(
        actor=house.admin, email="i@example.org", name="I", role="responder", now=clock.now()
    )
    client = Client()
    assert client.post("/join/", {"email": "i@example.org", "code": "AAAA-AAAA"}).status_code == 422
    answer = client.post("/join/", {"email": "i@example.org", "code": made.code.lower()})
    assert answer["Location"] == reverse("join-account")
    sent = {"name": "Ines Roth", "password": NEW, "again": "other"}
    assert client.post(reverse("join-account"), sent).status_code == 422
    answer = client.post(reverse("join-account"), sent | {"again": NEW})
    assert answer["Location"] == "/account/2fa/"
    assert is_in(client)
    assert client.get(reverse("join-account"))["Location"] == reverse("join")
    assert is_in(enter(User.objects.get(email="i@example.org"), NEW))


def test_guessing_codes_is_limited_by_place(house: House) -> None:
    answers = [
        Client()
        .post("/join/", {"email": f"n{number}@example.org", "code": "AAAA-AAAA"})
        .context["form"]
        .errors
        for number in range(11)
    ]
    assert "Too many" not in answers[9].as_text()
    assert "Too many" in answers[10].as_text()


def test_an_administrator_invites_and_the_code_is_shown_once(house: House) -> None:
    client = enter(house.admin)
    sent = {"name": "Ines", "email": "i@example.org", "role": "guest", "language": "fr"}
    page = client.post("/settings/users/", sent)
    code = page.context["invited"].code
    assert code.encode() in page.content
    assert code not in str(dict(client.session.items()))
    user = User.objects.get(email="i@example.org")
    page = client.get(reverse("user", args=[user.uid]))
    assert code.encode() not in page.content
    again = client.post("/settings/users/", sent)
    assert again.status_code == 422
    assert again.context["form"].errors["email"]


@pytest.mark.parametrize(("proxies", "refused"), [(1, False), (0, True)])
def test_behind_a_proxy_limits_count_who_asked_and_not_the_proxy(
    house: House, settings: Any, proxies: int, refused: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/m/ip"}
    for _attempt in range(6):
        # The first address is one that the client made up.
        enter(house.stranger, "wrong", **{"X-Forwarded-For": "192.0.2.1, 203.0.113.7"})
    one = enter(house.manager, **{"X-Forwarded-For": "192.0.2.1, 203.0.113.8"})
    assert is_in(one) is not refused
