"""After release: every row gets its genuine-letter code and becomes due, in batches that may be repeated."""

from datetime import datetime

from django.db import transaction

from breach import approvals
from breach.services.keys import vault_for
from breach.services.record import record
from notifications.addressing import code_context
from notifications.codes import mark_of, new_code
from notifications.models import Notice, PersonNotice
from notifications.portal_key import portal_key
from notifications.services.moves import move_people
from notifications.states import NoticeState, PersonState

BATCH = 250


def prepare_some(*, notice: Notice, now: datetime, limit: int = BATCH) -> int:
    """Make up to `limit` listed rows of a released notice due, and return how many; zero when all are.

    Asks again whether exactly this was approved: a job in a queue proves nothing. Raises Conflict when it was
    not.
    """
    approvals.require_approved(
        incident=notice.incident, kind="letters", subject_uid=notice.uid, digest=notice.digest
    )
    with transaction.atomic():
        if not Notice.objects.filter(pk=notice.pk, state=NoticeState.RELEASED).exists():
            return 0
        listed = notice.people.filter(state=PersonState.LISTED)
        rows = list(listed.select_for_update().order_by("pk")[:limit])
        if not rows:
            return 0
        _give_codes(notice, rows)
        count = move_people(
            notice.people.filter(pk__in=[row.pk for row in rows]), PersonState.PENDING, next_at=now
        )
        if not listed.exists():
            data = {"recipients": notice.recipients}
            record(
                actor=None,
                incident=notice.incident,
                action="notice.prepared",
                subject=notice.uid,
                data=data,
                now=now,
            )
    return count


def _give_codes(notice: Notice, rows: list[PersonNotice]) -> None:
    incident, key = notice.incident, portal_key()
    codes = [new_code() for _row in rows]
    named = [(code_context(incident, row.uid), code.encode()) for row, code in zip(rows, codes, strict=True)]
    for row, code, blob in zip(rows, codes, vault_for(incident).seal_many(named), strict=True):
        row.sealed_code, row.code_mark = blob, mark_of(code, key)
    PersonNotice.objects.bulk_update(rows, ["sealed_code", "code_mark"], batch_size=100)
