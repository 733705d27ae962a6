"""A print run of any length: letters are opened, stamped and put away file by file, in several processes.

Two passes over the letters. The first opens each to learn its place in the order and its variant, and keeps
nothing else of it; then the variants are laid out; the second opens the letters of one file at a time. So
memory holds some twenty bytes per letter and a few files, and nothing of a person lies on disk in clear.
"""

from __future__ import annotations

import datetime as dt
import heapq
import io
import pickle
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
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
    files_of,
    lay_out,
    manifest_lines,
    write_file,
)
from notifications.letters.team import Team
from notifications.letters.values import NoticeContent, Recipient

PROVEN_PER_RUN = 5
_SURVEYED_AT_ONCE = 1000
_AHEAD = 4  # tasks under way for each process, so that none waits for the other; what they give is small
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
        places, variants = _survey(pool, order, iter(ids))
        if not places.letters:
            return
        job = lay_out(order.content, variants, date=order.date, duplex=order.duplex, run=pool.map)
        packed = pickle.dumps(job)
        tasks = (pool.submit(_write, packed, task) for task in _tasks(order, places))
        yield from _in_order(tasks, ahead=_AHEAD * order.processes)


@dataclass(frozen=True, slots=True)
class _Task:
    """One file to be written; `proven` are places in it, counted from 0."""

    number: int
    first_sequence: int
    ids: tuple[int, ...]
    proven: tuple[int, ...]


@dataclass(slots=True)
class _Places:
    """Country, postcode and id of every letter, as lines in order part by part: an object for each would hold three
    times the memory.
    """

    letters: int = 0
    parts: list[bytes] = field(default_factory=list)

    def add(self, keys: bytes) -> None:
        self.parts.append(keys)
        self.letters += keys.count(b"\n")

    def in_order(self) -> Iterator[tuple[str, int]]:
        """Country and id of each letter, by country and postcode."""
        for key in heapq.merge(*map(io.BytesIO, self.parts)):
            yield key.partition(b"\0")[0].decode(), int(key[-_ID_DIGITS - 1 :])


def _tasks(order: Order, places: _Places) -> Iterator[_Task]:
    drawn = deque(
        sorted(random.SystemRandom().sample(range(places.letters), min(order.proven, places.letters)))
    )
    first = 0
    for number, ids in enumerate(files_of(places.in_order(), order.letters_per_file), start=1):
        proven = []
        while drawn and drawn[0] < first + len(ids):
            proven.append(drawn.popleft() - first)
        yield _Task(number, first + 1, ids, tuple(proven))
        first += len(ids)


def _survey(pool: Executor, order: Order, ids: Iterator[int]) -> tuple[_Places, list[Variant]]:
    """Where each letter belongs, and the variants that occur."""
    places, variants = _Places(), dict[Variant, None]()
    parts = iter(lambda: tuple(islice(ids, _SURVEYED_AT_ONCE)), ())
    for found, occurring in _in_order((pool.submit(_look, part) for part in parts), _AHEAD * order.processes):
        places.add(found)
        variants |= dict.fromkeys(occurring)
    return places, sorted(variants)


def _in_order(futures: Iterator[Future[Any]], ahead: int) -> Iterator[Any]:
    """Results in the order of the tasks; never more than `ahead` tasks are under way."""
    waiting: deque[Future[Any]] = deque(islice(futures, ahead))
    while waiting:
        result = waiting.popleft().result()
        waiting += islice(futures, 1)
        yield result


def _workers(order: Order) -> Team:
    _begin(order)
    return Team(order.processes, _begin_apart, (order.start, pickle.dumps(order)))


# What a process of the pool knows for as long as it lives.
_AT_WORK: dict[str, Any] = {}


def _begin_apart(start: Callable[[], None], packed: bytes) -> None:
    start()  # before anything of the order is unpacked: it may name models
    _begin(pickle.loads(packed))  # noqa: S301 - from the process that started this one


def _begin(order: Order) -> None:
    _AT_WORK.update(order=order, variants=Variants(order.content), packed=None, job=None)


def _look(ids: Sequence[int]) -> tuple[bytes, list[Variant]]:
    order: Order = _AT_WORK["order"]
    variants: Variants = _AT_WORK["variants"]
    keys, occurring = [], set()
    for number, recipient in zip(ids, order.source.recipients(ids), strict=True):
        keys.append(f"{recipient.country}\0{recipient.postcode}\0{number:0{_ID_DIGITS}d}\n".encode())
        occurring.add((variants.of(recipient), window_for(recipient.country)))
    return b"".join(sorted(keys)), list(occurring)


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
