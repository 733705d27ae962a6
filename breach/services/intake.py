"""Taking in tables of affected people: look through, map, try, accept. What comes before is in `intake_upload`, loading
itself in `loading`.

Until somebody accepts, nothing of a table becomes a person. Each step names who did it in the ledger,
with counts and salted digests; the table's name and content are sealed.
"""

from datetime import datetime, timedelta

from django.db import transaction

from breach import jobs
from breach.errors import BadInput, Conflict
from breach.intake.mapping import ColumnMapping, check_mapping
from breach.intake.profile import Profile, profile_table, propose_mapping
from breach.models import IntakeFile, IntakeState, User
from breach.permissions import require
from breach.services import known_mappings, trial
from breach.services.intake_upload import Taken, given_name, refuse_twice, take_in, upload
from breach.services.loading import table_of
from breach.services.record import record
from breach.services.tables import OPEN, forget_trial, mapping_digest, move
from breach.services.trial import DryRun, dry_run

__all__ = [
    "OPEN",
    "DryRun",
    "Taken",
    "dry_run",
    "given_name",
    "refuse_twice",
    "take_in",
    "upload",
]

# Bytes; what is larger is looked through and tried by a worker, while the page shows how far it is.
AT_ONCE = 2 * 1024 * 1024
# Work that was silent for this long lost its worker or its queue.
SILENT = timedelta(minutes=5)
# What a file in this state waits for.
JOBS = {
    IntakeState.UPLOADED: "people.look",
    IntakeState.TRYING: "people.try",
    IntakeState.ACCEPTED: "people.load",
    IntakeState.LOADING: "people.load",
}


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


def look(*, actor: User, taken: Taken, now: datetime) -> None:
    """Look through what was taken in: at once where that is quick, else by a worker.

    Raises BadInput for a table that breaks off on the way; what was taken in is discarded then, all of it.
    """
    if sum(file.file.size for file in taken.files) > AT_ONCE:
        for file in taken.files:
            look_later(actor=actor, file=file, now=now)
        return
    try:
        for file in taken.files:
            profile(actor=actor, file=file, now=now)
    except BadInput:
        for file in taken.files:
            discard(actor=actor, file=file, now=now)
        raise


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
