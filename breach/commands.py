"""What every command of Tocsin does the same way: `--json`, one document out, exit 2 with one line on bad input."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from breach.errors import TocsinError


class TocsinCommand(BaseCommand):
    """Subclasses implement `run`, which returns the JSON document, and may override `show` for people."""

    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            document = self.run(**options)
        except TocsinError as refusal:
            raise CommandError(" ".join(str(refusal).split()), returncode=2) from None
        if options.get("json"):
            self.stdout.write(json.dumps(document, ensure_ascii=False, default=str))
        else:
            self.show(document)

    def run(self, **options: Any) -> Any:
        raise NotImplementedError

    def show(self, document: Any) -> None:
        """Print the document for people."""
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str))
