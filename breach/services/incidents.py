"""Opening, staffing and closing incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Incident, Membership, Organisation, Party, PartyRole, Phase, PhaseChange, Role, User
from breach.permissions import membership, require
from breach.services import reminders, reviews
from breach.services.keys import incident_keys
from breach.services.record import record

# Phases and every legal move between them.
MOVES = {
    (Phase.REPORTED, Phase.OPEN),
    (Phase.REPORTED, Phase.RULED_OUT),
    (Phase.OPEN, Phase.RULED_OUT),
    (Phase.OPEN, Phase.CLOSED),
    # New facts open a finished case again.
    (Phase.RULED_OUT, Phase.OPEN),
    (Phase.CLOSED, Phase.OPEN),
}


@dataclass(frozen=True, slots=True)
class PartyData:
    """A legal entity and its role. `establishment` is an ISO 3166 code, `authority` a key of breach/law/authorities."""

    organisation: Organisation
    role: str = PartyRole.CONTROLLER
    establishment: str = ""
    authority: str = ""


def open_incident(
    *,
    actor: User,
    title: str,
    kind: str,
    zone: str,
    parties: Sequence[PartyData],
    now: datetime,
    phase: str = Phase.OPEN,
    drill: bool = False,
) -> Incident:
    """Open an incident with at least one party, its own key, and its author as first member."""
    require(actor, "incident.open")
    if not title.strip():
        raise BadInput(
            "The incident has no title",
            place="title",
            mend="Say in a few words what happened, without names.",
        )
    if not parties:
        raise BadInput(
            "The incident has no party", place="party", mend="Name the organisation it happened to."
        )
    with transaction.atomic():
        incident = _saved_with_reference(
            Incident(
                title=title.strip(),
                kind=kind,
                zone=zone,
                phase=phase,
                drill=drill,
                opened_by=actor,
                created_at=now,
            ),
            now,
        )
        incident_keys().create(incident.uid)
        for data in parties:
            _add_party(incident, data, now)
        Membership.objects.create(incident=incident, user=actor, created_at=now)
        record(actor=actor, incident=None, action="incident.opened", subject=incident.uid, now=now)
        record(
            actor=actor,
            incident=incident,
            action="incident.opened",
            subject=incident.uid,
            data={
                "reference": incident.reference,
                "kind": kind,
                "zone": zone,
                "drill": drill,
                "parties": len(parties),
            },
            now=now,
        )
    return incident


def add_party(*, actor: User, incident: Incident, data: PartyData, now: datetime) -> Party:
    require(actor, "incident.edit", incident)
    with transaction.atomic():
        party = _add_party(incident, data, now)
        values = {
            "role": party.role,
            "organisation": data.organisation.uid,
            "establishment": party.establishment,
        }
        record(actor=actor, incident=incident, action="party.added", subject=party.uid, data=values, now=now)
    return party


def add_member(
    *,
    actor: User,
    incident: Incident,
    user: User,
    now: datetime,
    is_dpo: bool = False,
    is_deputy: bool = False,
) -> Membership:
    """Open the incident to `user`. A responder may call in others; a manager names officer and deputies,
    calls guests in, and alone calls people into an incident that is closed to others.
    """
    require(actor, "incident.edit", incident)
    if is_dpo or is_deputy or incident.need_to_know or user.role == Role.GUEST:
        require(actor, "members.manage", incident)
    if membership(actor, incident) is None:
        raise Forbidden("Who came in by an emergency lets nobody else in. Ask a member.")
    if user.role == Role.GUEST and Membership.objects.filter(user=user).exclude(incident=incident).exists():
        raise BadInput(
            "A guest sees one incident",
            place="user",
            mend="Make another account for this one, or take them out.",
        )
    if user.role == Role.ADMIN:
        raise BadInput(
            "Administrators keep accounts and keys, not cases", place="member", mend="Choose another account."
        )
    with transaction.atomic():
        member, made = Membership.objects.get_or_create(
            incident=incident,
            user=user,
            defaults={"created_at": now, "is_dpo": is_dpo, "is_deputy": is_deputy},
        )
        if not made:
            raise Conflict("This person is a member already.")
        reminders.include_member(member=member, now=now)
        reviews.include_member(member=member, now=now)
        data = {"user": user.uid, "is_dpo": is_dpo, "is_deputy": is_deputy}
        record(actor=actor, incident=incident, action="member.added", subject=member.uid, data=data, now=now)
    return member


def move_incident(*, actor: User, incident: Incident, phase: str, reasons: str, now: datetime) -> Incident:
    """Move to another phase, with reasons. Raises Conflict where no such move exists."""
    require(actor, "decision.make" if phase in (Phase.CLOSED, Phase.RULED_OUT) else "incident.edit", incident)
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident.pk)
        old = Phase(incident.phase)
        if (old, Phase(phase)) not in MOVES:
            raise Conflict(f"An incident that is {old.label} cannot become {Phase(phase).label}.")
        if not reasons.strip():
            raise BadInput("Closing or reopening needs reasons", place="reasons", mend="Say why.")
        incident.phase = phase
        incident.closed_at = now if phase in (Phase.CLOSED, Phase.RULED_OUT) else None
        incident.save(update_fields=["phase", "closed_at"])
        touch(incident)
        change = PhaseChange(incident=incident, old=old, new=phase, created_by=actor, created_at=now)
        change.seal_texts(reasons=reasons)
        change.save()
        data = {"old": str(old), "new": str(phase), "reasons_digest": change.texts_digest}
        record(
            actor=actor, incident=incident, action="incident.moved", subject=incident.uid, data=data, now=now
        )
    return incident


def touch(incident: Incident) -> None:
    """Count a change, so that stale forms show."""
    Incident.objects.filter(pk=incident.pk).update(version=F("version") + 1)


def _add_party(incident: Incident, data: PartyData, now: datetime) -> Party:
    return Party.objects.create(
        incident=incident,
        organisation=data.organisation,
        role=data.role,
        establishment=data.establishment or data.organisation.country,
        authority=data.authority,
        created_at=now,
    )


def _saved_with_reference(incident: Incident, now: datetime) -> Incident:
    for attempt in range(5):
        incident.reference = _next_reference(now, ahead=attempt)
        try:
            with transaction.atomic():
                incident.save()
        except IntegrityError:  # somebody opened another incident in between and took this number
            continue
        return incident
    raise Conflict("Many incidents are being opened at once. Try again.")


def _next_reference(now: datetime, ahead: int) -> str:
    year = f"{now:%Y}-"
    taken = (
        Incident.objects.filter(reference__startswith=year)
        .order_by("-reference")
        .values_list("reference", flat=True)
    )
    last = taken.first()
    return f"{year}{(int(last.removeprefix(year)) if last else 0) + 1 + ahead:04d}"
