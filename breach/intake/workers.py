"""Batches prepared by processes beside this one, answered in their order.

Processes are spawned, and data lies in their memory and in pipes only. Each has a pipe of its own: when this process is
killed the pipe ends, and the worker with it. A few batches are on their way at a time, so memory does not grow with the
table. Small tables are not worth the start of a process and are prepared here.
"""

import datetime as dt
import multiprocessing
import queue
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.connection import Connection
from typing import Any

from breach.intake.mapping import ColumnMapping
from breach.intake.prepare import Preparer, RawBatch
from breach.vault.workers import WorkerKeys

PROCESSES = 2
# Batches that a worker may have before its first is answered: one at work, one waiting.
IN_FLIGHT = 2
# A worker takes about a second to start, in which this process prepares this many batches of its own.
BATCHES_ALONE = 8


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with every batch of a table: `attempt` or `prepare`, with what a `Preparer` needs."""

    verb: str
    mapping: ColumnMapping
    header: tuple[str, ...]
    on: dt.date
    keys: WorkerKeys | None = None

    def preparer(self) -> Preparer:
        return Preparer(self.mapping, self.header, self.on, self.keys)


class WorkerLost(RuntimeError):  # noqa: N818 - what happened, as the other errors are named
    """A worker process ended before it answered; the batch is done again by whoever goes on."""


def worked(task: Task, batches: Iterable[RawBatch], extra: dict[str, Any]) -> Generator[Any, None, None]:
    """Yield what `task` makes of each batch, in their order. `extra` is handed to the verb by name."""
    stream = iter(batches)
    first = list(islice(stream, BATCHES_ALONE + 1))
    if len(first) <= BATCHES_ALONE:
        yield from _alone(task, first, extra)
        return
    with _pool(task) as workers:
        yield from _alone(task, first[:BATCHES_ALONE], extra)
        yield from _ordered(workers, chain(first[BATCHES_ALONE:], stream), extra)


def _alone(task: Task, batches: Iterable[RawBatch], extra: dict[str, Any]) -> Iterator[Any]:
    work = getattr(task.preparer(), task.verb)
    for batch in batches:
        yield work(batch, **extra)


def _ordered(
    workers: "list[_Worker]", batches: Iterator[RawBatch], extra: dict[str, Any]
) -> Generator[Any, None, None]:
    """Deal batches out in turn and take the answers in the same turn."""
    waiting: deque[_Worker] = deque()
    for number, batch in enumerate(batches):
        if len(waiting) == IN_FLIGHT * len(workers):
            yield waiting.popleft().answer()
        worker = workers[number % len(workers)]
        worker.send(batch, extra)
        waiting.append(worker)
    while waiting:
        yield waiting.popleft().answer()


@contextmanager
def _pool(task: Task) -> Iterator["list[_Worker]"]:
    workers = [_Worker(task) for _ in range(PROCESSES)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """One process and this end of its pipe."""

    def __init__(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        # Only the child may hold its end: else the end of this process would not show there.
        theirs.close()
        self._pipe.send(task)

    def send(self, batch: RawBatch, extra: dict[str, Any]) -> None:
        try:
            self._pipe.send((batch, extra))
        except OSError as error:
            raise WorkerLost from error

    def answer(self) -> Any:
        try:
            found = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerLost from error
        if isinstance(found, Exception):
            raise found
        return found

    def end(self) -> None:
        self._pipe.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _serve(pipe: Connection) -> None:
    """Answer batches until the pipe ends. What comes is read ahead, so that neither side waits to write."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the other side ends us
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read_ahead, args=(pipe, inbox), daemon=True).start()
    task = inbox.get()
    if task is None:
        return
    work = getattr(task.preparer(), task.verb)
    while (item := inbox.get()) is not None:
        batch, extra = item
        try:
            answer = work(batch, **extra)
        except Exception as error:  # noqa: BLE001 - raised again on the other side, without its text
            answer = WorkerLost(type(error).__name__)
        try:
            pipe.send(answer)
        except OSError:
            return


def _read_ahead(pipe: Connection, inbox: "queue.SimpleQueue[Any]") -> None:
    with closing(pipe):
        try:
            while True:
                inbox.put(pipe.recv())
        except (EOFError, OSError):
            inbox.put(None)
