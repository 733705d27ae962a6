"""Grade the matcher on a table of which the truth is known: precision and recall by threshold. Stores nothing."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from breach import clock
from breach.commands import TocsinCommand
from breach.errors import BadInput
from breach.intake.mapping import ColumnMapping, check_mapping
from breach.intake.near_quality import match_records, quality, table
from breach.intake.normalise import Accepted, Normaliser
from breach.intake.read import Options, open_table
from breach.intake.refusals import Refusal


class Command(TocsinCommand):
    help = (
        "Grade matching on a table with known truth: automatic merges, then every threshold. Stores nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="JSON: which column is what")
        parser.add_argument(
            "--truth", required=True, metavar="COLUMN", help="column that names the real person"
        )
        parser.add_argument(
            "--truth-part",
            type=int,
            metavar="N",
            help="only the N-th part of it, cut at hyphens (the first is 0)",
        )

    def run(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise BadInput("there is no such file", place=str(path), mend="Check the path.")
        mapping = _mapping(options["mapping"])
        started = clock.ticks()
        with path.open("rb") as stream:
            given = open_table(stream, path.name, Options())
            checked = check_mapping(mapping, given.header)
            if options["truth"] not in given.header:
                raise BadInput(
                    f"the table has no column {options['truth']!r}",
                    place="--truth",
                    mend="Name one of its columns.",
                )
            at = list(given.header).index(options["truth"])
            normalise = Normaliser(checked, tuple(given.header), clock.now().date())
            records, truth = [], []
            for row in given.rows():
                taken = row if isinstance(row, Refusal) else normalise(row)
                if isinstance(taken, Accepted) and not isinstance(row, Refusal):
                    records.append(taken.record)
                    truth.append(_part(row.cells[at], options["truth_part"]))
        matched = match_records(records)
        return {
            "records": len(records),
            "people": len(set(truth)),
            "suggestions": len(matched.pairs),
            "seconds": round(clock.ticks() - started, 2),
            "quality": table(quality(matched, truth)),
        }

    def show(self, document: dict[str, Any]) -> None:
        self.stdout.write(
            f"{document['records']} records of {document['people']} people, {document['seconds']} s"
        )
        self.stdout.write(f"{'':>10} {'accepted':>9} {'precision':>10} {'recall':>8} {'wrong':>6}")
        for line in document["quality"]:
            self.stdout.write(
                f"{line['step']:>10} {line['accepted']:>9} {line['precision']:>10.5f} {line['recall']:>8.5f} {line['wrong']:>6}"
            )


def _part(text: str, number: int | None) -> str:
    parts = text.strip().split("-")
    return text.strip() if number is None or number >= len(parts) else parts[number]


def _mapping(path: Path) -> ColumnMapping:
    try:
        return ColumnMapping.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise BadInput("this is not JSON", place=str(path), mend="Give a mapping file.") from None
