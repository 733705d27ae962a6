"""Take one message of the bounce mailbox, as a mail server pipes it in or as a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from notifications.delivery.bounces import MAX_BYTES
from notifications.services.returns import record_bounce


class Command(TocsinCommand):
    help = "Read one bounce from standard input or a file and take the next channel for its person."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", default="-", help="the message; - for standard input")
        parser.add_argument("--to", default="", help="the envelope recipient, such as ${ORIGINAL_RECIPIENT}")

    def run(self, **options: Any) -> dict[str, object]:
        result = record_bounce(raw=_read(options["file"]), envelope_to=options["to"], now=clock.now())
        return {
            "kind": result.kind.value,
            "matched": result.matched,
            "letter": result.row_uid,
            "state": result.state,
            "channel": result.channel,
            "news": result.is_news,
        }


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(str(error.strerror), place=name, mend="Name a file that can be read.") from None
