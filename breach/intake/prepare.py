"""A batch of rows made ready to be stored: normalised, encoded, sealed, blinded. Runs in any process; knows no database.

What one row gives is what `Record`, `plain_keys` and the vault give for it; here for a batch at a time, since the same
few calls a million times over are what a load of a table takes. The tests hold both equal.
"""

import datetime as dt
import functools
import json
import os
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from breach.intake.columnar import FIELDS, ColumnNormaliser, Columns
from breach.intake.contact import email_key
from breach.intake.headers import plain
from breach.intake.mapping import ColumnMapping
from breach.intake.match import CUSTOMER_NUMBER, EMAIL, NAME_BIRTH_POSTCODE, NATIONAL_ID, name_key
from breach.intake.normalise import is_postable
from breach.intake.record import EMAIL as BY_EMAIL
from breach.intake.record import NONE, POST
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from breach.vault import salted_digest
from breach.vault.canonical import SALT_BYTES
from breach.vault.workers import WorkerKeys, WorkerVault

SOURCE_DIGEST = "source-record"  # in salted digests; frozen
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, as in models/base.py
RANDOM_LETTERS = 16  # 80 bits
TIME_LETTERS = 10  # milliseconds since 1970 in 50 bits
_LETTERS = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
_WORD = struct.Struct(">q")
_SORTED = tuple(sorted(FIELDS))
_SORT_KEYS = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Consecutive rows of a table as they stand there. `number` counts from 0."""

    number: int
    rows: list[Row]
    refused: list[Refusal]

    @property
    def read(self) -> int:
        return len(self.rows) + len(self.refused)


@dataclass(slots=True)
class Tried:
    """What a batch would give: read = accepted + refused."""

    number: int
    read: int
    accepted: int
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(slots=True)
class Prepared:
    """A batch ready to be stored; the lists have one entry for each accepted row, in the order of the file.

    `kinds` is JSON. `words` holds the first eight bytes of each blind index of a row as a number. `digests` are the
    salted digests for the ledger.
    """

    number: int
    read: int
    rows: list[int]
    source_uids: list[str]
    sources: list[bytes]
    person_uids: list[str]
    people: list[bytes]
    email_index: list[bytes | None]
    customer_index: list[bytes | None]
    name_index: list[bytes | None]
    identifier_index: list[bytes | None]
    words: list[tuple[int, ...]]
    kinds: list[str]
    country: list[str]
    region: list[str]
    language: list[str]
    minor: list[bool | None]
    relation: list[str]
    channel: list[str]
    has_email: list[bool]
    has_address: list[bool]
    digests: list[bytes]


class Preparer:
    """What a worker process does: batches in, tried or sealed batches out."""

    def __init__(self, mapping: ColumnMapping, header: Sequence[str], on: dt.date, keys: WorkerKeys) -> None:
        """Make ready for one table. `on` is the day for which ages are told."""
        self._normalise = ColumnNormaliser(mapping, header, on)
        self._vault = WorkerVault(keys)

    def attempt(self, batch: RawBatch) -> Tried:
        """Normalise, and keep only what would be refused or set aside, in the order of the file."""
        columns = self._normalise(batch.rows)
        refusals = [*batch.refused, *columns.refused, *columns.set_aside]
        refusals.sort(key=lambda refusal: refusal.row)
        return Tried(batch.number, batch.read, len(columns.rows), refusals)

    def prepare(self, batch: RawBatch, *, milliseconds: int) -> Prepared:
        """Normalise, encode, blind and seal. `milliseconds` since 1970, and one more for each batch, begin the ids."""
        columns = self._normalise(batch.rows)
        return _sealed(self._vault, batch, columns, milliseconds + batch.number)


def _sealed(vault: WorkerVault, batch: RawBatch, columns: Columns, milliseconds: int) -> Prepared:
    count = len(columns.rows)
    names, values = columns.names(), columns.values
    records, views = encode(columns)
    salts = _pieces(os.urandom(SALT_BYTES * count), SALT_BYTES)
    bodies = (with_salt(content, salt) for content, salt in zip(records, salts, strict=True))
    source_uids, person_uids = new_uids(count, milliseconds), new_uids(count, milliseconds)
    indexes = [vault.blind_many(texts, kind=kind) for kind, texts in key_columns(columns, names)]
    email, customer, name, identifier = indexes
    has_email = list(map(bool, values["email"]))
    where = (values[name] for name in ("street", "postcode", "city", "country"))
    has_address = list(map(is_postable, names, *where))
    return Prepared(
        number=batch.number,
        read=batch.read,
        rows=columns.rows,
        source_uids=source_uids,
        sources=vault.seal_many(
            [(f"source-record/{uid}", body) for uid, body in zip(source_uids, bodies, strict=True)]
        ),
        person_uids=person_uids,
        people=vault.seal_many(
            [(f"person/{uid}", view) for uid, view in zip(person_uids, views, strict=True)]
        ),
        email_index=email,
        customer_index=customer,
        name_index=name,
        identifier_index=identifier,
        words=list(map(_words_of_row, zip(*indexes, strict=True))),
        kinds=list(map(_kinds_json, columns.kinds)),
        country=values["country"],
        region=values["region"],
        language=values["language"],
        minor=columns.minors,
        relation=values["relation"],
        channel=list(map(_channel, has_email, has_address)),
        has_email=has_email,
        has_address=has_address,
        digests=[
            bytes.fromhex(salted_digest(SOURCE_DIGEST, content, salt))
            for content, salt in zip(records, salts, strict=True)
        ],
    )


def _channel(has_email: bool, has_address: bool) -> str:
    return BY_EMAIL if has_email else POST if has_address else NONE


def _words_of_row(indexes: Iterable[bytes | None]) -> tuple[int, ...]:
    return tuple(word_of(index) for index in indexes if index is not None)


def with_salt(content: bytes, salt: bytes) -> bytes:
    """Return what is sealed as a source record: the record's bytes, and the salt of its digest."""
    return b'{"record":' + content + b',"salt":"' + salt.hex().encode() + b'"}'


