"""The states of a table that was given, and how it moves between them. For the services beside it."""

import hashlib
from datetime import datetime
from typing import Any

from breach.errors import Conflict
from breach.intake.mapping import ColumnMapping
from breach.models import IntakeFile, IntakeState
from breach.vault import canonical_json

# Until it is accepted, a table may be mapped and tried again, or discarded.
OPEN = (
    IntakeState.UPLOADED,
    IntakeState.PROFILED,
    IntakeState.MAPPED,
    IntakeState.TRYING,
    IntakeState.CHECKED,
)
CELLS_AT_ONCE = 5_000


def move(file: IntakeFile, allowed: tuple[str, ...], **changes: Any) -> None:
    """Change the file if it is still in one of the allowed states, by one conditional update."""
    if not IntakeFile.objects.filter(pk=file.pk, state__in=allowed).update(**changes):
        raise Conflict("The file has moved on: it was accepted, loaded or discarded.")
    file.refresh_from_db()


def forget_trial(file: IntakeFile) -> None:
    """Take back what a trial has found, in short steps. The first of them ends a trial that is still going on."""
    IntakeFile.objects.filter(pk=file.pk, state__in=OPEN).update(
        mapping_digest="", tried_batches=0, read=0, accepted=0, refused=0, set_aside=0
    )
    if not IntakeFile.objects.filter(pk=file.pk, state__in=OPEN).exists():
        return
    while cells := list(file.refusals.order_by("pk").values_list("pk", flat=True)[:CELLS_AT_ONCE]):
        file.refusals.filter(pk__lte=cells[-1]).delete()


def mapping_digest(mapping: ColumnMapping) -> str:
    return hashlib.sha256(canonical_json(mapping.to_json())).hexdigest()


def begin_work(file: IntakeFile, done: int, now: datetime) -> None:
    """Note that a worker takes the file up with `done` rows behind it; the rate is told from here."""
    IntakeFile.objects.filter(pk=file.pk).update(working_since=now, working_from=done)
    file.refresh_from_db()
