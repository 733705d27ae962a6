"""Who belongs to an incident and who looked in: for its page of access, and for a guest's own page."""

from dataclasses import dataclass
from datetime import datetime

from breach.models import Attachment, GlassBreak, Incident, Membership, Role, Share, User
from breach.models.ledger import Entry
from breach.queries.timeline import AttachedFile, attached_file

MOST_READS = 50


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One entry of the access chain: who, when (UTC), what kind of thing, how many."""

    by: str
    at: datetime
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file shared with a guest, its name opened."""

    share: Share
    file: AttachedFile


def members_of(incident: Incident) -> list[Membership]:
    return list(incident.members.select_related("user").order_by("user__name"))


def guests_of(incident: Incident) -> list[User]:
    members = incident.members.filter(user__role=Role.GUEST, user__is_active=True)
    return [one.user for one in members.select_related("user").order_by("user__name")]


def glass_breaks(incident: Incident) -> list[GlassBreak]:
    """Return every emergency access, the newest first, its reason still sealed."""
    return list(incident.glass_breaks.select_related("user", "ended_by", "incident"))


def shares_of(incident: Incident, user: User | None = None) -> list[SharedFile]:
    """Return what is shared now, with everybody or with one guest."""
    rows = Share.objects.filter(incident=incident, withdrawn_at=None)
    if user is not None:
        rows = rows.filter(user=user)
    found = rows.select_related(
        "user", "shared_by", "attachment__file__incident", "attachment__incident", "incident"
    )
    return [SharedFile(row, attached_file(row.attachment)) for row in found]


def files_of(incident: Incident) -> list[tuple[str, str]]:
    """Return uid and name of every file of the timeline, the newest first, for a manager to choose from."""
    rows = (
        Attachment.objects.filter(incident=incident)
        .select_related("incident", "file__incident")
        .order_by("-pk")
    )
    return [(row.uid, attached_file(row).name) for row in rows]


def reads_of(incident: Incident) -> list[ReadLine]:
    """Return the newest entries of the access chain."""
    rows = list(Entry.objects.filter(chain=incident.access_chain).order_by("-seq")[:MOST_READS])
    names = dict(User.objects.filter(pk__in={row.actor_id for row in rows}).values_list("pk", "name"))
    return [
        ReadLine(names.get(row.actor_id or 0, ""), row.at, row.subject, int(row.data.get("count", 1)))
        for row in rows
    ]
