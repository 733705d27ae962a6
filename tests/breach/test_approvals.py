"""Approvals bind to a digest, need two people, and move only along their table."""

from datetime import datetime, timedelta

import pytest

from breach import approvals
from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Approval, ApprovalState, InAppNotice, User
from breach.models.ledger import Entry
from breach.queries.approvals import waiting_for
from tests.house import House

DIGEST, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def opened(house: House, now: datetime) -> House:
    house.open(now)
    return house


def ask(
    house: House, now: datetime, *, author: User | None = None, approvers: list[User] | None = None
) -> Approval:
    return approvals.submit(
        actor=author or house.responder,
        incident=house.incident,
        kind="letters",
        subject_uid="subject0000000000000",
        digest=DIGEST,
        summary={"people": 3},
        approvers=approvers or [house.manager, house.deputy],
        now=now,
    )


def test_a_manager_who_was_asked_approves(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    decided = approvals.decide(
        actor=opened.manager, approval=approval, digest=DIGEST, approve=True, reason="", now=now
    )
    assert (decided.state, decided.decided_by, decided.decided_at) == (
        ApprovalState.APPROVED,
        opened.manager,
        now,
    )
    found = approvals.require_approved(
        incident=opened.incident, kind="letters", subject_uid="subject0000000000000", digest=DIGEST
    )
    assert found == approval
    actions = list(
        Entry.objects.filter(chain=opened.incident.chain, action__startswith="approval").values_list(
            "action", flat=True
        )
    )
    assert actions == ["approval.asked", "approval.decided"]


def test_the_author_cannot_approve(opened: House, now: datetime) -> None:
    approval = ask(opened, now, author=opened.manager, approvers=[opened.manager, opened.deputy])
    assert [request.approver for request in approval.requests.all()] == [opened.deputy]
    with pytest.raises(Forbidden, match="yourself"):
        approvals.decide(
            actor=opened.manager, approval=approval, digest=DIGEST, approve=True, reason="", now=now
        )


def test_the_officer_and_a_responder_cannot_approve(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    for user in (opened.officer, opened.responder, opened.auditor, opened.stranger, opened.admin):
        with pytest.raises(Forbidden):
            approvals.decide(actor=user, approval=approval, digest=DIGEST, approve=True, reason="", now=now)


def test_a_manager_who_was_not_asked_cannot_approve(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    for user in (opened.second_manager, opened.deputy):
        with pytest.raises(Forbidden, match="not asked"):
            approvals.decide(actor=user, approval=approval, digest=DIGEST, approve=True, reason="", now=now)


def test_another_digest_is_refused_on_decision_and_on_release(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    with pytest.raises(Conflict, match="changed"):
        approvals.decide(
            actor=opened.manager, approval=approval, digest=OTHER, approve=True, reason="", now=now
        )
    approvals.decide(actor=opened.manager, approval=approval, digest=DIGEST, approve=True, reason="", now=now)
    with pytest.raises(Conflict, match="differs"):
        approvals.require_approved(
            incident=opened.incident, kind="letters", subject_uid="subject0000000000000", digest=OTHER
        )


def test_an_edit_voids(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    approvals.decide(actor=opened.manager, approval=approval, digest=DIGEST, approve=True, reason="", now=now)
    voided = approvals.void(
        actor=opened.responder,
        incident=opened.incident,
        kind="letters",
        subject_uid="subject0000000000000",
        reason="edited",
        now=now,
    )
    assert voided
    with pytest.raises(Conflict, match="not approved"):
        approvals.require_approved(
            incident=opened.incident, kind="letters", subject_uid="subject0000000000000", digest=DIGEST
        )
    assert ask(opened, now).state == ApprovalState.ASKED


def test_a_decided_approval_is_not_decided_again(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    approvals.decide(
        actor=opened.manager, approval=approval, digest=DIGEST, approve=False, reason="Wrong date.", now=now
    )
    with pytest.raises(Conflict):
        approvals.decide(
            actor=opened.manager, approval=approval, digest=DIGEST, approve=True, reason="", now=now
        )


def test_a_refusal_needs_a_reason(opened: House, now: datetime) -> None:
    with pytest.raises(BadInput, match="reason"):
        approvals.decide(
            actor=opened.manager, approval=ask(opened, now), digest=DIGEST, approve=False, reason=" ", now=now
        )


def test_the_deputy_is_asked_when_the_first_is_silent_and_not_before(opened: House, now: datetime) -> None:
    approval = ask(opened, now)
    assert approvals.escalate(approval=approval, now=now + timedelta(hours=3, minutes=59)) is None
    request = approvals.escalate(approval=approval, now=now + timedelta(hours=4))
    assert request is not None
    assert request.approver == opened.deputy
    assert approvals.escalate(approval=approval, now=now + timedelta(hours=4, minutes=1)) is None
    assert waiting_for(opened.deputy) == [approval]
    assert InAppNotice.objects.filter(user=opened.deputy, kind="approval_asked").count() == 1
    approvals.decide(
        actor=opened.deputy,
        approval=approval,
        digest=DIGEST,
        approve=True,
        reason="",
        now=now + timedelta(hours=5),
    )
    assert waiting_for(opened.manager) == []


def test_nobody_able_to_approve_is_bad_input(opened: House, now: datetime) -> None:
    with pytest.raises(BadInput, match="Nobody"):
        ask(opened, now, approvers=[opened.responder, opened.officer])


def test_a_live_approval_blocks_a_second_one(opened: House, now: datetime) -> None:
    ask(opened, now)
    with pytest.raises(Conflict):
        ask(opened, now)


def test_whoever_had_a_hand_in_the_content_does_not_approve_it(opened: House, now: datetime) -> None:
    approval = approvals.submit(
        actor=opened.responder,
        incident=opened.incident,
        kind="letters",
        subject_uid="subject0000000000000",
        digest=DIGEST,
        summary={},
        approvers=[opened.manager, opened.deputy],
        now=now,
        authors=[opened.manager],
    )
    assert [request.approver for request in approval.requests.all()] == [opened.deputy]
    with pytest.raises(Forbidden, match="yourself"):
        approvals.decide(
            actor=opened.manager, approval=approval, digest=DIGEST, approve=True, reason="", now=now
        )
