"""The database refuses to change or delete the ledger, whichever way it is asked."""

from datetime import UTC, datetime

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from breach.ledger import log, triggers
from breach.ledger.checks import check_triggers
from breach.ledger.testing import reset_for_tests, without_triggers
from breach.models import ChainHead, Checkpoint, Entry
from breach.vault import Signer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A = "incident/aaaaaaaaaaaaaaaaaaaa"
ENTRY = (
    "INTO ledger_entry (id, chain, seq, at, actor_id, actor_uid, action, subject, body, leaf_hash, head) "
    "SELECT {id}, chain, {seq}, at, actor_id, actor_uid, action, 'forged', body, leaf_hash, head "
    "FROM ledger_entry WHERE chain = 'house' AND seq = 1"
)
CHANGES = {
    "update an entry": "UPDATE ledger_entry SET subject = 'forged'",
    "update an entry's hash": "UPDATE ledger_entry SET leaf_hash = head WHERE seq = 1",
    "delete an entry": "DELETE FROM ledger_entry WHERE seq = 1",
    "delete all entries": "DELETE FROM ledger_entry",
    "update a checkpoint": "UPDATE ledger_checkpoint SET signature = ''",
    "delete a checkpoint": "DELETE FROM ledger_checkpoint",
    "delete a head": "DELETE FROM ledger_head",
    "set a head back": "UPDATE ledger_head SET size = size - 1",
    "set a head forward by two": "UPDATE ledger_head SET size = size + 2",
    "exchange a head": "UPDATE ledger_head SET head = 'x'",
    "rename a chain": "UPDATE ledger_head SET size = size + 1, chain = 'incident/x'",
    "begin a chain late": "INSERT INTO ledger_head (chain, size, head) VALUES ('incident/x', 5, 'x')",
}
SQLITE_CHANGES = {
    "replace an entry by id": "INSERT OR REPLACE " + ENTRY.format(id="id", seq="seq + 900"),
    "replace an entry by place": "INSERT OR REPLACE " + ENTRY.format(id="id + 900", seq="seq"),
    "replace by the short word": "REPLACE " + ENTRY.format(id="id", seq="seq"),
    "update or replace": "UPDATE OR REPLACE ledger_entry SET seq = 2 WHERE chain = 'house' AND seq = 1",
    "insert and update on conflict": (
        "INSERT " + ENTRY.format(id="id", seq="seq") + " ON CONFLICT (id) DO UPDATE SET subject = 'forged'"
    ),
    "replace a head": (
        "INSERT OR REPLACE INTO ledger_head (id, chain, size, head) SELECT id, chain, 0, 'x' FROM ledger_head"
    ),
    "replace a checkpoint": (
        "REPLACE INTO ledger_checkpoint (id, number, at, body, digest, short, root, key_id, signature) "
        "SELECT id, number, at, 'forged', digest, short, root, key_id, signature FROM ledger_checkpoint"
    ),
}
POSTGRES_CHANGES = {
    "truncate entries": "TRUNCATE ledger_entry",
    "truncate checkpoints": "TRUNCATE ledger_checkpoint",
    "truncate heads": "TRUNCATE ledger_head",
    "insert and update on conflict": (
        "INSERT " + ENTRY.format(id="id", seq="seq") + " ON CONFLICT (id) DO UPDATE SET subject = 'forged'"
    ),
}


def fill() -> None:
    with transaction.atomic():
        for chain in ("house", "house", A):
            log.append(
                chain=chain, actor_id=None, actor_uid="system", action="a.b", subject="s", data={}, now=NOW
            )
        log.checkpoint(signer=Signer(b"s" * 32), now=NOW)


def content() -> list[list[tuple[object, ...]]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Entry, ChainHead, Checkpoint)]


def attempt(sql: str) -> None:
    before = content()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert content() == before


@pytest.mark.django_db
@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES.keys())
def test_the_database_refuses_to(sql: str) -> None:
    fill()
    attempt(sql)


@pytest.mark.django_db
@pytest.mark.parametrize("sql", SQLITE_CHANGES.values(), ids=SQLITE_CHANGES.keys())
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_sqlite_refuses_to_replace(sql: str, recursive: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a form that only SQLite has")
    fill()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={recursive}")
    try:
        attempt(sql)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.parametrize("sql", POSTGRES_CHANGES.values(), ids=POSTGRES_CHANGES.keys())
def test_postgresql_refuses_to(sql: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a form that only PostgreSQL has")
    fill()
    attempt(sql)


@pytest.mark.django_db
def test_sqlite_runs_with_recursive_triggers() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a setting that only SQLite has")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_all_triggers_stand_after_the_tables_are_made() -> None:
    assert triggers.missing(connection) == []
    assert check_triggers(None, databases=["default"]) == []


@pytest.mark.django_db
def test_each_trigger_taken_away_is_named_and_the_system_check_fails() -> None:
    on_table = "" if connection.vendor == "sqlite" else " ON ledger_head"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_head_forward{on_table}")
    assert triggers.missing(connection) == ["ledger_head_forward"]
    (error,) = run_checks(tags=["database"], databases=["default"])
    assert (error.id, "ledger_head_forward" in error.msg) == ("tocsin.E101", True)


@pytest.mark.django_db
def test_a_trigger_exchanged_for_one_that_does_nothing_is_named() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER ledger_entry_no_delete")
            cursor.execute(
                "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT 1; END"
            )
            expected = ["ledger_entry_no_delete"]
        else:
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change")
            expected = ["ledger_entry_no_change"]
    assert triggers.missing(connection) == expected


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_refusing_function_made_harmless_is_noticed_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no functions")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RETURN OLD; END'"
        )
    assert len(triggers.missing(connection)) == 8


@pytest.mark.django_db
def test_migrating_puts_missing_triggers_back() -> None:
    triggers.drop(connection)
    assert triggers.missing(connection)
    triggers._after_migrate(None, using="default")
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_tests_may_empty_the_ledger_through_their_own_door() -> None:
    fill()
    reset_for_tests(connection)
    assert content() == [[], [], []]
    assert triggers.missing(connection) == []
    fill()


@pytest.mark.django_db
def test_a_door_left_by_an_error_is_shut() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), without_triggers(connection):
        Entry.objects.raw("SELECT nonsense")[0]
    assert triggers.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_may_fill_the_ledger() -> None:
    fill()
    assert Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_next_transactional_test_finds_it_empty_and_guarded() -> None:
    assert content() == [[], [], []]
    assert triggers.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_flush_is_refused_outside_tests() -> None:
    fill()
    with pytest.raises(Exception, match=r"append-only|couldn't be flushed"):
        call_command("flush", interactive=False, verbosity=0)
    assert Entry.objects.count() == 4
