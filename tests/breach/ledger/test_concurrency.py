"""Two writers at once keep one chain: threads on the file of SQLite, and on PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from breach.ledger import audit, log
from breach.models import Checkpoint, Entry
from breach.vault import Signer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A, B = "incident/aaaaaaaaaaaaaaaaaaaa", "incident/bbbbbbbbbbbbbbbbbbbb"
SIGNER = Signer(b"s" * 32)

pytestmark = pytest.mark.django_db(transaction=True)


def append(chain: str, subject: str) -> None:
    log.append(
        chain=chain, actor_id=None, actor_uid="system", action="a.b", subject=subject, data={}, now=NOW
    )


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Run each work in a thread of its own, all let go together, and return what they raised."""
    start, problems = threading.Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait(timeout=20)
            work()
        except BaseException as problem:  # noqa: BLE001 - the test looks at all of them
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return problems


def writer(chain: str, name: str, count: int) -> Callable[[], None]:
    def work() -> None:
        for number in range(count):
            with transaction.atomic():
                append(chain, f"{name} {number}")

    return work


def checked() -> audit.Report:
    report = audit.verify_database(public_keys=[SIGNER.public_key_bytes], successions=[])
    assert report.findings.kept == []
    return report


def test_writers_of_one_chain_keep_it_whole() -> None:
    problems = at_once(*(writer(A, f"writer {number}", 25) for number in range(4)))
    assert problems == []
    assert checked().heads[A][0] == 100
    assert Entry.objects.values("subject").distinct().count() == 100


def test_writers_that_begin_the_same_chain_at_once_begin_it_once() -> None:
    for round_number in range(5):
        chain = f"incident/round{round_number:04d}"
        assert at_once(*(writer(chain, f"writer {number}", 1) for number in range(4))) == []
        assert list(Entry.objects.filter(chain=chain).values_list("seq", flat=True)) == [1, 2, 3, 4]
    checked()


def test_a_writer_that_rolls_back_leaves_no_gap_to_the_one_that_waits() -> None:
    def undone() -> None:
        for number in range(15):
            with transaction.atomic():
                append(A, f"undone {number}")
                transaction.set_rollback(True)

    assert at_once(undone, writer(A, "kept", 15), undone, writer(A, "kept too", 15)) == []
    assert checked().heads[A][0] == 30
    assert not Entry.objects.filter(subject__startswith="undone").exists()


def test_checkpoints_between_writers_sign_what_stands() -> None:
    def sign() -> None:
        for _ in range(8):
            log.checkpoint(signer=SIGNER, now=NOW)

    assert at_once(writer(A, "one", 20), writer(B, "two", 20), sign, sign) == []
    report = checked()
    assert (report.checkpoints, report.entries) == (16, 40 + 16)
    assert Checkpoint.objects.count() == 16


@pytest.mark.postgres
def test_writers_of_two_chains_do_not_wait_for_each_other() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with transaction.atomic():
        append(A, "first")
        append(B, "first")
    held, done = threading.Event(), threading.Event()

    def holds() -> None:
        with transaction.atomic():
            append(A, "held")
            held.set()
            assert done.wait(timeout=20)

    def passes() -> None:
        assert held.wait(timeout=20)
        with transaction.atomic():
            append(B, "passes")
        done.set()

    assert at_once(holds, passes) == []
    assert checked().entries == 4


@pytest.mark.postgres
def test_the_second_writer_of_a_chain_waits_for_the_first_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes its lock at the beginning of the transaction")
    held, order = threading.Event(), []

    def first() -> None:
        with transaction.atomic():
            append(A, "first")
            held.set()
            threading.Event().wait(0.3)  # long enough for the second to arrive at the lock
            order.append("first")

    def second() -> None:
        assert held.wait(timeout=20)
        with transaction.atomic():
            append(A, "second")
            order.append("second")

    assert at_once(first, second) == []
    assert order == ["first", "second"]
    assert list(Entry.objects.order_by("seq").values_list("subject", flat=True)) == ["first", "second"]
    checked()
