"""The facts document: its JSON Schema, or a check of a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.law.facts import Facts, schema
from breach.law.facts_file import facts_from_text

MAX_BYTES = 5_000_000


def read_facts(path: str) -> Facts:
    """Read a facts file (JSON or TOML). BadInput names the file, the key and the mend."""
    return facts_from_text(read_text(path), name=Path(path).name)


def read_text(path: str) -> str:
    """Return the text of a file in UTF-8. BadInput when it is too large or cannot be read."""
    try:
        size = Path(path).stat().st_size
        if size > MAX_BYTES:
            raise BadInput(f"{size} bytes are too many", place=path, mend="Give a file of 5 MB at most")
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BadInput(
            f"cannot be read ({reason})", place=path, mend="Give a readable file in UTF-8"
        ) from None


class Command(TocsinCommand):
    help = "Print the JSON Schema of the facts document, or check a facts file."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema")
        parser.add_argument("--check", metavar="FILE", help="read a facts file and print it with every field")

    def run(self, **options: Any) -> Any:
        if options["check"]:
            return read_facts(options["check"]).to_json()
        if options["schema"]:
            return schema()
        raise BadInput("nothing to do", place="facts", mend="Give --schema or --check FILE")
