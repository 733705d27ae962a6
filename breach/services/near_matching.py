"""Looking for near matches among the people of a party, as work that may be killed anywhere and done again.

People are opened batch by batch and handed to a process of their own (breach/intake/near_run.py); what comes
back is stored as suggestions. Nobody is joined here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import F, Min

from breach import clock, jobs
from breach.errors import BadInput, Conflict
from breach.intake.near import Comparable, Pair, comparable, model
from breach.intake.near_run import near_pairs
from breach.models import (
    EvidenceState,
    Incident,
    MatchRun,
    MatchState,
    MergeEvidence,
    Party,
    Person,
    PersonState,
    SourceRecord,
    User,
)
from breach.permissions import require
from breach.services.keys import vault_for
from breach.services.person_rows import open_views
from breach.services.record import record

NEAR = "near"
AT_ONCE, STORED_AT_ONCE = 2_000, 250
SILENT = timedelta(minutes=10)
UNFINISHED = (MatchState.WAITING, MatchState.COMPARING)


def start(*, actor: User, incident: Incident, party: Party, now: datetime) -> MatchRun:
    """Ask for a search. Raises Conflict while one runs."""
    require(actor, "people.edit", incident)
    if party.incident_id != incident.pk:
        raise BadInput(
            "The party belongs to another incident", place="party", mend="Choose one of this incident."
        )
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(
                incident=incident,
                party=party,
                model_version=str(model()["version"]),
                people=Person.objects.filter(party=party, state=PersonState.ACTIVE).count(),
                progress_at=now,
                created_by=actor,
                created_at=now,
            )
            data = {"party": party.uid, "people": run.people, "model": run.model_version}
            record(
                actor=actor, incident=incident, action="matching.asked", subject=run.uid, data=data, now=now
            )
            jobs.enqueue("people.match", run.uid)
    except IntegrityError:
        raise Conflict("Near matches are being looked for already.") from None
    return run


def look(*, run: MatchRun) -> MatchRun:
    """Do a search from its start and store what it suggests. Raises Conflict when it is done or another worker
    has it.
    """
    now = clock.now()
    waiting = MatchRun.objects.filter(pk=run.pk, state=MatchState.WAITING)
    stuck = MatchRun.objects.filter(pk=run.pk, state=MatchState.COMPARING, progress_at__lt=now - SILENT)
    fresh = {"state": MatchState.COMPARING, "compared": 0, "progress_at": now}
    if not waiting.update(**fresh) and not stuck.update(**fresh):
        raise Conflict("This search is done, or another worker has it.")
    run.refresh_from_db()
    try:
        pairs = near_pairs(_people(run))
        while part := list(islice(pairs, STORED_AT_ONCE)):
            _store(run, part, clock.now())
    except Exception:
        MatchRun.objects.filter(pk=run.pk).update(state=MatchState.FAILED, finished_at=clock.now())
        raise
    _finish(run, clock.now())
    run.refresh_from_db()
    return run


def enqueue_silent(*, now: datetime) -> int:
    """Queue again the searches that show no sign of life."""
    silent = MatchRun.objects.filter(state__in=UNFINISHED, progress_at__lt=now - SILENT)
    uids = list(silent.values_list("uid", flat=True))
    for uid in uids:
        jobs.enqueue("people.match", uid)
    return len(uids)


def _people(run: MatchRun) -> Iterator[Comparable]:
    """Open the active people of the party in the order of their keys, a batch at a time."""
    vault, after = vault_for(run.incident), 0
    while rows := list(
        Person.objects.filter(party=run.party_id, state=PersonState.ACTIVE, pk__gt=after).order_by("pk")[
            :AT_ONCE
        ]
    ):
        numbers = _identifiers(rows)
        for person, view in zip(rows, open_views(vault, rows), strict=True):
            yield comparable(person.pk, view, numbers.get(person.pk))
        after = rows[-1].pk
        MatchRun.objects.filter(pk=run.pk).update(compared=F("compared") + len(rows), progress_at=clock.now())


def _identifiers(people: Sequence[Person]) -> dict[int, bytes]:
    """Return the blind index of the national identifier of those who have one: the last that was given."""
    given = SourceRecord.objects.filter(person__in=people, identifier_index__isnull=False)
    rows = given.order_by("pk").values_list("person_id", "identifier_index")
    return {person: bytes(index) for person, index in rows if index is not None}


def _store(run: MatchRun, pairs: Sequence[Pair], now: datetime) -> None:
    """Store suggestions that nobody was asked about before; one that waits for another reason learns how likely it is."""
    people = {pk for pair in pairs for pk in (pair.left, pair.right)}
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=run.party_id)
        owner = dict(
            SourceRecord.objects.filter(person__in=people, person__state=PersonState.ACTIVE).values_list(
                "pk", "person_id"
            )
        )
        anchors = dict(
            SourceRecord.objects.filter(person__in=people, person__state=PersonState.ACTIVE)
            .order_by()
            .values_list("person_id")
            .annotate(first=Min("pk"))
        )
        asked = {
            frozenset((owner[one.source_id], owner[one.other_id])): one
            for one in MergeEvidence.objects.filter(source__in=list(owner), other__in=list(owner)).exclude(
                state=EvidenceState.JOINED
            )
        }
        fresh = []
        for pair in pairs:
            known = asked.get(frozenset((pair.left, pair.right)))
            if known is None and pair.left in anchors and pair.right in anchors:
                fresh.append(_evidence(run, pair, anchors[pair.right], anchors[pair.left], now))
            elif known is not None and known.state == EvidenceState.SUGGESTED:
                MergeEvidence.objects.filter(pk=known.pk).update(**_figures(pair))
        MergeEvidence.objects.bulk_create(fresh)
        MatchRun.objects.filter(pk=run.pk).update(suggested=F("suggested") + len(fresh), progress_at=now)


def _evidence(run: MatchRun, pair: Pair, source: int, other: int, now: datetime) -> MergeEvidence:
    return MergeEvidence(
        incident_id=run.incident_id,
        source_id=source,
        other_id=other,
        key=NEAR,
        state=EvidenceState.SUGGESTED,
        created_at=now,
        **_figures(pair),
    )


def _figures(pair: Pair) -> dict[str, object]:
    return {
        "probability": pair.probability,
        "weight": pair.weight,
        "fields": [[one.field, one.level, one.weight] for one in pair.fields],
        "caution": ",".join(pair.caution),
    }


def _finish(run: MatchRun, now: datetime) -> None:
    with transaction.atomic():
        run.refresh_from_db()
        run.state, run.finished_at, run.progress_at = MatchState.DONE, now, now
        run.save(update_fields=["state", "finished_at", "progress_at"])
        data = {"people": run.compared, "suggested": run.suggested, "model": run.model_version}
        record(
            actor=run.created_by,
            incident=run.incident,
            action="matching.done",
            subject=run.uid,
            data=data,
            now=now,
        )
