"""The stages from reading to normalising, chained: batches of rows out, in the order of the file, always cut at the
same rows.
"""

from collections.abc import Generator
from contextlib import closing
from itertools import count, islice

from breach.intake.prepare import RawBatch
from breach.intake.read import Table
from breach.intake.refusals import Refusal
from breach.intake.rows import Row


def batches(table: Table, size: int, first: int = 0) -> Generator[RawBatch, None, None]:
    """Yield the rows of a table in batches of `size` rows that are not blank, from batch `first` on."""
    with closing(table.rows()) as rows:
        next(islice(rows, first * size, first * size), None)
        for number in count(first):
            part = list(islice(rows, size))
            if not part:
                return
            taken = [each for each in part if isinstance(each, Row)]
            refused = [each for each in part if isinstance(each, Refusal)] if len(taken) < len(part) else []
            yield RawBatch(number, taken, refused)
