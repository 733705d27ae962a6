"""Sealing of files while they pass by, in bounded memory.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) as age uses it: chunks of 64 KiB, each
sealed by AES-256-GCM under a key of the file's own; the nonce is an 11-byte counter and one byte that is 1 on
the last chunk only. Chunks that are changed, dropped, repeated or swapped do not open; a missing end shows.

    1 byte    format version (2)
    8 bytes   id of the incident's key
    16 bytes  salt, random: HKDF(seal key, salt) is the file's key, so that counters may start at 0
    chunks    64 KiB of plaintext and a 16-byte tag each; only the last may be shorter (empty: empty file)
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from breach.vault.envelope import HEAD_BYTES, TAG_BYTES, check_head
from breach.vault.errors import Damaged
from breach.vault.subkeys import derive

VERSION = 2
CHUNK_BYTES = 64 * 1024
SALT_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
_LABEL = b"tocsin/v1/stream\0"


class Chunks:
    """The cipher of one file: which nonce and which associated data a chunk gets."""

    def __init__(self, key: bytes, head: bytes, salt: bytes, context: str) -> None:
        if not context:
            raise ValueError("sealed content needs a context")
        self._cipher = AESGCM(derive(key, "stream-file", salt=salt))
        self._bound = _LABEL + head + context.encode()
        self._count = 0

    def seal(self, chunk: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._next_nonce(last), chunk, self._bound)

    def open(self, chunk: bytes, *, last: bool) -> bytes:
        self._count += 1
        return self.open_at(self._count - 1, chunk, last=last)

    def open_at(self, number: int, chunk: bytes, *, last: bool) -> bytes:
        """Open the chunk that stands at `number`, counted from 0, wherever reading is."""
        try:
            return self._cipher.decrypt(_nonce(number, last), chunk, self._bound)
        except (InvalidTag, ValueError):
            raise Damaged(f"the sealed file was changed, cut or moved (chunk {number + 1})") from None

    def _next_nonce(self, last: bool) -> bytes:
        self._count += 1
        return _nonce(self._count - 1, last)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class StreamSealer:
    """Takes bytes as they arrive and writes them sealed; for uploads that must never lie on disk in clear."""

    def __init__(
        self, key: bytes, key_id: bytes, dst: BinaryIO, *, context: str, salt: bytes | None = None
    ) -> None:
        salt = os.urandom(SALT_BYTES) if salt is None else salt
        head = bytes([VERSION]) + key_id
        self._chunks = Chunks(key, head, salt, context)
        self._dst = dst
        self._waiting = bytearray()
        self.size = 0
        dst.write(head + salt)

    def write(self, data: bytes) -> None:
        """Take more plaintext. The last chunk is held back, since only `finish` knows that it is the last."""
        self._waiting += data
        self.size += len(data)
        done = 0
        while len(self._waiting) - done > CHUNK_BYTES:
            chunk = bytes(self._waiting[done : done + CHUNK_BYTES])
            self._dst.write(self._chunks.seal(chunk, last=False))
            done += CHUNK_BYTES
        del self._waiting[:done]

    def finish(self) -> int:
        """Write the last chunk and return the size of the plaintext. Without it the file does not open."""
        self._dst.write(self._chunks.seal(bytes(self._waiting), last=True))
        self._waiting.clear()
        return self.size


def open_chunks(key: bytes, key_id: bytes, src: BinaryIO, *, context: str) -> Iterator[bytes]:
    """Yield the plaintext chunk by chunk. Raises UnknownVersion, WrongKey or Damaged.

    Whoever passes chunks on before the end has been seen must throw them away when Damaged comes.
    """
    head = read_exactly(src, HEAD_BYTES)
    check_head(head, VERSION, key_id)
    salt = read_exactly(src, SALT_BYTES)
    if len(salt) < SALT_BYTES:
        raise Damaged("the sealed file was cut short")
    chunks = Chunks(key, head, salt, context)
    chunk, first = read_exactly(src, SEALED_CHUNK_BYTES), True
    while True:
        following = read_exactly(src, SEALED_CHUNK_BYTES) if len(chunk) == SEALED_CHUNK_BYTES else b""
        opened = chunks.open(chunk, last=not following)
        if not opened and not first:
            raise Damaged("the sealed file ends in an empty chunk")
        yield opened
        if not following:
            return
        chunk, first = following, False


def read_exactly(src: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end: pipes and sockets give less than was asked for."""
    data = src.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    while (missing := size - sum(map(len, parts))) and (more := src.read(missing)):
        parts.append(more)
    return b"".join(parts)
