"""What every step of a filing shares: sealing its content, moving its state, following its approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from breach import approvals
from breach.errors import Conflict
from breach.models import Approval, ApprovalState, User
from breach.services.keys import vault_for
from breach.services.record import record as record_in_ledger
from breach.vault import canonical_json, salted_digest
from notifications.filings.content import FilingContent
from notifications.models import FILING_MOVES, Filing, FilingState
from notifications.queries.filings import KIND, context_of, opened

DIGEST_LABEL = "tocsin/filing/1"


def settle(*, filing: Filing, actor: User | None, now: datetime) -> Filing:
    """Follow what the approver decided, here or on the page of all approvals. May be called at any time."""
    with transaction.atomic():
        row = locked(filing)
        if row.state != FilingState.ASKED:
            return row
        last = Approval.objects.filter(kind=KIND, subject_uid=row.uid).order_by("-pk").first()
        if last is None or last.state == ApprovalState.ASKED:
            return row
        approved = last.state == ApprovalState.APPROVED and last.digest == row.digest
        move(row, FilingState.APPROVED if approved else FilingState.DRAFT)
        row.save(update_fields=["state"])
        record(
            actor,
            row,
            "filing.settled",
            {"approval": last.uid, "state": row.state, "digest": row.digest},
            now,
        )
    return row


def keep(row: Filing, content: FilingContent, salt: bytes) -> None:
    """Seal content and salt into the row and set what of it stands in clear."""
    document = content.to_json()
    row.digest = digest_of(content, salt)
    row.phase, row.completeness = content.phase, content.completeness
    blob = canonical_json({"content": document, "salt": salt.hex()})
    row.sealed_content = vault_for(row.incident).seal(blob, context=context_of(row))


def digest_of(content: FilingContent, salt: bytes) -> str:
    return salted_digest(DIGEST_LABEL, canonical_json(content.to_json()), salt)


def require_approved(filing: Filing) -> Approval:
    """Return the approval of what the filing says now: the digest is taken again from the sealed content."""
    digest = digest_of(*opened(filing))
    return approvals.require_approved(
        incident=filing.incident, kind=KIND, subject_uid=filing.uid, digest=digest
    )


def locked(filing: Filing) -> Filing:
    rows = Filing.objects.select_for_update(of=("self",)).select_related("incident", "party__organisation")
    return rows.get(pk=filing.pk)


def move(filing: Filing, to: FilingState) -> None:
    if (filing.state, to) not in FILING_MOVES:
        raise Conflict(f"A filing that is “{filing.get_state_display()}” cannot become “{to.label}”.")
    filing.state = to


def record(actor: User | None, filing: Filing, action: str, data: Mapping[str, Any], now: datetime) -> None:
    record_in_ledger(
        actor=actor, incident=filing.incident, action=action, subject=filing.uid, data=data, now=now
    )
