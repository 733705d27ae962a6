"""What is kept of a row: enough to write to the person, and the kinds of data that leaked. The leaked
values are not kept.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breach.intake.headers import plain

_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
EMAIL, POST, NONE = "email", "post", "none"
ADDRESS = ("street", "address_extra", "postcode", "city", "region", "country")
LANGUAGE = ("language", "language_from")
CERTAINTY = ("", "fallback", "country", "region", "given")


@dataclass(frozen=True, slots=True)
class Record:
    """One person as one source gives them. Empty text means: not given, or not usable.

    `email` can be written to. `postcode` has its country's form. `birth_date` is ISO 8601 or "".
    `country` is an ISO 3166-1 code, `region` an ISO 3166-2 code. `relation` is what the person is to the party
    (models.Relation). `given` keeps what the source said where
    that was changed or could not be used (by field).
    """

    given_name: str = ""
    family_name: str = ""
    full_name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    address_extra: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    birth_date: str = ""
    language: str = ""
    language_from: str = ""
    customer_number: str = ""
    guardian: str = ""
    relation: str = ""
    given: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.full_name or f"{self.given_name} {self.family_name}".strip()

    @property
    def born(self) -> dt.date | None:
        return dt.date.fromisoformat(self.birth_date) if self.birth_date else None

    def to_bytes(self) -> bytes:
        """Return canonical JSON: sorted keys, no spaces, empty fields left out."""
        return _ENCODE({key: value for key, value in _fields(self).items() if value}).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Record":
        return cls.from_json(json.loads(content))

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Record":
        if not body.keys() <= _KNOWN:  # from a version that knew more
            body = {key: value for key, value in body.items() if key in _KNOWN}
        if "given" in body:
            body = {**body, "given": tuple(sorted(body["given"].items()))}
        return cls(**body)


_NAMES = tuple(Record.__dataclass_fields__)
_KNOWN = frozenset(_NAMES)


def _fields(record: Record) -> dict[str, Any]:
    body = {name: getattr(record, name) for name in _NAMES}
    body["given"] = dict(record.given)
    return body


def merged(records: Sequence[Record]) -> Record:
    """Return one view of several records of a person, the most trusted last: each field from the
    last that has it.

    Address lines come from one record together, since half of one address and half of another is none.
    A name that only lost its accents or went into capitals does not replace the better one.
    """
    view: dict[str, Any] = {}
    for record in records:
        fields: dict[str, Any] = {name: value for name in _NAMES if (value := getattr(record, name))}
        address = {name: fields.pop(name) for name in ADDRESS if name in fields}
        language: dict[str, Any] = {name: fields.pop(name) for name in LANGUAGE if name in fields}
        fields.pop("given", None)
        if "street" in address:
            view = {name: value for name, value in view.items() if name not in ADDRESS} | address
        elif "street" not in view:
            view |= address
        if _certainty(language) >= _certainty(view):
            view |= language
        view |= {name: value for name, value in fields.items() if not _is_poorer(value, view.get(name, ""))}
    return Record(**view)


def _certainty(values: Mapping[str, Any]) -> int:
    """Rank where a language comes from: one that somebody stated outlives one that was worked out."""
    return CERTAINTY.index(values.get("language_from", ""))


def _is_poorer(name: str, known: str) -> bool:
    if not known or name == known or plain(name) != plain(known) or not plain(name):
        return False
    return name.isupper() or sum(map(str.isascii, name)) > sum(map(str.isascii, known))
