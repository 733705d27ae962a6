"""What the steps of the demo share: people, incident, times, counts and the way to say what happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from breach import clock
from breach.models import Incident, Organisation, Party, User
from notifications.demo.mailbox import Post

ZONE = "Europe/Paris"
FRIDAY = 4


class DemoFailed(AssertionError):  # noqa: N818 - what went wrong is a claim that does not hold
    """Something does not add up."""


@dataclass(frozen=True, slots=True)
class Times:
    """The story's instants (UTC), counted back from the moment the demo runs, so that its clocks are live ones."""

    broke_in: datetime
    copied: datetime
    reported: datetime
    confirmed: datetime
    corrected: datetime

    @classmethod
    def before(cls, now: datetime) -> "Times":
        paris = ZoneInfo(ZONE)
        reported = now - timedelta(hours=30)
        evening = (reported - timedelta(hours=6)).astimezone(paris)
        evening -= timedelta(days=(evening.weekday() - FRIDAY) % 7)
        # A Friday evening on the wall clock of Lyon, before the report.
        broke_in = evening.replace(hour=21, minute=40, second=0, microsecond=0)
        if broke_in > reported - timedelta(hours=6):
            broke_in -= timedelta(days=7)
        return cls(
            broke_in=broke_in.astimezone(now.tzinfo),
            copied=(broke_in + timedelta(hours=2, minutes=25)).astimezone(now.tzinfo),
            reported=reported.replace(second=0, microsecond=0),
            confirmed=(now - timedelta(hours=20)).replace(second=0, microsecond=0),
            corrected=(now - timedelta(hours=26)).replace(second=0, microsecond=0),
        )


@dataclass
class People:
    responder: User
    second_responder: User
    manager: User
    second_manager: User
    deputy: User
    officer: User
    auditor: User
    admin: User


@dataclass
class Stage:
    """Carried from step to step."""

    out: Path
    console: Console
    post: Post
    people: People
    shop: Organisation
    times: Times
    wait_for: Callable[[Callable[[], bool], str], None]
    counts: dict[str, Any] = field(default_factory=dict)
    deadlines: list[dict[str, Any]] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    incident: Incident = field(init=False)
    party: Party = field(init=False)
    memory: dict[str, Any] = field(default_factory=dict)
    number: int = 0

    def step(self, title: str) -> None:
        self.number += 1
        self.console.print(f"[bold]{self.number:>2}. {title}[/bold]", soft_wrap=True)

    def say(self, text: str) -> None:
        self.console.print(f"    {text}", highlight=False, markup=False, soft_wrap=True)

    def now(self) -> datetime:
        return clock.now()

    def write(self, name: str, content: bytes) -> Path:
        """Write one result into the output folder and remember its path."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.paths[name] = name
        return path

    def check(self, holds: bool, claim: str) -> None:
        if not holds:
            raise DemoFailed(claim)

    def progress(self) -> Progress:
        columns = (
            TextColumn("    {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal)
