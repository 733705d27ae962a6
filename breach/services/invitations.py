"""Invitations: a code that can be read aloud, with an end, one use and few attempts. No mail is needed for it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import Invitation, User
from breach.permissions import require
from breach.services.accounts import new_user
from breach.services.record import record
from breach.services.telling import tell

# Crockford's base 32, as in breach/models/base.py: nothing in it is misheard for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8  # 40 bits: with five attempts one guess in 200 thousand million comes through
GROUP = 4
ENDS_AFTER = timedelta(hours=72)
MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Invited:
    """An account with the code that opens it. The code is shown once and kept nowhere."""

    user: User
    code: str
    ends_at: datetime


def invite(
    *,
    actor: User | None,
    email: str,
    name: str,
    role: str,
    now: datetime,
    by_mail: bool = False,
    **fields: str,
) -> Invited:
    """Make an account without a password and a code for it. `actor` None: the operator at the machine.

    `by_mail` tells the address that a code waits for it; the mail does not hold the code.
    """
    if actor is not None:
        require(actor, "users.manage")
    with transaction.atomic():
        user = new_user(actor=actor, email=email, name=name, role=role, password=None, now=now, **fields)
        made = _issue(actor=actor, user=user, now=now)
        if by_mail:
            tell([user], "invited", {"ends": made.ends_at})
    return made


def invite_again(*, actor: User, user: User, now: datetime) -> Invited:
    """Give a new code to somebody who never came in; the old one ends. Raises Conflict for others."""
    require(actor, "users.manage")
    if user.joined_at is not None:
        raise Conflict(_("This account is in use. Who lost every factor needs two people: ask for a reset."))
    with transaction.atomic():
        return _issue(actor=actor, user=user, now=now)


def issue(*, actor: User | None, user: User, now: datetime) -> Invited:
    """Make a code in the caller's transaction, whoever's right that is."""
    return _issue(actor=actor, user=user, now=now)


def redeem(*, email: str, code: str, now: datetime) -> Invitation:
    """Return the invitation that this code opens. Every refusal reads the same; wrong codes are counted.

    Raises BadInput: no such address, a wrong or used code, one that ended, or too many wrong ones.
    """
    live = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, ends_at__gt=now)
    with transaction.atomic():
        row = (
            live.select_for_update()
            .filter(user__email=email.strip().lower(), user__is_active=True, failures__lt=MOST_FAILURES)
            .first()
        )
        # As slow without an account as with one.
        fits = check_password(clean(code), row.code_hash if row else _nobodys())
        if row is not None and not fits:
            row.failures += 1
            row.save(update_fields=["failures"])
            if row.failures >= MOST_FAILURES:
                _enter(row, "invitation.blocked", actor=None, now=now)
    if row is None or not fits:
        raise BadInput(
            _("This address and code do not open anything"),
            place="code",
            mend=_(
                "A code works once, for three days, and not after five wrong attempts. Ask for a new one."
            ),
            code="invitation",
        )
    return row


def accept(*, invitation: Invitation, name: str, password: str, now: datetime) -> User:
    """Use up the invitation and set name and password. The second factor follows after signing in."""
    with transaction.atomic():
        row = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if row.accepted_at or row.withdrawn_at or row.ends_at <= now:
            raise Conflict(_("This invitation was used or has ended. Ask for a new one."))
        user = row.user
        user.name = name.strip() or user.name
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise BadInput(" ".join(error.messages), place="password") from None
        user.set_password(password)
        user.joined_at = user.joined_at or now
        user.save(update_fields=["name", "password", "joined_at"])
        # The administrator vouched for the address, and its holder had the code.
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        row.accepted_at = now
        row.save(update_fields=["accepted_at"])
        _enter(row, "invitation.accepted", actor=user, now=now)
    return user


def withdraw(*, actor: User, user: User, now: datetime) -> int:
    """Call back what has not been used. Returns how many."""
    require(actor, "users.manage")
    with transaction.atomic():
        return _withdraw(actor, user, now)


def clean(code: str) -> str:
    """Read a code as it was said: without hyphens and blanks, O as 0, I and L as 1."""
    return (
        code.upper().replace("O", "0").replace("I", "1").replace("L", "1").replace("-", "").replace(" ", "")
    )


def _issue(*, actor: User | None, user: User, now: datetime) -> Invited:
    _withdraw(actor, user, now)
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    row = Invitation.objects.create(
        user=user, made_by=actor, code_hash=make_password(code), ends_at=now + ENDS_AFTER, created_at=now
    )
    _enter(row, "invitation.made", actor=actor, now=now)
    return Invited(user, f"{code[:GROUP]}-{code[GROUP:]}", row.ends_at)


def _withdraw(actor: User | None, user: User, now: datetime) -> int:
    rows = list(Invitation.objects.filter(user=user, accepted_at=None, withdrawn_at=None))
    for row in rows:
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        _enter(row, "invitation.withdrawn", actor=actor, now=now)
    return len(rows)


def _enter(row: Invitation, action: str, *, actor: User | None, now: datetime) -> None:
    record(actor=actor, incident=None, action=action, subject=row.uid, data={"user": row.user.uid}, now=now)


def _nobodys() -> str:
    """A hash that no code fits, made as the others are."""
    return make_password(secrets.token_hex(8))
