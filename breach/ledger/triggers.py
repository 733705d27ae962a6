"""The database itself refuses to change or delete what the ledger holds.

Triggers are no wall against whoever owns the database; they stop mistakes, wrong queries and the
application's own account, and an honest look at them (`missing`) shows whether they were taken away. On
PostgreSQL the account that Tocsin runs under should own no table: then it cannot drop them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.signals import post_migrate

KEPT = ("ledger_entry", "ledger_checkpoint")
HEADS = "ledger_head"
# What makes two rows the same row: an insert that meets one of these may be a replacement in disguise.
_PLACES = {
    "ledger_entry": "id = NEW.id OR (chain = NEW.chain AND seq = NEW.seq)",
    "ledger_checkpoint": "id = NEW.id OR number = NEW.number OR digest = NEW.digest",
}
_STEP = "NEW.id = OLD.id AND NEW.chain = OLD.chain AND NEW.size = OLD.size + 1"


def _sqlite() -> Iterator[tuple[str, str]]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    for table in KEPT:
        yield f"{table}_no_update", f"BEFORE UPDATE ON {table} {refuse}"
        yield f"{table}_no_delete", f"BEFORE DELETE ON {table} {refuse}"
        # INSERT OR REPLACE passes the DELETE trigger where recursive_triggers is off, in a bare shell for
        # instance.
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {_PLACES[table]})"  # noqa: S608 - names of ours
        yield f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN {exists} {refuse}"
    yield f"{HEADS}_forward", f"BEFORE UPDATE ON {HEADS} WHEN NOT ({_STEP}) {refuse}"
    yield f"{HEADS}_no_delete", f"BEFORE DELETE ON {HEADS} {refuse}"
    # A chain begins empty, and once.
    same = f"EXISTS (SELECT 1 FROM {HEADS} WHERE id = NEW.id OR chain = NEW.chain)"  # noqa: S608 - names of ours
    yield f"{HEADS}_begins", f"BEFORE INSERT ON {HEADS} WHEN NEW.size <> 0 OR {same} {refuse}"


_FUNCTION = "ledger_refuse"
_SOURCE = "BEGIN RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END"
_EACH_ROW, _BEFORE, _INSERT, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 4, 8, 16, 32  # pg_trigger.tgtype


@dataclass(frozen=True, slots=True)
class _PgTrigger:
    """A trigger on PostgreSQL: what it is called, when it fires, and how the catalogue writes that."""

    table: str
    suffix: str
    events: str
    kind: int
    when: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_{self.suffix}"

    @property
    def sql(self) -> str:
        scope = "ROW" if self.kind & _EACH_ROW else "STATEMENT"
        when = f" WHEN ({self.when})" if self.when else ""
        fires = f"BEFORE {self.events} ON {self.table} FOR EACH {scope}{when}"
        return f"CREATE TRIGGER {self.name} {fires} EXECUTE FUNCTION {_FUNCTION}()"


def _postgresql() -> Iterator[_PgTrigger]:
    row, statement = _EACH_ROW | _BEFORE, _BEFORE
    for table in KEPT:
        yield _PgTrigger(table, "no_change", "UPDATE OR DELETE", row | _UPDATE | _DELETE)
        yield _PgTrigger(table, "no_truncate", "TRUNCATE", statement | _TRUNCATE)
    yield _PgTrigger(HEADS, "no_delete", "DELETE", row | _DELETE)
    yield _PgTrigger(HEADS, "no_truncate", "TRUNCATE", statement | _TRUNCATE)
    yield _PgTrigger(HEADS, "forward", "UPDATE", row | _UPDATE, f"NOT ({_STEP})")
    yield _PgTrigger(HEADS, "begins", "INSERT", row | _INSERT, "NEW.size <> 0")


def create(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in its place, new; those that stood there go first."""
    drop(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_SOURCE}$$"
            )
            for trigger in _postgresql():
                cursor.execute(trigger.sql)
        else:
            for name, rest in _sqlite():
                cursor.execute(f"CREATE TRIGGER {name} {rest}")


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for `create`, for tests, and for benchmarks on an installation of their own."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for trigger in _postgresql():
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}")
        else:
            for name, _ in _sqlite():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are absent, switched off or not as `create` made them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _missing_on_postgresql(cursor)
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
        return [name for name, rest in _sqlite() if found.get(name) != f"CREATE TRIGGER {name} {rest}"]


def _missing_on_postgresql(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT t.tgname, t.tgtype, t.tgqual IS NOT NULL, p.prosrc FROM pg_trigger t "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
        "AND t.tgrelid::regclass::text = ANY(%s)",
        [[*KEPT, HEADS]],
    )
    found = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    return [
        trigger.name
        for trigger in _postgresql()
        if found.get(trigger.name) != (trigger.kind, bool(trigger.when), _SOURCE)
    ]


def has_tables(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the ledger's tables are there yet."""
    return {*KEPT, HEADS} <= set(connection.introspection.table_names())


def connect() -> None:
    """Have the triggers made again after every `migrate`: altering a table on SQLite drops them silently."""
    post_migrate.connect(_after_migrate, sender=apps.get_app_config("breach"), dispatch_uid="ledger-triggers")


def _after_migrate(sender: AppConfig, *, using: str, **_kwargs: Any) -> None:  # noqa: ARG001 - Django's signature
    connection = connections[using]
    if has_tables(connection):
        create(connection)
