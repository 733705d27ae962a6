"""Near matches: people of one list who may be one person, with what speaks for it and against it.

What is compared is made here from opened records and lives in memory only: in this process for as long as a
batch takes, then in the process that compares (`near_process`). Suggestions are for people to judge; nothing
is joined here.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from breach.intake.contact import email_key
from breach.intake.headers import plain
from breach.intake.match import fold
from breach.intake.record import Record

DATA = Path(__file__).parent / "data"
SUBSCRIBER_DIGITS = 9  # the end of a telephone number, without whatever stands for country and trunk
UNKNOWN = "unknown"  # stands in cautions for a field that one of the two does not have
_DIGITS = re.compile(r"\D+")


class Comparable(NamedTuple):
    """One person as the model sees them; None where nothing is known. `forms` are the names that a given name
    stands for.
    """

    ref: int
    given: str | None
    family: str | None
    forms: list[str] | None
    born: str | None
    street: str | None
    postcode: str | None
    city: str | None
    email: str | None
    mailbox: str | None
    phone: str | None
    customer: str | None
    national: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """What one field says about a pair: its level of agreement, a name of near.toml, and the weight in bits."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be one. `weight` is in bits (Fellegi and Sunter), `probability` follows from it.

    `caution` names the fields that bar a pair from being accepted by threshold.
    """

    left: int
    right: int
    weight: float
    probability: float
    fields: tuple[Field, ...]
    caution: tuple[str, ...] = ()


@functools.cache
def model() -> Mapping[str, Any]:
    """Return the model of near matching (breach/intake/data/near.toml)."""
    with (DATA / "near.toml").open("rb") as file:
        return tomllib.load(file)


@functools.cache
def nicknames() -> Mapping[str, frozenset[str]]:
    """Return for each form of a given name the full names that it stands for, itself included."""
    with (DATA / "nicknames.toml").open("rb") as file:
        languages = tomllib.load(file)
    found: dict[str, set[str]] = {}
    for names in languages.values():
        if isinstance(names, dict):
            for full, forms in names.items():
                for form in (full, *forms):
                    found.setdefault(fold(form), set()).add(fold(full))
    return {form: frozenset(names) for form, names in found.items()}


def name_forms(given: str) -> list[str]:
    """Return all names that a folded given name may stand for: each of its words, and what those are short
    for. An initial stands for nothing.
    """
    known = nicknames()
    words = {word for word in (given, *given.split()) if len(word) > 1}
    return sorted(words.union(*(known.get(word, frozenset()) for word in words)))


def comparable(ref: int, record: Record, national: bytes | None = None) -> Comparable:
    """Return what is compared of a person. `national` is a blind index; the identifier itself is not kept."""
    given, family = _names(record)
    key = email_key(record.email) if record.email else ""
    return Comparable(
        ref,
        given or None,
        family or None,
        name_forms(given) or None if given else None,
        record.birth_date.replace("-", "") or None,
        plain(record.street) or None,
        record.postcode.replace(" ", "").casefold() or None,
        plain(record.city) or None,
        key or None,
        key.partition("@")[0] or None,
        _DIGITS.sub("", record.phone)[-SUBSCRIBER_DIGITS:] or None,
        record.customer_number.casefold() or None,
        national.hex() if national else None,
    )


def _names(record: Record) -> tuple[str, str]:
    """Return given and family name, folded; where only a full name is known, its last word is the family's."""
    given, family = fold(record.given_name), fold(record.family_name)
    if given and family:
        return given, family
    words = fold(record.full_name).split()
    if not words:
        return given, family
    if given:
        return given, " ".join(word for word in words if word not in given.split())
    if family:
        return " ".join(word for word in words if word not in family.split()), family
    return " ".join(words[:-1]), words[-1]


def caution_of(fields: tuple[Field, ...], *, personal_numbers: bool) -> tuple[str, ...]:
    """Return the fields for which a pair must be judged by a person who has seen it.

    `personal_numbers` says whether a customer number is one person's in this list.
    """
    levels = {one.field: one.level for one in fields}
    found = [
        tuple(rule)
        for rule in model()["caution"]
        if all(levels.get(field, UNKNOWN) in barred for field, barred in rule.items())
    ]
    personal = {"national_id", "customer_number"} if personal_numbers else {"national_id"}
    if len(found) == 1 and any(levels.get(field) == "same" for field in personal):
        return ()
    return tuple(dict.fromkeys(field for rule in found for field in rule))
