"""The list of settings shows each role what it may change, and nothing else."""

import pytest
from django.test import Client

from breach import providers
from breach.models import User
from breach.permissions import can
from breach.views.settings_index import SECTIONS
from tests.house import House

pytestmark = pytest.mark.django_db


def shown(client: Client, user: User) -> set[str]:
    client.force_login(user)
    return {one.key for one in client.get("/settings/").context["sections"]}


def test_each_role_sees_the_sections_that_it_may_change(client: Client, house: House) -> None:
    known = [*SECTIONS, *providers.sections]
    for user in (house.responder, house.manager, house.auditor, house.admin):
        may = {one.key for one in known if not one.capability or can(user, one.capability)}
        assert shown(client, user) == may


def test_readers_are_a_section_of_managers_only(client: Client, house: House) -> None:
    assert "readers" in shown(client, house.manager)
    assert "readers" not in shown(client, house.responder)
