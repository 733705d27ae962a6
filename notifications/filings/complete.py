"""What a filing still lacks for its phase (GDPR Article 33(3) and (4)).

An incomplete filing may promise fields "to follow by" an instant and use the form's "to be determined"
options; a complete one may do neither. Identity, awareness and the reasons of a late filing are never
promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from notifications.filings.content import FilingContent, ToFollow, Value
from notifications.filings.form import Condition, Field, Form
from notifications.moments import from_iso

MAY_LIE_AHEAD = frozenset(("telling_planned_at",))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `code` is worded by findings.<code> in words.toml; a notice does not block."""

    code: str
    row: int
    key: str
    blocks: bool = True


def findings(content: FilingContent, form: Form, now: datetime) -> tuple[Finding, ...]:
    """Return what must or should be mended before this phase may be submitted, in the order of the form."""
    facts = content.facts(now)
    return tuple(f for field in form.fields() for f in _of_field(content, form, field, facts, now))


def blocking(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in found if finding.blocks)


def asked(content: FilingContent, field: Field, facts: dict[str, bool]) -> bool:
    """Return whether the form asks this field, given the other answers. A withdrawal asks for little."""
    if content.completeness == "withdraw" and field.section.startswith(("3", "4", "5", "6", "7")):
        return False
    return all(_holds(condition, content, facts) for condition in field.when)


def required(field: Field) -> bool:
    """A conditional field that is asked is required; an optional one never is."""
    return field.need != "optional"


def _holds(condition: Condition, content: FilingContent, facts: dict[str, bool]) -> bool:
    if condition.fact:
        return facts[condition.fact] in condition.allowed
    value = content.values.get(condition.field)
    chosen = value if isinstance(value, list) else [value]
    return any(one in condition.allowed for one in chosen)


def _of_field(
    content: FilingContent, form: Form, field: Field, facts: dict[str, bool], now: datetime
) -> Iterator[Finding]:
    value, promise = content.values.get(field.key), content.to_follow.get(field.key)
    if not asked(content, field, facts):
        if value is not None or promise is not None:
            yield Finding("not_asked", field.row, field.key, blocks=False)
    elif promise is not None:
        yield from _of_promise(content, field, promise, now)
    elif value is not None:
        yield from _of_value(content, form, field, value, now)
    elif required(field):
        yield Finding("missing", field.row, field.key)


def _of_promise(content: FilingContent, field: Field, promise: ToFollow, now: datetime) -> Iterator[Finding]:
    if content.completeness != "incomplete":
        yield Finding("promise_in_complete", field.row, field.key)
    if promise.by <= now:
        yield Finding("promise_past", field.row, field.key)


def _of_value(
    content: FilingContent, form: Form, field: Field, value: Value, now: datetime
) -> Iterator[Finding]:
    if content.completeness != "incomplete" and _has_open_option(field, value):
        yield Finding("open_in_complete", field.row, field.key)
    if field.type == "instant" and field.key not in MAY_LIE_AHEAD and from_iso(value["at"]) > now:
        yield Finding("in_the_future", field.row, field.key)
    if field.repeat and _is_uneven(content, form, field):
        yield Finding("uneven", field.row, field.key)


def _has_open_option(field: Field, value: Value) -> bool:
    chosen = value if isinstance(value, list) else [value]
    return any(option.incomplete_only for option in field.options if option.key in chosen)


def _is_uneven(content: FilingContent, form: Form, field: Field) -> bool:
    """Rows that repeat together, one entry per party, must be equally long."""
    together = [other.key for other in form.fields() if other.repeat == field.repeat]
    return len({len(content.values.get(key, ())) for key in together}) > 1
