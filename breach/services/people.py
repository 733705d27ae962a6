"""Changing who is affected, one person at a time: found late, corrected, removed, taken apart, joined.

Nothing is overwritten: what somebody enters is a source record of its own, trusted more than the ones
before it, and the person is worked out again from all of them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.intake.mapping import FIELDS, RELATIONS, ColumnMapping, ColumnRule
from breach.intake.match import NATIONAL_ID
from breach.intake.normalise import Accepted, Normaliser
from breach.intake.record import Record
from breach.intake.refusals import Refusal, reason_text
from breach.intake.rows import Row
from breach.law import kinds as vocabulary
from breach.models import (
    EvidenceState,
    Incident,
    MergeEvidence,
    Party,
    Person,
    PersonChange,
    PersonChannel,
    PersonState,
    SourceOrigin,
    SourceRecord,
    User,
)
from breach.permissions import can, require
from breach.queries.blind_keys import holders
from breach.services import facts
from breach.services.keys import vault_for
from breach.services.person_rows import (
    local_day,
    note_change,
    open_sources,
    resettle,
    seal_sources,
    settle,
    store_source,
)
from breach.services.record import record
from breach.vault import IncidentVault

# Why somebody gets no e-mail: their provider told us that they called our letter unwanted (RFC 5965).
COMPLAINED = "mail_complaint"


def add_person(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    values: Mapping[str, str],
    kinds: Iterable[str],
    reason: str,
    now: datetime,
    relation: str = "",
) -> Person:
    """Add somebody who was found late. `values` by field (breach/intake/mapping.py), `kinds` of the
    vocabulary, `relation` what they are to the party.

    Raises BadInput for a value that cannot be, Conflict when an active person has the same e-mail,
    customer number or national identifier.
    """
    require(actor, "people.edit", incident)
    if party.incident_id != incident.pk:
        raise BadInput(
            "The party belongs to another incident", place="party", mend="Choose one of this incident."
        )
    given = _normalised(incident, values, now, relation=_checked_relation(relation))
    exposed = _checked_kinds(kinds)
    _require_reason(reason)
    vault = vault_for(incident)
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        source = SourceRecord(
            incident=incident,
            party=party,
            origin=SourceOrigin.BY_HAND,
            kinds=exposed,
            created_by=actor,
            created_at=now,
        )
        (sealed,) = seal_sources(vault, [(source, given.record)])
        source.identifier_index = _identifier_index(vault, given)
        _refuse_known(source)
        person = Person(incident=incident, party=party, created_by=actor, created_at=now)
        settle(vault, person, [given.record], exposed, local_day(incident, now))
        person.save()
        source.person = person
        store_source(source)
        data = {
            "source": sealed.digest.hex(),
            "country": person.country,
            "kinds": exposed,
            "channel": person.channel,
        }
        log_change(actor, person, "added", reason, now, data)
    _refresh_facts(actor, person, now)
    return person


def correct_contact(
    *,
    actor: User,
    person: Person,
    values: Mapping[str, str],
    reason: str,
    now: datetime,
    relation: str = "",
) -> Person:
    """Add what somebody corrected (by field). The channel follows from the corrected data again.

    Address fields belong together: give the whole address, or none of it. An empty `relation` leaves what is known.
    Raises BadInput, Conflict.
    """
    incident = person.incident
    require(actor, "people.edit", incident)
    _require_reason(reason)
    if not relation and not any(value.strip() for value in values.values()):
        raise BadInput("Nothing was corrected", place="contact", mend="Fill in what is right.")
    vault = vault_for(incident)
    with transaction.atomic():
        person = active_person(person)
        before = person.channel
        basis = {"full_name": "-name-", "country": person.country} | dict(values)
        given = _normalised(incident, basis, now, frozenset(values), _checked_relation(relation))
        fields = {name: getattr(given.record, name) for name in {*_stated(given, values), "relation"}}
        source = SourceRecord(
            incident=incident,
            party_id=person.party_id,
            person=person,
            origin=SourceOrigin.CORRECTION,
            created_by=actor,
            created_at=now,
        )
        (sealed,) = seal_sources(vault, [(source, type(given.record)(**fields))])
        source.identifier_index = _identifier_index(vault, given)
        store_source(source)
        # A complaint is about the mailbox: only another address ends it.
        if person.channel_why != COMPLAINED or values.get("email", "").strip():
            person.channel_why = ""
        resettle(vault, person, local_day(incident, now))
        data = {"source": sealed.digest.hex(), "channel": {"old": before, "new": person.channel}}
        log_change(actor, person, "corrected", reason, now, data)
    _refresh_facts(actor, person, now)
    return person


def _stated(given: Accepted, values: Mapping[str, str]) -> set[str]:
    """Return the fields of the record that follow from what was entered, and not from what stood in for
    it.
    """
    names = {name for name, value in values.items() if value.strip()} - {"national_id"}
    if names & {"country", "postcode", "region", "street", "city"}:
        names |= {"region", "country"}
    if "language" in names and given.record.language_from == "given":
        names.add("language_from")
    return names


def mark_channel(*, actor: User | None, person: Person, channel: str, why: str, now: datetime) -> Person:
    """Say by which channel a person is reached from now on. `why` is a short code: mail_bounced,
    letter_returned …

    `actor` is None when delivery itself found out. Raises Conflict where the channel needs data that is
    not there.
    """
    incident = person.incident
    if actor is not None and not can(actor, "delivery.record", incident):
        require(actor, "people.edit", incident)
    with transaction.atomic():
        person = active_person(person)
        missing = (channel == PersonChannel.EMAIL and not person.has_email) or (
            channel == PersonChannel.POST and not person.has_address
        )
        if channel not in PersonChannel.values or missing:
            raise Conflict(f"This person cannot be reached by {channel}. Correct the contact data first.")
        data = {"old": person.channel, "new": channel, "why": why}
        person.channel, person.channel_why = channel, why
        person.save(update_fields=["channel", "channel_why"])
        record(
            actor=actor,
            incident=incident,
            action="person.channel_marked",
            subject=person.uid,
            data=data,
            now=now,
        )
    return person


def remove(*, actor: User, person: Person, reason: str, now: datetime) -> Person:
    """Take out somebody who is not affected after all. The record stays, with the reason."""
    require(actor, "people.edit", person.incident)
    _require_reason(reason)
    with transaction.atomic():
        person = active_person(person)
        person.state = PersonState.REMOVED
        person.save(update_fields=["state"])
        log_change(actor, person, "removed", reason, now, {})
    _refresh_facts(actor, person, now)
    return person


def restore(*, actor: User, person: Person, reason: str, now: datetime) -> Person:
    """Put back somebody who was removed by mistake."""
    require(actor, "people.edit", person.incident)
    _require_reason(reason)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        if person.state != PersonState.REMOVED:
            raise Conflict("This person was not removed.")
        person.state = PersonState.ACTIVE
        person.save(update_fields=["state"])
        log_change(actor, person, "restored", reason, now, {})
    _refresh_facts(actor, person, now)
    return person


def split_source(*, actor: User, person: Person, source: SourceRecord, reason: str, now: datetime) -> Person:
    """Make the person of one source record a person of their own again, and return them. They stay apart.

    Raises Conflict when the source is not this person's, or their only one.
    """
    incident = person.incident
    require(actor, "people.edit", incident)
    _require_reason(reason)
    vault = vault_for(incident)
    with transaction.atomic():
        person = active_person(person)
        # A mark stays with the person whom it was made for.
        rows = list(person.sources.exclude(origin=SourceOrigin.MARK).order_by("pk"))
        if source.pk not in {row.pk for row in rows} or len(rows) == 1:
            raise Conflict("Only one of several sources of this person can be taken apart.")
        # A closed person whose source this was comes back under its own id: letters may carry it.
        own = Person(incident=incident, party_id=person.party_id, created_by=actor, created_at=now)
        (theirs,) = open_sources(vault, [source])
        settle(vault, own, [theirs], source.kinds, local_day(incident, now))
        own.save()
        SourceRecord.objects.filter(pk=source.pk).update(person=own)
        resettle(vault, person, local_day(incident, now))
        _keep_apart(actor, source, [row for row in rows if row.pk != source.pk], now)
        log_change(actor, person, "split", reason, now, {"source": source.uid, "person": own.uid})
    _refresh_facts(actor, person, now)
    return own


def _keep_apart(actor: User, source: SourceRecord, others: Iterable[SourceRecord], now: datetime) -> None:
    """Undo what joined the source to each of the others, so that no later file joins them again."""
    for other in others:
        between = MergeEvidence.objects.filter(
            source__in=[source.pk, other.pk], other__in=[source.pk, other.pk]
        )
        if not between.update(state=EvidenceState.UNDONE, decided_by=actor, decided_at=now):
            MergeEvidence.objects.create(
                incident_id=source.incident_id,
                source=source,
                other=other,
                key="by_hand",
                state=EvidenceState.UNDONE,
                decided_by=actor,
                decided_at=now,
                created_at=now,
            )


def contact_record(incident: Incident, values: Mapping[str, str], country: str, now: datetime) -> Record:
    """Return the record of somebody who is written to instead of a person. Raises BadInput naming the field.

    `country` stands in where an address gives none.
    """
    stated = {name: value for name, value in values.items() if value.strip()}
    if "full_name" not in stated:
        raise BadInput("The name is missing", place="full_name", mend="Say who is written to.")
    basis = {"country": country} | stated if "street" in stated else stated
    return _normalised(incident, basis, now).record


def _normalised(
    incident: Incident,
    values: Mapping[str, str],
    now: datetime,
    needed: frozenset[str] | None = None,
    relation: str = "",
) -> Accepted:
    """Put what somebody typed through the same stage as a file's row; every cell that is set aside is
    refused here.
    """
    if strange := sorted(set(values) - set(FIELDS)):
        raise BadInput(
            f"There is no field {strange[0]!r}", place="contact", mend=f"Fields: {', '.join(FIELDS)}."
        )
    rules = tuple(ColumnRule(name, name) for name in values)
    outcome = Normaliser(ColumnMapping(rules, relation=relation), tuple(values), local_day(incident, now))(
        Row(1, list(values.values()))
    )
    refused = [outcome] if isinstance(outcome, Refusal) else list(outcome.set_aside)
    for refusal in refused:
        if needed is None or refusal.column in needed or not refusal.column:
            raise BadInput(
                reason_text(refusal.reason, "en"), place=refusal.column or "contact", code=refusal.reason
            )
    if isinstance(outcome, Refusal):
        raise BadInput(reason_text(outcome.reason, "en"), place="contact", code=outcome.reason)
    return outcome


def _checked_relation(relation: str) -> str:
    if relation and relation not in RELATIONS:
        raise BadInput(f"There is no relation {relation!r}", place="relation", mend="Choose one of the list.")
    return relation


def _checked_kinds(kinds: Iterable[str]) -> list[str]:
    chosen = sorted(set(kinds))
    for key in chosen:
        if key not in vocabulary.load():
            raise BadInput(
                f"There is no data kind {key!r}", place="kinds", mend="Choose one of the vocabulary."
            )
    if not chosen:
        raise BadInput("No kind of data is named", place="kinds", mend="Say what of this person was exposed.")
    return chosen


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("The reason is missing", place="reason", mend="Say in a few words why.")


def _identifier_index(vault: IncidentVault, given: Accepted) -> bytes | None:
    return vault.blind(given.national_id, kind=NATIONAL_ID) if given.national_id else None


def _refuse_known(source: SourceRecord) -> None:
    for name in ("email_index", "customer_index", "identifier_index"):
        value = getattr(source, name)
        if value is None:
            continue
        known = holders(source.incident, name, value).filter(party_id=source.party_id)
        if known.filter(person__state=PersonState.ACTIVE).exists():
            raise Conflict(
                "Somebody with this e-mail address, customer number or national identifier is on the list."
                " Correct that one."
            )


def active_person(person: Person) -> Person:
    """Return the person as stored, locked. Raises Conflict when they were removed or merged."""
    fresh = Person.objects.select_for_update().select_related("incident", "party").get(pk=person.pk)
    if fresh.state != PersonState.ACTIVE:
        raise Conflict("This person was removed or merged in the meantime.")
    return fresh


def log_change(
    actor: User, person: Person, action: str, reason: str, now: datetime, data: Mapping[str, object]
) -> PersonChange:
    """Keep a change with its sealed reason, and note it in the ledger with the reason's digest."""
    change = note_change(person, action=action, reason=reason, actor_id=actor.pk, now=now)
    values = dict(data) | {"reason": change.texts_digest}
    record(
        actor=actor,
        incident=person.incident,
        action=f"person.{action}",
        subject=person.uid,
        data=values,
        now=now,
    )
    return change


def _refresh_facts(actor: User, person: Person, now: datetime) -> None:
    facts.refresh(
        actor=actor, incident=person.incident, party=person.party, reason="The people changed", now=now
    )