def word_of(index: bytes) -> int:
    """Return the first eight bytes of a blind index as a number."""
    return int(_WORD.unpack_from(index)[0])


@functools.lru_cache(maxsize=4_096)
def _kinds_json(kinds: tuple[str, ...]) -> str:
    return json.dumps(kinds)


def _pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def new_uids(count: int, milliseconds: int) -> list[str]:
    """Return ids of 26 letters that begin with the time and end in 80 random bits.

    Ids that grow are put in at the end of their index; wholly random ones all over it, slower with every row.
    """
    letters = os.urandom(RANDOM_LETTERS * count).translate(_LETTERS).decode("ascii")
    front = "".join(ALPHABET[milliseconds >> (5 * place) & 31] for place in reversed(range(TIME_LETTERS)))
    return [
        front + letters[start : start + RANDOM_LETTERS] for start in range(0, len(letters), RANDOM_LETTERS)
    ]


def encode(columns: Columns) -> tuple[list[bytes], list[bytes]]:
    """Return what `Record.to_bytes` gives for each row, and the same for the view of a person of this one record."""
    parts: list[list[str]] = []
    at_given = 0
    for name in _SORTED:
        if name == "given":
            at_given = len(parts)
        elif any(column := columns.values[name]):
            parts.append(_encoded(name, column))
    if not any(columns.given):
        whole = [_object(row) for row in zip(*parts, strict=True)] if parts else [b"{}"] * len(columns.rows)
        return whole, whole
    given = [f'"given":{_SORT_KEYS(dict(pairs))}' if pairs else "" for pairs in columns.given]
    views = [_object(row) for row in zip(*parts, strict=True)]
    return [_object(row) for row in zip(*parts[:at_given], given, *parts[at_given:], strict=True)], views


def _encoded(name: str, column: Sequence[str]) -> list[str]:
    front = f'"{name}":'
    return [front + encode_basestring(value) if value else "" for value in column]


def _object(parts: Iterable[str]) -> bytes:
    return f"{{{','.join(filter(None, parts))}}}".encode()


def key_columns(columns: Columns, names: Sequence[str]) -> Iterable[tuple[str, list[str | None]]]:
    """Yield each kind of exact key with its text for each row, None where a row has none; as `match.plain_keys`, and
    then the national identifier.
    """
    values = columns.values
    yield EMAIL, _texts(email_key, values["email"])
    yield CUSTOMER_NUMBER, _texts(str.casefold, values["customer_number"])
    parts = zip(names, *(values[name] for name in ("full_name", "given_name", "family_name")), strict=True)
    yield (
        NAME_BIRTH_POSTCODE,
        [
            f"{_name_words(*part)}|{born}|{postcode.replace(' ', '').upper()}"
            if part[0] and born and postcode
            else None
            for part, born, postcode in zip(parts, values["birth_date"], values["postcode"], strict=True)
        ],
    )
    yield NATIONAL_ID, [text or None for text in columns.national_ids]


def _texts(key: Callable[[str], str], column: Sequence[str]) -> list[str | None]:
    return [key(value) if value else None for value in column]


def _name_words(name: str, full: str, given: str, family: str) -> str:
    """Return the words of a name as its key has them. Given and family names repeat; whole names do not."""
    if not full:
        first, last = _words(given), _words(family)
        if first is not None and last is not None:
            return " ".join(sorted(first | last))
    return _key_words(name)


@functools.lru_cache(maxsize=65_536)
def _words(part: str) -> frozenset[str] | None:
    """Return the words of one part of a name, or None for a script that is compared as a whole."""
    return frozenset(_key_words(part).split()) if plain(part) else None


def _key_words(name: str) -> str:
    return name_key(name, "", "").removesuffix("||")
