"""Enqueues the periodic sweeps (RQ's own cron scheduler with our jobs by name)."""

import logging
from typing import Any

from django.core.management.base import BaseCommand
from django_rq.cron import DjangoCronScheduler
from rq.utils import now as rq_now

from breach.jobs import enqueue

# seconds between two runs; each sweep claims conditionally, so that a second scheduler does no harm
SWEEPS = {
    "clocks.sweep": 30,
    "law.sweep": 60,
    "approvals.sweep": 60,
    "files.sweep": 3600,
    "ledger.checkpoint": 900,
    "delivery.sweep": 30,
    "bounces.collect": 120,
    "people.sweep": 60,
    "glass.sweep": 60,
    "clients.sweep": 300,
    "people.match_sweep": 300,
}


class NamedCron(DjangoCronScheduler):
    """RQ's scheduler puts pickled functions in Redis; this one enqueues registered names."""

    def enqueue_jobs(self) -> list[Any]:
        due = [job for job in self.get_jobs() if job.should_run()]
        for job in due:
            enqueue(job.name)
            job.set_enqueue_time(rq_now())
        return due


def _named() -> None:
    """Stand in for the function RQ wants to see; what runs is looked up by name."""


class Command(BaseCommand):
    help = "Enqueue the periodic sweeps."

    def handle(self, *_args: Any, **_options: Any) -> None:
        scheduler = NamedCron(logging_level=logging.WARNING)
        for name, seconds in SWEEPS.items():
            scheduler.register(_named, "default", interval=seconds, name=name)
        scheduler.start()  # type: ignore[no-untyped-call]
