"""Accounts and organisations: made by an administrator, or by the first start; changed by administrators."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Membership, Organisation, Role, User
from breach.permissions import require
from breach.services.record import record
from breach.services.sessions import end_all


def create_account(
    *,
    actor: User | None,
    email: str,
    name: str,
    role: str,
    now: datetime,
    password: str | None = None,
    **fields: Any,
) -> User:
    """Make an account that is in use at once. `actor` is an administrator, or None while the house has none.

    Who is to come in by a code is invited (breach/services/invitations.py).
    """
    if actor is None:
        if User.objects.filter(role=Role.ADMIN).exists():
            raise Forbidden("Accounts are made by an administrator once there is one.")
    else:
        require(actor, "users.manage")
    with transaction.atomic():
        return new_user(
            actor=actor,
            email=email,
            name=name,
            role=role,
            password=password,
            now=now,
            joined_at=now,
            **fields,
        )


def new_user(*, actor: User | None, role: str, now: datetime, **fields: Any) -> User:
    """Save an account in the caller's transaction, whoever's right that is. Raises BadInput."""
    try:
        user = User.objects.create_user(role=role, **fields)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], place=field, mend=_("Correct it and try again.")) from None
    data = {"role": role}
    record(actor=actor, incident=None, action="account.created", subject=user.uid, data=data, now=now)
    return user


def change_role(*, actor: User, user: User, role: str, now: datetime) -> User:
    """Give another role. Sessions end, so that nothing goes on under the old one.

    Raises Forbidden for one's own account, BadInput for an unknown role or a guest who has several
    incidents, Conflict when it would leave the house without an administrator.
    """
    require(actor, "users.manage")
    if actor.pk == user.pk:
        raise Forbidden(_("Nobody changes their own role. Ask another administrator."))
    if role not in Role.values:
        raise BadInput(_("There is no such role"), place="role", mend=_("Choose one from the list."))
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.role == role:
            return user
        _keep_an_administrator(user)
        if role == Role.GUEST and Membership.objects.filter(user=user).count() > 1:
            raise BadInput(
                _("A guest sees one incident"), place="role", mend=_("Take them out of the others first.")
            )
        if role == Role.ADMIN and Membership.objects.filter(user=user).exists():
            raise BadInput(
                _("Administrators keep accounts and keys, not cases"),
                place="role",
                mend=_("Take them out of their incidents first, or make another account."),
            )
        data = {"old": user.role, "new": role}
        user.role = role
        user.save(update_fields=["role"])
        end_all(actor=actor, user=user, now=now)
        record(actor=actor, incident=None, action="account.role", subject=user.uid, data=data, now=now)
    return user


def set_active(*, actor: User, user: User, active: bool, now: datetime) -> User:
    """Close an account, with its sessions, or open it again. What it did stays under its name."""
    require(actor, "users.manage")
    if actor.pk == user.pk:
        raise Forbidden(_("Nobody closes their own account. Ask another administrator."))
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active == active:
            return user
        if not active:
            _keep_an_administrator(user)
            end_all(actor=actor, user=user, now=now)
        user.is_active = active
        user.save(update_fields=["is_active"])
        action = "account.opened" if active else "account.closed"
        record(actor=actor, incident=None, action=action, subject=user.uid, now=now)
    return user


def forget_factors(*, actor: User | None, user: User, now: datetime) -> int:
    """Remove password, factors and sessions in the caller's transaction. Returns how many factors went."""
    factors = Authenticator.objects.filter(user=user)
    count: int = factors.count()
    factors.delete()
    user.set_unusable_password()
    user.joined_at = None
    user.save(update_fields=["password", "joined_at"])
    end_all(actor=actor, user=user, now=now)
    data = {"factors": count}
    record(actor=actor, incident=None, action="account.factors_removed", subject=user.uid, data=data, now=now)
    return count


def _keep_an_administrator(user: User) -> None:
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk)
    if user.role == Role.ADMIN and user.is_active and not others.exists():
        raise Conflict(_("The house would have no administrator left. Make another one first."))


def create_organisation(*, actor: User | None, now: datetime, **fields: Any) -> Organisation:
    """Add a legal entity of the house. `actor` None: on first start only."""
    if actor is not None:
        require(actor, "settings.manage")
    elif Organisation.objects.exists() and User.objects.filter(role=Role.ADMIN).exists():
        raise Forbidden("Organisations are added by an administrator.")
    organisation = Organisation(created_at=now, **fields)
    try:
        organisation.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], place=field, mend="Correct it and try again.") from None
    with transaction.atomic():
        organisation.save()
        record(actor=actor, incident=None, action="organisation.created", subject=organisation.uid, now=now)
    return organisation
