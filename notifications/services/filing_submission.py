"""From approval to receipt: the print is made, a person files it, the clock it answers ends."""

from __future__ import annotations

import io
from datetime import datetime

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.files import store_sealed
from breach.law.words import word
from breach.ledger import log
from breach.models import Approval, Obligation, ObligationState, SealedFile, User
from breach.permissions import require
from breach.services import facts as facts_service
from breach.services import obligations
from breach.services.keys import signer
from notifications.filings.document import filing_json
from notifications.filings.render import filing_pdf
from notifications.models import Filing, FilingState
from notifications.queries.filings import print_of, profile_of
from notifications.services.filing_rows import locked, move, record, require_approved, settle

LONGEST_RECEIPT = 80


def render_filing(*, actor: User, filing: Filing, now: datetime) -> Filing:
    """Make PDF and JSON of the approved content and keep them sealed; a ledger checkpoint is made for the
    print.

    Raises Conflict when the content is not approved, BadInput when a system library is missing.
    """
    require(actor, "filing.submit", filing.incident)
    row = settle(filing=filing, actor=actor, now=now)
    require_approved(row)
    with transaction.atomic():
        log.checkpoint(signer=signer(), now=now, actor_id=actor.pk, actor_uid=actor.uid)
    # Laying out takes a second: no lock is held meanwhile, and the digest is compared again below.
    printed = print_of(row, now)
    pdf, document = filing_pdf(printed, word), filing_json(printed, word)
    with transaction.atomic():
        fresh = locked(row)
        if fresh.digest != row.digest or fresh.state != FilingState.APPROVED:
            raise Conflict("This filing changed while it was rendered. Look at it again.")
        fresh.pdf = _store(fresh, pdf, "pdf", now)
        fresh.document = _store(fresh, document, "json", now)
        fresh.rendered_at = now
        fresh.save(update_fields=["pdf", "document", "rendered_at"])
        data = {"digest": fresh.digest, "pdf": fresh.pdf.digest, "json": fresh.document.digest}
        mark = printed.seals.checkpoint
        record(actor, fresh, "filing.rendered", data | {"checkpoint": mark.digest if mark else ""}, now)
    return fresh


def mark_submitted(
    *, actor: User, filing: Filing, receipt: str, at: datetime, channel: str, now: datetime
) -> Filing:
    """Record that a person filed this by `channel` at `at` (UTC) and got `receipt`. Ends the clock it
    answers.

    Renders first where nobody did. Raises Conflict unless exactly this content is approved, BadInput for an
    instant in the future or before the approval.
    """
    require(actor, "filing.submit", filing.incident)
    row = settle(filing=filing, actor=actor, now=now)
    approval = require_approved(row)
    _check_submission(approval, receipt, at, now)
    if row.pdf is None:
        row = render_filing(actor=actor, filing=row, now=now)
    with transaction.atomic():
        row = locked(row)
        require_approved(row)
        move(row, FilingState.SUBMITTED)
        row.submitted_at, row.submitted_by = at, actor
        row.receipt, row.channel = receipt.strip(), channel.strip()
        row.lateness = _end_clock(actor, row, at, now)
        row.save(update_fields=["state", "submitted_at", "submitted_by", "receipt", "channel", "lateness"])
        data = {"digest": row.digest, "at": at.isoformat(), "receipt": row.receipt, "channel": row.channel}
        record(actor, row, "filing.submitted", data | {"lateness": row.lateness}, now)
    return row


def _check_submission(approval: Approval, receipt: str, at: datetime, now: datetime) -> None:
    if at > now:
        raise BadInput(
            "The moment of filing lies in the future", place="at", mend="Give the moment it was filed."
        )
    # People write the minute; the approval knows the second.
    if approval.decided_at and at < approval.decided_at.replace(second=0, microsecond=0):
        raise BadInput(
            "It was filed before it was approved", place="at", mend="Correct the moment of filing."
        )
    if not receipt.strip() or len(receipt.strip()) > LONGEST_RECEIPT:
        mend = f"Copy the number from the authority's receipt, at most {LONGEST_RECEIPT} characters."
        raise BadInput("The receipt number is missing or too long", place="receipt", mend=mend)


def _end_clock(actor: User, filing: Filing, at: datetime, now: datetime) -> str:
    """Mark what was owed as done, and let what runs from this submission start. Returns how timely it was."""
    phase = "initial" if filing.number == 1 else "intermediate"
    regime, party = profile_of(filing).regime, filing.party
    owed = Obligation.objects.filter(
        party=party,
        regime=regime,
        to="authority",
        phase=phase,
        state__in=(ObligationState.PROVISIONAL, ObligationState.RUNNING),
    )
    # A further phase, or a filing out of caution, may answer nothing that is owed.
    if not owed.exists():
        return ""
    met = obligations.mark_met(
        actor=actor,
        incident=filing.incident,
        party=party,
        regime=regime,
        to="authority",
        phase=phase,
        at=at,
        now=now,
    )
    facts_service.refresh(
        actor=actor,
        incident=filing.incident,
        party=party,
        reason=f"filing {filing.number} submitted",
        now=now,
    )
    return met.lateness


def _store(filing: Filing, content: bytes, kind: str, now: datetime) -> SealedFile:
    name = f"{filing.incident.reference}-{filing.authority}-{filing.number}.{kind}"
    return store_sealed(
        incident=filing.incident, stream=io.BytesIO(content), purpose=f"filing_{kind}", now=now, filename=name
    )
