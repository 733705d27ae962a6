"""Reading approvals."""

from breach.models import Approval, ApprovalState, User


def waiting_for(user: User) -> list[Approval]:
    """Approvals that `user` was asked for and that still wait, oldest first."""
    asked = Approval.objects.filter(
        state=ApprovalState.ASKED, requests__approver=user, requests__asked_at__isnull=False
    ).exclude(author=user)
    return list(asked.select_related("incident", "author").order_by("created_at"))
