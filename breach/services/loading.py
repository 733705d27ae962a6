"""Loading an accepted file: batch after batch, each in one short transaction, so that it may be killed
anywhere.

What a batch stores and the mark that it was stored commit together. Rows are read again from the start of
the file and cut into the same batches, so a load that goes on after a kill ends as one without it. A
process beside this one reads, normalises and seals (breach/intake/workers.py); this one matches and writes.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import F

from breach import jobs
from breach.errors import Conflict
from breach.files import context_of, path_of
from breach.intake.mapping import ColumnMapping
from breach.intake.prepare import Prepared
from breach.intake.read import Options, Table
from breach.intake.workers import SealedTable, Task, worked
from breach.ledger import log
from breach.models import BlindKey, IntakeFile, IntakeState, Party
from breach.services import facts
from breach.services.bulk import insert_rows
from breach.services.keys import vault_for
from breach.services.placing import Placing, Seen
from breach.services.record import record
from breach.services.tables import begin_work
from breach.vault import IncidentVault

# SQLite holds its one write lock for a batch; with this many rows that stays well below 250 ms.
BATCH = 2_000
KEYS_AT_ONCE = 10_000
UNFINISHED = (IntakeState.ACCEPTED, IntakeState.LOADING)


@dataclass(slots=True)
class Load:
    """A file being loaded, its batches that are not stored yet, and the keys of those that are."""

    file: IntakeFile
    vault: IncidentVault
    batches: Iterator[Prepared]
    seen: Seen
    keys: Iterator[tuple[int, int]] | None = None


def sealed_table(file: IntakeFile) -> SealedTable:
    """Say where a file's table lies sealed, with the encoding and delimiter it was taken in with."""
    options, sealed = Options(file.encoding, file.delimiter, file.sheet), file.file
    context = context_of(sealed.incident, sealed.purpose, sealed.uid)
    return SealedTable(path_of(sealed.name), context, sealed.size, file.uid, options)


@contextmanager
def table_of(file: IntakeFile) -> Iterator[Table]:
    """Open the sealed file as a table, decrypted as it is read."""
    with sealed_table(file).opened(vault_for(file.incident).worker_keys()) as table:
        yield table


@contextmanager
def opened(file: IntakeFile, now: datetime) -> Iterator[Load]:
    """Open a file for loading from where it stands. Raises Conflict when it is not accepted, or loaded
    already.
    """
    if file.state not in UNFINISHED:
        raise Conflict("This file is not waiting to be loaded.")
    vault = vault_for(file.incident)
    task = task_of(file, "prepare", file.next_batch, vault, milliseconds=int(now.timestamp() * 1000))
    with closing(worked(task)) as remaining:
        yield Load(file, vault, remaining, Seen.of_file(file) if file.next_batch else Seen())


def task_of(
    file: IntakeFile, verb: str, first: int, vault: IncidentVault, *, milliseconds: int | None = None
) -> Task:
    """Return what is to be done with a file from batch `first` on (breach/intake/workers.py)."""
    return Task(
        verb=verb,
        table=sealed_table(file),
        keys=vault.worker_keys(),
        mapping=ColumnMapping.from_json(file.mapping),
        on=file.ages_on,
        size=BATCH,
        first=first,
        milliseconds=milliseconds,
    )


def load_all(
    *, file: IntakeFile, now: Callable[[], datetime], tell: Callable[[IntakeFile], None] | None = None
) -> None:
    """Load what is left of a file, to its end. `now` is asked for each transaction; `tell` hears of each batch.

    Raises Conflict when the file is not waiting, or somebody else loads it or another one of its party.
    """
    with opened(file, now()) as load:
        begin_work(file, file.loaded, now())
        for batch in load.batches:
            load_batch(load=load, batch=batch, now=now())
            if tell:
                tell(file)
        while index_keys(load=load, now=now()):
            pass
        finish(load=load, now=now())


def load_batch(*, load: Load, batch: Prepared, now: datetime) -> None:
    """Store one batch: sealed sources, people, why they were joined, the progress mark and the ledger entry.

    Raises Conflict when another worker has stored this batch; nothing is written then.
    """
    file = load.file
    with transaction.atomic():
        # Whoever changes people of this party waits; what is matched is what is there.
        Party.objects.select_for_update().get(pk=file.party_id)
        _claim(file, batch, now)
        stored = Placing(load.vault, file, load.seen, now).store(batch)
        progress = {
            "loaded": len(batch.rows),
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
            items=batch.digests,
            data={"batch": batch.number, "read": batch.read, "refused": batch.read - len(batch.rows)}
            | progress,
            now=now,
        )
    file.refresh_from_db()


def _claim(file: IntakeFile, batch: Prepared, now: datetime) -> None:
    try:
        with transaction.atomic():
            claimed = IntakeFile.objects.filter(
                pk=file.pk, state__in=UNFINISHED, next_batch=batch.number, indexed_keys=0
            ).update(next_batch=batch.number + 1, state=IntakeState.LOADING, progress_at=now)
    except IntegrityError as error:
        raise Conflict("Another table of this party is being loaded; this one follows.") from error
    if not claimed:
        raise Conflict("Another worker is loading this file.")


def index_keys(*, load: Load, now: datetime) -> int:
    """Put the next blind keys of the file into their table, in their order, and return how many; 0 at the end."""
    file, done = load.file, load.file.indexed_keys
    if load.keys is None:
        load.keys = islice(load.seen.in_order(), done, None)
    part = list(islice(load.keys, KEYS_AT_ONCE))
    if part:
        with transaction.atomic():
            moved = IntakeFile.objects.filter(
                pk=file.pk, state=IntakeState.LOADING, indexed_keys=done
            ).update(indexed_keys=done + len(part), progress_at=now)
            if not moved:
                raise Conflict("Another worker is loading this file.")
            insert_rows(BlindKey, ("value", "source"), part)
        file.refresh_from_db()
    return len(part)


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
        if file.indexed_keys != load.seen.count:
            raise RuntimeError(
                f"{load.seen.count} keys were given and {file.indexed_keys} are in their table"
            )
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
        _queue_next(file)


def _queue_next(file: IntakeFile) -> None:
    """Queue the next accepted table of the party, which had to wait for this one."""
    waiting = IntakeFile.objects.filter(party_id=file.party_id, state=IntakeState.ACCEPTED).first()
    if waiting:
        jobs.enqueue("people.load", waiting.uid)
