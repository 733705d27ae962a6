"""Signatures by which a house stands by its ledger: Ed25519 (RFC 8032)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC_KEY_BYTES = 32
_SUCCESSION = b"tocsin/v1/signer-succession\0"


def public_key_id(public_key: bytes) -> str:
    """Return the 16 hex digits by which a public key is named; short enough to be read out."""
    return hashlib.sha256(b"tocsin/v1/signer-id\0" + public_key).hexdigest()[:16]


def is_signature(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the holder of `public_key` signed exactly this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Signer:
    """A private key that signs, and the public key that checks it."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key_bytes = self._private.public_key().public_bytes_raw()
        self.key_id = public_key_id(self.public_key_bytes)

    def __repr__(self) -> str:
        return f"<Signer {self.key_id}>"

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature. Callers put a frozen label in front of what they sign."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class Succession:
    """One signer followed another: both signed the pair, so trust in either is trust in both."""

    old: bytes
    new: bytes
    by_old: bytes
    by_new: bytes

    @classmethod
    def between(cls, old: Signer, new: Signer) -> "Succession":
        message = _SUCCESSION + old.public_key_bytes + new.public_key_bytes
        return cls(old.public_key_bytes, new.public_key_bytes, old.sign(message), new.sign(message))

    def holds(self) -> bool:
        message = _SUCCESSION + self.old + self.new
        return is_signature(self.old, self.by_old, message) and is_signature(self.new, self.by_new, message)

    def to_json(self) -> dict[str, str]:
        return {name: getattr(self, name).hex() for name in self.__slots__}

    @classmethod
    def from_json(cls, document: dict[str, str]) -> "Succession":
        return cls(*(bytes.fromhex(document[name]) for name in cls.__slots__))


def trusted_keys(pinned: Iterable[bytes], successions: Iterable[Succession]) -> set[bytes]:
    """Return the pinned public keys and all that are tied to them by successions that hold."""
    trusted = set(pinned)
    links = [link for link in successions if link.holds()]
    while (
        grown := {key for link in links for key in (link.old, link.new) if {link.old, link.new} & trusted}
        - trusted
    ):
        trusted |= grown
    return trusted
