"""Which column is which: a field of the person, a kind of leaked data, both, or nothing. A value people
can edit and keep.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from breach.errors import BadInput
from breach.intake.contact import country_code, language_code
from breach.intake.dates import ORDERS
from breach.law import kinds

# Field of a person -> the data kind that its column means, where the column was exposed. Some say nothing
# telling.
FIELDS: Mapping[str, str | None] = {
    "given_name": "name",
    "family_name": "name",
    "full_name": "name",
    "email": "email",
    "phone": "phone",
    "street": "postal_address",
    "address_extra": "postal_address",
    "postcode": "postal_address",
    "city": "postal_address",
    "region": None,
    "country": None,
    "birth_date": "date_of_birth",
    "language": None,
    "customer_number": "customer_number",
    "national_id": "national_id",
    "guardian": None,
}
# What a person can be to the party whose data leaked.
RELATIONS = frozenset(
    {
        *("customer", "user", "employee", "former_employee", "applicant", "patient", "pupil", "member"),
        *("citizen", "supplier", "other"),
    }
)
NAMES = frozenset({"given_name", "family_name", "full_name"})
REACH = frozenset({"email", "street"})


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One column: the field its values go to, and the kind of data that a filled cell means was exposed."""

    column: str
    field: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The rules of one table. `country` and `language` stand in where a row gives none; `kinds` hold for
    every row, and so does `relation`, what these people are to the party ("" where nobody said).

    `date_order` says how 03/04/1990 is read in this table: dmy or mdy.
    """

    columns: tuple[ColumnRule, ...]
    country: str = ""
    language: str = ""
    date_order: str = "dmy"
    kinds: tuple[str, ...] = field(default=())
    relation: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": {rule.column: {"field": rule.field, "kind": rule.kind} for rule in self.columns},
            "country": self.country,
            "language": self.language,
            "date_order": self.date_order,
            "kinds": list(self.kinds),
            "relation": self.relation,
        }

    @classmethod
    def from_json(cls, document: Any) -> "ColumnMapping":
        """Read a mapping document. Raises BadInput naming the key that does not fit."""
        body = _object(document, "mapping")
        _known_keys(body, {"columns", "country", "language", "date_order", "kinds", "relation"}, "mapping")
        rules = []
        for column, value in _object(body.get("columns"), "columns").items():
            rule = _object(value, f"columns.{column}")
            _known_keys(rule, {"field", "kind"}, f"columns.{column}")
            rules.append(
                ColumnRule(column, _text_or_none(rule, "field", column), _text_or_none(rule, "kind", column))
            )
        listed = body.get("kinds", [])
        if not isinstance(listed, list) or not all(isinstance(kind, str) for kind in listed):
            raise BadInput(
                "not a list of kinds", place="mapping, kinds", mend='Write ["order_history"], say.'
            )
        return cls(
            tuple(rules),
            _text(body, "country"),
            _text(body, "language"),
            _text(body, "date_order", "dmy"),
            tuple(sorted(set(listed))),
            _text(body, "relation"),
        )


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(
            "not an object", place=f"mapping, {place}", mend='Write {"columns": {"Header": {"field": …}}}.'
        )
    return value


def _known_keys(body: dict[str, Any], known: set[str], place: str) -> None:
    if strange := sorted(set(body) - known):
        raise BadInput(f"unknown key {strange[0]!r}", place=place, mend=f"Known: {', '.join(sorted(known))}.")


def _text(body: dict[str, Any], key: str, default: str = "") -> str:
    value = body.get(key, default)
    if not isinstance(value, str):
        raise BadInput("not a text", place=f"mapping, {key}", mend="Write a text in quotes.")
    return value


def _text_or_none(rule: dict[str, Any], key: str, column: str) -> str | None:
    value = rule.get(key)
    if value is not None and not isinstance(value, str):
        raise BadInput(
            "not a text", place=f"mapping, columns.{column}.{key}", mend="Write a name in quotes, or null."
        )
    return value or None


def header_signature(header: Sequence[str]) -> str:
    """Return a digest of the names of a header in their order, by which a mapping is found again."""
    return hashlib.sha256(json.dumps(list(header), ensure_ascii=True).encode()).hexdigest()


def check_mapping(mapping: ColumnMapping, header: Sequence[str]) -> ColumnMapping:
    """Return the mapping with its country and language as codes. Raises BadInput when it does not fit the
    header.
    """
    taken: dict[str, str] = {}
    for rule in mapping.columns:
        place = f"mapping, column {rule.column}"
        if rule.column not in header:
            raise BadInput("the table has no such column", place=place, mend=f"It has: {', '.join(header)}.")
        if rule.field is not None and rule.field not in FIELDS:
            raise BadInput(
                f"there is no field {rule.field!r}", place=place, mend=f"Fields: {', '.join(FIELDS)}."
            )
        if rule.field in taken:
            mend = f"Column {taken[rule.field]} has it already; choose one."
            raise BadInput(f"the field {rule.field} is given twice", place=place, mend=mend)
        if rule.field:
            taken[rule.field] = rule.column
        _check_kinds([rule.kind] if rule.kind else [], place)
    _check_kinds(mapping.kinds, "mapping, kinds")
    if not (NAMES | REACH) & set(taken):
        raise BadInput(
            "no column tells who the people are",
            place="mapping",
            mend="Map a column to a name, an e-mail address or a street.",
        )
    if mapping.date_order not in ORDERS:
        raise BadInput("unknown order of dates", place="mapping, date_order", mend="Write dmy or mdy.")
    if mapping.relation and mapping.relation not in RELATIONS:
        raise BadInput(
            f"there is no relation {mapping.relation!r}",
            place="mapping, relation",
            mend=f"Relations: {', '.join(sorted(RELATIONS))}.",
        )
    return replace(mapping, country=_country(mapping.country), language=_language(mapping.language))


def _check_kinds(keys: Iterable[str], place: str) -> None:
    for key in keys:
        if key not in kinds.load():
            raise BadInput(
                f"there is no data kind {key!r}", place=place, mend="Choose one of the vocabulary."
            )


def _country(text: str) -> str:
    code = country_code(text) if text else ""
    if text and not code:
        raise BadInput(
            f"there is no country {text!r}", place="mapping, country", mend="Write a code such as FR."
        )
    return code


def _language(text: str) -> str:
    code = language_code(text) if text else ""
    if text and not code:
        raise BadInput(
            f"there is no language {text!r}", place="mapping, language", mend="Write a code such as fr."
        )
    return code
