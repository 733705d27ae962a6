"""What tests need, and nothing else may use: taking the ledger's triggers away and putting them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from breach.ledger import triggers


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let a test change the ledger behind its back."""
    triggers.drop(connection)
    try:
        yield
    finally:
        triggers.create(connection)


def reset_for_tests(connection: BaseDatabaseWrapper) -> None:
    """Empty the ledger."""
    with without_triggers(connection), connection.cursor() as cursor:
        for table in (*triggers.KEPT, triggers.HEADS, "ledger_mark"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours


@contextmanager
def flush_allowed() -> Iterator[None]:
    """Let transactional tests empty all tables at their end, which the triggers would refuse.

    Hold it around the whole test session, in one fixture of session scope.
    """
    # The only place between a transactional test and Django's flush; the stubs do not know it.
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # noqa: SLF001

    def teardown(case: TransactionTestCase) -> None:
        open_to_all = [connections[alias] for alias in case._databases_names(include_mirrors=False)]  # type: ignore[attr-defined]  # noqa: SLF001
        for connection in open_to_all:
            triggers.drop(connection)
        try:
            flush(case)
        finally:
            for connection in open_to_all:
                triggers.create(connection)

    with patch.object(TransactionTestCase, "_fixture_teardown", teardown):
        yield
