"""Taking in tables of affected people: upload, look through, map, try, accept. Loading itself is in
`loading`.

Until somebody accepts, nothing of a table becomes a person. Each step names who did it in the ledger,
with counts and salted digests; the table's name and content are sealed.
"""

import hashlib
import unicodedata
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import IO

from django.db import IntegrityError, transaction

from breach import jobs
from breach.errors import BadInput, Conflict
from breach.files import meta_of, remove_unsaved, seal_file, stream_sealed
from breach.intake.mapping import ColumnMapping, check_mapping
from breach.intake.profile import Profile, profile_table, propose_mapping
from breach.intake.read import Options, Table, open_table
from breach.models import Incident, IntakeFile, IntakeState, Party, SealedFile, User
from breach.permissions import require
from breach.services import known_mappings, trial
from breach.services.keys import vault_for
from breach.services.loading import table_of
from breach.services.person_rows import local_day
from breach.services.record import record
from breach.services.tables import OPEN, forget_trial, mapping_digest, move
from breach.services.trial import DryRun, dry_run

__all__ = ["OPEN", "DryRun", "dry_run"]

PURPOSE, SAME_FILE = "intake", "intake-file"
LONGEST_NAME = 120
CHUNK = 1024 * 1024
# Work that was silent for this long lost its worker or its queue.
SILENT = timedelta(minutes=5)
# What a file in this state waits for.
JOBS = {
    IntakeState.UPLOADED: "people.look",
    IntakeState.TRYING: "people.try",
    IntakeState.ACCEPTED: "people.load",
    IntakeState.LOADING: "people.load",
}


def upload(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    stream: IO[bytes],
    filename: str,
    now: datetime,
    options: Options | None = None,
) -> IntakeFile:
    """Take in a table, sealed. Raises BadInput when it is no table that can be read, Conflict when it is
    here already.

    It is sealed while it streams in, and looked at through the seal; what is refused is removed again.
    """
    require(actor, "intake.load", incident)
    if party.incident_id != incident.pk:
        raise BadInput(
            "The party belongs to another incident", place="party", mend="Choose one of this incident."
        )
    name = shown_name(filename)
    # Before the transaction, so that no other writer waits for a large file.
    sealed = seal_file(incident=incident, stream=stream, purpose=PURPOSE, now=now, filename=name)
    with ExitStack() as undo:
        undo.callback(remove_unsaved, sealed)
        with stream_sealed(sealed) as content:
            table = open_table(content, name, options)
        same = vault_for(incident).blind(meta_of(sealed)["sha256"], kind=SAME_FILE)
        _refuse_twice(party, same, name)
        file = _keep(actor, incident, party, table, sealed, same, name, now)
        undo.pop_all()
    return file


def _keep(
    actor: User,
    incident: Incident,
    party: Party,
    table: Table,
    sealed: SealedFile,
    same: bytes,
    name: str,
    now: datetime,
) -> IntakeFile:
    try:
        with transaction.atomic():
            file = _stored(actor, incident, party, table, sealed, same, now)
            data = {
                "party": party.uid,
                "format": table.format,
                "size": file.file.size,
                "digest": file.file.digest,
            }
            record(
                actor=actor, incident=incident, action="intake.uploaded", subject=file.uid, data=data, now=now
            )
    except IntegrityError as error:
        raise _twice(name) from error
    return file


def _stored(
    actor: User,
    incident: Incident,
    party: Party,
    table: Table,
    sealed: SealedFile,
    same: bytes,
    now: datetime,
) -> IntakeFile:
    sealed.save()
    return IntakeFile.objects.create(
        incident=incident,
        party=party,
        file=sealed,
        same_file=same,
        format=table.format,
        encoding=table.encoding,
        encoding_how=table.encoding_how,
        delimiter=table.delimiter,
        sheet=table.sheet,
        notes=list(table.notes),
        ages_on=local_day(incident, now),
        created_by=actor,
        created_at=now,
    )


