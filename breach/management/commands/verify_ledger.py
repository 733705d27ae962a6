"""Checks the ledger in the database. Exit 0: intact; 1: not intact; 2: bad input."""

from typing import Any

from django.core.management.base import CommandError

from breach.commands import TocsinCommand
from breach.ledger.audit import verify_database
from breach.ledger.report import describe
from breach.services.keys import keyring


class Command(TocsinCommand):
    help = "Check every chain, head, checkpoint and trigger of the ledger in the database."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not self.report.is_intact:
            raise CommandError(
                f"The ledger is not intact: {self.report.findings.count} findings.", returncode=1
            )

    def run(self, **_options: Any) -> dict[str, Any]:
        keys = keyring()
        self.report = verify_database(public_keys=keys.public_keys, successions=keys.successions)
        return self.report.to_json()

    def show(self, _document: Any) -> None:
        self.stdout.write("\n".join(describe(self.report)))
