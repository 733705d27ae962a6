"""The system's Chromium, the server on a port of its own, a worker on the private Redis, a mail server on loopback."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django_rq
import pytest
from playwright.sync_api import Browser
from rq import SimpleWorker

from breach import clock
from breach.jobs import NamedJob
from breach.services import decisions
from notifications.demo.mailbox import HOST, MailServer, Post
from notifications.management.commands.demo import FULL_MAILBOX
from tests.browser.pages import Person, Watch
from tests.house import PASSWORD, House
from tests.world import World, build_world

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
Work = Callable[[], None]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Take the browser of the system: none is fetched."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("The browser tests need Chromium. Debian: apt-get install chromium", pytrace=False)
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


class Hands:
    """The hands of the application's clock, for a test to move; it goes on from there."""

    def __init__(self) -> None:
        self._now, self.ahead = clock.now, timedelta()

    def now(self) -> datetime:
        return self._now() + self.ahead

    def move(self, by: timedelta) -> None:
        self.ahead += by

    def put(self, at: datetime) -> None:
        self.ahead = at - self._now()


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Hands:
    """Move the whole application's clock: half an hour of silence need not be waited for."""
    settings.TOCSIN_IDLE_MINUTES, settings.TOCSIN_SESSION_HOURS = 100_000, 1_000
    made = Hands()
    monkeypatch.setattr(clock, "now", made.now)
    return made


@pytest.fixture
def world(house: House, hands: Hands, now: datetime, redis_socket: Path) -> World:
    """An incident with an object of every kind, an hour after it was made."""
    made = build_world(house, now)
    add_decisions(house, now)
    hands.put(now + timedelta(hours=1))
    return made


def add_decisions(house: House, now: datetime) -> None:
    case: dict[str, Any] = {"incident": house.incident, "party": house.party, "now": now}
    why = "Bank details in malicious hands."
    decisions.assess(actor=house.responder, conclusion="high_risk", reasons=why, **case)
    decisions.advise(actor=house.officer, recommends="notify", text=why, **case)
    decisions.decide(actor=house.manager, about="individuals", outcome="notify", reasons=why, **case)


@pytest.fixture
def work(redis_socket: Path) -> Work:
    """Let a worker do what is queued, and what that queues, before the next step."""
    queue = django_rq.get_queue("default")
    queue.connection.flushdb()

    def run() -> None:
        worker = SimpleWorker([queue], connection=queue.connection, job_class=NamedJob)
        worker.work(burst=True, logging_level="ERROR")
        assert queue.failed_job_registry.get_job_ids() == [], "no job failed"

    return run


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """A real mail server that takes everything and returns one mailbox's mail."""
    with MailServer(FULL_MAILBOX) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = HOST, server.port, False
        settings.DEFAULT_FROM_EMAIL = "incident@rivage.example"
        yield server.post


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def come_in(browser: Browser, live_server: Any, watch: Watch) -> Iterator[Callable[..., Person]]:
    """Give a signed-in person by the account's e-mail; `options` are Playwright's of a browser context."""
    people: list[Person] = []

    def enter(email: str, **options: Any) -> Person:
        people.append(Person(browser, live_server.url, watch, **options))
        return people[-1].sign_in(email, PASSWORD)

    yield enter
    for person in people:
        person.context.close()
