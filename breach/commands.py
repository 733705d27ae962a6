"""What every command of Tocsin does the same way: `--json`, one document out, exit 2 with one line on bad input."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from breach.errors import TocsinError


class LineCommand(BaseCommand):
    """Refuses its own arguments in one line, exit 2; argparse would print its usage over several lines first."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's parser raises where it believes to be called by code; `run_from_argv` words it.
        self._called_from_command_line = False
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as refusal:
            if "--traceback" in argv:
                raise
            said = " ".join(str(refusal).removeprefix("Error: ").split())
            self.stderr.write(f"CommandError: {said}. See `manage.py {argv[1]} --help`.")
            sys.exit(2)


class TocsinCommand(LineCommand):
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
