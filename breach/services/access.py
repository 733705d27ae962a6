"""Who belongs to an incident: closing it to all but its members, taking people out, sharing files with guests."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import Attachment, Incident, Membership, Role, Share, Task, User
from breach.models.playbooks import OPEN_TASK
from breach.permissions import require
from breach.services.evidence import OpenedEvidence, opened
from breach.services.incidents import touch
from breach.services.record import record, record_read


def set_need_to_know(*, actor: User, incident: Incident, closed: bool, now: datetime) -> Incident:
    """Close the incident to all but its members, or open it to the house's lists again.

    Closed: only managers among the members call people in, and each page that an auditor opens is entered in
    the access chain.
    """
    require(actor, "members.manage", incident)
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident.pk)
        if incident.need_to_know == closed:
            return incident
        incident.need_to_know = closed
        incident.save(update_fields=["need_to_know"])
        touch(incident)
        action = "incident.closed_to_others" if closed else "incident.opened_to_others"
        record(actor=actor, incident=incident, action=action, subject=incident.uid, now=now)
    return incident


def remove_member(*, actor: User, incident: Incident, user: User, now: datetime) -> None:
    """Take somebody out; their open tasks are nobody's again and files shared with them are taken back.

    Raises Conflict where nobody would be left who may let others in.
    """
    require(actor, "members.manage", incident)
    with transaction.atomic():
        row = Membership.objects.select_for_update().filter(incident=incident, user=user).first()
        if row is None:
            raise Conflict(_("This person is no member."))
        managers = incident.members.filter(user__role=Role.MANAGER, user__is_active=True)
        if user.role == Role.MANAGER and not managers.exclude(pk=row.pk).exists():
            raise Conflict(_("Nobody would be left who may let others in. Call another manager in first."))
        tasks = Task.objects.filter(run__incident=incident, owner=user, state__in=OPEN_TASK).update(
            owner=None
        )
        shares = Share.objects.filter(incident=incident, user=user, withdrawn_at=None).update(
            withdrawn_at=now
        )
        data = {"user": user.uid, "tasks": tasks, "shares": shares}
        row.delete()
        record(actor=actor, incident=incident, action="member.removed", subject=row.uid, data=data, now=now)


def share(*, actor: User, attachment: Attachment, user: User, now: datetime) -> Share:
    """Let a guest of the incident read one file. Each opening stands in the access chain."""
    incident = attachment.incident
    require(actor, "members.manage", incident)
    if user.role != Role.GUEST or not incident.members.filter(user=user).exists():
        raise BadInput(
            _("Files are shared with guests of this incident"), place="user", mend=_("Call them in first.")
        )
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Share.objects.create(
                    incident=incident, user=user, attachment=attachment, shared_by=actor, created_at=now
                )
        except IntegrityError:
            raise Conflict(_("This file is shared with them already.")) from None
        data = {"user": user.uid, "attachment": attachment.uid}
        record(actor=actor, incident=incident, action="evidence.shared", subject=row.uid, data=data, now=now)
    return row


def take_back(*, actor: User, row: Share, now: datetime) -> None:
    """End a share. What was read was read: the access chain says what."""
    require(actor, "members.manage", row.incident)
    with transaction.atomic():
        if not Share.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=now):
            raise Conflict(_("This was taken back already."))
        data = {"user": row.user.uid}
        record(
            actor=actor,
            incident=row.incident,
            action="evidence.unshared",
            subject=row.uid,
            data=data,
            now=now,
        )


def open_shared(*, actor: User, row: Share, now: datetime) -> OpenedEvidence:
    """Return a shared file in clear to the guest it is shared with, after the reading is recorded."""
    require(actor, "asked.view", row.incident)
    if row.user_id != actor.pk or row.withdrawn_at is not None:
        raise Conflict(_("This file is not shared with you any more."))
    with transaction.atomic():
        what = f"evidence/{row.attachment.uid}"
        record_read(actor=actor, incident=row.incident, what=what, count=1, now=now)
    return opened(row.attachment)
