"""A print run of any length: letters are opened, stamped and put away file by file, in several processes.

Two passes over the letters. The first opens each to learn its place in the order and its variant, and keeps
nothing else of it; then the variants are laid out; the second opens the letters of one file at a time. So
memory holds one short key per letter and a few files, and nothing of a person lies on disk in clear.
"""

from __future__ import annotations

import datetime as dt
import io
import multiprocessing
import pickle
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from notifications.letters.address import window_for
from notifications.letters.compose import address_letter
from notifications.letters.proof import prove
from notifications.letters.spool import (
    LETTERS_PER_FILE,
    Job,
    ManifestRow,
    SpoolLetter,
    Variant,
    Variants,
    file_sizes,
    lay_out,
    manifest_lines,
    write_file,
)
from notifications.letters.values import NoticeContent, Recipient

PROVEN_PER_RUN = 5
_SURVEYED_AT_ONCE = 2000
_ID_DIGITS = 12


class Source(Protocol):
    """Where the letters of a run come from. Copies of it travel to other processes."""

    def recipients(self, ids: Sequence[int]) -> list[Recipient]:
        """The people with these ids, in this order; codes may be left out."""

    def letters(self, ids: Sequence[int]) -> list[SpoolLetter]:
        """Their letters, in this order."""


class Shelf(Protocol):
    """Where finished files are kept, from whichever process wrote them. Copies of it travel as well."""

    def keep(self, number: int, window: str, pdf: bytes, /) -> Any:
        """Put a file away and return what the caller needs to find it again."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of the press. `start` is called first in every new process; `proven` letters of the run
    are drawn by lot and compared with the same letters laid out whole.
    """

    content: NoticeContent
    date: dt.date
    source: Source
    shelf: Shelf
    start: Callable[[], None]
    letters_per_file: int = LETTERS_PER_FILE
    duplex: bool = True
    processes: int = 2
    proven: int = PROVEN_PER_RUN


@dataclass(frozen=True, slots=True)
class PressedFile:
    """One finished file: its part of the manifest as CSV lines, a digest (32 bytes) per letter in its order,
    how many of its letters were proven, and what the shelf gave for it.
    """

    number: int
    window: str
    letters: int
    pages: int
    manifest: str
    digests: tuple[bytes, ...]
    proven: int
    kept: Any


def press(order: Order, ids: Iterable[int]) -> Iterator[PressedFile]:
    """Print the letters with these ids, sorted by country and postcode; yields files in their order.

    Raises BadInput naming the uid of a recipient whose letter cannot be printed, and StampingError when a
    stamped letter is not what it should be: nothing of the run may be used then.
    """
    with _workers(order) as pool:
        keys, variants = _survey(pool, order, iter(ids))
        if not keys:
            return
        job = lay_out(order.content, variants, date=order.date, duplex=order.duplex, run=pool.map)
        packed = pickle.dumps(job)
        tasks = (pool.submit(_write, packed, task) for task in _tasks(order, keys))
        yield from _in_order(tasks, ahead=order.processes + 1)


@dataclass(frozen=True, slots=True)
class _Task:
    """One file to be written; `proven` are places in it, counted from 0."""

    number: int
    first_sequence: int
    ids: tuple[int, ...]
    proven: tuple[int, ...]


def _tasks(order: Order, keys: list[bytes]) -> Iterator[_Task]:
    drawn = sorted(random.SystemRandom().sample(range(len(keys)), min(order.proven, len(keys))))
    countries = (key.partition(b"\0")[0].decode() for key in keys)
    first = 0
    for number, count in enumerate(file_sizes(countries, order.letters_per_file), start=1):
        ids = tuple(int(key[-_ID_DIGITS:]) for key in keys[first : first + count])
        proven = tuple(place - first for place in drawn if first <= place < first + count)
        yield _Task(number, first + 1, ids, proven)
        first += count


def _survey(pool: Executor, order: Order, ids: Iterator[int]) -> tuple[list[bytes], list[Variant]]:
    """One key per letter, in order, and the variants that occur."""
    keys: list[bytes] = []
    variants: dict[Variant, None] = {}
    parts = iter(lambda: tuple(islice(ids, _SURVEYED_AT_ONCE)), ())
    for found, occurring in _in_order((pool.submit(_look, part) for part in parts), order.processes + 1):
        keys += found
        variants |= dict.fromkeys(occurring)
    keys.sort()
    return keys, sorted(variants)


def _in_order(futures: Iterator[Future[Any]], ahead: int) -> Iterator[Any]:
    """Results in the order of the tasks; never more than `ahead` tasks are under way."""
    waiting: deque[Future[Any]] = deque(islice(futures, ahead))
    while waiting:
        result = waiting.popleft().result()
        waiting += islice(futures, 1)
        yield result


def _workers(order: Order) -> AbstractContextManager[Executor]:
    if order.processes <= 1:
        _begin(None, order)
        return nullcontext(_Here())
    # Spawned, not forked: a copy of a process with threads and open connections does not live long.
    return ProcessPoolExecutor(
        order.processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin_apart,
        initargs=(order.start, pickle.dumps(order)),
    )


class _Here(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*args, **named))
        return done


# What a process of the pool knows for as long as it lives.
_AT_WORK: dict[str, Any] = {}


def _begin_apart(start: Callable[[], None], packed: bytes) -> None:
    start()  # before anything of the order is unpacked: it may name models
    _begin(None, pickle.loads(packed))  # noqa: S301 - from the process that started this one


def _begin(job: Job | None, order: Order) -> None:
    _AT_WORK.update(order=order, variants=Variants(order.content), packed=None, job=job)


def _look(ids: Sequence[int]) -> tuple[list[bytes], list[Variant]]:
    order: Order = _AT_WORK["order"]
    variants: Variants = _AT_WORK["variants"]
    keys, occurring = [], set()
    for number, recipient in zip(ids, order.source.recipients(ids), strict=True):
        keys.append(f"{recipient.country}\0{recipient.postcode}\0{number:0{_ID_DIGITS}d}".encode())
        occurring.add((variants.of(recipient), window_for(recipient.country)))
    return keys, list(occurring)


def _write(packed: bytes, task: _Task) -> PressedFile:
    order, job = _AT_WORK["order"], _job(packed)
    letters = order.source.letters(task.ids)
    out = io.BytesIO()
    rows = write_file(job, letters, out, number=task.number, first_sequence=task.first_sequence)
    pdf = out.getvalue()
    proven = sum(_prove(job, letters[place], rows[place], pdf) for place in task.proven)
    return PressedFile(
        task.number,
        rows[0].window,
        len(rows),
        rows[-1].last_page,
        manifest_lines(rows),
        tuple(bytes.fromhex(row.digest) for row in rows),
        proven,
        order.shelf.keep(task.number, rows[0].window, pdf),
    )


def _job(packed: bytes) -> Job:
    if _AT_WORK["packed"] != packed:
        _AT_WORK.update(packed=packed, job=pickle.loads(packed))  # noqa: S301 - as above
    job: Job = _AT_WORK["job"]
    return job


def _prove(job: Job, letter: SpoolLetter, row: ManifestRow, pdf: bytes) -> int:
    """One, once the letter is proven; letters laid out whole need no proof."""
    if row.rendered == "whole":
        return 0
    body = job.said[Variants(job.content).of(letter.recipient)].body
    whole = address_letter(job.content, body, letter.recipient)
    prove(whole, pdf, first_page=row.first_page, pages=row.pages)
    return 1
