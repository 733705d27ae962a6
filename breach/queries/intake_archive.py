"""What became of the files of an archive, for its page."""

import json
from dataclasses import dataclass
from typing import Any

from breach.models import IntakeArchive, IntakeFile


@dataclass(frozen=True, slots=True)
class Line:
    """One file: its number and sealed name, what became of it (table, same, left_out), the reason and its code, the table."""

    number: str
    name: str
    what: str
    reason: str
    code: str
    file: IntakeFile | None


def archive_lines(archive: IntakeArchive) -> list[Line]:
    """Return the files in the order of the archive. One query."""
    entries: list[dict[str, Any]] = json.loads(archive.texts["entries"])
    files = IntakeFile.objects.in_bulk({one["file"] for one in entries if one["file"]}, field_name="uid")
    return [
        Line(
            one["number"],
            one["name"],
            one["what"],
            one["reason"],
            one.get("code", ""),
            files.get(one["file"]),
        )
        for one in entries
    ]
