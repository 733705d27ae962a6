"""Getting in, by hand: a code that was read aloud, a passkey, an app, printed codes, and the fresh factor.

Passkeys are those of Chromium's virtual authenticator (CTAP2, with user verification) on http://localhost.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from oidc_provider_mock import User as Subject
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Browser, CDPSession, expect

from breach.models import Approval, Entry, Incident
from notifications.demo.mailbox import Post
from tests import factors
from tests.browser.conftest import Hands
from tests.browser.pages import Person, Watch
from tests.browser.test_accessibility import findings
from tests.house import PASSWORD, House
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "viele-kleine-wolken-9"
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR", "color_scheme": "dark"}


@pytest.fixture
def stranger(browser: Browser, live_server: Any, watch: Watch) -> Iterator[Callable[..., Person]]:
    people: list[Person] = []

    def come(**options: Any) -> Person:
        people.append(Person(browser, live_server.url, watch, **{"reduced_motion": "reduce", **options}))
        return people[-1]

    yield come
    for person in people:
        person.context.close()


def with_passkeys(one: Person) -> CDPSession:
    session = one.context.new_cdp_session(one.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def sign_out(one: Person) -> None:
    one.page.locator("details.menu summary").click()
    one.press("Sign out")
    one.page.wait_for_url(re.compile("/account/login/"))


def add_passkey(one: Person) -> None:
    one.follow("Add a passkey")
    with one.page.expect_navigation():
        one.press("Add a passkey")


def test_from_a_code_read_aloud_to_signing_in_with_a_passkey(
    house: House, hands: Hands, come_in: Callable[..., Person], stranger: Callable[..., Person], settings: Any,
    watch: Watch, post: Post,
) -> None:  # fmt: skip
    admin = come_in(house.admin.email)
    settings.TOCSIN_SECOND_FACTOR = "required"
    admin.go("/settings/users/")
    admin.sees("Second factor")  # required now, of administrators too
    settings.TOCSIN_SECOND_FACTOR = "offered"
    admin.go("/settings/users/")
    admin.fill(name="Ines Roth", email="ines@example.org", role="responder", language="en")
    admin.press("Make the account and a code")
    code = admin.page.locator(".spoken-code code").inner_text()
    settings.TOCSIN_SECOND_FACTOR = "required"

    ines = stranger()
    with_passkeys(ines)
    ines.go("/account/login/")
    ines.follow("I have a code")
    ines.fill(email="ines@example.org", code=code.lower().replace("-", " "))
    ines.press("Go on")
    ines.fill(password=NEW, again=NEW)
    ines.press("Come in")
    ines.sees("Your account has no second factor yet")
    ines.go("/")
    ines.sees("Your account has no second factor yet")
    add_passkey(ines)
    expect(ines.page.locator("h1")).to_have_text("Recovery codes")
    assert ines.page.locator(".recovery-codes li").count() == 10
    ines.follow("Go on")
    ines.sees("What needs you now")
    sign_out(ines)
    ines.press("Sign in with a passkey")
    ines.sees("What needs you now")
    methods = [row.data["method"] for row in Entry.objects.filter(action="account.signed_in").order_by("seq")]
    assert methods == ["password", "code", "webauthn"]
    assert watch.problems == []


def test_a_passkey_as_second_factor_and_as_fresh_one(
    world: World, hands: Hands, stranger: Callable[..., Person], watch: Watch
) -> None:
    house, approval = world.house, world.approval
    one = stranger()
    with_passkeys(one)
    one.sign_in(house.manager.email, PASSWORD)
    one.go("/account/2fa/")
    add_passkey(one)
    hands.move(timedelta(minutes=11))
    one.go(reverse("approval", args=[house.incident.uid, approval.uid]))
    one.fill(answer="approve", reason="Read.")
    one.page.locator("main form button[type=submit]").first.click()
    expect(one.page.locator("h1")).to_have_text("Confirm that it is you")
    assert Approval.objects.get(pk=approval.pk).state == "asked"
    one.press("Use a passkey")
    one.sees("Your answer is recorded.")
    assert Approval.objects.get(pk=approval.pk).state == "approved"
    sign_out(one)
    one.fill(login=house.manager.email, password=PASSWORD)
    one.press("Sign in")
    one.press("Use a passkey")
    one.sees("What needs you now")
    assert [problem for problem in watch.problems if "422" not in problem] == []


def test_an_app_by_keyboard_only(
    world: World, hands: Hands, stranger: Callable[..., Person], watch: Watch
) -> None:
    house = world.house
    one = stranger()
    one.sign_in(house.manager.email, PASSWORD)
    one.go("/account/2fa/totp/activate/")
    secret = one.page.locator("code.spelled").inner_text()
    one.fill(code=factors.code_of(secret))
    one.press("Confirm")
    expect(one.page.locator("h1")).to_have_text("Recovery codes")
    code = one.page.locator(".recovery-codes code").first.inner_text()
    sign_out(one)

    keys = one.page.keyboard
    one.page.locator('[name="login"]').focus()
    keys.type(house.manager.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(one.page.locator("h1")).to_have_text("Second factor")
    one.page.locator('[name="code"]').focus()
    keys.type(code)
    keys.press("Enter")
    expect(one.page.locator("h1")).to_have_text("What needs you now")
    hands.move(timedelta(minutes=11))
    one.go(reverse("ledger", args=[house.incident.uid]))
    export = one.page.locator("form[action$='/ledger/export/'] button")
    export.focus()
    keys.press("Enter")
    expect(one.page.locator("#factor-code")).to_be_focused()
    codes = factors.give_codes(house.manager)
    keys.type(codes[0])
    with one.page.expect_download() as waiting:
        keys.press("Enter")
    assert b"incident/" in waiting.value.path().read_bytes()
    assert [problem for problem in watch.problems if "422" not in problem] == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["another site", "the same site"])
def test_single_sign_on_through_strict_cookies(
    house: House, stranger: Callable[..., Person], settings: Any, watch: Watch, post: Post, host: str
) -> None:
    claims = {"email": house.manager.email, "email_verified": True}
    with run_server_in_thread(user_claims=[Subject(sub="maud", claims=claims)]) as server:
        issuer = f"http://{host}:{server.server_port}"
        policy = deepcopy(settings.CONTENT_SECURITY_POLICY)
        policy["DIRECTIVES"]["form-action"].append(
            issuer
        )  # as breach/settings.py does for TOCSIN_OIDC_ISSUER
        settings.CONTENT_SECURITY_POLICY = policy
        house_login = {"provider_id": "house", "name": "House login", "client_id": "tocsin", "secret": "s"}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [house_login | {"settings": {"server_url": issuer}}],
            }
        }
        one = stranger()
        # The provider's own page asks for a style sheet from elsewhere; nothing leaves loopback here.
        one.context.route(re.compile(r"^https:"), lambda route: route.abort())
        one.go("/account/login/")
        one.press("Sign in with House login")
        one.page.locator('button[name="sub"][value="maud"]').click()
        one.sees("What needs you now")
    assert [problem for problem in watch.problems if "Policy" in problem or "/account/" in problem] == []


def test_an_emergency_and_a_guest(
    world: World, hands: Hands, come_in: Callable[..., Person], watch: Watch, post: Post
) -> None:
    house = world.house
    incident = Incident.objects.get(pk=house.incident.pk)
    one = come_in(house.stranger.email)
    one.go(reverse("break-glass"))
    one.fill(reference=incident.reference, reason="Nobody of the team answers, and it goes on.")
    one.press("Open it")
    one.sees("EMERGENCY", incident.title)
    manager = come_in(house.manager.email)
    manager.go(reverse("access", args=[incident.uid]))
    manager.sees("Nobody of the team answers, and it goes on.", "page/overview")
    manager.press(re.compile("End it now"))
    expect(manager.page.locator("main")).to_contain_text("ended")
    answer = one.page.goto(reverse("overview", args=[incident.uid]))
    assert answer is not None
    assert answer.status == 404

    guest = come_in_as_guest(come_in, house)
    guest.sees("What you were asked", "access.log")
    guest.fill(note="Our policy covers this.")
    guest.press(re.compile("^Done"))
    guest.sees("Noted.", "Our policy covers this.")
    assert [problem for problem in watch.problems if "404" not in problem] == []


def come_in_as_guest(come_in: Callable[..., Person], house: House) -> Person:
    return come_in(house.guest.email)


PAGES = (
    "/settings/",
    "/settings/users/",
    "/settings/resets/",
    "/settings/sessions/",
    "/settings/told/",
    "/account/2fa/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/totp/activate/",
    "/account/2fa/recovery-codes/generate/",
    "/account/password/change/",
)
OPEN_PAGES = (
    "/account/login/?ended=idle",
    "/join/",
    "/account/password/reset/",
    "/account/password/reset/done/",
)


@pytest.mark.parametrize("options", [{}, PHONE], ids=["English", "French on a telephone"])
def test_nothing_against_the_guidelines(
    world: World, come_in: Callable[..., Person], stranger: Callable[..., Person], options: dict[str, Any]
) -> None:
    house = world.house
    one = stranger(**options)
    found = [finding for page in OPEN_PAGES for finding in findings(one, page)]
    admin = come_in(house.admin.email, reduced_motion="reduce", **options)
    pages = (*PAGES, reverse("user", args=[house.manager.uid]))
    found += [finding for page in pages for finding in findings(admin, page)]
    manager = come_in(house.manager.email, reduced_motion="reduce", **options)
    pages = (reverse("access", args=[house.incident.uid]), reverse("break-glass"))
    found += [finding for page in pages for finding in findings(manager, page)]
    guest = come_in(house.guest.email, reduced_motion="reduce", **options) if not options else None
    if guest:
        found += findings(guest, reverse("asked", args=[house.incident.uid]))
    assert found == []
