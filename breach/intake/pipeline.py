"""The stages behind reading, as one iterator: rows in, accepted records and refusals out, in the order of
the file.
"""

import datetime as dt
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import count, islice

from breach.intake.mapping import ColumnMapping
from breach.intake.normalise import Accepted, Normaliser
from breach.intake.read import Table
from breach.intake.refusals import Refusal
from breach.intake.rows import Row


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows: read = accepted + refused. `number` counts from 0; `last_row` is the file's row
    number.
    """

    number: int
    accepted: tuple[Accepted, ...]
    refused: tuple[Refusal, ...]
    last_row: int

    @property
    def read(self) -> int:
        return len(self.accepted) + len(self.refused)


def outcomes(table: Table, mapping: ColumnMapping, on: dt.date) -> Generator[Accepted | Refusal, None, None]:
    """Yield one outcome for each row of the table that is not blank. `on` is the day for which ages are
    told.
    """
    normaliser = Normaliser(mapping, table.header, on)
    with closing(table.rows()) as rows:
        for row in rows:
            yield normaliser(row) if isinstance(row, Row) else row


def batches(
    table: Table, mapping: ColumnMapping, on: dt.date, size: int, first: int = 0
) -> Generator[Batch, None, None]:
    """Yield the outcomes in batches of `size` rows, always cut at the same rows, from batch `first` on."""
    normaliser = Normaliser(mapping, table.header, on)
    with closing(table.rows()) as rows:
        next(islice(rows, first * size, first * size), None)
        for number in count(first):
            part = [normaliser(row) if isinstance(row, Row) else row for row in islice(rows, size)]
            if not part:
                return
            accepted = tuple(each for each in part if isinstance(each, Accepted))
            refused = tuple(each for each in part if isinstance(each, Refusal))
            yield Batch(number, accepted, refused, max(each.row for each in part))
