"""Measures the product beside its peers, in the same run on the same machine."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.table import Table

from breach.commands import TocsinCommand
from breach.errors import BadInput
from notifications.benches.table import BENCHES, bench_named

ALL = "all"


class Command(TocsinCommand):
    help = "Measure one benchmark, or all of them at their sizes."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", metavar="NAME", help=f"one of {', '.join(BENCHES)}, or {ALL}")
        parser.add_argument("--n", type=int, help="how many; left out: the first of the usual sizes")
        parser.add_argument("--out", type=Path, help="write the JSON document here too")

    def run(self, **options: Any) -> Any:
        name, n = options["name"], options["n"]
        if n is not None and n < 1:
            raise BadInput("that is no number of things to measure", place="--n", mend="Give 1 or more.")
        if name == ALL:
            document: Any = [self._measure(each, size) for each in BENCHES for size in _sizes(each, n)]
        else:
            document = self._measure(name, _sizes(name, n)[0])
        if options["out"]:
            options["out"].write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return document

    def _measure(self, name: str, n: int) -> dict[str, Any]:
        self.stderr.write(f"{name}: {n:,} {bench_named(name).UNIT}")
        document: dict[str, Any] = bench_named(name).bench(n).to_json()
        return document

    def show(self, document: Any) -> None:
        table = Table("benchmark", "n", "per second", "seconds", "MB", "peers (ratio)")
        for row in document if isinstance(document, list) else [document]:
            peers = ", ".join(f"{name} {peer['ratio']:,g}x" for name, peer in row["peers"].items())
            cells = (f"{row['n']:,}", f"{row['rate']:,}", f"{row['seconds']:,}", f"{row['peak_mb']:,}", peers)
            table.add_row(row["bench"], *cells)
        console = Console(record=True, file=io.StringIO())
        console.print(table)
        self.stdout.write(console.export_text())


def _sizes(name: str, n: int | None) -> tuple[int, ...]:
    return (n,) if n else tuple(bench_named(name).SIZES)
