"""Who may: every role, in and out of the incident, for every capability."""

from datetime import datetime
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from breach import permissions
from breach.errors import Forbidden
from breach.middleware import OneLook
from breach.models import Incident
from breach.permissions import ALL_CAPABILITIES, CAPABILITIES, HOUSE_WIDE, can, one_look, require
from tests.house import House


@pytest.fixture
def opened(house: House, now: datetime) -> House:
    house.open(now)
    return house


def allowed(house: House, name: str) -> set[str]:
    return {
        capability for capability in ALL_CAPABILITIES if can(getattr(house, name), capability, house.incident)
    }


def test_members_hold_what_their_role_bundles(opened: House) -> None:
    assert allowed(opened, "responder") == CAPABILITIES["responder"]
    assert allowed(opened, "manager") == CAPABILITIES["manager"] - {"advice.give"}


def test_the_officer_advises_and_neither_decides_nor_approves(opened: House) -> None:
    assert allowed(opened, "officer") == CAPABILITIES["manager"] - {"decision.make", "approve", "release"}


def test_the_auditor_sees_all_and_changes_nothing(opened: House) -> None:
    assert allowed(opened, "auditor") == {
        "incident.view",
        "timeline.view",
        "people.count",
        "ledger.view",
        "clocks.subscribe",
        "suspicion.report",
        "suspicion.view",
        "evidence.read",
        "ledger.export",
        "law.view",
        "portfolio.view",
    }


def test_strangers_and_administrators_are_denied(opened: House) -> None:
    assert allowed(opened, "stranger") == set()
    assert allowed(opened, "admin") == set()


def test_without_an_incident_only_house_wide_rights_count(opened: House) -> None:
    for user in (opened.responder, opened.manager, opened.auditor, opened.admin):
        assert {one for one in ALL_CAPABILITIES if can(user, one)} <= HOUSE_WIDE


def test_a_closed_account_may_nothing(opened: House) -> None:
    opened.manager.is_active = False
    assert allowed(opened, "manager") == set()


def test_an_unknown_capability_is_an_error_and_not_a_no(opened: House) -> None:
    with pytest.raises(ValueError, match="unknown"):
        can(opened.manager, "timeline.ad", opened.incident)


def test_require_refuses(opened: House) -> None:
    with pytest.raises(Forbidden):
        require(opened.stranger, "incident.view", opened.incident)


def test_visible_to_follows_membership(opened: House) -> None:
    def seen(name: str) -> list[Incident]:
        return list(Incident.objects.visible_to(getattr(opened, name)))

    names = ("responder", "manager", "officer", "auditor", "stranger", "admin")
    assert {name: len(seen(name)) for name in names} == {
        "responder": 1,
        "manager": 1,
        "officer": 1,
        "auditor": 1,
        "stranger": 0,
        "admin": 0,
    }


def test_one_look_reads_a_membership_once_and_forgets_it(
    opened: House, django_assert_num_queries: Any
) -> None:
    with one_look(), django_assert_num_queries(1):
        assert can(opened.manager, "approve", opened.incident)
        assert can(opened.manager, "release", opened.incident)
    opened.incident.members.filter(user=opened.manager).delete()
    assert not can(opened.manager, "approve", opened.incident)


def test_only_showing_a_page_is_one_look() -> None:
    """What changes something asks the database for every right: it may have been taken away in between."""
    looks: list[bool] = []

    def view(_request: HttpRequest) -> HttpResponse:
        looks.append(permissions._looked_up.get() is not None)
        return HttpResponse()

    for method in ("get", "post"):
        OneLook(view)(getattr(RequestFactory(), method)("/"))
    assert looks == [True, False]
    assert permissions._looked_up.get() is None
