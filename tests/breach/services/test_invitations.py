"""Codes that are read aloud: one use, an end, few attempts, equal answers."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, Invitation, User
from breach.services import invitations
from breach.services.invitations import CODE_LENGTH, ENDS_AFTER, MOST_FAILURES, Invited
from tests.house import House

EMAIL = "ines@example.org"
PASSWORD = "viele-kleine-wolken-9"


@pytest.fixture
def invited(house: House, now: datetime) -> Invited:
    return invitations.invite(actor=house.admin, email=EMAIL, name="Ines Roth", role="responder", now=now)


def entered(action: str) -> int:
    return Entry.objects.filter(chain="house", action=action).count()


def test_a_code_can_be_read_aloud_and_stands_nowhere(invited: Invited) -> None:
    assert len(invited.code) == CODE_LENGTH + 1
    assert set(invited.code.replace("-", "")) <= set(invitations.ALPHABET)
    row = Invitation.objects.get(user=invited.user)
    assert invited.code.replace("-", "") not in str(vars(row))
    bodies = "".join(Entry.objects.values_list("body", flat=True))
    assert invited.code not in bodies
    assert EMAIL not in bodies
    assert not invited.user.has_usable_password()
    assert invited.user.joined_at is None


@pytest.mark.parametrize(
    "how", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "]
)
def test_it_opens_as_it_was_heard(invited: Invited, now: datetime, how: object) -> None:
    code = how(invited.code).replace("0", "O").replace("1", "l")  # type: ignore[operator]
    row = invitations.redeem(email=EMAIL.upper(), code=code, now=now)
    user = invitations.accept(invitation=row, name="Inès Roth", password=PASSWORD, now=now)
    assert (user.name, user.joined_at, user.check_password(PASSWORD)) == ("Inès Roth", now, True)
    assert entered("invitation.accepted") == 1


def refused(**changes: object) -> str:
    with pytest.raises(BadInput) as caught:
        invitations.redeem(**({"email": EMAIL, "code": "0000-0000"} | changes))  # type: ignore[arg-type]
    return str(caught.value)


def test_every_refusal_reads_the_same(invited: Invited, house: House, now: datetime) -> None:
    answers = {
        refused(now=now),
        refused(email="nobody@example.org", now=now),
        refused(email=house.manager.email, now=now),
        refused(code=invited.code, now=now + ENDS_AFTER),
    }
    row = invitations.redeem(email=EMAIL, code=invited.code, now=now)
    invitations.accept(invitation=row, name="", password=PASSWORD, now=now)
    answers.add(refused(code=invited.code, now=now))
    assert len(answers) == 1


def test_five_wrong_attempts_end_it(invited: Invited, now: datetime) -> None:
    for _attempt in range(MOST_FAILURES):
        refused(now=now)
    refused(code=invited.code, now=now)
    assert entered("invitation.blocked") == 1


def test_a_password_of_our_words_keeps_the_code(invited: Invited, now: datetime) -> None:
    row = invitations.redeem(email=EMAIL, code=invited.code, now=now)
    for word in ("password1234", "Rivage-Tocsin-2026", "ines.roth.2026!"):
        with pytest.raises(BadInput):
            invitations.accept(invitation=row, name="", password=word, now=now)
    invitations.accept(invitation=row, name="", password=PASSWORD, now=now)
    with pytest.raises(Conflict):
        invitations.accept(invitation=row, name="", password=PASSWORD, now=now)


def test_a_new_code_ends_the_old_one(invited: Invited, house: House, now: datetime) -> None:
    again = invitations.invite_again(actor=house.admin, user=invited.user, now=now)
    refused(code=invited.code, now=now)
    assert invitations.redeem(email=EMAIL, code=again.code, now=now)
    assert invitations.withdraw(actor=house.admin, user=invited.user, now=now) == 1
    refused(code=again.code, now=now)
    with pytest.raises(Conflict):
        invitations.invite_again(actor=house.admin, user=house.manager, now=now)


def test_who_may_not_invite(house: House, now: datetime) -> None:
    for actor in (house.manager, house.auditor, house.guest):
        with pytest.raises(Forbidden):
            invitations.invite(actor=actor, email=EMAIL, name="Ines", role="admin", now=now)
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.django_db(transaction=True)
def test_the_mail_does_not_hold_the_code(house: House, now: datetime) -> None:
    made = invitations.invite(
        actor=house.admin, email=EMAIL, name="Ines", role="guest", now=now, by_mail=True, language="fr"
    )
    (sent,) = mail.outbox
    assert sent.to == [EMAIL]
    assert made.code not in f"{sent.subject}{sent.body}"
    assert "/join/" in sent.body
    assert sent.subject == "Un compte vous attend"


def test_at_the_machine(house: House, now: datetime) -> None:
    made = invitations.invite(actor=None, email=EMAIL, name="Ines", role="admin", now=now)
    assert made.ends_at == now + timedelta(hours=72)
