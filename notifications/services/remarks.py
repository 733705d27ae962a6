"""Reasons in people's own words: sealed; the ledger gets their salted digest."""

from datetime import datetime

from breach.errors import BadInput
from breach.models import User
from notifications.models import Notice, NoticeRemark


def remark(
    *, actor: User, notice: Notice, action: str, subject: str, reason: str, now: datetime
) -> NoticeRemark:
    """Store why `actor` did `action`. Raises BadInput without a reason. The caller records."""
    if not reason.strip():
        raise BadInput("A reason is missing", place="reason", mend="Say why, in a sentence.")
    row = NoticeRemark(
        incident=notice.incident,
        notice=notice,
        action=action,
        subject=subject,
        created_by=actor,
        created_at=now,
    )
    row.seal_texts(reasons=reason)
    row.save()
    return row
