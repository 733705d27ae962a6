"""A table worked through by two processes gives what one would, and what goes wrong in either is told."""

import io
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from breach.intake import workers
from breach.intake.mapping import ColumnMapping, ColumnRule
from breach.intake.prepare import Tried
from breach.intake.read import Options
from breach.intake.refusals import Refusal
from breach.intake.workers import BATCHES_ALONE, SealedTable, Task, WorkerLost, worked
from breach.vault import IncidentVault
from breach.vault.errors import Damaged
from tests.breach.intake.tables import TODAY

VAULT = IncidentVault(bytes(range(32)))


@pytest.fixture(autouse=True)
def _no_table_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SMALL_BYTES", 0)


def task(folder: Path, content: str, size: int) -> Task:
    path, raw = folder / "sealed", content.encode()
    with path.open("wb") as target:
        VAULT.seal_stream(io.BytesIO(raw), target, context="file/here")
    table = SealedTable(path, "file/here", len(raw), "people.csv", Options("utf-8", ";"))
    mapping = ColumnMapping((ColumnRule("Name", "full_name", "name"), ColumnRule("E-mail", "email", "email")))
    return Task("attempt", table, VAULT.worker_keys(), mapping, TODAY, size=size)


def people(count: int) -> str:
    return "Name;E-mail\n" + "".join(f"Ann Nr{number};a{number}@example.org\n" for number in range(count))


@pytest.mark.parametrize("first", [0, 5])
def test_a_worker_goes_on_where_this_process_ends(tmp_path: Path, first: int) -> None:
    given = replace(task(tmp_path, people(60) + ";kaputt@\nonly one cell\n", 3), first=first)
    alone = list(given.done(first))
    assert len(alone) > BATCHES_ALONE + 4

    found = list(worked(given))

    assert found == alone
    assert found[-1] == Tried(
        20, 2, 0, [Refusal(62, "E-mail", "no_identity", "k•••••@"), Refusal(63, "", "row_length")]
    )


def test_a_small_table_is_worked_through_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SMALL_BYTES", 10_000)
    monkeypatch.setattr(multiprocessing, "get_context", None)
    given = task(tmp_path, people(60), 3)

    assert list(worked(given)) == list(given.done(0))


def test_what_the_worker_meets_is_raised_here_in_its_own_words(tmp_path: Path) -> None:
    """Damage far behind what this process reads."""
    given = task(tmp_path, people(60_000), 1_000)
    content = bytearray(given.table.path.read_bytes())
    content[len(content) * 3 // 4] ^= 1
    given.table.path.write_bytes(content)
    done: list[Tried] = []

    with pytest.raises(Damaged):
        done.extend(worked(given))

    assert [one.number for one in done] == list(range(len(done)))
    assert len(done) > BATCHES_ALONE


def test_a_worker_that_dies_is_told_of(tmp_path: Path) -> None:
    answers = worked(task(tmp_path, people(300_000), 1_000))
    for _ in range(BATCHES_ALONE + 1):
        next(answers)

    for child in multiprocessing.active_children():
        child.kill()

    with pytest.raises(WorkerLost):
        list(answers)
