"""Runs one whole incident on the shipped sample data and writes what comes of it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console

from breach import clock, private_redis
from breach.errors import TocsinError
from breach.services.keys import keyring
from breach.supervisor import Supervisor
from notifications.demo import cast, play
from notifications.demo.mailbox import HOST, MailServer
from notifications.demo.stage import DemoFailed

FULL_MAILBOX = "plein@example.org"
WAIT_AT_MOST = 120.0  # seconds for any one step


class Command(BaseCommand):
    help = "Run one whole incident on made-up data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", default="demo-out", help="folder for the results; emptied first")
        parser.add_argument(
            "--here", action="store_true", help="into this installation, instead of one of its own"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        out = Path(options["out"]).resolve()
        if not options["here"]:
            raise SystemExit(_apart(out))
        console = Console(
            file=sys.stdout, force_terminal=None if sys.stdout.isatty() else False, highlight=False
        )
        started = clock.ticks()
        try:
            self._run(out, console)
        except (DemoFailed, TocsinError) as failure:
            console.print(f"[red]Does not add up:[/red] {failure}", highlight=False)
            raise SystemExit(1) from None
        console.print(f"Everything adds up. {clock.ticks() - started:.0f} s. Results in {_short(out)}/")

    def _run(self, out: Path, console: Console) -> None:
        keyring()
        _empty(out)
        redis = None if settings.REDIS_URL else private_redis.start(settings.DATA.redis_socket)
        try:
            with MailServer(FULL_MAILBOX) as mail, Supervisor(say=self.stderr.write) as supervisor:
                where = {
                    "TOCSIN_SMTP_HOST": HOST,
                    "TOCSIN_SMTP_PORT": str(mail.port),
                    "TOCSIN_SMTP_STARTTLS": "0",
                }
                manage = str(settings.BASE_DIR / "manage.py")
                for number in (1, 2):  # letters are laid out while others are mailed
                    arguments = (manage, "rqworker", "default", "--verbosity", "0")
                    supervisor.start(f"worker {number}", *arguments, environment=where)
                wait = _waiter(supervisor)
                play.play(cast.stage(out=out, console=console, post=mail.post, wait_for=wait))
        finally:
            if redis:
                redis.terminate()
                redis.wait()


def _apart(out: Path) -> int:
    """Run in a fresh installation of its own beside this one, so that it can be run again and touches nothing."""
    root = settings.DATA.root / "demo"
    if not settings.DATABASE_URL:  # a database of its own keeps its keys, and gets one more incident
        shutil.rmtree(root, ignore_errors=True)
    environment = {**os.environ, "TOCSIN_DATA": str(root)}
    environment.pop("TOCSIN_KEYS", None)
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    done = subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=False)
    if done.returncode:
        return done.returncode
    return subprocess.run(
        [*manage, "demo", "--here", "--out", str(out)], env=environment, check=False
    ).returncode


def _empty(out: Path) -> None:
    """Remove what an earlier run wrote, and nothing else: a folder with other things in it is refused."""
    if out.exists() and any(out.iterdir()):
        if not (out / "summary.json").exists() and not (out / "filing.json").exists():
            raise TocsinError(f"{_short(out)} holds something else. Name an empty folder with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def _waiter(supervisor: Supervisor) -> Callable[[Callable[[], bool], str], None]:
    def wait(done: Callable[[], bool], what: str) -> None:
        until = clock.ticks() + WAIT_AT_MOST

        def over() -> bool:
            if done():
                return True
            if clock.ticks() > until:
                raise DemoFailed(f"waited {WAIT_AT_MOST:.0f} s and still not: {what}")
            time.sleep(0.1)
            return False

        supervisor.watch(over)

    return wait


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return path.name
