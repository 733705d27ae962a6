"""Writes the ledger, or some incidents' part of it, to a file for `python -m breach.ledger.verify`."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.models import Incident
from breach.services.ledger import Exported, export_ledger


class Command(TocsinCommand):
    help = "Export the ledger as JSON Lines, with a signed checkpoint, for checking elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="where to write; it must not exist yet")
        parser.add_argument(
            "--incident", action="append", metavar="REF", help="only this incident; may be repeated"
        )
        parser.add_argument("--replace", action="store_true", help="write over an existing file")

    def run(self, **options: Any) -> dict[str, Any]:
        file: Path = options["file"]
        incident: list[str] | None = options["incident"]
        if file.exists() and not options["replace"]:
            raise BadInput("The file exists", place=str(file), mend="Name another, or give --replace.")
        incidents = None if incident is None else [_incident(reference) for reference in incident]
        done = _write(file, incidents)
        return {
            "file": str(file),
            "sha256": done.sha256,
            "chains": done.chains,
            "entries": sum(done.chains.values()),
            "checkpoint": {"number": done.checkpoint.number, "digest": done.checkpoint.digest},
            "short": done.checkpoint.short,
        }

    def show(self, document: Any) -> None:
        self.stdout.write("{entries} entries written to {file}\nSHA-256 {sha256}".format(**document))
        self.stdout.write(f"checkpoint {document['checkpoint']['number']}: {document['short']}")


def _incident(reference: str) -> Incident:
    found = Incident.objects.filter(reference=reference).first()
    if found is None:
        raise BadInput(
            f"There is no incident {reference}",
            place="--incident",
            mend="Give a reference as its page shows.",
        )
    return found


def _write(file: Path, incidents: list[Incident] | None) -> Exported:
    """Write beside the place and rename, so that a half-written export is never taken for a whole one."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(draft, "xb", opener=_private) as stream:
            done = export_ledger(actor=None, incidents=incidents, stream=stream, now=clock.now())
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as problem:
        mend = "Name a folder that exists and that you may write to."
        raise BadInput(f"Cannot write: {problem.strerror}", place=str(file), mend=mend) from None
    finally:
        draft.unlink(missing_ok=True)
    return done


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
