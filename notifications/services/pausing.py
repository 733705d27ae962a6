"""Letting the delivery of a notice stand still, and go on. The approval stands; nobody is told twice or left out."""

from datetime import datetime

from django.db import transaction

from breach.errors import Conflict
from breach.models import User
from breach.permissions import require
from breach.services.record import record
from notifications.models import Notice
from notifications.services.remarks import remark
from notifications.states import NoticeState


def pause(*, actor: User, notice: Notice, reason: str, now: datetime) -> Notice:
    """Stop every hand-over that has not begun. Anybody who may record deliveries may stop them: that is never the harm.

    Raises BadInput without a reason, Conflict when the notice is not out or stands still already.
    """
    require(actor, "delivery.record", notice.incident)
    with transaction.atomic():
        going = Notice.objects.filter(pk=notice.pk, state=NoticeState.RELEASED, paused_at=None)
        if not going.update(paused_at=now):
            raise Conflict("This notice is not being delivered now.")
        say(actor, notice, "delivery.paused", reason, now)
    notice.refresh_from_db()
    return notice


def resume(*, actor: User, notice: Notice, reason: str, now: datetime) -> Notice:
    """Let the letters leave again; who may release may do so. Raises BadInput without a reason, Conflict when none waits."""
    require(actor, "release", notice.incident)
    with transaction.atomic():
        if not Notice.objects.filter(pk=notice.pk).exclude(paused_at=None).update(paused_at=None):
            raise Conflict("The delivery of this notice does not stand still.")
        say(actor, notice, "delivery.resumed", reason, now)
    notice.refresh_from_db()
    return notice


def say(actor: User, notice: Notice, action: str, reason: str, now: datetime) -> None:
    """Keep why somebody did this to a delivery, sealed, and note it in the ledger. Raises BadInput without a reason."""
    said = remark(actor=actor, notice=notice, action=action, subject=notice.uid, reason=reason, now=now)
    record(
        actor=actor,
        incident=notice.incident,
        action=action,
        subject=notice.uid,
        data={"reasons_digest": said.texts_digest},
        now=now,
    )
