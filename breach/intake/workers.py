"""A sealed table read and worked through, batch by batch, by a process beside this one.

The other process reads, normalises and seals, this one matches and writes: two lines of work that take about equally
long. It is spawned, and data lies in its memory and in the pipe only; the file stays sealed on disk. When this process
is killed the pipe ends, and the worker with it. The worker is one batch ahead at most, so memory does not grow with the
table. A small table is not worth the start of a process and is worked through here.
"""

import datetime as dt
import multiprocessing
import signal
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from breach.errors import TocsinError
from breach.intake.mapping import ColumnMapping
from breach.intake.pipeline import batches
from breach.intake.prepare import Preparer
from breach.intake.read import Options, Table, open_table
from breach.vault.workers import WorkerKeys, WorkerVault

# A worker takes about a second to start; meanwhile this process works through as many batches by itself.
BATCHES_ALONE = 8
# What that many batches of usual rows have; a smaller file is read by one process to its end.
SMALL_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class SealedTable:
    """Where a table lies sealed, for what it was sealed (`context`), its size in the clear, and how it is read."""

    path: Path
    context: str
    size: int
    place: str
    options: Options

    @contextmanager
    def opened(self, keys: WorkerKeys) -> Iterator[Table]:
        """Open it, decrypted as it is read. Raises BadInput, or what the vault raises for damage."""
        with (
            self.path.open("rb") as sealed,
            WorkerVault(keys).open_seekable(sealed, context=self.context) as stream,
        ):
            yield open_table(stream, self.place, self.options)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with each batch of `size` rows of a table, from batch `first` on.

    `verb` is `attempt` or `prepare`; the rest is what a `Preparer` needs. `milliseconds` go to `prepare`.
    """

    verb: str
    table: SealedTable
    keys: WorkerKeys
    mapping: ColumnMapping
    on: dt.date
    size: int
    first: int = 0
    milliseconds: int | None = None

    def done(self, first: int) -> Generator[Any, None, None]:
        """Do it here: yield what each batch from `first` on gives, in their order."""
        extra = {} if self.milliseconds is None else {"milliseconds": self.milliseconds}
        with self.table.opened(self.keys) as table, closing(batches(table, self.size, first)) as rows:
            work = getattr(Preparer(self.mapping, table.header, self.on, self.keys), self.verb)
            for batch in rows:
                yield work(batch, **extra)


class WorkerLost(RuntimeError):  # noqa: N818 - what happened, as the other errors are named
    """The worker process ended before it answered; the batch is done again by whoever goes on."""


def worked(task: Task) -> Generator[Any, None, None]:
    """Yield what `task` makes of each batch, in their order. Raises what reading raises."""
    with closing(task.done(task.first)) as here:
        if task.table.size < SMALL_BYTES:
            yield from here
            return
        with _worker(task, task.first + BATCHES_ALONE) as answers:
            yield from islice(here, BATCHES_ALONE)
            here.close()
            yield from answers


@contextmanager
def _worker(task: Task, first: int) -> Iterator[Iterator[Any]]:
    """Start a process that works from batch `first` on, and give its answers."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    # Only the child may hold its end: else the end of this process would not show there.
    theirs.close()
    try:
        ours.send((task, first))
        yield _answers(ours)
    finally:
        ours.close()
        process.join(timeout=5)
        if process.is_alive():
            process.terminate()
            process.join()


def _answers(pipe: Connection) -> Iterator[Any]:
    while True:
        try:
            found = pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerLost from error
        if found is None:
            return
        if isinstance(found, Exception):
            raise found
        yield found


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the other side ends us
    with closing(pipe):
        try:
            task, first = pipe.recv()
            pipe.send(_end_of(task, first, pipe))
        except (EOFError, OSError):
            return


def _end_of(task: Task, first: int, pipe: Connection) -> Exception | None:
    """Send every answer; return what ended it: None at the end of the table."""
    try:
        for answer in task.done(first):
            pipe.send(answer)
    except OSError:
        raise
    except TocsinError as error:
        return error  # made to be read by a person
    except Exception as error:  # noqa: BLE001 - raised again on the other side, without its text
        return WorkerLost(type(error).__name__)
    return None
