"""What a follow-up changes against the phase before it, field by field, in the order of the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from notifications.filings.content import FilingContent, ToFollow, Value
from notifications.filings.form import Form

ChangeKind = Literal["completed", "changed", "added", "removed", "promised"]
# Section 1 describes the filing itself and differs between phases by nature.
ABOUT_THE_FILING = "1"


@dataclass(frozen=True, slots=True)
class Change:
    """`completed`: was to follow and is now answered; `promised`: is now to follow. Values as in content."""

    kind: ChangeKind
    row: int
    key: str
    old: Value | ToFollow | None
    new: Value | ToFollow | None


def changes(before: FilingContent, after: FilingContent, form: Form) -> tuple[Change, ...]:
    """Return every field that differs; an unchanged promise is no change."""
    found = []
    for field in form.fields():
        if field.section == ABOUT_THE_FILING:
            continue
        old, new = _state(before, field.key), _state(after, field.key)
        if old != new:
            found.append(Change(_kind(old, new), field.row, field.key, old, new))
    return tuple(found)


def _state(content: FilingContent, key: str) -> Value | ToFollow | None:
    return content.to_follow.get(key, content.values.get(key))


def _kind(old: Value | ToFollow | None, new: Value | ToFollow | None) -> ChangeKind:
    if isinstance(new, ToFollow):
        return "promised"
    if isinstance(old, ToFollow) and new is not None:
        return "completed"
    if old is None:
        return "added"
    return "removed" if new is None else "changed"
