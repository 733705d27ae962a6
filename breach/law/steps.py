"""One line of reasoning, stored as a code with values and worded per language when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Step:
    """`code` names a sentence in `data/words/<language>.toml`; `values` fill its places.

    Values are strings: instants are ISO 8601 with offset, several codes are joined by commas.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        return {"code": self.code, "values": dict(self.values)}

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Step:
        values = document.get("values")
        pairs = values.items() if isinstance(values, Mapping) else ()
        return cls(str(document["code"]), {str(key): str(value) for key, value in pairs})


def step(code: str, **values: object) -> Step:
    return Step(code, {key: text_of(value) for key, value in values.items()})


def text_of(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(str(item) for item in value)
    return str(value)


def local(instant: datetime, zone: ZoneInfo) -> str:
    """Return the instant as said in `zone`, with the zone's name: what a step shows to people."""
    return f"{instant.astimezone(zone).isoformat(timespec='seconds')}[{zone.key}]"


def instant_of(text: str) -> datetime:
    """Return the aware instant of what `local` wrote."""
    return datetime.fromisoformat(text.partition("[")[0])
