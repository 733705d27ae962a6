"""Reading a sealed stream from anywhere, one chunk in memory at a time.

Chunks have one size and a counter as their nonce (breach/vault/streams.py), so any of them opens alone. The
last one is opened first: a file that was cut shows before anything of it is read.
"""

import io
import os
from typing import Any, BinaryIO

from breach.vault.envelope import HEAD_BYTES, TAG_BYTES, check_head
from breach.vault.errors import Damaged
from breach.vault.streams import CHUNK_BYTES, SALT_BYTES, SEALED_CHUNK_BYTES, VERSION, Chunks, read_exactly

FRONT_BYTES = HEAD_BYTES + SALT_BYTES


class SealedReader(io.RawIOBase):
    """The plaintext of a sealed file as a seekable, read-only stream. Closes the file under it.

    Raises UnknownVersion, WrongKey or Damaged, when made or while it reads.
    """

    def __init__(self, key: bytes, key_id: bytes, file: BinaryIO, *, context: str) -> None:
        super().__init__()
        self._file = file
        head = read_exactly(file, HEAD_BYTES)
        check_head(head, VERSION, key_id)
        salt = read_exactly(file, SALT_BYTES)
        body = file.seek(0, os.SEEK_END) - FRONT_BYTES
        if len(salt) < SALT_BYTES or body < TAG_BYTES:
            raise Damaged("the sealed file was cut short")
        self._cipher = Chunks(key, head, salt, context)
        self._last = (body - 1) // SEALED_CHUNK_BYTES
        self._place, self._held = 0, -1
        self._chunk = b""
        self.size = self._last * CHUNK_BYTES + len(self._open(self._last))
        if self._last and not self._chunk:
            raise Damaged("the sealed file ends in an empty chunk")

    def _open(self, number: int) -> bytes:
        if number != self._held:
            self._file.seek(FRONT_BYTES + number * SEALED_CHUNK_BYTES)
            sealed = read_exactly(self._file, SEALED_CHUNK_BYTES)
            self._chunk = self._cipher.open_at(number, sealed, last=number == self._last)
            self._held = number
        return self._chunk

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("there is nothing before the start of a file")
        self._place = base + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        if self._place >= self.size:
            return 0
        number, start = divmod(self._place, CHUNK_BYTES)
        taken = self._open(number)[start : start + len(buffer)]
        buffer[: len(taken)] = taken
        self._place += len(taken)
        return len(taken)

    def close(self) -> None:
        self._file.close()
        self._chunk = b""
        super().close()
