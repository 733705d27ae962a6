"""Runs the parts of one installation side by side and stops all of them together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Self

from breach.errors import TocsinError

GRACE = 10.0  # seconds between asking a part to stop and killing it
QUICK_DEATH = 5.0  # a part that lives shorter than this did not really start
MANY = 4


class PartFailed(TocsinError):  # noqa: N818
    """A part does not stay up."""


@dataclass(slots=True)
class Part:
    """One process: a name for messages and the arguments of this Python."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Starts parts in order, starts one again that died, stops them in reverse order."""

    say: Callable[[str], object]
    output: IO[bytes] | int | None = None
    parts: list[Part] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.stop()

    def start(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Part:
        part = Part(name, list(arguments), environment or {})
        self.parts.append(part)
        self._launch(part)
        return part

    def watch(self, until: Callable[[], bool]) -> None:
        """Look after the parts until `until` says so. Raises PartFailed when one keeps dying."""
        while not until():
            for part in self.parts:
                if part.process and part.process.poll() is not None:
                    self._again(part)
            time.sleep(0.3)

    def stop(self) -> None:
        running = [
            part.process for part in reversed(self.parts) if part.process and part.process.poll() is None
        ]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.parts.clear()

    def _launch(self, part: Part) -> None:
        part.started = time.monotonic()
        part.process = subprocess.Popen(
            [sys.executable, *part.arguments],
            env={**os.environ, **part.environment},
            stdout=self.output,
            stderr=self.output,
            # Ctrl-C reaches the whole foreground group; the parts get theirs from stop(), once.
            start_new_session=True,
        )

    def _again(self, part: Part) -> None:
        code = part.process.returncode if part.process else None
        part.quick_deaths = part.quick_deaths + 1 if time.monotonic() - part.started < QUICK_DEATH else 0
        if part.quick_deaths >= MANY:
            raise PartFailed(f"{part.name} does not stay up (exit {code}). Its messages are above.")
        self.say(f"{part.name} ended (exit {code}) and is started again")
        time.sleep(0.5 * part.quick_deaths)
        self._launch(part)
