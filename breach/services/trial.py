"""Trying a mapping on every row of a table, before anything of it becomes a person.

Batch after batch like a load (breach/services/loading.py): what a batch refuses and the mark that it was tried commit
together, so a trial that was killed goes on, and no transaction is longer than a batch.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F, QuerySet

from breach.errors import Conflict
from breach.intake.mapping import ColumnMapping, check_mapping
from breach.intake.prepare import Tried
from breach.intake.workers import worked
from breach.models import IntakeFile, IntakeState, RefusedCell, User
from breach.permissions import require
from breach.services import loading
from breach.services.bulk import insert_rows
from breach.services.keys import vault_for
from breach.services.record import record
from breach.services.tables import OPEN, begin_work, forget_trial, mapping_digest, move

CELLS = ("file", "row", "column", "reason", "masked", "whole_row")
CELLS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a file would give: read = accepted + refused. `refusals` are rows refused and cells set aside, in
    order.
    """

    read: int
    accepted: int
    refused: int
    set_aside: int
    refusals: QuerySet[RefusedCell]


def dry_run(*, actor: User, file: IntakeFile, now: datetime) -> DryRun:
    """Try the mapping on every row and keep the refused cells, masked. No person is stored."""
    begin(actor=actor, file=file, now=now)
    go_on(file=file, now=lambda: now)
    return DryRun(file.read, file.accepted, file.refused, file.set_aside, file.refusals.all())


def begin(*, actor: User, file: IntakeFile, now: datetime) -> IntakeFile:
    """Begin a trial of the file's mapping; one of the same mapping that was interrupted is kept."""
    require(actor, "intake.load", file.incident)
    file.refresh_from_db()
    with loading.table_of(file) as table:
        mapping = check_mapping(ColumnMapping.from_json(file.mapping), table.header)
    digest = mapping_digest(mapping)
    if file.state == IntakeState.TRYING and file.mapping_digest == digest:
        return file
    forget_trial(file)
    with transaction.atomic():
        move(
            file,
            OPEN,
            state=IntakeState.TRYING,
            mapping=mapping.to_json(),
            mapping_digest=digest,
            tried_by=actor,
            progress_at=now,
        )
    return file


def go_on(
    *, file: IntakeFile, now: Callable[[], datetime], tell: Callable[[IntakeFile], None] | None = None
) -> None:
    """Try what is left, to the end. Raises Conflict when the trial was given up, or somebody else goes on with it."""
    if file.state != IntakeState.TRYING:
        raise Conflict("This file is not being tried.")
    task = loading.task_of(file, "attempt", file.tried_batches, vault_for(file.incident))
    begin_work(file, file.read, now())
    with closing(worked(task)) as remaining:
        for tried in remaining:
            _keep(file, tried, now())
            if tell:
                tell(file)
    _finish(file, now())


def _keep(file: IntakeFile, tried: Tried, now: datetime) -> None:
    """Store what a batch refuses, with the mark that it was tried."""
    refused = tried.read - tried.accepted
    cells = iter(tried.refusals)
    with transaction.atomic():
        counts = {
            "read": tried.read,
            "accepted": tried.accepted,
            "refused": refused,
            "set_aside": len(tried.refusals) - refused,
        }
        moved = IntakeFile.objects.filter(
            pk=file.pk,
            state=IntakeState.TRYING,
            mapping_digest=file.mapping_digest,
            tried_batches=tried.number,
        ).update(
            tried_batches=tried.number + 1,
            progress_at=now,
            **{name: F(name) + count for name, count in counts.items()},
        )
        if not moved:
            raise Conflict("The trial was given up, or somebody else goes on with it.")
        while part := list(islice(cells, CELLS_AT_ONCE)):
            insert_rows(
                RefusedCell,
                CELLS,
                ((file.pk, cell.row, cell.column, cell.reason, cell.masked, cell.whole_row) for cell in part),
            )
    file.refresh_from_db()


def _finish(file: IntakeFile, now: datetime) -> None:
    with transaction.atomic():
        move(file, (IntakeState.TRYING,), state=IntakeState.CHECKED)
        record(
            actor=file.tried_by,
            incident=file.incident,
            action="intake.tried",
            subject=file.uid,
            data={
                "read": file.read,
                "accepted": file.accepted,
                "refused": file.refused,
                "mapping": file.mapping_digest,
            },
            now=now,
        )
