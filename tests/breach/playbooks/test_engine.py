"""Playbook and situation in, tasks with due times out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from breach.playbooks import PlannedTask, Situation, get, plan, read_playbook
from tests.breach.playbooks.test_format import book, task

AWARE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def planned(
    document: dict[str, Any], facts: dict[str, Any] | None = None, **changes: Any
) -> tuple[PlannedTask, ...]:
    values: dict[str, Any] = {
        "facts": facts or {},
        "party": {"role": "controller", "establishment": "FR", "drill": False},
        "awareness": AWARE,
        "started": AWARE - HOUR,
    }
    return plan(read_playbook(document, place="flood.toml"), Situation(**(values | changes)))


def test_due_times_count_from_awareness_or_from_the_start() -> None:
    document = book(task("dry"), task("look", **{"from": "start"}))
    assert [(one.spec.key, one.position, one.due) for one in planned(document)] == [
        ("dry", 0, AWARE + 4 * HOUR),
        ("look", 1, AWARE + 3 * HOUR),
    ]


def test_what_was_due_before_the_start_is_due_at_the_start() -> None:
    (only,) = planned(book(), started=AWARE + 10 * HOUR)
    assert only.due == AWARE + 10 * HOUR


CASES = [
    ({"fact": "minors", "is": True}, {"minors": True}, True),
    ({"fact": "minors", "is": True}, {"minors": False}, False),
    ({"fact": "data_kinds", "any_of": ["iban", "card_number"]}, {"data_kinds": ["name", "iban"]}, True),
    ({"fact": "data_kinds", "any_of": ["iban", "card_number"]}, {"data_kinds": ["name"]}, False),
    ({"fact": "people_by_country", "any_of": ["US"]}, {"people_by_country": {"FR": 3, "US": 1}}, True),
    ({"fact": "people_by_country", "any_of": ["US"]}, {"people_by_country": {"FR": 3}}, False),
    ({"fact": "people_total", "over": 1000}, {"people_total": 1001}, True),
    ({"fact": "people_total", "over": 1000}, {"people_total": 1000}, False),
    ({"fact": "sectors.public_body", "is": True}, {"sectors": {"public_body": True}}, True),
    ({"fact": "sectors.public_body", "is": True}, {"sectors": {"public_body": False}}, False),
    ({"fact": "party.role", "any_of": ["processor"]}, {}, False),
    ({"fact": "party.role", "any_of": ["controller"]}, {}, True),
    ({"fact": "party.drill", "is": False}, {}, True),
]


@pytest.mark.parametrize(("condition", "facts", "stands"), CASES)
def test_a_task_stands_on_its_facts(condition: dict[str, Any], facts: dict[str, Any], stands: bool) -> None:
    found = planned(book(task("dry", when=[condition])), facts)
    assert [(one.spec.key, one.unsure) for one in found] == ([("dry", ())] if stands else [])


@pytest.mark.parametrize("facts", [{}, {"minors": None}])
def test_an_unknown_fact_keeps_the_task_and_is_named(facts: dict[str, Any]) -> None:
    (only,) = planned(book(task("dry", when=[{"fact": "minors", "is": True}])), facts)
    assert only.unsure == ("minors",)


def test_an_unknown_fact_may_leave_the_task_out() -> None:
    assert planned(book(task("dry", when=[{"fact": "minors", "is": True, "unknown": "leave_out"}]))) == ()


def test_every_condition_has_to_hold() -> None:
    document = book(task("dry", when=[{"fact": "minors", "is": True}, {"fact": "vulnerable", "is": True}]))
    assert planned(document, {"minors": True, "vulnerable": False}) == ()


def test_a_dependency_that_does_not_stand_is_dropped() -> None:
    document = book(task("dry", depends_on=["pump"]), task("pump", when=[{"fact": "minors", "is": True}]))
    assert [one.depends_on for one in planned(document, {"minors": True})] == [("pump",), ()]
    assert [one.depends_on for one in planned(document, {"minors": False})] == [()]


def test_a_processor_tells_the_controller_and_files_nothing() -> None:
    def keys(role: str) -> set[str]:
        situation = Situation({}, {"role": role, "establishment": "FR", "drill": False}, AWARE, AWARE)
        return {one.spec.key for one in plan(get("web_application"), situation)}

    assert keys("processor") - keys("controller") == {"tell_controller"}
    assert keys("controller") - keys("processor") == {"initial_filing", "follow_up_filing"}


def test_iban_and_passwords_bring_their_tasks() -> None:
    def keys(kinds: list[str]) -> set[str]:
        party = {"role": "controller", "establishment": "FR", "drill": False}
        return {
            one.spec.key
            for one in plan(get("web_application"), Situation({"data_kinds": kinds}, party, AWARE, AWARE))
        }

    assert keys(["name", "iban", "password_clear"]) - keys(["name"]) == {
        "reset_passwords",
        "warn_payment_providers",
    }
