"""What administrators do with accounts, and what takes two people."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, FactorReset, InAppNotice, SignInLock, User
from breach.services import accounts, factor_resets, invitations, sessions, sign_in
from breach.services.rotation import rotate_keys
from tests import factors
from tests.house import PASSWORD, House


def sign_in_with(user: User) -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_a_new_role_ends_the_sessions(house: House, now: datetime) -> None:
    client = sign_in_with(house.stranger)
    assert client.get("/").status_code == 200
    accounts.change_role(actor=house.admin, user=house.stranger, role="auditor", now=now)
    assert client.get("/").status_code == 302
    row = Entry.objects.get(action="account.role")
    assert (row.chain, row.actor_uid, row.data) == (
        "house",
        house.admin.uid,
        {"old": "responder", "new": "auditor"},
    )


def test_roles_that_cannot_be(house: House, now: datetime) -> None:
    house.open(now)
    with pytest.raises(Forbidden):
        accounts.change_role(actor=house.admin, user=house.admin, role="manager", now=now)
    with pytest.raises(BadInput):
        accounts.change_role(actor=house.admin, user=house.stranger, role="king", now=now)
    with pytest.raises(BadInput):
        accounts.change_role(actor=house.admin, user=house.manager, role="admin", now=now)
    house.open(now)
    with pytest.raises(BadInput):
        accounts.change_role(actor=house.admin, user=house.manager, role="guest", now=now)
    with pytest.raises(Forbidden):
        accounts.change_role(actor=house.manager, user=house.stranger, role="admin", now=now)


def test_the_last_administrator_stays(house: House, now: datetime) -> None:
    made = invitations.invite(actor=house.admin, email="b@example.org", name="Bo", role="admin", now=now)
    accounts.set_active(actor=made.user, user=house.admin, active=False, now=now)
    house.admin.refresh_from_db()
    assert not house.admin.is_active
    with pytest.raises(Forbidden):
        accounts.set_active(actor=house.admin, user=made.user, active=False, now=now)
    accounts.set_active(actor=made.user, user=house.admin, active=True, now=now)


def test_a_closed_account_is_out_at_once(house: House, now: datetime) -> None:
    client = sign_in_with(house.stranger)
    accounts.set_active(actor=house.admin, user=house.stranger, active=False, now=now)
    assert client.get("/").status_code == 302
    assert not UserSession.objects.filter(user=house.stranger).exists()
    again = sign_in_with(house.stranger)
    assert again.get("/").status_code == 302


def test_lost_factors_take_two_people(house: House, now: datetime) -> None:
    factors.give_app(house.manager)
    factors.give_codes(house.manager)
    row = factor_resets.ask_reset(actor=house.admin, user=house.manager, now=now)
    told = set(InAppNotice.objects.filter(kind="factor_reset").values_list("user__email", flat=True))
    assert told == {one.email for one in (house.second_manager, house.deputy, house.officer)}
    with pytest.raises(Conflict):
        factor_resets.ask_reset(actor=house.admin, user=house.manager, now=now)
    for actor in (house.admin, house.manager, house.responder):
        with pytest.raises(Forbidden):
            factor_resets.confirm_reset(actor=actor, reset=row, now=now)
    assert Authenticator.objects.filter(user=house.manager).count() == 2

    invited = factor_resets.confirm_reset(actor=house.second_manager, reset=row, now=now)
    assert not Authenticator.objects.filter(user=house.manager).exists()
    assert not User.objects.get(pk=house.manager.pk).has_usable_password()
    assert invitations.redeem(email=house.manager.email, code=invited.code, now=now)
    with pytest.raises(Conflict):
        factor_resets.refuse_reset(actor=house.second_manager, reset=row, now=now)
    actions = list(
        Entry.objects.filter(action__startswith="factor_reset")
        .order_by("seq")
        .values_list("action", "actor_uid")
    )
    assert actions == [
        ("factor_reset.asked", house.admin.uid),
        ("factor_reset.confirmed", house.second_manager.uid),
    ]


def test_a_reset_can_be_refused(house: House, now: datetime) -> None:
    row = factor_resets.ask_reset(actor=house.admin, user=house.manager, now=now)
    factor_resets.refuse_reset(actor=house.deputy, reset=row, now=now)
    assert User.objects.get(pk=house.manager.pk).check_password(PASSWORD)
    assert not FactorReset.objects.get().confirmed


def test_ten_failures_lock_and_there_are_ways_back(house: House, now: datetime) -> None:
    email = house.manager.email
    for _attempt in range(sign_in.LOCK_AFTER - 1):
        sign_in.count_failure(email, now=now)
    assert sign_in.locked_until(email, now=now) is None
    sign_in.count_failure(email.upper(), now=now)
    until = sign_in.locked_until(email, now=now)
    assert until == now + sign_in.LOCK_FOR
    assert InAppNotice.objects.filter(user=house.manager, kind="account_locked").count() == 1
    assert sign_in.locked_until(email, now=until) is None, "waiting is one way"
    with pytest.raises(Forbidden):
        sign_in.unlock(actor=house.second_manager, user=house.manager, now=now)
    sign_in.unlock(actor=house.admin, user=house.manager, now=now)
    assert sign_in.locked_until(email, now=now) is None, "an administrator is another"


def test_failures_of_yesterday_do_not_count(house: House, now: datetime) -> None:
    for _attempt in range(sign_in.LOCK_AFTER - 1):
        sign_in.count_failure("nobody@example.org", now=now)
    sign_in.count_failure("nobody@example.org", now=now + timedelta(days=2))
    assert SignInLock.objects.get().failures == 1


def test_sessions_are_named_by_known_words_only() -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
    assert sessions.browser_of(chrome) == "Chrome, Windows"
    assert sessions.browser_of("<script>alert(1)</script>") == "?"


def test_one_session_of_several_is_ended(house: House, now: datetime) -> None:
    first, second = sign_in_with(house.manager), sign_in_with(house.manager)
    lines = sessions.sessions_of(house.manager, current=first.session.session_key or "")
    assert [line.is_current for line in lines].count(True) == 1
    other = next(line for line in lines if not line.is_current)
    with pytest.raises(BadInput):
        sessions.end_session(user=house.stranger, session=other.id, now=now)
    first.post("/settings/sessions/", {"session": str(other.id)})
    assert (first.get("/").status_code, second.get("/").status_code) == (200, 302)


def test_factors_are_sealed_and_survive_a_rotation(house: House, now: datetime) -> None:
    factors.give_app(house.manager)
    codes = factors.give_codes(house.manager)
    stored = "".join(str(row.data) for row in Authenticator.objects.all())
    assert factors.SECRET not in stored
    rotate_keys(actor=None, new_signer=True, retire=True, now=now)
    app, recovery = (
        Authenticator.objects.get(user=house.manager, type=one) for one in ("totp", "recovery_codes")
    )
    assert app.wrap().validate_code(factors.code_of())
    assert recovery.wrap().get_unused_codes() == codes
    assert "".join(str(row.data) for row in Authenticator.objects.all()) != stored


def run(*arguments: str) -> dict[str, str]:
    out = StringIO()
    call_command("invite", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_command_makes_the_first_administrator_and_lets_people_in_again(house: House) -> None:
    made = run("first@example.org", "--name", "First", "--role", "admin")
    assert set(made) == {"account", "code", "ends"}
    assert User.objects.get(email="first@example.org").role == "admin"
    factors.give_app(house.manager)
    for _attempt in range(sign_in.LOCK_AFTER):
        sign_in.count_failure(house.manager.email, now=datetime.fromisoformat(made["ends"]))
    assert run(house.manager.email, "--again")["account"] == house.manager.email
    assert not SignInLock.objects.exists()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "arguments", [["nobody@example.org", "--again"], ["x@example.org"], ["x", "--name", "X"]]
)
def test_the_command_refuses_bad_input(house: House, arguments: list[str]) -> None:
    with pytest.raises(Exception, match=r".") as caught:
        run(*arguments)
    assert getattr(caught.value, "returncode", None) == 2
