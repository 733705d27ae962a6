"""Opening an incident in an emergency: with a reason, in the ledger, told to its owners, and ending by itself."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import GlassBreak, InAppNotice, Incident, Role, User
from breach.permissions import can, membership, require, sees_every_incident
from breach.services.record import record
from breach.services.telling import tell

LASTS = timedelta(hours=4)
SHORTEST_REASON = 20  # characters; "urgent" is no reason


def break_glass(*, actor: User, incident: Incident, reason: str, now: datetime) -> GlassBreak:
    """Let `actor` see and work on an incident that is not theirs, for four hours.

    It does not let them decide, approve, release, export or call others in. Raises Forbidden for whoever may
    not, Conflict for members and where it is open already, BadInput without a reason.
    """
    require(actor, "glass.break")
    if sees_every_incident(actor) or membership(actor, incident):
        raise Conflict(_("You see this incident as it is."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(
            _("The reason is too short"),
            place="reason",
            mend=_("Say what happens if you wait for a member of the incident."),
        )
    with transaction.atomic():
        _end_those_that_ran_out(GlassBreak.objects.filter(incident=incident, user=actor), now)
    with transaction.atomic():
        row = GlassBreak(incident=incident, user=actor, ends_at=now + LASTS, created_at=now)
        row.seal_texts(reasons=reason)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Conflict(_("You opened this incident already; it is still open to you.")) from None
        _tell(row, "glass_broken", now)
        data = {"until": row.ends_at.isoformat(), "reasons_digest": row.texts_digest}
        record(actor=actor, incident=None, action="glass.broken", subject=incident.uid, now=now)
        record(actor=actor, incident=incident, action="glass.broken", subject=row.uid, data=data, now=now)
    return row


def end_glass(*, actor: User, row: GlassBreak, now: datetime) -> None:
    """End an access before its time: by whoever took it, or by a manager of the incident."""
    if actor.pk != row.user_id:
        require(actor, "members.manage", row.incident)
    elif not can(actor, "glass.break"):
        raise Forbidden(_("You may not do this here."))
    with transaction.atomic():
        row = GlassBreak.objects.select_for_update().select_related("incident").get(pk=row.pk)
        if row.ended_at is not None:
            raise Conflict(_("This has ended already."))
        _end(row, actor, now)


def end_due(*, now: datetime) -> int:
    """End what has run its time, each once however many sweeps run. Returns how many."""
    with transaction.atomic():
        return _end_those_that_ran_out(GlassBreak.objects.all(), now)


def owners(incident: Incident) -> list[User]:
    """Return who is told: the managers among the members, and whoever opened the incident."""
    members = incident.members.filter(user__is_active=True).select_related("user").order_by("pk")
    wanted = [
        one.user for one in members if one.user.role == Role.MANAGER or one.user_id == incident.opened_by_id
    ]
    return wanted or [one.user for one in members if one.user.role != Role.GUEST]


def _end_those_that_ran_out(rows: QuerySet[GlassBreak], now: datetime) -> int:
    due = rows.filter(ended_at=None, ends_at__lte=now)
    found = list(due.select_for_update().select_related("incident").order_by("incident_id", "pk"))
    for row in found:
        _end(row, None, now)
    return len(found)


def _end(row: GlassBreak, actor: User | None, now: datetime) -> None:
    row.ended_at, row.ended_by = now, actor
    row.save(update_fields=["ended_at", "ended_by"])
    record(actor=actor, incident=row.incident, action="glass.closed", subject=row.uid, now=now)


def _tell(row: GlassBreak, kind: str, now: datetime) -> None:
    told = owners(row.incident)
    for user in told:
        InAppNotice.objects.create(
            user=user, incident=row.incident, kind=kind, values={"glass": row.uid}, created_at=now
        )
    if not row.incident.drill:
        tell(told, kind, {"reference": row.incident.reference})
