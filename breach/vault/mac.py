"""Codes that prove a message came from a holder of the shared key: HMAC-SHA256 (RFC 2104), and hashes of tokens."""

import hashlib
import hmac
import secrets

KEY_BYTES = 32
TOKEN_BYTES = 32


def new_mac_key() -> bytes:
    """Return a random key to be shared with one receiver."""
    return secrets.token_bytes(KEY_BYTES)


def message_mac(key: bytes, message: bytes) -> bytes:
    """Return the 32-byte code of `message`. The receiver computes it again and compares in constant time."""
    if len(key) < KEY_BYTES:
        raise ValueError(f"a key has at least {KEY_BYTES} bytes")
    return hmac.digest(key, message, hashlib.sha256)


def new_token() -> str:
    """Return a random token of 256 bits for an address: letters, digits, - and _."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is kept of a token: enough to find it, useless to whoever steals it (64 hex digits).

    A plain hash is enough: a token has 256 bits, so that there is nothing to guess.
    """
    return hashlib.sha256(b"tocsin/v1/token\0" + token.encode("utf-8", "replace")).hexdigest()
