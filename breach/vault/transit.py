"""Bytes at rest for a moment: sealed under a key that exists only in this process's memory.

An upload waits here until it is sealed under its incident's key. When the process ends, what is left cannot be opened.
"""

import io
import os
import struct
from typing import IO, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_LENGTH = struct.Struct(">I")


class TransitSeal:
    """Write chunks, `finish`, then read them back through `reader()` as often as needed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._cipher = AESGCM(os.urandom(32))
        self._written = 0
        self._finished = False

    def write(self, chunk: bytes) -> None:
        if self._finished:
            raise ValueError("already finished")
        # The key is used once per file, so a counter is a safe nonce and fixes the order.
        sealed = self._cipher.encrypt(self._written.to_bytes(12, "big"), chunk, None)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._written += 1

    def finish(self) -> None:
        self._file.flush()
        self._finished = True

    def reader(self) -> "TransitReader":
        if not self._finished:
            raise ValueError("not finished")
        return TransitReader(self._file, self._cipher, self._written)


class TransitReader(io.RawIOBase):
    """Reads the sealed chunks in order; raises InvalidTag when the file was touched meanwhile."""

    def __init__(self, file: IO[bytes], cipher: AESGCM, chunks: int) -> None:
        super().__init__()
        self._file, self._cipher, self._chunks = file, cipher, chunks
        self._next, self._rest = 0, b""
        self._file.seek(0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest and self._next < self._chunks:
            (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
            self._rest = self._cipher.decrypt(self._next.to_bytes(12, "big"), self._file.read(length), None)
            self._next += 1
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
