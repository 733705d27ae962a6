"""The form of everything that is sealed in one piece.

    1 byte    format version (1)
    8 bytes   id of the key
    12 bytes  nonce, random
    rest      AES-256-GCM ciphertext and its 16-byte tag (NIST SP 800-38D)

Associated data is a frozen label, the nine bytes in front, and the context: the place where the content
belongs (say `person/01J…/source`). Sealed bytes moved to another row therefore do not open.

A random nonce is safe for 2**32 seals under one key (SP 800-38D, section 8.3); an incident stays far below.
"""

import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from breach.vault.errors import Damaged, UnknownVersion, WrongKey
from breach.vault.subkeys import KEY_ID_BYTES

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = 1 + KEY_ID_BYTES
OVERHEAD = HEAD_BYTES + NONCE_BYTES + TAG_BYTES


class Envelope:
    """Seals and opens single values under one key, for one use (the label)."""

    def __init__(self, key: bytes, key_id: bytes, label: str) -> None:
        if len(key_id) != KEY_ID_BYTES:
            raise ValueError(f"a key id has {KEY_ID_BYTES} bytes")
        if not label or "\0" in label:
            raise ValueError("an envelope needs a label, without NUL")
        self.key_id = key_id
        self._cipher = AESGCM(key)
        self._head = bytes([VERSION]) + key_id
        self._bound = f"tocsin/v1/{label}".encode() + b"\0" + self._head

    def seal(self, plaintext: bytes, *, context: str, nonce: bytes | None = None) -> bytes:
        """Return the sealed bytes. `nonce` is for known-answer tests only; it must never repeat."""
        nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
        return self._head + nonce + self._cipher.encrypt(nonce, plaintext, self._bound_to(context))

    def seal_many(self, items: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Seal (context, plaintext) pairs, in their order. One call for randomness serves them all."""
        random = os.urandom(NONCE_BYTES * len(items))
        head, bound, encrypt = self._head, self._bound, self._cipher.encrypt
        sealed = []
        for number, (context, plaintext) in enumerate(items):
            if not context:
                raise ValueError("sealed content needs a context")
            nonce = random[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
            sealed.append(head + nonce + encrypt(nonce, plaintext, bound + context.encode()))
        return sealed

    def open(self, blob: bytes, *, context: str) -> bytes:
        """Return what was sealed. Raises UnknownVersion, WrongKey or Damaged, in that order of looking."""
        blob = bytes(blob)  # databases hand out memoryviews
        check_head(blob, VERSION, self.key_id)
        nonce = blob[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, blob[HEAD_BYTES + NONCE_BYTES :], self._bound_to(context))
        except (InvalidTag, ValueError):
            raise Damaged("the sealed content was changed, or belongs somewhere else") from None

    def open_many(self, items: Iterable[tuple[str, bytes]]) -> list[bytes]:
        """Open (context, sealed) pairs, in their order; the first that does not open raises."""
        return [self.open(blob, context=context) for context, blob in items]

    def _bound_to(self, context: str) -> bytes:
        if not context:
            raise ValueError("sealed content needs a context")
        return self._bound + context.encode()


def check_head(blob: bytes, version: int, key_id: bytes) -> None:
    """Tell the three refusals apart before any cipher is run."""
    if not blob:
        raise Damaged("the sealed content is empty")
    if blob[0] != version:
        raise UnknownVersion(f"sealed in format {blob[0]}; this version knows format {version}")
    if len(blob) < HEAD_BYTES:
        raise Damaged("the sealed content was cut short")
    if blob[1:HEAD_BYTES] != key_id:
        raise WrongKey(f"sealed under key {blob[1:HEAD_BYTES].hex()}, not under {key_id.hex()}")
