"""One command for one machine: web, portal, worker, scheduler and private Redis under one supervisor."""

import signal
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from breach import private_redis
from breach.errors import TocsinError
from breach.models import Incident
from breach.services.keys import keyring
from breach.supervisor import Supervisor

WEB = "breach.wsgi:application"
PORTAL = "notifications.portal.wsgi:application"


class Command(BaseCommand):
    help = "Run web, portal, worker and scheduler together. Ctrl-C stops all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--portal-port", type=int, default=8001)
        parser.add_argument("--with-demo", action="store_true", help="load the demo incident when there is none")

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        keyring()
        stopping = False

        def stop(_signal: int, _frame: object) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        redis = None if settings.REDIS_URL else private_redis.start(settings.DATA.redis_socket)
        try:
            if options["with_demo"] and not Incident.objects.exists():
                call_command("demo", "--load-only")
            with Supervisor(say=self.stderr.write) as supervisor:
                self._start(supervisor, options)
                supervisor.watch(until=lambda: stopping)
        except TocsinError as refusal:
            self.stderr.write(str(refusal))
            raise SystemExit(1) from None
        finally:
            if redis:
                redis.terminate()
                redis.wait()
        self.stdout.write("Stopped.")

    def _start(self, supervisor: Supervisor, options: dict[str, Any]) -> None:
        manage = str(settings.BASE_DIR / "manage.py")
        supervisor.start("worker", manage, "rqworker", "default", "--verbosity", "0")
        supervisor.start("scheduler", manage, "scheduler")
        # Loopback only: other people reach this through served mode behind TLS.
        supervisor.start("web", *_gunicorn(WEB, options["port"]))
        portal = {"DJANGO_SETTINGS_MODULE": "notifications.portal.settings"}
        supervisor.start("portal", *_gunicorn(PORTAL, options["portal_port"]), environment=portal)
        self.stdout.write(f"Tocsin runs on http://localhost:{options['port']} (letters are checked on port {options['portal_port']})")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()


def _gunicorn(application: str, port: int) -> list[str]:
    return [
        "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4",
        "--worker-class", "gthread", "--log-level", "warning",
    ]  # fmt: skip
