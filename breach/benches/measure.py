"""How a benchmark measures: each piece of work in a process of its own, its time and the memory of its whole tree.

A benchmark module offers `UNIT` (what is counted), `SIZES` (for `make bench`) and `bench(n) -> Result`. The work
itself is a function at module level, `work(n, watch, **options)`, that does its preparation, then what is measured
inside `with watch:`; what it returns must fit into JSON. It is named as `package.module:function`.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from breach import clock
from breach.errors import BadInput

SAMPLE_EVERY = 0.1  # seconds between two looks at the memory
KILOBYTES_IN_A_MEGABYTE = 1024
ROOT = Path(__file__).resolve().parents[2]
POSTGRES = "TOCSIN_BENCH_POSTGRES"


class Stopwatch:
    """Measures what runs inside `with`; several blocks add up."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = clock.ticks()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += clock.ticks() - self._started


@dataclass(frozen=True, slots=True)
class Measured:
    """`seconds` inside the stopwatch, `peak_mb` of the process and all below it, pages that they share counted once, and
    what the work returned.
    """

    n: int
    seconds: float
    peak_mb: float
    value: Any = None

    @property
    def rate(self) -> float:
        return self.n / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark at one size. `more` adds figures of its own to the document."""

    name: str
    ours: Measured
    peers: Mapping[str, Measured] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the document of `manage.py bench`; a ratio above 1 means that the product is faster."""
        ours = self.ours
        return {
            "bench": self.name,
            "n": ours.n,
            "rate": round(ours.rate, 2),
            "seconds": round(ours.seconds, 3),
            "peak_mb": round(ours.peak_mb, 1),
            "peers": {
                name: {"rate": round(peer.rate, 2), "ratio": round(ours.rate / peer.rate, 2)}
                for name, peer in self.peers.items()
                if peer.rate
            },
            **self.more,
        }


def measured(work: str, n: int, *, environment: Mapping[str, str] | None = None, **options: Any) -> Measured:
    """Run `work` in a process of its own, on an empty data folder of its own, and measure it.

    `environment` may name a DATABASE_URL; without it the embedded default is used. Raises BadInput with the last
    line of what the process said when it fails.
    """
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "TOCSIN_KEYS")}
        own = {"TOCSIN_DATA": folder, "DJANGO_SETTINGS_MODULE": "breach.settings"}
        answer = Path(folder) / "bench-answer.json"
        request = json.dumps({"work": work, "n": n, "options": options, "answer": str(answer)})
        process = subprocess.Popen(
            [sys.executable, "-m", "breach.benches.child", request],
            cwd=ROOT,
            env=kept | own | dict(environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        peak = _Peak(process.pid)
        _nothing, said = process.communicate()
        peak.stop()
        if process.returncode:
            raise BadInput(
                f"the work ended with {process.returncode}: {(said.strip().splitlines() or ['no word'])[-1]}",
                place=work,
                mend="Run it alone to see more.",
            )
        answered = json.loads(answer.read_text(encoding="utf-8"))
    return Measured(n, answered["seconds"], max(peak.megabytes, answered["peak_mb"]), answered["value"])


def apart(work: str, n: int) -> None:
    """Do in a process of its own what must be ready before the watch runs: the memory that it takes is not the work's.

    Raises RuntimeError when it fails.
    """
    process = multiprocessing.get_context("spawn").Process(target=_work_apart, args=(work, n))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work} ended with {process.exitcode}")


def _work_apart(work: str, n: int) -> None:
    import django  # noqa: PLC0415 - the process that measures needs none of it

    django.setup()
    module, _colon, name = work.partition(":")
    getattr(import_module(module), name)(n)


class _Peak:
    """Looks at the memory of a process tree until it is stopped; pages that its processes share count once."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_EVERY):
            kilobytes = sum(_proportional(pid) for pid in _tree(self._pid))
            self.megabytes = max(self.megabytes, kilobytes / KILOBYTES_IN_A_MEGABYTE)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:  # ended in between, or no such file on this system
        return
    for child in children:
        yield from _tree(int(child))


def _proportional(pid: int) -> int:
    """Kilobytes that the process holds, its part of what it shares with others included (Linux: Pss)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


@contextmanager
def postgres() -> Iterator[str | None]:
    """Yield the DATABASE_URL of an empty PostgreSQL database, dropped afterwards, or None where none answers."""
    server = os.environ.get(POSTGRES, "postgres://postgres@127.0.0.1:5432")
    name = f"tocsin_bench_{os.getpid()}"
    try:
        import psycopg  # noqa: PLC0415 - an extra; without it there is nothing to measure on

        admin = psycopg.connect(f"{server}/postgres", connect_timeout=3, autocommit=True)
    except (ImportError, OSError, psycopg.Error):
        yield None
        return
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
