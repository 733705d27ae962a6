"""Two people, bound to the digest of exactly what leaves (letters, filings, bulk exports, key moves).

States and every legal move stand in MOVES; `_move` alone performs one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Approval, ApprovalRequest, ApprovalState, InAppNotice, Incident, User
from breach.permissions import can, require
from breach.services.record import record

ANSWER_WITHIN = timedelta(hours=4)
SUBMIT_RIGHT = {
    "letters": "letters.submit",
    "filing": "filing.submit",
    "export": "people.export",
    "keys": "keys.manage",
}
MOVES = {
    (ApprovalState.ASKED, ApprovalState.APPROVED),
    (ApprovalState.ASKED, ApprovalState.REFUSED),
    (ApprovalState.ASKED, ApprovalState.VOID),
    # An approved content that is edited before it left needs a new approval.
    (ApprovalState.APPROVED, ApprovalState.VOID),
}


def submit(
    *,
    actor: User,
    incident: Incident,
    kind: str,
    subject_uid: str,
    digest: str,
    summary: Mapping[str, Any],
    approvers: Sequence[User],
    now: datetime,
    answer_within: timedelta = ANSWER_WITHIN,
    authors: Iterable[User] = (),
) -> Approval:
    """Ask `approvers` in turn (managers first, then deputies) to approve the content with this digest.

    `authors` are all who wrote or changed it, besides `actor` who submits: none of them may approve.
    `summary` is what the approver sees (counts, languages, channels), without personal data.
    Raises BadInput when nobody among them may approve, Conflict when the subject already has a live approval.
    """
    require(actor, SUBMIT_RIGHT[kind], incident)
    hands = {actor, *authors}
    able = [user for user in approvers if user not in hands and can(user, "approve", incident)]
    if not able:
        raise BadInput(
            "Nobody was named who may approve this",
            mend="Name a manager of the incident who neither wrote nor submits it.",
        )
    with transaction.atomic():
        if Approval.objects.filter(
            kind=kind, subject_uid=subject_uid, state__in=["asked", "approved"]
        ).exists():
            raise Conflict("This already waits for approval or is approved. Void that first by editing it.")
        approval = Approval(
            incident=incident,
            kind=kind,
            subject_uid=subject_uid,
            digest=digest,
            summary=dict(summary),
            author=actor,
            created_at=now,
        )
        approval.seal_texts(reasons="")
        try:
            with transaction.atomic():
                approval.save()
        except IntegrityError:  # somebody submitted it in the same moment
            raise Conflict("This already waits for approval. Look at its page.") from None
        approval.authors.set(hands)
        for position, user in enumerate(dict.fromkeys(able)):
            ApprovalRequest.objects.create(
                approval=approval, approver=user, position=position, created_at=now
            )
        _ask_next(approval, now, answer_within)
        data = {
            "kind": kind,
            "subject": subject_uid,
            "digest": digest,
            "approvers": [user.uid for user in able],
        }
        record(
            actor=actor, incident=incident, action="approval.asked", subject=approval.uid, data=data, now=now
        )
    return approval


def decide(
    *, actor: User, approval: Approval, digest: str, approve: bool, reason: str, now: datetime
) -> Approval:
    """Approve or refuse. `digest` is the one the approver saw; it must still be the stored one.

    Raises Forbidden for the author and for anybody who was not asked, Conflict when the content moved on.
    """
    require(actor, "approve", approval.incident)
    with transaction.atomic():
        approval = Approval.objects.select_for_update().get(pk=approval.pk)
        if approval.authors.filter(pk=actor.pk).exists():
            raise Forbidden("You wrote or submitted this yourself. Somebody else has to approve it.")
        if not approval.requests.filter(approver=actor, asked_at__isnull=False).exists():
            raise Forbidden("You were not asked to approve this. The people who were are named on its page.")
        if approval.digest != digest:
            raise Conflict("The content changed since you opened it. Read it again before you decide.")
        if not approve and not reason.strip():
            raise BadInput("A refusal needs a reason", place="reason", mend="Say what has to change.")
        approval.decided_by, approval.decided_at = actor, now
        approval.seal_texts(reasons=reason)
        _move(approval, ApprovalState.APPROVED if approve else ApprovalState.REFUSED)
        data = {
            "kind": approval.kind,
            "subject": approval.subject_uid,
            "digest": digest,
            "state": approval.state,
        }
        record(
            actor=actor,
            incident=approval.incident,
            action="approval.decided",
            subject=approval.uid,
            data=data,
            now=now,
        )
    return approval


def escalate(
    *, approval: Approval, now: datetime, answer_within: timedelta = ANSWER_WITHIN
) -> ApprovalRequest | None:
    """Ask the next in turn when the last one asked let `answer_by` pass. Returns the new request, or None.

    The first stays able to answer: who answers first, decides.
    """
    with transaction.atomic():
        approval = Approval.objects.select_for_update().get(pk=approval.pk)
        last = approval.requests.filter(asked_at__isnull=False).order_by("-position").first()
        if (
            approval.state != ApprovalState.ASKED
            or last is None
            or last.answer_by is None
            or last.answer_by > now
        ):
            return None
        request = _ask_next(approval, now, answer_within)
        if request:
            data = {"silent": last.approver.uid, "asked": request.approver.uid, "kind": approval.kind}
            record(
                actor=None,
                incident=approval.incident,
                action="approval.escalated",
                subject=approval.uid,
                data=data,
                now=now,
            )
        return request


def void(*, actor: User, incident: Incident, kind: str, subject_uid: str, reason: str, now: datetime) -> bool:
    """End the live approval of an edited subject. Returns whether there was one. Call in the edit's transaction."""
    with transaction.atomic():
        live = Approval.objects.select_for_update().filter(
            incident=incident, kind=kind, subject_uid=subject_uid, state__in=["asked", "approved"]
        )
        approval = live.first()
        if approval is None:
            return False
        _move(approval, ApprovalState.VOID)
        data = {"kind": kind, "subject": subject_uid, "reason": reason}
        record(
            actor=actor, incident=incident, action="approval.voided", subject=approval.uid, data=data, now=now
        )
    return True


def require_approved(*, incident: Incident, kind: str, subject_uid: str, digest: str) -> Approval:
    """Return the approval of exactly this content. Raises Conflict when there is none or the digests differ."""
    approval = Approval.objects.filter(
        incident=incident, kind=kind, subject_uid=subject_uid, state=ApprovalState.APPROVED
    ).first()
    if approval is None:
        raise Conflict("This is not approved. Submit it and have a manager approve it.")
    if approval.digest != digest:
        raise Conflict("The content differs from what was approved. Submit it again.")
    return approval


def _ask_next(approval: Approval, now: datetime, answer_within: timedelta) -> ApprovalRequest | None:
    request = approval.requests.filter(asked_at__isnull=True).order_by("position").first()
    if request is None:
        return None
    request.asked_at, request.answer_by = now, now + answer_within
    request.save(update_fields=["asked_at", "answer_by"])
    InAppNotice.objects.create(
        user=request.approver,
        incident=approval.incident,
        kind="approval_asked",
        values={"approval": approval.uid},
        created_at=now,
    )
    return request


def _move(approval: Approval, state: ApprovalState) -> None:
    if (ApprovalState(approval.state), state) not in MOVES:
        raise Conflict(f"An approval that is {approval.get_state_display()} cannot become {state.label}.")
    approval.state = state
    approval.save()