def shown_name(filename: str) -> str:
    """Return the last part of a file name without control characters, short enough for a message."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return (
        "".join(char for char in last if unicodedata.category(char)[0] != "C")[-LONGEST_NAME:].strip()
        or "table"
    )


def _refuse_twice(party: Party, same: bytes, name: str) -> None:
    if IntakeFile.objects.filter(party=party, same_file=same).exclude(state=IntakeState.DISCARDED).exists():
        raise _twice(name)


def _twice(name: str) -> Conflict:
    return Conflict(f"{name}: this very file was given before. Open that one, or discard it first.")


def given_name(file: IntakeFile) -> str:
    """Return the name the file was given under; it is sealed, and shown to people only."""
    return meta_of(file.file)["filename"]


def find_same(*, actor: User, incident: Incident, party: Party, stream: IO[bytes]) -> IntakeFile | None:
    """Return the file with the same content that was taken in before, so that an interrupted import goes
    on.
    """
    require(actor, "intake.load", incident)
    same = vault_for(incident).blind(_sha256(stream), kind=SAME_FILE)
    return IntakeFile.objects.filter(party=party, same_file=same).exclude(state=IntakeState.DISCARDED).first()


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while data := stream.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()


def profile(*, actor: User, file: IntakeFile, now: datetime) -> Profile:
    """Read the file through, keep what each column holds (samples masked), and propose a mapping."""
    require(actor, "intake.load", file.incident)
    with table_of(file) as table:
        found = profile_table(table)
        known = known_mappings.known_for(table.header)
    with transaction.atomic():
        # A mapping that somebody has chosen stays; one that was chosen for such a table before comes next.
        mapping = file.mapping or (known[0] if known else propose_mapping(found)).to_json()
        state = IntakeState.PROFILED if file.state == IntakeState.UPLOADED else file.state
        move(file, OPEN, profile=found.to_json(), mapping=mapping, state=state)
        data = {"rows": found.rows, "unreadable": found.unreadable, "columns": len(found.columns)}
        record(
            actor=actor,
            incident=file.incident,
            action="intake.profiled",
            subject=file.uid,
            data=data,
            now=now,
        )
    return found


def set_mapping(*, actor: User, file: IntakeFile, mapping: ColumnMapping, now: datetime) -> IntakeFile:
    """Say which column is what. Raises BadInput naming the column that does not fit. What was tried is
    void.
    """
    require(actor, "intake.load", file.incident)
    with table_of(file) as table:
        checked = check_mapping(mapping, table.header)
    forget_trial(file)
    with transaction.atomic():
        move(file, OPEN, mapping=checked.to_json(), state=IntakeState.MAPPED)
        # Headers are the file's own words: only a digest of the mapping goes into the ledger.
        data = {"digest": mapping_digest(checked), "columns": len(checked.columns)}
        record(
            actor=actor, incident=file.incident, action="intake.mapped", subject=file.uid, data=data, now=now
        )
    return file


def accept(*, actor: User, file: IntakeFile, now: datetime) -> IntakeFile:
    """Accept what the trial showed and queue the load. Raises Conflict when the mapping changed since, or
    nothing is left.
    """
    require(actor, "intake.load", file.incident)
    file.refresh_from_db()
    if file.mapping is None or file.mapping_digest != mapping_digest(ColumnMapping.from_json(file.mapping)):
        raise Conflict("The mapping has not been tried as it is now. Try it first.")
    if not file.accepted:
        raise Conflict("Not one row would be accepted. Correct the mapping or the file.")
    with table_of(file) as table:
        header = table.header
    with transaction.atomic():
        move(
            file,
            (IntakeState.CHECKED,),
            state=IntakeState.ACCEPTED,
            accepted_by=actor,
            accepted_at=now,
            progress_at=now,
        )
        known_mappings.remember(actor=actor, file=file, header=header, now=now)
        data = {
            "read": file.read,
            "accepted": file.accepted,
            "refused": file.refused,
            "mapping": file.mapping_digest,
        }
        record(
            actor=actor,
            incident=file.incident,
            action="intake.accepted",
            subject=file.uid,
            data=data,
            now=now,
        )
        jobs.enqueue("people.load", file.uid)
    return file


def discard(*, actor: User, file: IntakeFile, now: datetime) -> IntakeFile:
    """Set a file aside that was not accepted, so that a corrected one, or the same again, can be given."""
    require(actor, "intake.load", file.incident)
    forget_trial(file)
    with transaction.atomic():
        move(file, OPEN, state=IntakeState.DISCARDED)
        record(actor=actor, incident=file.incident, action="intake.discarded", subject=file.uid, now=now)
    return file


def enqueue_silent(*, now: datetime) -> int:
    """Queue again what shows no sign of life: the queue was flushed, or the worker died."""
    silent = IntakeFile.objects.filter(state__in=JOBS, progress_at__lt=now - SILENT)
    count = 0
    for pk, uid, state, seen in list(silent.values_list("pk", "uid", "state", "progress_at")):
        with transaction.atomic():
            # Of two sweeps at once, one moves the mark and queues.
            if IntakeFile.objects.filter(pk=pk, progress_at=seen, state=state).update(progress_at=now):
                jobs.enqueue(JOBS[IntakeState(state)], uid)
                count += 1
    return count


def look_later(*, actor: User, file: IntakeFile, now: datetime) -> None:
    """Have a worker look the file through; for files that take longer than a page should."""
    require(actor, "intake.load", file.incident)
    with transaction.atomic():
        move(file, (IntakeState.UPLOADED,), progress_at=now)
        jobs.enqueue("people.look", file.uid)


def try_later(*, actor: User, file: IntakeFile, now: datetime) -> None:
    """Have a worker try the mapping; for files that take longer than a page should."""
    trial.begin(actor=actor, file=file, now=now)
    with transaction.atomic():
        jobs.enqueue("people.try", file.uid)
