"""Somebody at a browser: signs in, fills in forms by their fields, presses what the page offers.

Nothing here knows the application's insides: only addresses, names of form fields and words on the page.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

SIGNED_IN = re.compile("What needs you now|Ce qui vous attend|What you were asked|Ce qui vous est demandé")
WAIT = 15_000  # milliseconds, for any one thing: two cores may be busy


@dataclass
class Watch:
    """What browsers say on the side: errors of scripts and policies, failed answers, every address asked for."""

    problems: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A violated content security policy is reported here, too.
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        self.addresses.add(request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.request.method} {urlsplit(response.url).path}")


class Person:
    """One login in a browser context of its own."""

    def __init__(self, browser: Browser, base: str, watch: Watch, **options: Any) -> None:
        self.context = browser.new_context(
            base_url=base, accept_downloads=True, **{"locale": "en-GB", **options}
        )
        self.context.set_default_timeout(WAIT)
        watch.over(self.context)
        self.page: Page = self.context.new_page()

    # --- getting about ---------------------------------------------------------------------------------------

    def sign_in(self, email: str, password: str) -> "Person":
        self.go("/")
        self.fill(login=email, password=password)
        self.page.locator("main form[action*=login] button[type=submit]").first.click()
        expect(self.page.locator("h1")).to_have_text(SIGNED_IN)
        return self

    def go(self, address: str) -> None:
        self.page.goto(address)

    def tab(self, label: str) -> None:
        """Open one of the incident's pages by its tab."""
        self.page.locator("nav.tabs").get_by_role("link", name=label, exact=True).click()
        expect(self.page.locator("nav.tabs [aria-current=page]")).to_have_text(label)

    def follow(self, label: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Follow the first link of that name and wait for the page behind it."""
        self.open((within or self.page.locator("main")).get_by_role("link", name=label).first)

    def open(self, link: Locator) -> None:
        with self.page.expect_navigation():
            link.click()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    # --- forms -----------------------------------------------------------------------------------------------

    def form(self, **hidden: str) -> Locator:
        """The form that carries these hidden values."""
        found = self.page.locator("main form")
        for name, value in hidden.items():
            found = found.filter(has=self.page.locator(f'input[name="{name}"][value="{value}"]'))
        return found

    def fill(self, within: Locator | None = None, **values: Any) -> None:
        """Fill in fields by name: text, a choice by value, a list of ticks, True or False for one tick."""
        scope = within or self.page.locator("main")
        for name, value in values.items():
            _fill(scope.locator(f'[name="{name}"]'), value)

    def choose(self, name: str, label: str, within: Locator | None = None) -> None:
        """Choose the option of a select whose words contain `label`."""
        select = (within or self.page.locator("main")).locator(f'select[name="{name}"]')
        value = select.locator("option", has_text=label).first.get_attribute("value")
        assert value, f"{label!r} is offered in {name}"
        select.select_option(value)

    def press(self, label: str | re.Pattern[str], within: Locator | None = None) -> None:
        exact = isinstance(label, str)
        (within or self.page.locator("body")).get_by_role("button", name=label, exact=exact).first.click()

    def unfold(self, label: str, within: Locator | None = None) -> Locator:
        """Open what is folded under a line that contains `label`, and return it."""
        details = (
            (within or self.page.locator("main"))
            .locator("details", has=self.page.locator("summary", has_text=label))
            .last
        )
        if details.get_attribute("open") is None:
            details.locator("> summary").click()
        return details

    def download(self, label: str | re.Pattern[str], role: Any = "link") -> bytes:
        """Press a link or a button that hands out a file, and return the file."""
        with self.page.expect_download() as waiting:
            self.page.locator("main").get_by_role(role, name=label).first.click()
        return waiting.value.path().read_bytes()

    # --- reading ---------------------------------------------------------------------------------------------

    def sees(self, *texts: str | re.Pattern[str], within: Locator | None = None) -> None:
        place = within or self.page.locator("body")
        for text in texts:
            expect(place).to_contain_text(text)

    def sees_not(self, *texts: str | re.Pattern[str]) -> None:
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)

    def sees_instant(self, at: Any, within: Locator | None = None, *, struck: bool = False) -> None:
        """The page shows this instant, as UTC in its machine-readable form; struck out when superseded."""
        said = f'time[datetime="{at:%Y-%m-%dT%H:%M:%SZ}"]'
        expect(
            (within or self.page.locator("body")).locator(f"s {said}" if struck else said).first
        ).to_be_attached()

    def section(self, heading: str) -> Locator:
        """The section (or card) under a heading."""
        return (
            self.page.locator("section, article")
            .filter(has=self.page.get_by_role("heading", name=heading, exact=True))
            .last
        )

    def figure(self, label: str) -> int:
        """Read one of the numbers that pages show as cards."""
        card = self.page.locator(".figure-card").filter(has=self.page.get_by_text(label, exact=True)).first
        said = card.locator(".figure-value").inner_text()
        return int(re.sub(r"\D", "", said))


SHAPES = "fields => fields.map(field => [field.type, field.value, field.checked === true])"


def _fill(found: Locator, value: Any) -> None:
    found.first.wait_for(state="attached")
    shapes = found.evaluate_all(SHAPES)
    kind = shapes[0][0]
    if kind == "checkbox":
        for index, (_kind, name, ticked) in enumerate(shapes):
            wanted = value if isinstance(value, bool) else name in value
            if wanted != ticked:
                found.nth(index).set_checked(wanted)
    elif kind == "radio":
        found.and_(found.page.locator(f'[value="{value}"]')).check()
    elif kind.startswith("select"):
        found.first.select_option(_spoken(value))
    elif kind == "file":
        found.first.set_input_files(value)
    else:
        found.first.fill(str(value))


def _spoken(value: Any) -> Any:
    return value if not isinstance(value, bool) else "yes" if value else "no"
