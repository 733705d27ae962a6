"""Two people in one room see each other's work, and neither loses what they type."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.pages import Person, Watch
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROMPT = 2_000  # milliseconds in which the other person sees it


@pytest.fixture
def two(world: World, come_in: Callable[..., Person]) -> tuple[Person, Person]:
    return come_in(world.house.responder.email), come_in(world.house.manager.email)


def go_both(two: tuple[Person, Person], name: str, world: World) -> None:
    for one in two:
        one.go(reverse(name, args=[world.house.incident.uid]))


def test_an_entry_shows_to_the_other_who_keeps_typing(
    world: World, two: tuple[Person, Person], watch: Watch
) -> None:
    go_both(two, "timeline", world)
    mine, theirs = two
    field = theirs.page.locator("[name=text]")
    field.press_sequentially("Half a sent")
    mine.fill(text="The log server is isolated.")
    mine.press("Add")
    mine.sees("Entered.")
    expect(theirs.page.locator("#entry-list")).to_contain_text("The log server is isolated.", timeout=PROMPT)
    expect(field).to_be_focused()
    field.press_sequentially("ence")
    assert field.input_value() == "Half a sentence"
    theirs.press("Add")
    expect(mine.page.locator("#entry-list")).to_contain_text("Half a sentence", timeout=PROMPT)
    assert watch.problems == []


def test_a_tick_shows_to_the_other_whose_open_note_stays(
    world: World, two: tuple[Person, Person], watch: Watch
) -> None:
    go_both(two, "playbook", world)
    mine, theirs = two
    task = mine.page.locator("#runs li").first
    place = task.get_attribute("id")
    same = theirs.page.locator(f"#{place}")
    for one in (task, same):
        one.locator("summary").click()
    same.locator("[name=note]").fill("I was about to begin")
    mine.press(re.compile("^Begin"), within=task)
    expect(same.locator(".row-side")).to_contain_text("Being done", timeout=PROMPT)
    expect(same.locator("[name=note]")).to_have_value("I was about to begin")
    expect(same.locator("[name=note]")).to_be_visible()
    assert watch.problems == []


def test_what_somebody_else_starts_appears(world: World, two: tuple[Person, Person]) -> None:
    go_both(two, "playbook", world)
    mine, theirs = two
    before = theirs.page.locator("#runs > section").count()
    with mine.page.expect_navigation():
        mine.press(re.compile("^Start"), within=mine.page.locator("#offers li").first)
    expect(theirs.page.locator("#runs > section")).to_have_count(before + 1, timeout=PROMPT)


def test_of_two_corrections_both_versions_show_and_nothing_is_lost(
    world: World, two: tuple[Person, Person]
) -> None:
    go_both(two, "timeline", world)
    mine, theirs = two
    for one in two:
        one.follow(re.compile("^Correct, attach"))
    mine.fill(text="Seen at the gateway.", reason="It was not the server.")
    theirs.fill(text="Seen at the proxy.", reason="It was the proxy.")
    mine.press("Enter the correction")
    mine.sees("Entered as a correction.")
    theirs.press("Enter the correction")
    theirs.sees("Somebody changed this while you were typing.", "Seen at the gateway.", "Seen at the proxy.")
    assert theirs.page.locator("[name=text]").input_value() == "Seen at the proxy."
    theirs.press("Enter the correction")
    theirs.sees("Entered as a correction.")
    expect(mine.page.locator("#entry-list")).to_contain_text("Seen at the proxy.", timeout=PROMPT)
