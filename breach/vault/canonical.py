"""One way of writing a value as bytes, so that a digest means the same everywhere and always.

JSON in UTF-8, keys sorted by code point, no white space, nothing escaped that need not be. Close to
RFC 8785, but stricter: no floating-point numbers at all, and no whole number that another reader of JSON
would round. Text is kept exactly as given (no Unicode normalisation): what is digested is what was stored.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

SALT_BYTES = 32
LARGEST_INT = 2**53 - 1  # RFC 8785, section 3.2.2.3: beyond it other readers of JSON lose digits
_DIGEST_LABEL = b"tocsin/v1/digest\0"


def canonical_json(value: Any) -> bytes:
    """Return the only canonical bytes of a JSON value.

    Tuples count as lists. Raises TypeError for floats, bytes, dates and keys that are no text, ValueError for
    numbers beyond 2**53 - 1 and for lone surrogates.
    """
    _check(value)
    return _ENCODE(value).encode()


_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _check(value: Any) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INT:
            raise ValueError(f"{value} is too large for canonical JSON")
    elif isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"canonical JSON takes text as keys, not {type(key).__name__}")
        _check_all(value.values())
    elif isinstance(value, list | tuple):
        _check_all(value)
    else:
        raise TypeError(f"canonical JSON does not take {type(value).__name__}")


def _check_all(values: Iterable[Any]) -> None:
    for value in values:
        if type(value) is not str:  # most are text, and a call for each costs more than the rest
            _check(value)


def new_salt() -> bytes:
    """Return 32 random bytes, to be sealed beside the content whose digest they salt."""
    return secrets.token_bytes(SALT_BYTES)


def salted_digest(label: str, content: bytes, salt: bytes) -> str:
    """Return hex SHA-256 over label, salt and content.

    The salt keeps a stranger from guessing short content (a name, a birth date) from its digest; once the
    salt is destroyed, nobody can. Label and salt have a fixed frame, so no two triples run into each other.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    named = label.encode()
    if not named or b"\0" in named:
        raise ValueError("a digest needs a label, without NUL")
    return hashlib.sha256(_DIGEST_LABEL + named + b"\0" + salt + content).hexdigest()
