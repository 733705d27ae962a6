"""Which records are one person: exact keys, joined unless the records contradict each other.

Two people in one household often share an e-mail address. Joining them would leave one of them untold, so
a shared key joins only records whose names and birth dates can be of one person; otherwise it is a
suggestion for somebody to judge. The result depends on the order of the sources alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from breach.intake.contact import email_key
from breach.intake.headers import plain
from breach.intake.record import Record

# Müller is also written Mueller, and Muller where a system had no umlauts.
_UMLAUT = re.compile("([aou])e")
EMAIL, CUSTOMER_NUMBER, NAME_BIRTH_POSTCODE = "email", "customer_number", "name_birth_postcode"
NATIONAL_ID = "national_id"  # its key is not among `plain_keys`: the identifier is in no record


class Key(NamedTuple):
    """A kind of key and its blind index (or any value that is equal where the plain values are)."""

    kind: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """What may speak against two records being one person: plain given names, all names, birth date."""

    given: frozenset[str]
    names: frozenset[str]
    birth_date: str


@dataclass(frozen=True, slots=True)
class Source:
    """One record to be placed. `person` names the person it already belongs to, where it does."""

    ref: int
    keys: tuple[Key, ...]
    identity: Identity
    person: int | None = None


class Join(NamedTuple):
    """Source `ref` shares a key of this kind with source `other`."""

    ref: int
    other: int
    kind: str


@dataclass(frozen=True, slots=True)
class Match:
    """`group` names for each source the first source of its person; `joins` tell why; `suggestions` wait
    for somebody.
    """

    group: Mapping[int, int]
    joins: tuple[Join, ...]
    suggestions: tuple[Join, ...]


def plain_keys(record: Record) -> tuple[tuple[str, str], ...]:
    """Return (kind, normalised text) for each exact key the record has. The caller blinds the texts."""
    keys = []
    if record.email:
        keys.append((EMAIL, email_key(record.email)))
    if record.customer_number:
        keys.append((CUSTOMER_NUMBER, record.customer_number.casefold()))
    if record.name and record.birth_date and record.postcode:
        keys.append((NAME_BIRTH_POSTCODE, name_key(record.name, record.birth_date, record.postcode)))
    return tuple(keys)


def name_key(name: str, birth_date: str, postcode: str) -> str:
    """Return one text for name (in any order of its words), ISO birth date and postcode."""
    return f"{' '.join(sorted(_words(name)))}|{birth_date}|{postcode.replace(' ', '').upper()}"


def identity_of(record: Record) -> Identity:
    return Identity(_words(record.given_name), _words(record.name), record.birth_date)


def fold(name: str) -> str:
    """Return a name as it is compared. Names in scripts without ASCII letters are compared as they stand."""
    return _UMLAUT.sub(r"\1", plain(name) or name.casefold())


def _words(name: str) -> frozenset[str]:
    return frozenset(fold(name).split())


def can_be_one(one: Identity, other: Identity) -> bool:
    """Say whether nothing speaks against two records being of one person."""
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return False
    if one.given and other.given:
        return any(_alike(word, another) for word in one.given for another in other.given)
    if len(one.names & other.names) > 1:
        return True
    fewer, more = sorted((one.names, other.names), key=len)
    return all(any(_alike(word, another) for another in more) for word in fewer)


def _alike(word: str, other: str) -> bool:
    """Say whether two words of names are equal, or one is the initial of the other."""
    return word == other or (min(len(word), len(other)) == 1 and word[0] == other[0])


class _Groups:
    """Union-find whose root is always the first source, with the members of each group."""

    def __init__(self, refs: Iterable[int]) -> None:
        self.root = {ref: ref for ref in refs}
        self.members = {ref: [ref] for ref in self.root}

    def find(self, ref: int) -> int:
        return self.root[ref]

    def unite(self, one: int, other: int) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        for member in self.members[second]:
            self.root[member] = first
        self.members[first] += self.members.pop(second)


def match(sources: Sequence[Source], apart: Iterable[frozenset[int]] = ()) -> Match:
    """Group the sources into people. `apart` holds pairs of refs that somebody has separated; they stay
    so.
    """
    by_ref = {source.ref: source for source in sources}
    groups = _Groups(sorted(by_ref))
    _keep_known(sources, groups)
    separated = set(apart)
    joins: list[Join] = []
    suggestions: list[Join] = []
    holders: dict[Key, list[int]] = {}
    for source in sorted(sources, key=lambda each: each.ref):
        for key in source.keys:
            for other in _firsts(holders.get(key, ()), groups):
                if groups.find(other) == groups.find(source.ref):
                    continue
                join = Join(source.ref, other, key.kind)
                if _compatible(groups, source.ref, other, by_ref, separated):
                    groups.unite(source.ref, other)
                    joins.append(join)
                else:
                    suggestions.append(join)
            holders.setdefault(key, []).append(source.ref)
    return Match(dict(groups.root), tuple(joins), _open(suggestions, groups))


def _keep_known(sources: Sequence[Source], groups: _Groups) -> None:
    first_of: dict[int, int] = {}
    for source in sorted(sources, key=lambda each: each.ref):
        if source.person is not None:
            first = first_of.setdefault(source.person, source.ref)
            if first != source.ref:
                groups.unite(first, source.ref)


def _firsts(holders: Sequence[int], groups: _Groups) -> list[int]:
    """Return one holder for each group, so that a key held by many sources of one person is asked once."""
    seen: dict[int, int] = {}
    for ref in holders:
        seen.setdefault(groups.find(ref), ref)
    return list(seen.values())


def _compatible(
    groups: _Groups, ref: int, other: int, by_ref: Mapping[int, Source], apart: set[frozenset[int]]
) -> bool:
    return all(
        can_be_one(by_ref[one].identity, by_ref[two].identity)
        and not _differ_in_number(by_ref[one], by_ref[two])
        and frozenset((one, two)) not in apart
        for one in groups.members[groups.find(ref)]
        for two in groups.members[groups.find(other)]
    )


def _differ_in_number(one: Source, other: Source) -> bool:
    """Say whether both have a national identifier, and not the same."""
    numbers, others = ({key for key in each.keys if key.kind == NATIONAL_ID} for each in (one, other))
    return bool(numbers and others and numbers.isdisjoint(others))


def _open(suggestions: list[Join], groups: _Groups) -> tuple[Join, ...]:
    """Drop suggestions that another key has settled since, and keep one for each pair of people."""
    kept: dict[frozenset[int], Join] = {}
    for join in suggestions:
        pair = frozenset((groups.find(join.ref), groups.find(join.other)))
        if len(pair) > 1:
            kept.setdefault(pair, join)
    return tuple(kept.values())
