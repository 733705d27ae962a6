"""Keys made from keys: HKDF-SHA256 (RFC 5869) with one frozen label for each use."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_ID_BYTES = 8


def derive(key: bytes, label: str, *, salt: bytes | None = None, length: int = KEY_BYTES) -> bytes:
    """Return `length` bytes that depend on key, label and salt. Equal labels give equal bytes."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=f"tocsin/v1/{label}".encode()).derive(key)


def key_id(key: bytes) -> bytes:
    """Return the eight bytes by which a key is named in the clear; they tell nothing about it."""
    return derive(key, "key-id", length=KEY_ID_BYTES)
