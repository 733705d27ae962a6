"""Taking in tables of affected people: upload, look through, map, try, accept. Loading itself is in
`loading`.

Until somebody accepts, nothing of a table becomes a person. Each step names who did it in the ledger,
with counts and salted digests; the table's name and content are sealed.
"""

import hashlib
import io
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any

from django.db import IntegrityError, transaction

from breach import jobs
from breach.errors import BadInput, Conflict
from breach.files import meta_of, seal_file
from breach.intake.mapping import ColumnMapping, check_mapping
from breach.intake.normalise import Accepted
from breach.intake.pipeline import outcomes
from breach.intake.profile import Profile, profile_table, propose_mapping
from breach.intake.read import Options, Table, open_table
from breach.intake.refusals import Refusal
from breach.models import Incident, IntakeFile, IntakeState, Party, RefusedCell, SealedFile, User
from breach.permissions import require
from breach.services.keys import vault_for
from breach.services.loading import UNFINISHED, table_of
from breach.services.person_rows import local_day
from breach.services.record import record
from breach.vault import canonical_json

PURPOSE, SAME_FILE = "intake", "intake-file"
LONGEST_NAME = 120
CHUNK = 1024 * 1024
REFUSALS_AT_ONCE = 1_000
# A load that was silent for this long lost its worker or its queue.
SILENT = timedelta(minutes=5)
# States and every legal move between them; `discard` leaves from all but the last two.
OPEN = (IntakeState.UPLOADED, IntakeState.PROFILED, IntakeState.MAPPED, IntakeState.CHECKED)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a file would give: read = accepted + refused. `refusals` holds rows refused and cells set
    aside, in order.
    """

    read: int
    accepted: int
    refused: int
    set_aside: int
    refusals: tuple[Refusal, ...]


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

    The whole file is looked at in memory before anything is stored.
    """
    require(actor, "intake.load", incident)
    if party.incident_id != incident.pk:
        raise BadInput(
            "The party belongs to another incident", place="party", mend="Choose one of this incident."
        )
    name = shown_name(filename)
    content = io.BytesIO(b"".join(iter(lambda: stream.read(CHUNK), b"")))
    table = open_table(content, name, options)
    content.seek(0)
    same = vault_for(incident).blind(hashlib.sha256(content.getbuffer()).hexdigest(), kind=SAME_FILE)
    _refuse_twice(party, same, name)
    # Before the transaction, so that no other writer waits for a large file.
    sealed = seal_file(incident=incident, stream=content, purpose=PURPOSE, now=now, filename=table.place)
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
    with transaction.atomic():
        # A mapping that somebody has chosen stays.
        mapping = file.mapping or propose_mapping(found).to_json()
        state = IntakeState.PROFILED if file.state == IntakeState.UPLOADED else file.state
        _move(file, OPEN, profile=found.to_json(), mapping=mapping, state=state)
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
    with transaction.atomic():
        _forget_trial(file)
        _move(file, OPEN, mapping=checked.to_json(), state=IntakeState.MAPPED)
        # Headers are the file's own words: only a digest of the mapping goes into the ledger.
        data = {"digest": _mapping_digest(checked), "columns": len(checked.columns)}
        record(
            actor=actor, incident=file.incident, action="intake.mapped", subject=file.uid, data=data, now=now
        )
    return file


def dry_run(*, actor: User, file: IntakeFile, now: datetime) -> DryRun:
    """Try the mapping on every row and keep the refused cells, masked. No person is stored."""
    require(actor, "intake.load", file.incident)
    with table_of(file) as table:
        mapping = check_mapping(ColumnMapping.from_json(file.mapping), table.header)
        tried = _tried(table, mapping, file)
    with transaction.atomic():
        _forget_trial(file)
        _move(
            file,
            OPEN,
            state=IntakeState.CHECKED,
            mapping=mapping.to_json(),
            mapping_digest=_mapping_digest(mapping),
            read=tried.read,
            accepted=tried.accepted,
            refused=tried.refused,
            set_aside=tried.set_aside,
        )
        cells = iter(tried.refusals)
        while part := list(islice(cells, REFUSALS_AT_ONCE)):
            RefusedCell.objects.bulk_create(_cell(file, each) for each in part)
        data = {
            "read": tried.read,
            "accepted": tried.accepted,
            "refused": tried.refused,
            "mapping": file.mapping_digest,
        }
        record(
            actor=actor, incident=file.incident, action="intake.tried", subject=file.uid, data=data, now=now
        )
    return tried


def _tried(table: Table, mapping: ColumnMapping, file: IntakeFile) -> DryRun:
    accepted = refused = 0
    refusals: list[Refusal] = []
    for outcome in outcomes(table, mapping, file.ages_on):
        if isinstance(outcome, Accepted):
            accepted += 1
            refusals += outcome.set_aside
        else:
            refused += 1
            refusals.append(outcome)
    return DryRun(accepted + refused, accepted, refused, len(refusals) - refused, tuple(refusals))


def _cell(file: IntakeFile, refusal: Refusal) -> RefusedCell:
    return RefusedCell(
        file=file,
        row=refusal.row,
        column=refusal.column,
        reason=refusal.reason,
        masked=refusal.masked,
        whole_row=refusal.whole_row,
    )


def accept(*, actor: User, file: IntakeFile, now: datetime) -> IntakeFile:
    """Accept what the trial showed and queue the load. Raises Conflict when the mapping changed since, or
    nothing is left.
    """
    require(actor, "intake.load", file.incident)
    file.refresh_from_db()
    if file.mapping is None or file.mapping_digest != _mapping_digest(ColumnMapping.from_json(file.mapping)):
        raise Conflict("The mapping has not been tried as it is now. Try it first.")
    if not file.accepted:
        raise Conflict("Not one row would be accepted. Correct the mapping or the file.")
    with transaction.atomic():
        _move(
            file,
            (IntakeState.CHECKED,),
            state=IntakeState.ACCEPTED,
            accepted_by=actor,
            accepted_at=now,
            progress_at=now,
        )
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
    with transaction.atomic():
        _forget_trial(file)
        _move(file, OPEN, state=IntakeState.DISCARDED)
        record(actor=actor, incident=file.incident, action="intake.discarded", subject=file.uid, now=now)
    return file


def enqueue_silent(*, now: datetime) -> int:
    """Queue again what was accepted and shows no sign of life: the queue was flushed, or the worker died."""
    silent = IntakeFile.objects.filter(state__in=UNFINISHED, progress_at__lt=now - SILENT)
    count = 0
    for pk, uid, seen in list(silent.values_list("pk", "uid", "progress_at")):
        with transaction.atomic():
            # Of two sweeps at once, one moves the mark and queues.
            if IntakeFile.objects.filter(pk=pk, progress_at=seen, state__in=UNFINISHED).update(
                progress_at=now
            ):
                jobs.enqueue("people.load", uid)
                count += 1
    return count


def _move(file: IntakeFile, allowed: tuple[str, ...], **changes: Any) -> None:
    """Change the file if it is still in one of the allowed states, by one conditional update."""
    if not IntakeFile.objects.filter(pk=file.pk, state__in=allowed).update(**changes):
        raise Conflict("The file has moved on: it was accepted, loaded or discarded.")
    file.refresh_from_db()


def _forget_trial(file: IntakeFile) -> None:
    file.refusals.all().delete()
    IntakeFile.objects.filter(pk=file.pk).update(
        mapping_digest="", read=0, accepted=0, refused=0, set_aside=0
    )


def _mapping_digest(mapping: ColumnMapping) -> str:
    return hashlib.sha256(canonical_json(mapping.to_json())).hexdigest()
