"""The first rows of a table as the people they would become, before anything is tried or stored."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction

from breach.intake.mapping import ColumnMapping, check_mapping
from breach.intake.normalise import Accepted, Normaliser
from breach.intake.pipeline import batches
from breach.intake.record import Record
from breach.intake.refusals import Refusal
from breach.models import IntakeFile, User
from breach.permissions import require
from breach.services.loading import table_of
from breach.services.record import record_read

ROWS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """One row: the record it would give and the kinds of data, or why it would be refused. `aside` are cells that
    would be set aside.
    """

    row: int
    record: Record | None
    kinds: tuple[str, ...] = ()
    minor: bool | None = None
    refusal: Refusal | None = None
    aside: tuple[Refusal, ...] = ()


def preview(*, actor: User, file: IntakeFile, mapping: ColumnMapping, now: datetime) -> list[Preview]:
    """Return the first rows under `mapping`. Values are shown in full, so the look is recorded.

    Raises BadInput naming the column that does not fit.
    """
    incident = file.incident
    require(actor, "intake.load", incident)
    require(actor, "people.read", incident)
    with table_of(file) as table, closing(batches(table, ROWS, first=0)) as rows:
        checked = check_mapping(mapping, table.header)
        normalise = Normaliser(checked, table.header, file.ages_on)
        first = next(iter(rows), None)
        found = [] if first is None else [_seen(normalise(row)) for row in islice(first.rows, ROWS)]
        refused = [] if first is None else [Preview(one.row, None, refusal=one) for one in first.refused]
    seen = sorted([*found, *refused], key=lambda one: one.row)
    with transaction.atomic():
        record_read(actor=actor, incident=incident, what=f"intake/{file.uid}", count=len(seen), now=now)
    return seen


def _seen(outcome: Accepted | Refusal) -> Preview:
    if isinstance(outcome, Refusal):
        return Preview(outcome.row, None, refusal=outcome)
    return Preview(outcome.row, outcome.record, outcome.kinds, outcome.minor, aside=outcome.set_aside)
