"""On a phone: nothing runs out of the screen, and an approval can be given from it."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.browser.pages import Person, Watch
from tests.browser.test_accessibility import FORMS, TABS, single
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2}
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"


def test_a_manager_approves_from_a_phone(world: World, come_in: Callable[..., Person], watch: Watch) -> None:
    one = come_in(world.house.manager.email, **PHONE)
    one.follow("Filing", within=one.section("Waiting for your approval"))
    one.follow("Read all of it")
    one.sees("All that it says", "Copie de tables de la base des clients.")
    one.follow(re.compile("^Asked|^Waiting"), within=one.page.locator("#state ~ *, section"))
    one.fill(answer="approve")
    one.press("Record my answer")
    one.sees("Your answer is recorded.", "Maud Laurent")
    assert watch.problems == []


def test_no_page_runs_out_of_a_phone(world: World, come_in: Callable[..., Person]) -> None:
    uid, one = world.house.incident.uid, come_in(world.house.manager.email, **PHONE)
    addresses = ["/", "/incidents/", "/portfolio/", *(reverse(name, args=[uid]) for name in (*TABS, *FORMS))]
    addresses += [reverse(name, args=[uid, *row]) for name, row in single(world)]
    wide = []
    for address in addresses:
        one.go(address)
        needed, given = one.page.evaluate(WIDTHS)
        if needed > given:
            wide.append((address, needed))
    assert wide == []
