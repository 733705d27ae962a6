"""Deciding whether two people are one: one by one, or all from a probability on; and undoing that as one.

The decision is one entry of the ledger, with count and Merkle root over the suggestions. Uniting people follows
from it in short transactions that may be killed anywhere; undoing goes the same way back. Which source records
moved is kept, so everybody comes back under their own id.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from breach import jobs
from breach.errors import BadInput, Conflict
from breach.ledger import log
from breach.ledger.merkle import leaf_hash, root_of
from breach.models import (
    Absorption,
    DecisionState,
    EvidenceState,
    MatchDecision,
    MergeEvidence,
    Party,
    Person,
    PersonState,
    SourceRecord,
    User,
)
from breach.permissions import require
from breach.queries.suggestions import acceptable, people_of
from breach.services import facts
from breach.services.keys import vault_for
from breach.services.person_rows import absorb, local_day, resettle
from breach.services.record import record

# With this many, a write transaction of SQLite stays below 250 ms.
AT_ONCE, MARKED_AT_ONCE = 40, 500


def accept_from(*, actor: User, party: Party, threshold: float, count: int, now: datetime) -> MatchDecision:
    """Accept every suggestion from this probability on. `count` is the number that was shown before.

    Raises Conflict when the number is another one by now, BadInput for a threshold that says nothing.
    """
    require(actor, "people.edit", party.incident)
    if not 0.5 <= threshold <= 1:  # noqa: PLR2004 - below even chances nobody accepts in bulk
        raise BadInput(
            "The threshold is no probability from 0.5 to 1", place="threshold", mend="Choose one of the list."
        )
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        chosen = list(acceptable(party, threshold).order_by("pk"))
        if len(chosen) != count:
            raise Conflict(f"Meanwhile {len(chosen)} suggestions would be accepted, not {count}. Look again.")
        if not chosen:
            raise BadInput("No suggestion is that likely", place="threshold", mend="Choose a lower one.")
        return _decide(actor, party, chosen, join=True, threshold=threshold, now=now)


def decide_one(*, actor: User, evidence: MergeEvidence, join: bool, now: datetime) -> MatchDecision:
    """Decide one suggestion: one person, or two. Joined, the older person stays. Raises Conflict when it was decided."""
    party = evidence.source.party
    require(actor, "people.edit", party.incident)
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        fresh = MergeEvidence.objects.filter(pk=evidence.pk, state=EvidenceState.SUGGESTED)
        chosen = list(fresh.select_related("source__person", "other__person"))
        if not chosen:
            raise Conflict("This suggestion was decided already.")
        if join and any(one.state != PersonState.ACTIVE for one in people_of(chosen[0])):
            raise Conflict("This person was removed or merged in the meantime.")
        decision = _decide(actor, party, chosen, join=join, threshold=None, now=now)
    if join:
        carry_on(decision=decision, now=now)
    return decision


def _decide(
    actor: User,
    party: Party,
    chosen: Sequence[MergeEvidence],
    *,
    join: bool,
    threshold: float | None,
    now: datetime,
) -> MatchDecision:
    uids = sorted(one.uid.encode() for one in chosen)
    decision = MatchDecision.objects.create(
        incident=party.incident,
        party=party,
        join=join,
        threshold=threshold,
        count=len(chosen),
        root=root_of([leaf_hash(uid) for uid in uids]).hex(),
        state=DecisionState.CARRYING if join else DecisionState.DONE,
        progress_at=now,
        created_by=actor,
        created_at=now,
    )
    state = EvidenceState.JOINED if join else EvidenceState.DECLINED
    for start in range(0, len(chosen), MARKED_AT_ONCE):
        MergeEvidence.objects.filter(
            pk__in=[one.pk for one in chosen[start : start + MARKED_AT_ONCE]]
        ).update(state=state, decision=decision, decided_by=actor, decided_at=now, to_carry=join)
    # Fractions have no place in the ledger: the threshold stands there in millionths.
    data = {"joined": join, "threshold_ppm": round(threshold * 1_000_000) if threshold else None}
    log.append_many(
        chain=party.incident.chain,
        actor_id=actor.pk,
        actor_uid=actor.uid,
        action="suggestions.decided",
        subject=decision.uid,
        items=uids,
        data=data,
        now=now,
    )
    if join:
        jobs.enqueue("people.unite", decision.uid)
    return decision


def undo(*, actor: User, decision: MatchDecision, now: datetime) -> MatchDecision:
    """Take a whole decision back: its suggestions wait again, and who was united is taken apart.

    Raises Conflict while it is carried out, or when it was undone.
    """
    require(actor, "people.edit", decision.incident)
    with transaction.atomic():
        changed = MatchDecision.objects.filter(pk=decision.pk, state=DecisionState.DONE).update(
            state=DecisionState.UNDOING, undone_by=actor, undone_at=now, progress_at=now
        )
        if not changed:
            raise Conflict("This decision is not finished yet, or was undone.")
        data = {"count": decision.count, "root": decision.root}
        record(
            actor=actor,
            incident=decision.incident,
            action="suggestions.undone",
            subject=decision.uid,
            data=data,
            now=now,
        )
        jobs.enqueue("people.unite", decision.uid)
    decision.refresh_from_db()
    carry_on(decision=decision, now=now)
    return decision


def carry_on(*, decision: MatchDecision, now: datetime) -> bool:
    """Do the next part of what was decided or undone, in one transaction. Returns whether something is left."""
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=decision.party_id)
        decision.refresh_from_db()
        if decision.state == DecisionState.CARRYING:
            return _unite_some(decision, now)
        if decision.state == DecisionState.UNDOING:
            return _separate_some(decision, now)
    return False


def unfinished(*, silent_since: datetime) -> list[str]:
    """Return the uids of decisions that somebody has to go on with."""
    open_ones = MatchDecision.objects.filter(
        state__in=[DecisionState.CARRYING, DecisionState.UNDOING], progress_at__lt=silent_since
    )
    return list(open_ones.values_list("uid", flat=True))


def _unite_some(decision: MatchDecision, now: datetime) -> bool:
    rows = list(
        MergeEvidence.objects.filter(decision=decision, to_carry=True)
        .order_by("pk")
        .values_list("pk", "source_id", "other_id")[:AT_ONCE]
    )
    keepers: dict[int, Person] = {}
    united, apart = [], []
    for pk, source, other in rows:
        # Read again: the row before may have moved either of them.
        people = {
            one.pk: one
            for one in Person.objects.filter(
                sources__in=[source, other], state=PersonState.ACTIVE
            ).select_related("incident")
        }
        if len(people) < 2:  # noqa: PLR2004 - one person already, or one was removed meanwhile
            continue
        keeper, closed = (people[key] for key in sorted(people))
        if _separated(keeper, closed):
            apart.append(pk)
            continue
        sources = list(closed.sources.values_list("pk", flat=True))
        united.append(
            Absorption.objects.create(decision=decision, keeper=keeper, other=closed, sources=sources)
        )
        absorb(keeper, closed)
        keepers.pop(closed.pk, None)
        keepers[keeper.pk] = keeper
    for keeper in keepers.values():
        resettle(vault_for(keeper.incident), keeper, local_day(keeper.incident, now))
    MergeEvidence.objects.filter(pk__in=[pk for pk, *_rest in rows]).update(to_carry=False)
    MergeEvidence.objects.filter(pk__in=apart).update(state=EvidenceState.DECLINED)
    counted = {"united": F("united") + len(united), "kept_apart": F("kept_apart") + len(apart)}
    left = MergeEvidence.objects.filter(decision=decision, to_carry=True).exists()
    state = DecisionState.CARRYING if left else DecisionState.DONE
    MatchDecision.objects.filter(pk=decision.pk).update(state=state, progress_at=now, **counted)
    _note(
        decision,
        "people.united",
        [one.other.uid for one in united],
        {"kept_apart": len(apart)},
        left=left,
        now=now,
    )
    return left


def _separated(keeper: Person, closed: Person) -> bool:
    """Say whether somebody has said of any two records of theirs that they are two people."""
    ours, theirs = (list(one.sources.values_list("pk", flat=True)) for one in (keeper, closed))
    said = MergeEvidence.objects.filter(state__in=[EvidenceState.UNDONE, EvidenceState.DECLINED])
    return (
        said.filter(source__in=ours, other__in=theirs).exists()
        or said.filter(source__in=theirs, other__in=ours).exists()
    )


def _separate_some(decision: MatchDecision, now: datetime) -> bool:
    rows = list(
        decision.absorptions.filter(is_undone=False)
        .select_related("other__incident")
        .order_by("-pk")[:AT_ONCE]
    )
    touched: dict[int, Person] = {}
    returned = []
    for row in rows:
        holder = _holder(row.other)
        moving = SourceRecord.objects.filter(pk__in=row.sources, person=holder)
        if row.other.state == PersonState.MERGED and moving.exists():
            moving.update(person=row.other)
            row.other.state, row.other.merged_into = PersonState.ACTIVE, None
            row.other.save(update_fields=["state", "merged_into"])
            touched |= {row.other.pk: row.other, holder.pk: holder}
            returned.append(row.other.uid)
    Absorption.objects.filter(pk__in=[row.pk for row in rows]).update(is_undone=True)
    for person in touched.values():
        if person.sources.exists():
            resettle(vault_for(person.incident), person, local_day(person.incident, now))
    left = decision.absorptions.filter(is_undone=False).exists()
    if not left:
        MergeEvidence.objects.filter(decision=decision).update(
            state=EvidenceState.SUGGESTED, decision=None, decided_by=None, decided_at=None
        )
    state = DecisionState.UNDOING if left else DecisionState.UNDONE
    MatchDecision.objects.filter(pk=decision.pk).update(state=state, progress_at=now)
    _note(decision, "people.separated", returned, {}, left=left, now=now)
    return left


def _holder(person: Person) -> Person:
    """Return who has the records of a closed person now: the last of the chain of keepers."""
    while person.merged_into_id:
        person = Person.objects.select_related("incident").get(pk=person.merged_into_id)
    return person


def _note(
    decision: MatchDecision,
    action: str,
    uids: Iterable[str],
    data: dict[str, int],
    *,
    left: bool,
    now: datetime,
) -> None:
    decision.refresh_from_db()
    actor = decision.undone_by or decision.created_by
    log.append_many(
        chain=decision.incident.chain,
        actor_id=actor.pk if actor else None,
        actor_uid=actor.uid if actor else "system",
        action=action,
        subject=decision.uid,
        items=(uid.encode() for uid in sorted(uids)),
        data=data,
        now=now,
    )
    if not left:
        # In the same transaction: nobody would count again after a kill in between.
        facts.refresh(
            actor=actor,
            incident=decision.incident,
            party=decision.party,
            reason="People were matched",
            now=now,
        )
