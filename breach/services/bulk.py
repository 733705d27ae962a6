"""Putting rows in by the thousand: COPY on PostgreSQL, statements of many rows on SQLite.

Django's `bulk_create` makes an object and an expression of each cell, which takes longer than all the rest of a load.
Here columns go to the database as they are: whoever calls gives values in the database's own form.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db import connection, models

POSTGRES = "postgresql"
VALUES_AT_ONCE = 900  # SQLite takes 999 in one statement, in whatever way it was built


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values for `fields`, inside the caller's transaction; other fields get their defaults.

    Values are numbers, texts, bytes, booleans and None; JSON as text, instants by `instant_value`.
    """
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's documented API
    others = _defaults(model, fields)
    if others:
        same = tuple(others.values())
        rows = ((*row, *same) for row in rows)
    fields = (*fields, *others)
    names = ", ".join(connection.ops.quote_name(_column(model, name)) for name in fields)
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRES:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            _insert_together(f"INSERT INTO {table} ({names}) VALUES ", len(fields), rows)  # noqa: S608 - our own names


def _insert_together(start: str, width: int, rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows with each statement: a step of SQLite for every row takes up to a third longer.

    On the driver's own cursor, in its own words: Django's looks through the whole long statement for `%s` each time,
    which takes a fifth as long as the insert itself.
    """
    place = f"({', '.join(['?'] * width)})"
    at_once = max(1, VALUES_AT_ONCE // width)
    many, stream = f"{start}{', '.join([place] * at_once)}", iter(rows)
    with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
        while len(part := list(islice(stream, at_once))) == at_once:
            cursor.execute(many, list(chain.from_iterable(part)))
        if part:
            cursor.executemany(f"{start}{place}", part)


def _defaults(model: type[models.Model], fields: Sequence[str]) -> dict[str, Any]:
    """Return the default of every field that must have a value and is not among `fields`."""
    return {
        field.name: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        if not (field.primary_key or field.null or field.has_db_default() or field.name in fields)
    }


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set `fields` of rows that exist; each row ends with its primary key."""
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's documented API
    sets = ", ".join(f"{connection.ops.quote_name(_column(model, name))} = %s" for name in fields)
    with connection.cursor() as cursor:
        statement = f"UPDATE {table} SET {sets} WHERE id = %s"  # noqa: S608 - our own names
        cursor.executemany(statement, rows)  # type: ignore[arg-type] # any iterable, as in PEP 249


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Return `count` primary keys that nobody else gets, growing. On SQLite inside the writing transaction only."""
    table = model._meta.db_table  # noqa: SLF001 - Django's documented API
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRES:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [value for (value,) in cursor.fetchall()]
        # The write lock is held, and SQLite keeps the mark itself when rows come with keys above it.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    start = found[0] if found else 0
    return range(start + 1, start + 1 + count)


def instant_value(instant: datetime) -> Any:
    """Return an instant in the form in which the database takes it."""
    return connection.ops.adapt_datetimefield_value(instant)


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    return str(field.column)
