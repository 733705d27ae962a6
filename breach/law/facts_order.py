"""Refuse instants that cannot follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breach.law.facts_fields import refuse

if TYPE_CHECKING:
    from breach.law.facts import Facts

# (earlier, later): when both are known, the first is not after the second
ORDER = (
    ("occurred_from", "occurred_to"),
    ("occurred_from", "detected"),
    ("occurred_from", "grounds_to_suspect"),
    ("occurred_from", "grounds_to_believe"),
    ("occurred_from", "processor_aware"),
    ("occurred_from", "attack_known"),
    ("occurred_from", "controller_told"),
    ("occurred_from", "controller_aware"),
    ("occurred_from", "discovered"),
    ("occurred_from", "confirmation"),
    ("occurred_from", "determination"),
    ("occurred_from", "classification"),
    ("occurred_from", "materiality"),
    ("occurred_from", "payment_made"),
    ("occurred_from", "handling_ended"),
    ("detected", "controller_aware"),
    ("processor_aware", "controller_told"),
    ("grounds_to_suspect", "grounds_to_believe"),
    ("should_have_known", "controller_aware"),
)


def check_order(facts: Facts) -> None:
    for earlier, later in ORDER:
        first, second = getattr(facts, earlier), getattr(facts, later)
        if first is not None and second is not None and second < first:
            refuse(
                f"{second.isoformat()} is before {earlier} ({first.isoformat()})",
                later,
                f"Correct {later} or {earlier}: it cannot come first",
            )
    for index, hold in enumerate(facts.holds or ()):
        if hold.until is not None and hold.until < hold.since:
            refuse("the hold ends before it begins", f"holds[{index}].until", "Correct since or until")
    for index, submission in enumerate(facts.submissions or ()):
        if facts.occurred_from is not None and submission.at < facts.occurred_from:
            refuse(
                "submitted before the breach began", f"submissions[{index}].at", "Correct at or occurred_from"
            )
    total = facts.people_total
    if total is not None and facts.people_precision == "exact":
        counted = sum((facts.people_by_country or {}).values())
        if counted > total:
            refuse(
                f"{counted} people by country, {total} in all", "people_by_country", "Correct one of the two"
            )
