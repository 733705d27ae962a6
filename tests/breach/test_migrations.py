"""Migrations that move rows, tried with rows, both ways."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def elsewhere(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """An empty database of its own, of the kind the tests run on: later migrations need not go back for this."""
    usual, name = connection.settings_dict["NAME"], str(tmp_path / "old.sqlite3")
    if connection.vendor == "postgresql":
        name = f"tocsin_migrations_{os.getpid()}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    yield
    connection.close()
    connection.settings_dict["NAME"] = usual
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def to(app: str, name: str) -> Any:
    """Migrate to a step and return the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate([(app, name)])
    return MigrationExecutor(connection).loader.project_state([(app, name)]).apps


def rows_of(apps: Any, model: str) -> Any:
    return apps.get_model("breach", model).objects


def old_world(apps: Any) -> None:
    """Two people, an auditor and one clock with a sent, a coming and a withdrawn alarm, as they were at first."""

    def make(model: str, **values: Any) -> Any:
        return rows_of(apps, model).create(**values)

    people = [
        make("User", email=f"{role}{number}@example.org", name="N", role=role, password="x")
        for number, role in enumerate(("responder", "manager", "auditor"))
    ]
    incident = make("Incident", reference="2026-0001", title="T", opened_by=people[0], created_at=NOW)
    for user in people:
        make("Membership", incident=incident, user=user, created_at=NOW)
    shop = make("Organisation", name="S", legal_name="S", country="FR", created_at=NOW)
    party = make("Party", incident=incident, organisation=shop, establishment="FR", created_at=NOW)
    clock = make(
        "Obligation", incident=incident, party=party, regime="r", rule_version="1", to="authority", recipient="",
        phase="initial", state="running", trigger_event="awareness", due=NOW + timedelta(hours=72), citation="c",
        confidence="c", created_at=NOW,
    )  # fmt: skip
    for mark, values in {
        "50": {"sent_at": NOW, "late": True},
        "hour": {},
        "end": {"withdrawn_at": NOW},
    }.items():
        make("Reminder", obligation=clock, mark=mark, due=NOW, created_at=NOW, **values)


@pytest.mark.usefixtures("elsewhere")
def test_alarms_of_a_mark_become_alarms_of_people_and_back() -> None:
    old_world(to("breach", "0004_accounts_and_access"))
    apps = to("breach", "0008_running_clocks")
    rows = rows_of(apps, "Reminder").order_by("mark", "user_id", "channel")
    found = list(rows.values_list("mark", "user__role", "channel", "state", "settled_at", "late"))
    assert found == [
        (mark, role, channel, state, settled, late)
        for mark, state, settled, late in (
            ("1h", "planned", None, False),
            ("50", "sent", NOW, True),
            ("end", "withdrawn", NOW, False),
        )
        for role in ("responder", "manager")
        for channel in ("email", "in_app")
    ]
    assert rows_of(apps, "Obligation").get().urgency == NOW + timedelta(hours=72)
    apps = to("breach", "0004_accounts_and_access")
    rows = rows_of(apps, "Reminder").order_by("mark")
    assert list(rows.values_list("mark", "sent_at", "withdrawn_at", "late")) == [
        ("50", NOW, None, True),
        ("end", None, NOW, False),
        ("hour", None, None, False),
    ]
