"""The way back for somebody who lost every factor: one person asks, another confirms, a new code leads in."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from breach.errors import Conflict, Forbidden
from breach.models import FactorReset, InAppNotice, User
from breach.permissions import can, require
from breach.services.accounts import forget_factors
from breach.services.invitations import Invited, issue
from breach.services.record import record


def ask_reset(*, actor: User, user: User, now: datetime) -> FactorReset:
    """Ask that password and factors of `user` be removed. Everybody who may confirm it is told."""
    require(actor, "users.manage")
    if actor.pk == user.pk:
        raise Forbidden(_("Somebody else has to ask this for you."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = FactorReset.objects.create(user=user, asked_by=actor, created_at=now)
        except IntegrityError:
            raise Conflict(_("This was asked for already and waits for a second person.")) from None
        for one in User.objects.filter(is_active=True).exclude(pk__in=(actor.pk, user.pk)):
            if can(one, "factors.confirm"):
                InAppNotice.objects.create(
                    user=one, kind="factor_reset", values={"reset": row.uid}, created_at=now
                )
        _enter(row, "factor_reset.asked", actor, now)
    return row


def confirm_reset(*, actor: User, reset: FactorReset, now: datetime) -> Invited:
    """Confirm as the second person: factors, password and sessions go, and a code to come in again is made."""
    require(actor, "factors.confirm")
    with transaction.atomic():
        row = _open(reset)
        if actor.pk in (row.asked_by_id, row.user_id):
            raise Forbidden(_("It takes a second person: neither who asked nor whose account it is."))
        row.decided_by, row.decided_at, row.confirmed = actor, now, True
        row.save(update_fields=["decided_by", "decided_at", "confirmed"])
        _enter(row, "factor_reset.confirmed", actor, now)
        forget_factors(actor=actor, user=row.user, now=now)
        return issue(actor=actor, user=row.user, now=now)


def refuse_reset(*, actor: User, reset: FactorReset, now: datetime) -> None:
    """Refuse, or take back what one asked for oneself. Nothing changes for the account."""
    if actor.pk != reset.asked_by_id:
        require(actor, "factors.confirm")
    with transaction.atomic():
        row = _open(reset)
        row.decided_by, row.decided_at = actor, now
        row.save(update_fields=["decided_by", "decided_at"])
        _enter(row, "factor_reset.refused", actor, now)


def _open(reset: FactorReset) -> FactorReset:
    row = FactorReset.objects.select_for_update().select_related("user").get(pk=reset.pk)
    if row.decided_at is not None:
        raise Conflict(_("This is decided already."))
    return row


def _enter(row: FactorReset, action: str, actor: User, now: datetime) -> None:
    record(actor=actor, incident=None, action=action, subject=row.uid, data={"user": row.user.uid}, now=now)
