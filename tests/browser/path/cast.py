"""Who walks the path and what they carry from step to step."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from breach.models import Incident
from breach.timewords import Moment, Precision, say
from notifications.demo.mailbox import Post
from notifications.demo.stage import ZONE, Times
from tests.browser.conftest import Hands, Work
from tests.browser.pages import Person
from tests.house import House


@dataclass
class Cast:
    """The three main logins are responder, manager and auditor; the others approve or advise."""

    house: House
    responder: Person
    manager: Person
    second: Person
    deputy: Person
    officer: Person
    auditor: Person
    work: Work
    post: Post
    hands: Hands
    folder: Path
    times: Times
    uid: str = ""
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def room(self) -> str:
        return f"/incidents/{self.uid}/"

    @property
    def incident(self) -> Incident:
        return Incident.objects.get(uid=self.uid)


def said(at: datetime, *, precision: Precision = Precision.EXACT) -> str:
    """Write an instant the way people type it."""
    return say(Moment(at, at, precision, ZONE, ""), zone=ZONE)


def on_the_wall(at: datetime) -> str:
    """Write an instant the way a browser's date and time field holds it."""
    return at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def in_hours(at: datetime, hours: int) -> datetime:
    return at + timedelta(hours=hours)
