"""Without script the same pages do the same: an incident opens, an event is logged, awareness is decided."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.browser.conftest import Hands
from tests.browser.pages import Person, Watch
from tests.browser.path.cast import said
from tests.house import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STARTED = "Start ?: Break-in"


def test_the_first_steps(house: House, come_in: Callable[..., Person], watch: Watch, hands: Hands) -> None:
    now = hands.now()
    one = come_in(house.manager.email, java_script_enabled=False)
    one.follow("Open an incident")
    reported = now - timedelta(hours=5)
    one.fill(
        title="Mailbox read by a stranger",
        kind="web_application",
        reported=said(reported),
        why="A user saw it.",
    )
    one.press("Open the incident")
    one.sees("provisional")
    one.sees_instant(reported + timedelta(hours=72))
    one.tab("Timeline")
    one.fill(
        text="The account was locked.",
        attachments={"name": "a.log", "mimeType": "text/plain", "buffer": b"x"},
    )
    one.press("Add", within=one.page.locator("#timeline-room form.tocsin-form"))
    one.sees("Entered.", "The account was locked.", "a.log", "1 entry")
    one.tab("Obligations")
    folded = one.unfold("Record a step")
    one.fill(folded, state="decided", instant=said(now - timedelta(hours=2)), reasons="The log proves it.")
    one.press("Record", within=folded)
    one.sees("Every clock was computed again.", "The log proves it.")
    one.tab("Playbook")
    one.press(re.compile(STARTED))
    one.sees("Started. Give each task to somebody.")
    assert watch.problems == []
