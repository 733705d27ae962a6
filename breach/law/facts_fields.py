"""The shapes of the fields of the facts document: read from JSON, write to JSON, describe as JSON Schema.

Every shape takes None: unknown is not the same as no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, NoReturn, Protocol, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from breach.errors import BadInput
from breach.law import kinds, places
from breach.law.datafiles import names, read

# Whoever writes an instant outside these years has mistyped it.
FIRST_YEAR, LAST_YEAR = 1970, 2100
_LONGEST_QUOTE = 60


class Shape(Protocol):
    def read(self, value: Any, place: str) -> Any: ...
    def write(self, value: Any) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


def refuse(message: str, place: str, mend: str) -> NoReturn:
    raise BadInput(message, place=place, mend=mend, code="facts")


def _short(value: Any) -> str:
    """Quote a refused value, a long one cut, dates as they are written."""
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def suggestion(word: Any, known: Iterable[str], otherwise: str) -> str:
    """Return the mend for a word that is not known: the nearest ones, else where to look."""
    near = get_close_matches(str(word), list(known), n=3)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


class Flag:
    def read(self, value: Any, place: str) -> bool:
        if not isinstance(value, bool):
            refuse(f"{_short(value)} is not a yes or no", place, "Use true, false or null for unknown")
        return value

    def write(self, value: bool) -> bool:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["boolean", "null"]}


@dataclass(frozen=True, slots=True)
class Count:
    least: int = 0
    most: int = 100_000_000_000

    def read(self, value: Any, place: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            refuse(f"{_short(value)} is not a whole number", place, "Use a whole number, or null for unknown")
        if not self.least <= value <= self.most:
            mend = f"Use a whole number of at least {self.least} and at most {self.most}"
            refuse(f"{_short(value)} is out of range", place, mend)
        return value

    def write(self, value: int) -> int:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"], "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Text:
    longest: int = 2000

    def read(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or len(value) > self.longest:
            refuse(
                "not a text, or too long", place, f"Use a text of at most {self.longest} characters, or null"
            )
        return value

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.longest}


class Instant:
    """ISO 8601 with offset. A bare time is refused: nobody could say which instant was meant."""

    def read(self, value: Any, place: str) -> datetime:
        mend = "Write it as 2026-11-27T18:40:00+01:00"
        try:
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            refuse(f"{_short(value)} is not a date with time", place, mend)
        if instant.tzinfo is None:
            refuse(f"{_short(value)} has no offset from UTC", place, mend)
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            refuse(f"the year of {_short(value)} cannot be right", place, "Correct the year")
        return instant.astimezone(UTC)

    def write(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "date-time"}


class Zone:
    def read(self, value: Any, place: str) -> str:
        try:
            return ZoneInfo(value).key
        except (TypeError, ValueError, OSError, ZoneInfoNotFoundError):
            refuse(f"{_short(value)} is not a time zone", place, "Use an IANA name, such as Europe/Paris")

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"]}


@dataclass(frozen=True, slots=True)
class Choice:
    words: tuple[str, ...]

    def read(self, value: Any, place: str) -> str:
        if value not in self.words:
            mend = suggestion(value, self.words, f"Use one of: {', '.join(self.words)}")
            refuse(f"{_short(value)} is not a known word", place, mend)
        return str(value)

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.words, None]}


class KindKey:
    def read(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or value not in kinds.load():
            mend = suggestion(value, kinds.load(), "Use a key of breach/law/data/kinds.toml")
            refuse(f"{_short(value)} is not a data kind", place, mend)
        return str(value)

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(kinds.load())}


@dataclass(frozen=True, slots=True)
class Place:
    """A country ("FR"), or, where `regions` is set, also a part of one ("US-CA")."""

    regions: bool = False

    def read(self, value: Any, place: str) -> str:
        if isinstance(value, str) and (
            places.is_country(value) or (self.regions and places.is_region(value))
        ):
            return value
        hint = 'a code such as "FR" or "US-CA"' if self.regions else 'an ISO 3166-1 code such as "FR"'
        refuse(
            f"{_short(value)} is not a country{' or region' if self.regions else ''}", place, f"Use {hint}"
        )

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        pattern = "^[A-Z]{2}(-[A-Z0-9]{1,4})?$" if self.regions else "^[A-Z]{2}$"
        return {"type": ["string", "null"], "pattern": pattern}


class AuthorityKey:
    """Key of a supervisory authority: "fr", "de_by"."""

    def read(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or value not in authority_keys():
            mend = "Use a key of breach/law/authorities, such as fr, ie or de_by"
            refuse(f"{_short(value)} is not an authority", place, mend)
        return value

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": [*authority_keys(), None]}


@cache
def authority_keys() -> tuple[str, ...]:
    return tuple(key for file in names("authorities") for key in read(file)["authority"])


@dataclass(frozen=True, slots=True)
class ListOf:
    of: Shape

    def read(self, value: Any, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            refuse("not a list", place, "Use a list, or null for unknown")
        return tuple(self.of.read(item, f"{place}[{index}]") for index, item in enumerate(value))

    def write(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.of.write(item) for item in value]

    def schema(self) -> dict[str, Any]:
        return {"type": ["array", "null"], "items": required(self.of.schema())}


class Regions:
    """Regions of a country only: "US-CA", "CA-QC"."""

    def read(self, value: Any, place: str) -> str:
        if isinstance(value, str) and places.is_region(value):
            return value
        refuse(f"{_short(value)} is not a known region", place, 'Use a code such as "US-CA" or "CA-QC"')

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": "^[A-Z]{2}-[A-Z0-9]{1,4}$"}


@dataclass(frozen=True, slots=True)
class CountsBy:
    """Numbers of people by place."""

    key: Shape

    def read(self, value: Any, place: str) -> Mapping[str, int]:
        if not isinstance(value, Mapping):
            refuse("not a table of numbers", place, 'Write it as {"FR": 1200}, or null for unknown')
        number = Count()
        return {
            self.key.read(name, f"{place}.{name}"): number.read(item, f"{place}.{name}")
            for name, item in value.items()
        }

    def write(self, value: Mapping[str, int]) -> dict[str, int]:
        return dict(value)

    def schema(self) -> dict[str, Any]:
        pattern = self.key.schema()["pattern"]
        return {
            "type": ["object", "null"],
            "patternProperties": {pattern: required(Count().schema())},
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A value of its own, described by the fields of a dataclass."""

    of: type[Any]

    def read(self, value: Any, place: str) -> Any:
        return self.of(**read_fields(self.of, value, place))

    def write(self, value: Any) -> dict[str, Any]:
        return write_fields(value)

    def schema(self) -> dict[str, Any]:
        return {**object_schema(self.of), "type": ["object", "null"]}


