"""Reading approvals."""

from breach.models import Approval, ApprovalState, Incident, User
from breach.permissions import can


def waiting_for(user: User) -> list[Approval]:
    """Approvals that `user` was asked for and that still wait, oldest first."""
    asked = Approval.objects.filter(
        state=ApprovalState.ASKED, requests__approver=user, requests__asked_at__isnull=False
    ).exclude(author=user)
    return list(asked.select_related("incident", "author").order_by("created_at"))


def approvers_of(incident: Incident, author: User) -> list[User]:
    """Members who may approve what `author` submits: managers first, then deputies."""
    members = incident.members.select_related("user").order_by("is_deputy", "user__name")
    return [one.user for one in members if one.user_id != author.pk and can(one.user, "approve", incident)]
