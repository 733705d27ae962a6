"""Loading an accepted file: batch after batch, each in one short transaction, so that it may be killed
anywhere.

What a batch stores and the mark that it was stored commit together. Rows are read again from the start of
the file and cut into the same batches, so a load that goes on after a kill ends as one without it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from breach.errors import Conflict
from breach.files import open_sealed
from breach.intake import match as matching
from breach.intake.mapping import ColumnMapping
from breach.intake.normalise import Accepted
from breach.intake.pipeline import Batch, batches
from breach.intake.read import Options, Table, open_table
from breach.intake.record import Record
from breach.ledger import log
from breach.models import (
    BlindKey,
    EvidenceState,
    IntakeFile,
    IntakeState,
    MergeEvidence,
    Party,
    Person,
    PersonState,
    SourceRecord,
)
from breach.queries.blind_keys import keys_of, word_of
from breach.services import facts
from breach.services.keys import vault_for
from breach.services.person_rows import FOLLOWS, INDEXES, Sealing, absorb, open_sources, seal_sources, settle
from breach.services.record import record
from breach.vault import IncidentVault

# SQLite holds its one write lock for a batch; with this many rows that stays well below 250 ms.
BATCH = 300
UNFINISHED = (IntakeState.ACCEPTED, IntakeState.LOADING)


@dataclass(frozen=True, slots=True)
class Load:
    """A file being loaded, and its batches that are not stored yet."""

    file: IntakeFile
    vault: IncidentVault
    batches: Iterator[Batch]


@contextmanager
def table_of(file: IntakeFile) -> Iterator[Table]:
    """Open the sealed file as a table, in memory only, with the encoding and delimiter it was taken in
    with.
    """
    options = Options(file.encoding, file.delimiter, file.sheet)
    with open_sealed(file.file) as stream:
        yield open_table(stream, f"{file.uid}", options)  # type: ignore[arg-type]


@contextmanager
def opened(file: IntakeFile) -> Iterator[Load]:
    """Open a file for loading from where it stands. Raises Conflict when it is not accepted, or loaded
    already.
    """
    if file.state not in UNFINISHED:
        raise Conflict("This file is not waiting to be loaded.")
    mapping = ColumnMapping.from_json(file.mapping)
    with (
        table_of(file) as table,
        closing(batches(table, mapping, file.ages_on, BATCH, first=file.next_batch)) as remaining,
    ):
        yield Load(file, vault_for(file.incident), remaining)


def load_batch(*, load: Load, batch: Batch, now: datetime) -> None:
    """Store one batch: sealed sources, people, why they were joined, the progress mark and the ledger entry.

    Raises Conflict when another worker has stored this batch; nothing is written then.
    """
    file = load.file
    sealed = seal_sources(load.vault, [(_row(file, each, now), each.record) for each in batch.accepted])
    with transaction.atomic():
        # One load of a party at a time: each must see the people that the other has stored.
        Party.objects.select_for_update().get(pk=file.party_id)
        _claim(file, batch, now)
        stored = _Store(load.vault, file, now).store(batch.accepted, sealed)
        progress = {
            "loaded": len(batch.accepted),
            "people_new": stored.new,
            "merged": stored.merged,
            "suggested": stored.suggested,
        }
        IntakeFile.objects.filter(pk=file.pk).update(
            **{name: F(name) + count for name, count in progress.items()}
        )
        log.append_many(
            chain=file.incident.chain,
            actor_id=file.accepted_by_id,
            actor_uid=file.accepted_by.uid if file.accepted_by else "system",
            action="people.loaded",
            subject=file.uid,
            items=(each.digest for each in sealed),
            data={"batch": batch.number, "read": batch.read, "refused": len(batch.refused)} | progress,
            now=now,
        )
    file.refresh_from_db()


def finish(*, load: Load, now: datetime) -> None:
    """Close a file whose batches are all stored: final numbers into the ledger, and into the facts of the
    party.
    """
    file = load.file
    with transaction.atomic():
        moved = IntakeFile.objects.filter(pk=file.pk, state__in=UNFINISHED).update(
            state=IntakeState.LOADED, loaded_at=now, progress_at=now
        )
        if not moved:
            raise Conflict("This file is loaded already.")
        file.refresh_from_db()
        if file.loaded != file.accepted:
            raise RuntimeError(f"{file.accepted} rows were accepted and {file.loaded} loaded")
        names = ("read", "accepted", "refused", "loaded", "people_new", "merged", "suggested")
        record(
            actor=file.accepted_by,
            incident=file.incident,
            action="intake.loaded",
            subject=file.uid,
            data={name: getattr(file, name) for name in names},
            now=now,
        )
        # In the same transaction: nobody would count again after a kill in between.
        facts.refresh(
            actor=file.accepted_by,
            incident=file.incident,
            party=file.party,
            reason="People were loaded",
            now=now,
        )


def _row(file: IntakeFile, each: Accepted, now: datetime) -> SourceRecord:
    return SourceRecord(
        incident_id=file.incident_id,
        party_id=file.party_id,
        file=file,
        row=each.row,
        kinds=list(each.kinds),
        created_by_id=file.accepted_by_id,
        created_at=now,
    )


def _claim(file: IntakeFile, batch: Batch, now: datetime) -> None:
    claimed = IntakeFile.objects.filter(pk=file.pk, state__in=UNFINISHED, next_batch=batch.number).update(
        next_batch=batch.number + 1, state=IntakeState.LOADING, progress_at=now
    )
    if not claimed:
        raise Conflict("Another worker is loading this file.")


@dataclass(slots=True)
class _Stored:
    new: int = 0
    merged: int = 0
    suggested: int = 0


class _Store:
    """Places the sources of one batch among the people there are."""

    def __init__(self, vault: IncidentVault, file: IntakeFile, now: datetime) -> None:
        self.vault, self.file, self.now = vault, file, now
        self.done = _Stored()

    def store(self, accepted: Sequence[Accepted], sealed: Sequence[Sealing]) -> _Stored:
        known = self._known([each.row for each in sealed])
        # Known sources come first and keep their order, so the older person is the one that stays.
        rows = [*known, *(each.row for each in sealed)]
        records = [*open_sources(self.vault, known), *(each.record for each in accepted)]
        sources = [
            _source(ref, row, record) for ref, (row, record) in enumerate(zip(rows, records, strict=True))
        ]
        found = matching.match(sources, self._apart(rows))
        self._place(found.group, rows, records, len(known))
        SourceRecord.objects.bulk_create(rows[len(known) :])
        BlindKey.objects.bulk_create(key for row in rows[len(known) :] for key in keys_of(row))
        self._settle_grown(found.group, rows, records, len(known))
        self._explain(found, rows)
        return self.done

    def _known(self, rows: Sequence[SourceRecord]) -> list[SourceRecord]:
        """Return the stored sources of every active person that shares a key with the batch, oldest first."""
        people: set[int] = set()
        for name in INDEXES.values():
            # One query for each index: joined by OR, SQLite would read all rows of the party.
            values = {bytes(value) for row in rows if (value := getattr(row, name)) is not None}
            known = BlindKey.objects.filter(value__in=[word_of(value) for value in values]).values("source")
            sharing = SourceRecord.objects.filter(
                pk__in=known, party_id=self.file.party_id, **{f"{name}__in": values}
            )
            people.update(sharing.values_list("person_id", flat=True))
        return list(
            SourceRecord.objects.filter(person__in=people, person__state=PersonState.ACTIVE)
            .select_related("person")
            .order_by("person_id", "pk")
        )

    def _apart(self, rows: Sequence[SourceRecord]) -> Iterable[frozenset[int]]:
        """Return the pairs among `rows` that somebody has taken apart or declined to join."""
        refs = {row.pk: ref for ref, row in enumerate(rows) if row.pk}
        decided = MergeEvidence.objects.filter(
            source__in=list(refs),
            other__in=list(refs),
            state__in=[EvidenceState.UNDONE, EvidenceState.DECLINED],
        )
        return [
            frozenset((refs[source], refs[other]))
            for source, other in decided.values_list("source_id", "other_id")
        ]

    def _place(
        self, group: Mapping[int, int], rows: list[SourceRecord], records: list[Record], known: int
    ) -> None:
        """Give each new source a person: that of its group, or a new one."""
        fresh: dict[int, list[int]] = {}
        for ref in range(known, len(rows)):
            root = group[ref]
            if root < known:
                rows[ref].person = rows[root].person
                self.done.merged += 1
            else:
                fresh.setdefault(root, []).append(ref)
        people = [self._new_person([(rows[ref], records[ref]) for ref in refs]) for refs in fresh.values()]
        Person.objects.bulk_create(people)
        for person, refs in zip(people, fresh.values(), strict=True):
            self.done.merged += len(refs) - 1
            for ref in refs:
                rows[ref].person = person
        self.done.new += len(people)

    def _new_person(self, sources: Sequence[tuple[SourceRecord, Record]]) -> Person:
        file = self.file
        person = Person(
            incident_id=file.incident_id,
            party_id=file.party_id,
            created_by_id=file.accepted_by_id,
            created_at=self.now,
        )
        kinds = {kind for row, _record in sources for kind in row.kinds}
        settle(self.vault, person, [each for _row, each in sources], kinds, file.ages_on)
        return person

    def _settle_grown(
        self, group: Mapping[int, int], rows: list[SourceRecord], records: list[Record], known: int
    ) -> None:
        """Unite people that a new source has shown to be one, and work out again all who got sources."""
        grown: dict[int, list[int]] = {}
        for ref, root in group.items():
            if root < known:
                grown.setdefault(root, []).append(ref)
        for root, refs in grown.items():
            keeper = rows[root].person
            others = {
                rows[ref].person_id: rows[ref].person for ref in refs if rows[ref].person_id != keeper.pk
            }
            for other in others.values():
                absorb(keeper, other)
            self.done.merged += len(others)
            if others or refs[-1] >= known:
                refs.sort(key=lambda ref: rows[ref].pk)
                kinds = {kind for ref in refs for kind in rows[ref].kinds}
                settle(self.vault, keeper, [records[ref] for ref in refs], kinds, self.file.ages_on)
                keeper.save(update_fields=[*FOLLOWS, "sealed"])

    def _explain(self, found: matching.Match, rows: list[SourceRecord]) -> None:
        waiting = self._known_suggestions(rows)
        suggested = []
        for join in found.suggestions:
            pair = frozenset((rows[join.ref].person_id, rows[join.other].person_id))
            if pair not in waiting:
                waiting.add(pair)
                suggested.append(join)
        self.done.suggested += len(suggested)
        states = [(join, EvidenceState.JOINED) for join in found.joins]
        states += [(join, EvidenceState.SUGGESTED) for join in suggested]
        MergeEvidence.objects.bulk_create(
            MergeEvidence(
                incident_id=self.file.incident_id,
                source=rows[join.ref],
                other=rows[join.other],
                key=join.kind,
                state=state,
                created_at=self.now,
            )
            for join, state in states
        )

    def _known_suggestions(self, rows: Sequence[SourceRecord]) -> set[frozenset[int]]:
        """Return the pairs of people for whom somebody has been asked before, whatever the answer was."""
        pks = [row.pk for row in rows]
        asked = MergeEvidence.objects.filter(source__in=pks, other__in=pks).exclude(
            state=EvidenceState.JOINED
        )
        return {frozenset(pair) for pair in asked.values_list("source__person_id", "other__person_id")}


def _source(ref: int, row: SourceRecord, each: Record) -> matching.Source:
    keys = tuple(
        matching.Key(kind, bytes(value))
        for kind, name in INDEXES.items()
        if (value := getattr(row, name)) is not None
    )
    return matching.Source(ref, keys, matching.identity_of(each), row.person_id)