def known(shape: Shape, doc: str, *, must: bool = False) -> Any:
    """Declare a dataclass field of the facts document: its shape and its meaning, unknown unless given."""
    metadata = {"shape": shape, "doc": doc, "must": must}
    return field(metadata=metadata) if must else field(default=None, metadata=metadata)


def described(of: type[Any]) -> tuple[Field[Any], ...]:
    return tuple(item for item in fields(of) if "shape" in item.metadata)


def shape_of(item: Field[Any]) -> Shape:
    return cast("Shape", item.metadata["shape"])


def read_fields(of: type[Any], document: Any, place: str) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        refuse("not an object", place or "facts", "Use a JSON object with the keys of `facts --schema`")
    table = {item.name: item for item in described(of)}
    prefix = f"{place}." if place else ""
    for key in document:
        if key not in table:
            hint = suggestion(key, table, "See `facts --schema` for the known keys")
            refuse("unknown key", f"{prefix}{str(key)[:_LONGEST_QUOTE]}", hint)
    for name, item in table.items():
        if item.metadata["must"] and document.get(name) is None:
            refuse("missing", f"{prefix}{name}", "This key is needed here")
    return {
        name: shape_of(item).read(document[name], f"{prefix}{name}")
        for name, item in table.items()
        if document.get(name) is not None
    }


def write_fields(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for item in described(type(value)):
        content = getattr(value, item.name)
        document[item.name] = None if content is None else shape_of(item).write(content)
    return document


def object_schema(of: type[Any]) -> dict[str, Any]:
    table = described(of)
    properties = {
        item.name: {**shape_of(item).schema(), "description": item.metadata["doc"]} for item in table
    }
    for item in table:
        if item.metadata["must"]:
            properties[item.name] = required(properties[item.name])
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [item.name for item in table if item.metadata["must"]],
        "properties": properties,
    }


def required(schema: dict[str, Any]) -> dict[str, Any]:
    """Take "null" out of a schema: members of lists and needed keys are always known."""
    kept = dict(schema)
    if isinstance(kept.get("type"), list):
        kept["type"] = next(word for word in kept["type"] if word != "null")
    if "enum" in kept:
        kept["enum"] = [word for word in kept["enum"] if word is not None]
    return kept
