"""Where a second factor of the last ten minutes is asked for: one table over every address that changes something."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.errors import FreshFactorNeeded
from breach.models import Approval, ApprovalState, Proof, User
from breach.permissions import CAPABILITIES, FRESH, require
from breach.services.ledger import export_ledger
from tests import factors
from tests.breach.test_roles_by_url import ADDRESSES, TABLE, TOKEN, ask, path_of, posted, said
from tests.house import House
from tests.world import World, build_world

# Address: who may do it, and what is sent. Every other address changes something without being asked again.
ASKS: list[tuple[str, str, dict[str, Any]]] = [
    ("approval", "manager", {"answer": "approve"}),
    ("notice", "manager", {"step": "decide"}),
    ("notice", "manager", {"step": "release"}),
    ("ledger-export", "manager", {}),
    ("people-exports", "manager", {}),
    ("people-export", "manager", {}),
    ("register-csv", "manager", {}),
    ("readers", "manager", {}),
    ("reader-retire", "manager", {}),
    ("access", "manager", {"step": "close"}),
    (
        "break-glass",
        "manager",
        {"reference": "2026-0001", "reason": "Nobody of the team answers the telephone."},
    ),
    ("users", "admin", {"name": "x"}),
    ("user", "admin", {"step": "close"}),
    ("factor-resets", "manager", {"step": "confirm"}),
]
ASKING = {name for name, _who, _data in ASKS}


@pytest.fixture
def world(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: now)
    return build_world(house, now)


def client_of(user: User) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def is_asked(response: Any) -> bool:
    return response.status_code == 422 and any(one.name == "mfa/fresh.html" for one in response.templates)


@pytest.mark.parametrize(
    ("name", "who", "data"), ASKS, ids=[f"{one[0]}-{one[2].get('step', '')}" for one in ASKS]
)
@pytest.mark.parametrize("minutes", [None, 11, 9], ids=["never", "stale", "fresh"])
def test_costly_steps_ask_for_a_fresh_factor(
    world: World, now: datetime, name: str, who: str, data: dict[str, Any], minutes: int | None
) -> None:
    user = getattr(world.house, who)
    factors.give_app(user)
    client = client_of(user)
    factors.set_proof(client, (now - timedelta(minutes=minutes)).isoformat() if minutes else None)
    address = next(one for one in ADDRESSES if one.name == name)
    response = ask(client, "POST", path_of(address, world), data)
    assert is_asked(response) is (minutes != 9)


def test_nothing_else_asks(world: World) -> None:
    """A new address that asks, or one of the table that stopped asking, has to be entered above."""
    house, asked = world.house, set()
    for who in ("responder", "manager", "officer", "admin", "guest"):
        factors.give_app(getattr(house, who))
        client = client_of(getattr(house, who))
        for address in ADDRESSES:
            if address.is_allauth:
                continue
            for method in ("GET", "POST"):
                if is_asked(ask(client, method, path_of(address, world), posted(address.name, world))):
                    asked.add(address.name)
                    assert method == "POST"
    assert asked <= ASKING
    assert set(TABLE) >= ASKING


def test_an_account_without_a_factor_is_not_asked(world: World) -> None:
    client = client_of(world.house.manager)
    path = reverse("ledger-export", args=[world.house.incident.uid])
    assert said(ask(client, "POST", path)) == "o"


def test_the_code_repeats_what_was_sent(world: World, now: datetime) -> None:
    house = world.house
    factors.give_app(house.manager)
    client = client_of(house.manager)
    path = reverse("approval", args=[house.incident.uid, world.approval.uid])
    sent = TOKEN | {"answer": "approve", "digest": world.approval.digest, "reason": "Read and right."}
    page = client.post(path, sent)
    assert is_asked(page)
    for name, value in sent.items():
        if name != "csrfmiddlewaretoken":
            assert f'name="{name}" value="{value}"'.encode() in page.content
    assert Approval.objects.get(pk=world.approval.pk).state == ApprovalState.ASKED

    wrong = client.post(path, sent | {"factor-code": "000000"})
    assert is_asked(wrong)
    assert b"factor-code-error" in wrong.content
    assert Approval.objects.get(pk=world.approval.pk).state == ApprovalState.ASKED

    done = client.post(path, sent | {"factor-code": factors.code_of()})
    assert done.status_code == 302
    row = Approval.objects.get(pk=world.approval.pk)
    assert (row.state, row.decided_by) == (ApprovalState.APPROVED, house.manager)


def test_a_recovery_code_counts_once(world: World) -> None:
    house = world.house
    factors.give_app(house.manager)
    code = factors.give_codes(house.manager)[0]
    path = reverse("ledger-export", args=[house.incident.uid])
    first, second = client_of(house.manager), client_of(house.manager)
    assert first.post(path, TOKEN | {"factor-code": code}).status_code == 200
    assert is_asked(second.post(path, TOKEN | {"factor-code": code}))


def test_what_was_sent_is_in_no_session(world: World) -> None:
    factors.give_app(world.house.manager)
    client = client_of(world.house.manager)
    path = reverse("approval", args=[world.house.incident.uid, world.approval.uid])
    client.post(path, TOKEN | {"answer": "refuse", "reason": "Mrs Lefèvre is named in it."})
    assert "Lefèvre" not in str(dict(client.session.items()))


def test_services_ask_whoever_comes_by_a_page_and_no_command(house: House, now: datetime) -> None:
    house.open(now)
    user = house.manager
    require(user, "approve", house.incident)  # no session behind it
    user.proof = Proof(now - timedelta(minutes=10), now)
    require(user, "approve", house.incident)
    user.proof = Proof(now - timedelta(minutes=10, seconds=1), now)
    with pytest.raises(FreshFactorNeeded):
        require(user, "approve", house.incident)
    with pytest.raises(FreshFactorNeeded):
        export_ledger(actor=user, incidents=[house.incident], stream=io.BytesIO(), now=now)
    require(user, "letters.draft", house.incident)


def test_what_needs_it_is_named_by_capabilities() -> None:
    assert frozenset().union(*CAPABILITIES.values()) >= FRESH
