"""A form as data: sections and fields of an authority's template, loaded from TOML and checked at load.

The shipped form is the EDPB's common template for notifying a personal data breach (Template 2026, version
1.0, adopted for consultation in June 2026, a draft). A field's `row` is its number in that template.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FORMS = Path(__file__).parent / "template"
DEFAULT_FORM = "edpb_2026"

FieldType = Literal["text", "choice", "multi", "instant", "number", "countries", "counts"]
Need = Literal["mandatory", "conditional", "optional"]
TYPES = frozenset(("text", "choice", "multi", "instant", "number", "countries", "counts"))
NEEDS = frozenset(("mandatory", "conditional", "optional"))
FACTS = frozenset(("late", "established_in_eea"))


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    text: Mapping[str, str]
    incomplete_only: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the value of `field` (or the filing's `fact`) is `allowed`, or one of its choices is."""

    field: str
    fact: str
    allowed: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class Field:
    row: int
    key: str
    type: FieldType
    need: Need
    label: Mapping[str, str]
    options: tuple[Option, ...] = ()
    when: tuple[Condition, ...] = ()
    follows: bool = True
    repeat: str = ""
    section: str = ""

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: Mapping[str, str]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A template in one version. `status` is "draft" or "final"; `status_text` is printed on every filing."""

    key: str
    version: str
    status: str
    status_text: Mapping[str, str]
    law: str
    source: str
    sections: tuple[Section, ...]
    index: Mapping[str, Field]

    def fields(self) -> Iterator[Field]:
        for section in self.sections:
            yield from section.fields

    def field(self, key: str) -> Field:
        """Return the field of that key. Raises KeyError."""
        return self.index[key]

    def has(self, key: str) -> bool:
        return key in self.index


@functools.cache
def load_form(key: str = DEFAULT_FORM) -> Form:
    """Return the form of that key. Raises ValueError naming file and row when its data do not fit."""
    path = FORMS / f"{key}.toml"
    if not path.is_file():
        raise ValueError(f"there is no form {key!r}")
    data = tomllib.loads(path.read_text("utf-8"))
    sections = tuple(_section(raw) for raw in data["section"])
    index: dict[str, Field] = {}
    for field in (field for section in sections for field in section.fields):
        _check(path.name, field, index)
        index[field.key] = field
    return Form(
        key=data["key"],
        version=data["version"],
        status=data["status"],
        status_text=data["status_text"],
        law=data["law"],
        source=data["source"],
        sections=sections,
        index=index,
    )


def _section(raw: dict[str, Any]) -> Section:
    return Section(raw["key"], raw["title"], tuple(_field(field, raw["key"]) for field in raw["field"]))


def _field(raw: dict[str, Any], section: str) -> Field:
    return Field(
        row=raw["row"],
        key=raw["key"],
        type=raw["type"],
        need=raw["need"],
        label=raw["label"],
        options=tuple(read_option(option) for option in raw.get("options", ())),
        when=tuple(map(_condition, raw.get("when", ()))),
        follows=raw.get("follows", True),
        repeat=raw.get("repeat", ""),
        section=section,
    )


def _condition(raw: Mapping[str, Any]) -> Condition:
    return Condition(raw.get("field", ""), raw.get("fact", ""), tuple(raw["is"]))


def read_option(raw: Mapping[str, Any]) -> Option:
    texts = {language: raw[language] for language in ("en", "fr")}
    return Option(raw["key"], texts, raw.get("incomplete_only", False))


def _check(name: str, field: Field, before: Mapping[str, Field]) -> None:
    """Refuse a form that could ask for the impossible, such as a condition on a later row."""
    place = f"{name}, row {field.row}"
    if field.type not in TYPES or field.need not in NEEDS:
        raise ValueError(f"{place}: unknown type or need")
    if field.key in before:
        raise ValueError(f"{place}: the key {field.key} stands twice")
    if before and field.row <= max(other.row for other in before.values()):
        raise ValueError(f"{place}: rows must rise")
    if (field.type in ("choice", "multi")) != bool(field.options):
        raise ValueError(f"{place}: choices need options, and nothing else has them")
    if (field.need == "conditional") != bool(field.when):
        raise ValueError(f"{place}: a conditional field, and no other, names its conditions")
    for condition in field.when:
        known = before[condition.field].options if condition.field in before else ()
        if condition.field and not {option.key for option in known} >= set(condition.allowed):
            raise ValueError(f"{place}: its condition names no earlier choice")
        if not condition.field and condition.fact not in FACTS:
            raise ValueError(f"{place}: its condition names no fact")
