"""Which controllers an incident concerns, and what happened with each: listed, told, acknowledged, left out.

Each call is one entry in the ledger, whatever the number: count and Merkle root. MOVES has every legal move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from breach.errors import BadInput, Conflict
from breach.law import kinds as kinds_of_data
from breach.ledger.merkle import leaf_hash, root_of
from breach.models import (
    AffectedBatch,
    AffectedClient,
    AffectedState,
    Client,
    ClientStep,
    InAppNotice,
    Incident,
    Party,
    User,
)
from breach.permissions import require
from breach.queries.facts import latest_version
from breach.services import client_clocks, obligations
from breach.services import facts as facts_service
from breach.services.record import record
from breach.services.reminders import in_charge
from breach.services.telling import tell
from breach.vault import canonical_json

AT_ONCE = 200
MOST = 20_000
LONGEST_SERVICES = 200
MOVES = {
    (AffectedState.TO_TELL, AffectedState.TOLD),
    (AffectedState.TO_TELL, AffectedState.LEFT_OUT),
    (AffectedState.TOLD, AffectedState.ACKNOWLEDGED),
    # It turned out that the notice never left, or went to somebody else.
    (AffectedState.TOLD, AffectedState.TO_TELL),
    (AffectedState.LEFT_OUT, AffectedState.TO_TELL),
}


@dataclass(frozen=True, slots=True)
class Concern:
    """What of one client is concerned. `people` is an approximate number; None where it is not known."""

    services: str = ""
    kinds: tuple[str, ...] = ()
    people: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.services or self.kinds or self.people is not None)


@dataclass(frozen=True, slots=True)
class Listed:
    """What one call did: how many clients are new in the list, and of how many the details were changed."""

    new: int
    changed: int
    same: int


def list_clients(
    *, actor: User, incident: Incident, concerns: Mapping[str, Concern], now: datetime
) -> Listed:
    """List the clients with these references as concerned. Of those listed already the details change where given.

    Raises BadInput that names references not in the register, or details that do not fit; nothing is listed then.
    """
    require(actor, "incident.edit", incident)
    if not concerns:
        raise BadInput(_("No client was chosen"), place="references", mend=_("Choose at least one."))
    for reference, concern in concerns.items():
        _check(reference, concern)
    party = incident.lead_party()
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        clients = _known(concerns)
        there = {
            one.client_id: one
            for one in AffectedClient.objects.filter(incident=incident, client__in=[c.pk for c in clients])
        }
        new = [client for client in clients if client.pk not in there]
        old = [client for client in clients if client.pk in there]
        changed = _change(there, {c.pk: concerns[c.reference] for c in old})
        entered = {c.uid: concerns[c.reference] for c in new}
        entered |= {c.uid: concerns[c.reference] for c in old if c.pk in changed}
        root = root_of(leaf_hash(_leaf(uid, entered[uid])) for uid in sorted(entered)).hex()
        if new:
            _add(actor, incident, party, new, concerns, root, now)
        data = {"listed": len(new), "changed": len(changed), "root": root}
        record(actor=actor, incident=incident, action="clients.listed", subject=party.uid, data=data, now=now)
    return Listed(len(new), len(changed), len(old) - len(changed))


def mark_told(
    *,
    actor: User,
    incident: Incident,
    members: Sequence[str] | None,
    at: datetime,
    how: str,
    now: datetime,
) -> int:
    """Record that these clients (their uids; None: all that are to be told) were told at `at`. Returns how many.

    Their clocks end as met at that instant. `how` is sealed. Raises BadInput, or Conflict when none is to be told.
    """
    require(actor, "delivery.record", incident)
    _not_ahead(at, now, "at")
    if not how.strip():
        raise BadInput(_("Say how they were told"), place="how", mend=_("Such as: by telephone, by letter."))
    within = timedelta(hours=settings.TOCSIN_ACKNOWLEDGE_HOURS)
    changes = {"told_at": at, "acknowledge_by": at + within, "reminded_at": None}
    return _move(actor, incident, members, AffectedState.TOLD, at, {"how": how}, changes, now)


def record_acknowledged(
    *,
    actor: User,
    incident: Incident,
    members: Sequence[str] | None,
    at: datetime,
    who: str,
    how: str,
    now: datetime,
    controller_told_at: datetime | None = None,
) -> int:
    """Record that these clients confirmed having been told: who at `at`, and how; both are sealed.

    `controller_told_at` is the instant from which the controller says it knows: its own clocks run from there.
    """
    require(actor, "delivery.record", incident)
    _not_ahead(at, now, "at")
    if not who.strip():
        raise BadInput(_("Say who confirmed it"), place="who", mend=_("A name or a function."))
    if controller_told_at is not None:
        _not_ahead(controller_told_at, now, "controller_told_at")
    changes = {"acknowledged_at": at, "controller_told_at": controller_told_at}
    texts = {"who": who, "how": how}
    return _move(actor, incident, members, AffectedState.ACKNOWLEDGED, at, texts, changes, now)


def take_back_told(
    *, actor: User, incident: Incident, members: Sequence[str], reason: str, now: datetime
) -> int:
    """Correct a record: these clients were not told after all, and their clocks run again."""
    require(actor, "delivery.record", incident)
    _reasoned(reason)
    changes = {"told_at": None, "acknowledge_by": None, "reminded_at": None}
    texts = {"reasons": reason}
    return _move(actor, incident, members, AffectedState.TO_TELL, now, texts, changes, now)


def leave_out(*, actor: User, incident: Incident, members: Sequence[str], reason: str, now: datetime) -> int:
    """Take clients out of the list with a reason: the incident does not concern them after all."""
    require(actor, "incident.edit", incident)
    _reasoned(reason)
    return _move(actor, incident, members, AffectedState.LEFT_OUT, now, {"reasons": reason}, {}, now)


def list_again(*, actor: User, incident: Incident, members: Sequence[str], reason: str, now: datetime) -> int:
    """List clients again that were left out."""
    require(actor, "incident.edit", incident)
    _reasoned(reason)
    texts = {"reasons": reason}
    return _move(
        actor, incident, members, AffectedState.TO_TELL, now, texts, {}, now, was=AffectedState.LEFT_OUT
    )


def remind_silent(*, now: datetime) -> int:
    """Tell the people in charge, once and by number, of clients that let their time to acknowledge pass."""
    silent = AffectedClient.objects.filter(
        state=AffectedState.TOLD, acknowledge_by__lte=now, reminded_at=None
    )
    told = 0
    for pk in silent.order_by().values_list("incident", flat=True).distinct():
        with transaction.atomic():
            incident = Incident.objects.select_for_update().get(pk=pk)
            # Zero rows changed: another sweep has them.
            count = silent.filter(incident=incident).update(reminded_at=now)
            if count:
                _tell_silent(incident, count, now)
                told += count
    return told


# --- parts -----------------------------------------------------------------------------------------------


def _check(reference: str, concern: Concern) -> None:
    wrong = [kind for kind in concern.kinds if kind not in kinds_of_data.load()]
    if wrong:
        raise BadInput(
            _("“%(kind)s” is no kind of data") % {"kind": wrong[0]},
            place="kinds",
            mend=_("Client %(reference)s: use a key of the list.") % {"reference": reference},
        )
    if len(concern.services) > LONGEST_SERVICES:
        raise BadInput(
            _("The services are too long"), place="services", mend=_("Use at most 200 characters.")
        )


def _known(concerns: Mapping[str, Concern]) -> list[Client]:
    if len(concerns) > MOST:
        raise BadInput(_("These are too many clients"), place="references", mend=_("Split the list."))
    found = Client.objects.filter(ended_at=None).in_bulk(list(concerns), field_name="reference")
    missing = [reference for reference in concerns if reference not in found]
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")  # noqa: PLR2004 - enough to see which
        text = ngettext(
            "%(count)d reference is not in the register: %(shown)s",
            "%(count)d references are not in the register: %(shown)s",
            len(missing),
        ) % {"count": len(missing), "shown": shown}
        raise BadInput(text, place="references", mend=_("Correct it, or enter the client first."))
    return [found[reference] for reference in concerns]


def _change(there: Mapping[int, AffectedClient], concerns: Mapping[int, Concern]) -> set[int]:
    """Change the details of clients that are listed; what is not given stays. Returns whose changed."""
    rows = []
    for pk, concern in concerns.items():
        row = there[pk]
        before = (row.services, row.kinds, row.people)
        row.services = concern.services or row.services
        row.kinds = list(concern.kinds) or row.kinds
        row.people = row.people if concern.people is None else concern.people
        if before != (row.services, row.kinds, row.people):
            rows.append(row)
    AffectedClient.objects.bulk_update(rows, ["services", "kinds", "people"], batch_size=AT_ONCE)
    return {row.client_id for row in rows}


def _add(
    actor: User,
    incident: Incident,
    party: Party,
    clients: Sequence[Client],
    concerns: Mapping[str, Concern],
    root: str,
    now: datetime,
) -> None:
    batch = AffectedBatch.objects.create(
        incident=incident, count=len(clients), root=root, created_by=actor, created_at=now
    )
    rows = [
        AffectedClient(
            incident=incident,
            party=party,
            client=client,
            batch=batch,
            services=concerns[client.reference].services,
            kinds=list(concerns[client.reference].kinds),
            people=concerns[client.reference].people,
            created_at=now,
        )
        for client in clients
    ]
    AffectedClient.objects.bulk_create(rows, batch_size=AT_ONCE)
    version = latest_version(party)
    if version is None:
        # The first version of the facts computes every clock of the party, theirs included.
        facts_service.refresh(actor=actor, incident=incident, party=party, reason="clients listed", now=now)
    else:
        obligations.refresh(actor=actor, incident=incident, party=party, version=version, now=now)


def _compute(actor: User, party: Party, members: Sequence[int], now: datetime) -> None:
    version = latest_version(party)
    if version is not None:
        client_clocks.refresh(actor=actor, party=party, version=version, now=now, only=members)


def _move(
    actor: User,
    incident: Incident,
    members: Sequence[str] | None,
    to: AffectedState,
    at: datetime,
    texts: Mapping[str, str],
    changes: Mapping[str, Any],
    now: datetime,
    *,
    was: AffectedState | None = None,
) -> int:
    party = incident.lead_party()
    sources = {old for old, new in MOVES if new == to and old != AffectedState.LEFT_OUT}
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        rows = AffectedClient.objects.filter(incident=incident)
        if members is not None:
            rows = rows.filter(uid__in=members)
        found = list(rows.filter(state__in=[was] if was else sources).values_list("pk", "uid"))
        if not found:
            raise Conflict(_("None of these clients can be recorded so now. Look at the list again."))
        ids = [pk for pk, _uid in found]
        if to == AffectedState.ACKNOWLEDGED and rows.filter(pk__in=ids, told_at__gt=at).exists():
            raise BadInput(_("The moment lies before the client was told"), place="at", mend=_("Correct it."))
        AffectedClient.objects.filter(pk__in=ids).update(state=to, **changes)
        kind = _kind(to, was)
        step = ClientStep(incident=incident, kind=kind, at=at, created_by=actor, created_at=now)
        step.seal_texts(**texts)
        step.save()
        step.affected.add(*ids)
        if to != AffectedState.ACKNOWLEDGED:
            _compute(actor, party, ids, now)
        root = root_of(leaf_hash(uid.encode()) for uid in sorted(uid for _pk, uid in found)).hex()
        data = {
            "count": len(found),
            "root": root,
            "at": at.isoformat(),
            "texts_digest": step.texts_digest,
        }
        if told := changes.get("controller_told_at"):
            data["controller_told_at"] = told.isoformat()
        record(
            actor=actor,
            incident=incident,
            action=f"clients.{kind}",
            subject=found[0][1] if len(found) == 1 else party.uid,
            data=data,
            now=now,
        )
    return len(found)


def _kind(to: AffectedState, was: AffectedState | None) -> str:
    if to != AffectedState.TO_TELL:
        return str(to)
    return "listed_again" if was else "taken_back"


def _leaf(uid: str, concern: Concern) -> bytes:
    value = {"services": concern.services, "kinds": sorted(concern.kinds), "people": concern.people}
    return canonical_json({"client": uid, **value})


def _tell_silent(incident: Incident, count: int, now: datetime) -> None:
    people = list(in_charge(incident))
    for user in people:
        InAppNotice.objects.create(
            user=user, incident=incident, kind="clients_silent", values={"count": count}, created_at=now
        )
    if not incident.drill:
        tell(people, "clients_silent", {"reference": incident.reference, "count": count})
    record(
        actor=None,
        incident=incident,
        action="clients.silent",
        subject=incident.uid,
        data={"count": count},
        now=now,
    )


def _not_ahead(at: datetime, now: datetime, place: str) -> None:
    if at > now:
        raise BadInput(
            _("The moment lies in the future"), place=place, mend=_("Give the moment it happened.")
        )


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise BadInput(_("This needs a reason"), place="reason", mend=_("Say why."))
