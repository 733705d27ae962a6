"""References and genuine-letter codes: random symbols that a person can read aloud, with a check character.

Crockford's alphabet has no I, L, O or U; what people type instead is read as meant. The check character is
Luhn's algorithm modulo 32: it finds every wrong symbol and nearly every swap of neighbours.
"""

import hashlib
import hmac
import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_SYMBOLS = 11  # 55 bits: no two alike among a million letters
CODE_SYMBOLS = 13  # 65 bits: not to be guessed
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GAPS = re.compile(r"[\s\-‐‑‒–—.]+")
_MARK_LABEL = b"tocsin/v1/letter-code\0"


def new_reference() -> str:
    """Return a new reference for print, as "7K3M-Q9TX-2HFA"."""
    return _grouped(_random(REFERENCE_SYMBOLS), 4)


def new_code() -> str:
    """Return a new genuine-letter code for print, as "7K3MQ-9TX2H-FA5C"."""
    return _grouped(_random(CODE_SYMBOLS), 5)


def read_reference(text: str) -> str | None:
    """Return the reference that somebody typed or scanned, as stored; None when it can be none."""
    symbols = _symbols(text, REFERENCE_SYMBOLS)
    return _grouped(symbols, 4) if symbols else None


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, as printed; None when it can be none."""
    symbols = _symbols(text, CODE_SYMBOLS)
    return _grouped(symbols, 5) if symbols else None


def mark_of(code: str, key: bytes) -> bytes:
    """Return the 32 bytes by which a printed code is found without being stored."""
    return hmac.digest(key, _MARK_LABEL + _plain(code).encode(), hashlib.sha256)


def check_character(symbols: str) -> str:
    total = 0
    for place, symbol in enumerate(reversed(symbols)):
        value = ALPHABET.index(symbol) * (1 if place % 2 else 2)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def _random(count: int) -> str:
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(count))
    return symbols + check_character(symbols)


def _symbols(text: str, count: int) -> str | None:
    symbols = _plain(text[:200])
    fits = len(symbols) == count + 1 and all(symbol in ALPHABET for symbol in symbols)
    return symbols if fits and check_character(symbols[:-1]) == symbols[-1] else None


def _plain(text: str) -> str:
    return _GAPS.sub("", text).upper().translate(_MEANT)


def _grouped(symbols: str, size: int) -> str:
    return "-".join(symbols[start : start + size] for start in range(0, len(symbols), size))
