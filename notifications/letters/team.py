"""A pool of processes in which the one that asks works as well, instead of waiting with all that it has loaded."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any


class Team(Executor):
    """`processes` of them, this one counted. Work is begun in the order in which it is handed in.

    Whoever waits for a result does the next piece meanwhile; a single process does everything so. `begin` is called
    first in every new process, with `known`. What is handed in travels to other processes, and so do results.
    """

    def __init__(self, processes: int, begin: Callable[..., None], known: tuple[Any, ...]) -> None:
        self._others = processes - 1
        self._waiting: deque[_Piece] = deque()
        self._away: set[Future[Any]] = set()
        # Spawned, not forked: a copy of a process with threads and open connections does not live long.
        self._pool = (
            ProcessPoolExecutor(
                self._others,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=begin,
                initargs=known,
            )
            if self._others
            else None
        )

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Hand in a piece of work; `result` of what is returned may do it, or another one, here."""
        piece = _Piece(self, _Work(work, args, named))
        self._waiting.append(piece)
        self._hand_out()
        return piece

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """As for every executor; what nobody began is not done."""
        if self._pool:
            self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def go_on(self) -> None:
        """Do the next piece here; when all are away, wait until one comes back."""
        if self._waiting:
            self._waiting.popleft().do()
        else:
            wait(self._away, return_when=FIRST_COMPLETED)
        self._hand_out()

    def _hand_out(self) -> None:
        """Keep every other process at work, and one piece ready for whichever ends first."""
        self._away = {one for one in self._away if not one.done()}
        while self._pool and self._waiting and len(self._away) <= self._others:
            piece = self._waiting.popleft()
            given = self._pool.submit(piece.work)
            given.add_done_callback(piece.take)
            self._away.add(given)


@dataclass(frozen=True, slots=True)
class _Work:
    what: Callable[..., Any]
    args: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def __call__(self) -> Any:
        return self.what(*self.args, **self.named)


class _Piece(Future[Any]):
    def __init__(self, team: Team, work: _Work) -> None:
        super().__init__()
        self._team = team
        self.work = work

    def result(self, timeout: float | None = None) -> Any:
        while not self.done():
            self._team.go_on()
        return super().result(timeout)

    def do(self) -> None:
        try:
            self.set_result(self.work())
        except Exception as failure:  # noqa: BLE001 - it is raised where the result is asked for
            self.set_exception(failure)

    def take(self, given: Future[Any]) -> None:
        if given.cancelled():
            self.cancel()
        elif failure := given.exception():
            self.set_exception(failure)
        else:
            self.set_result(given.result())
