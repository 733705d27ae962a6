"""Running near matching: people in, pairs out, in a process of its own that is gone afterwards."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from breach.errors import TocsinError
from breach.intake.near import Comparable, Field, Pair, caution_of, model
from breach.intake.near_model import SCHEMA
from breach.intake.near_process import OUT_OF_MEMORY

AT_ONCE = 5_000
THREADS, MEMORY_MB = 2, 900
ROOT = Path(__file__).resolve().parents[2]


class NearMatchingFailed(TocsinError):  # noqa: N818
    """The comparing process ended without an answer."""


def near_pairs(
    people: Iterable[Comparable], *, threads: int = THREADS, memory_mb: int = MEMORY_MB
) -> Iterator[Pair]:
    """Yield pairs of people who may be one, the likeliest first.

    Pairs come once everybody was read. The order and the figures depend on the people alone. Raises
    NearMatchingFailed when the other process could not do it, for want of memory or otherwise.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "breach.intake.near_process", str(threads), str(memory_mb)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    try:
        yield from _pairs(process, cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout), people)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


def _pairs(
    process: "subprocess.Popen[bytes]", into: BinaryIO, out: BinaryIO, people: Iterable[Comparable]
) -> Iterator[Pair]:
    with suppress(BrokenPipeError):
        _feed(into, people)
    # Nothing comes out before all is in, so reading after writing cannot block; a dead process shows as no stream.
    with suppress(pa.ArrowInvalid), pa.ipc.open_stream(out) as answer:
        for batch in answer:
            yield from _read(batch)
    code = process.wait()
    if code == OUT_OF_MEMORY:
        raise NearMatchingFailed("There are too many people to compare in the memory that is allowed.")
    if code:
        raise NearMatchingFailed(f"Comparing failed (code {code}). Nothing was changed; try again.")


def _feed(pipe: BinaryIO, people: Iterable[Comparable]) -> None:
    stream = iter(people)
    with pa.ipc.new_stream(pipe, SCHEMA) as writer:
        while part := list(islice(stream, AT_ONCE)):
            columns = [
                pa.array(values, kind)
                for values, kind in zip(zip(*part, strict=True), SCHEMA.types, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=SCHEMA))
    pipe.close()


def _read(batch: pa.RecordBatch) -> Iterator[Pair]:
    names = _level_names()
    for row in batch.to_pylist():
        fields = tuple(
            Field(field, levels[row[f"gamma_{field}"]], round(row[f"bits_{field}"], 2))
            for field, levels in names.items()
            if row[f"gamma_{field}"] >= 0
        )
        yield Pair(
            row["ref_l"],
            row["ref_r"],
            round(row["match_weight"], 2),
            round(row["match_probability"], 6),
            fields,
            caution_of(fields, personal_numbers=row["personal"]),
        )


def _level_names() -> dict[str, list[str]]:
    """Return the names of each field's levels by Splink's number: the last is 0, the first the highest."""
    return {
        each["field"]: [level["name"] for level in reversed(each["level"])] for each in model()["comparison"]
    }
