"""Axe finds nothing against WCAG 2.2 AA on the pages of a loaded incident: English in light, French in dark colours."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser

from tests.browser.pages import Person, Watch
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
UNFOLD = "document.querySelectorAll('main details').forEach(folded => { folded.open = true })"
TABS = (
    "overview",
    "timeline",
    "playbook",
    "people",
    "assessment",
    "obligations",
    "notices",
    "filings",
    "reports",
    "ledger",
)
FORMS = ("facts", "members", "people-upload", "people-add", "incident-move", "notice-new", "filing-new")


def single(world: World) -> Iterator[tuple[str, Any]]:
    """Pages of single rows: the name of the address and what it needs beside the incident."""
    yield "timeline-entry", [world.event.uid]
    yield "obligation", [world.obligation.uid]
    yield "holds", []
    yield "what-if", []
    yield "hold", [world.hold.uid]
    yield "people-file", [world.intake_file.uid]
    assert world.intake_file.archive
    yield "people-archive", [world.intake_file.archive.uid]
    yield "person", [world.person.uid]
    yield "notice", [world.notice.uid]
    yield "notice", [world.draft.uid]
    yield "notice-differences", [world.notice.uid, "late"]
    yield "notice-text", [world.draft.uid, "fr"]
    yield "notice-text-version", [world.draft.uid, "fr", "wording", 1]
    yield "reach", []
    yield "letter-find", []
    yield "letter", [world.print_run.people.all()[0].uid]
    yield "notice-variant", [world.notice.uid, 1]
    yield "print-run", [world.print_run.uid]
    yield "filing", [world.filing.uid]
    yield "filing-section", [world.filing.uid, "3.3"]
    yield "filing-promise", [world.filing.uid, "people_number"]
    yield "approval", [world.approval.uid]


def findings(one: Person, address: str) -> list[str]:
    """What axe finds: rule, place, and what it says is wrong."""
    one.go(address)
    one.page.evaluate(UNFOLD)
    found = Axe().run(one.page, options=OPTIONS).response["violations"]
    return [
        f"{address}: {rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def test_every_page_in_english(world: World, come_in: Callable[..., Person]) -> None:
    uid = world.house.incident.uid
    addresses = [reverse(name, args=[uid]) for name in (*TABS, *FORMS)]
    addresses += [reverse(name, args=[uid, *row]) for name, row in single(world)]
    addresses += [reverse(name) for name in ("home", "incident-new", "readers", "register", "mfa_index")]
    one = come_in(world.house.manager.email, reduced_motion="reduce")
    assert [finding for address in addresses for finding in findings(one, address)] == []


def test_the_main_pages_in_french_and_dark(world: World, come_in: Callable[..., Person]) -> None:
    options = {"color_scheme": "dark", "locale": "fr-FR", "reduced_motion": "reduce"}
    one = come_in(world.house.manager.email, **options)
    one.go("/")
    one.press("Français")
    assert one.page.locator("html").get_attribute("lang") == "fr"
    addresses = [
        "/",
        "/incidents/",
        "/portfolio/",
        *(reverse(name, args=[world.house.incident.uid]) for name in TABS),
    ]
    assert [finding for address in addresses for finding in findings(one, address)] == []


def test_the_way_in(browser: Browser, live_server: Any, watch: Watch) -> None:
    stranger = Person(browser, live_server.url, watch)
    assert findings(stranger, "/account/login/") == []
    stranger.context.close()
