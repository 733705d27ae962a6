"""System check: the ledger's triggers stand."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from breach.ledger import triggers


@register(Tags.database)
def check_triggers(
    app_configs: Any,  # noqa: ARG001 - Django's signature
    databases: Sequence[str] | None = None,
    **_kwargs: Any,
) -> list[CheckMessage]:
    """Demand every trigger in each database asked for, unless it is still empty."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        absent = triggers.missing(connection) if triggers.has_tables(connection) else []
        if absent:
            found.append(
                Error(
                    f"The ledger in database {alias!r} can be changed: {', '.join(absent)} missing.",
                    hint="Find out who took them away, then run: manage.py migrate --skip-checks",
                    id="tocsin.E101",
                )
            )
    return found
