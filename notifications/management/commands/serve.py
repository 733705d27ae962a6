"""One command for one machine: web, portal, worker, scheduler and private Redis under one supervisor."""

import os
import signal
import sys
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from breach import private_redis
from breach.errors import TocsinError
from breach.models import Incident
from breach.services.keys import keyring
from breach.supervisor import Supervisor
from notifications.demo import cast
from notifications.demo.mailbox import HOST, MailServer
from notifications.demo.words import ACCOUNTS

WEB = "breach.wsgi:application"
PORTAL = "notifications.portal.wsgi:application"
SHOWN = ("responder", "manager", "auditor")


class Command(BaseCommand):
    help = "Run web, portal, worker and scheduler together. Ctrl-C stops all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--portal-port", type=int, default=8001)
        parser.add_argument(
            "--with-demo", action="store_true", help="load the demo incident when there is none"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        stopping = False

        def stop(_signal: int, _frame: object) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        call_command("migrate", verbosity=0)
        keyring()
        try:
            with ExitStack() as running:
                if not settings.REDIS_URL:
                    self._private_redis(running)
                if options["with_demo"] and not Incident.objects.exists():
                    call_command("demo", "--here", "--out", str(settings.DATA.root / "demo-out"))
                supervisor = running.enter_context(Supervisor(say=self.stderr.write))
                self._start(running, supervisor, options)
                supervisor.watch(until=lambda: stopping)
        except TocsinError as refusal:
            self.stderr.write(str(refusal))
            raise SystemExit(1) from None
        self.stdout.write("Stopped.")

    def _private_redis(self, running: ExitStack) -> None:
        process = private_redis.start(settings.DATA.redis_socket)
        if process:
            running.callback(process.wait)
            running.callback(process.terminate)

    def _start(self, running: ExitStack, supervisor: Supervisor, options: dict[str, Any]) -> None:
        manage = str(settings.BASE_DIR / "manage.py")
        where = self._mail(running) if options["with_demo"] else {}
        for number in (1, 2):
            arguments = (manage, "rqworker", "default", "--verbosity", "0")
            supervisor.start(f"worker {number}", *arguments, environment=where)
        supervisor.start("scheduler", manage, "scheduler")
        # Loopback only: other people reach this through served mode behind TLS.
        supervisor.start("web", *_gunicorn(WEB, options["port"]))
        portal = {"DJANGO_SETTINGS_MODULE": "notifications.portal.settings"}
        supervisor.start("portal", *_gunicorn(PORTAL, options["portal_port"]), environment=portal)
        # localhost and not 127.0.0.1: passkeys work on the name only.
        self.stdout.write(
            f"Tocsin runs on http://localhost:{options['port']} (letters are checked on port {options['portal_port']})"
        )
        if options["with_demo"]:
            self._accounts()
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()
        sys.stdout.flush()

    def _mail(self, running: ExitStack) -> dict[str, str]:
        """A mail server for trying things out, unless one is configured: it takes everything and keeps nothing."""
        if "TOCSIN_SMTP_HOST" in os.environ:
            return {}
        server = running.enter_context(MailServer(full_mailbox=""))
        self.stdout.write(
            "E-mail goes to a mail server of this command that keeps nothing (set TOCSIN_SMTP_HOST for a real one)."
        )
        return {"TOCSIN_SMTP_HOST": HOST, "TOCSIN_SMTP_PORT": str(server.port), "TOCSIN_SMTP_STARTTLS": "0"}

    def _accounts(self) -> None:
        self.stdout.write(f"Made-up accounts, all with the password {cast.password()}")
        for key in SHOWN:
            name, email, role, _language = ACCOUNTS[key]
            self.stdout.write(f"  {role:<10} {email:<28} {name}")


def _gunicorn(application: str, port: int) -> list[str]:
    return [
        "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4",
        "--worker-class", "gthread", "--log-level", "warning",
    ]  # fmt: skip
