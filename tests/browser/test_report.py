"""From a report without an account to an incident: link, receipt, triage, room, and the receipt again."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Hands
from tests.browser.pages import Person, Watch
from tests.browser.test_accessibility import findings
from tests.browser.test_phone import PHONE, WIDTHS
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "A laptop with the payroll was left in the train to Nantes."


def narrow(one: Person) -> bool:
    needed, given = one.page.evaluate(WIDTHS)
    return bool(needed <= given)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_from_a_report_to_the_room(
    house: House,
    browser: Browser,
    live_server: Any,
    come_in: Callable[..., Person],
    watch: Watch,
    hands: Hands,
    script: bool,
) -> None:
    admin = come_in(house.admin.email, java_script_enabled=script)
    admin.go("/settings/report/")
    admin.press("Make a link")
    admin.press("Show it on the page for signing in")
    admin.sees("The page for signing in shows it.")

    author = Person(browser, live_server.url, watch, java_script_enabled=script, **PHONE)
    author.go("/account/login/")
    author.follow("Report a suspected breach without an account")
    assert narrow(author)
    author.fill(text=WORDS, noticed="nonsense")
    refused = author.page.url
    author.press("Send the report")
    author.sees(re.compile("nonsense"))
    assert author.page.locator("textarea").input_value() == WORDS
    assert author.page.url == refused
    author.fill(noticed="")
    author.press("Send the report")
    author.sees("Thank you. Your report has arrived.", "not kept")
    assert narrow(author)
    code = author.page.locator("code.receipt-code").inner_text()
    came = hands.now()

    hands.move(timedelta(hours=2))
    one = come_in(house.manager.email, java_script_enabled=script)
    one.follow("1 report waits for triage")
    one.sees("2 h 0 min ago")
    one.follow(WORDS)
    one.sees("by the link, without an account")
    one.follow("Open an incident from it")
    one.fill(title="Laptop left in a train", kind="lost_device", why="The payroll is on it.")
    one.press("Open the incident")
    one.sees("Laptop left in a train", "provisional")
    due = one.page.locator("time").evaluate_all("all => all.map(one => one.getAttribute('datetime'))")
    wanted = {f"{came + timedelta(hours=72) - timedelta(minutes=step):%Y-%m-%dT%H:%M}" for step in range(2)}
    assert wanted & {str(instant)[:16] for instant in due}, "the clock runs from when the report came"
    one.tab("Timeline")
    one.sees(WORDS)

    author.go("/report/receipt/")
    author.fill(code=code.lower())
    author.press("Show")
    author.sees("It is being worked on as an incident")
    author.fill(word="It was seat 42.")
    author.press("Add")
    author.sees("What you added has arrived.")
    author.sees_not(WORDS, "seat 42")
    author.context.close()
    watch.problems = [
        one for one in watch.problems if not one.startswith(("422 ", "console: Failed to load"))
    ]
    assert watch.problems == []


def test_nothing_against_wcag(
    house: House, browser: Browser, live_server: Any, come_in: Callable[..., Person], watch: Watch
) -> None:
    admin = come_in(house.admin.email, reduced_motion="reduce")
    admin.go("/settings/report/")
    admin.press("Make a link")
    link = admin.page.locator("code.digest-whole").inner_text()
    path = "/report/" + link.split("/report/")[1]
    stranger = Person(browser, live_server.url, watch, reduced_motion="reduce", **PHONE)
    found = (
        findings(admin, "/settings/report/")
        + findings(stranger, path)
        + findings(stranger, "/report/receipt/")
    )
    stranger.go(path)
    stranger.fill(text=WORDS)
    stranger.press("Send the report")
    one = come_in(house.manager.email, reduced_motion="reduce", **PHONE)
    one.follow("1 report waits for triage")
    found += findings(one, "/report/") + findings(one, "/triage/")
    one.follow(WORDS)
    found += findings(one, one.path)
    assert narrow(one)
    found += findings(one, f"{one.path}incident/")
    assert found == []
    stranger.context.close()
