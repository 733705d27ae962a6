"""Accounts and organisations: made by an administrator, or by the first start."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from breach.errors import BadInput, Forbidden
from breach.models import Organisation, Role, User
from breach.permissions import require
from breach.services.record import record


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
    """Make an account. `actor` is an administrator, or None while the house has no account yet."""
    if actor is None:
        if User.objects.filter(role=Role.ADMIN).exists():
            raise Forbidden("Accounts are made by an administrator once there is one.")
    else:
        require(actor, "users.manage")
    with transaction.atomic():
        try:
            user = User.objects.create_user(
                email=email, password=password, name=name, role=role, joined_at=now, **fields
            )
        except ValidationError as error:
            field, messages = next(iter(error.message_dict.items()))
            raise BadInput(messages[0], place=field, mend="Correct it and try again.") from None
        record(
            actor=actor,
            incident=None,
            action="account.created",
            subject=user.uid,
            data={"role": role},
            now=now,
        )
    return user


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
