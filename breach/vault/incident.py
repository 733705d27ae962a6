"""The vault of one incident: everything that its own key seals, opens or matches."""

import hashlib
import hmac
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from breach.vault import streams
from breach.vault.blinds import BlindIndex, frozen_label
from breach.vault.envelope import Envelope
from breach.vault.seekable import SealedReader
from breach.vault.subkeys import derive, key_id
from breach.vault.workers import SEALED, WorkerKeys


class IncidentVault:
    """Words over one incident's key. Hold it for one piece of work, not for the life of a process:
    a destroyed key must not go on living in memory.
    """

    def __init__(self, key: bytes) -> None:
        self.key_id = key_id(key)
        self._seal_key = derive(key, "seal")
        self._index_key = derive(key, "index")
        self._sign_off_key = derive(key, "sign-off")
        self._envelope = Envelope(self._seal_key, self.key_id, SEALED)
        self._blinds = BlindIndex(self._index_key)

    def __repr__(self) -> str:
        return f"<IncidentVault {self.key_id.hex()}>"

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Seal one value for one place. Sealing the same twice gives different bytes."""
        return self._envelope.seal(plaintext, context=context)

    def open(self, blob: bytes, *, context: str) -> bytes:
        """Open what `seal` made for the same context. Raises WrongKey, Damaged or UnknownVersion."""
        return self._envelope.open(blob, context=context)

    def seal_many(self, items: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Seal (context, plaintext) pairs, in their order."""
        return self._envelope.seal_many(items)

    def open_many(self, items: Iterable[tuple[str, bytes]]) -> list[bytes]:
        """Open (context, sealed) pairs, in their order."""
        return self._envelope.open_many(items)

    def blind(self, value: str, *, kind: str) -> bytes:
        """Return 32 bytes by which equal values of one kind are found equal, inside this incident only.

        The caller normalises the value first. HMAC-SHA256: without the key nothing can be guessed from it.
        """
        return self._blinds.one(value, kind=kind)

    def blind_many(self, values: Iterable[str | None], *, kind: str) -> list[bytes | None]:
        """Blind many values of one kind, in their order; None stays None."""
        return self._blinds.many(values, kind=kind)

    def worker_keys(self) -> WorkerKeys:
        """Return what a process of this machine needs to seal and blind in bulk; give it over a pipe, to nobody else."""
        return WorkerKeys(self.key_id, self._seal_key, self._index_key)

    def sign_off(self, content: bytes, *, label: str) -> bytes:
        """Return 32 bytes that only a holder of this incident's key can make for this label and content."""
        return hmac.digest(self._sign_off_key, frozen_label("sign-off", label) + content, hashlib.sha256)

    def is_signed_off(self, content: bytes, mark: bytes, *, label: str) -> bool:
        """Tell whether `mark` is the sign-off of this content, in constant time."""
        return hmac.compare_digest(self.sign_off(content, label=label), mark)

    def sealer(self, dst: BinaryIO, *, context: str) -> streams.StreamSealer:
        """Return a writer that seals what it is given; call `finish` at the end."""
        return streams.StreamSealer(self._seal_key, self.key_id, dst, context=context)

    def seal_stream(self, src: BinaryIO, dst: BinaryIO, *, context: str) -> int:
        """Seal `src` into `dst` in bounded memory and return the size of the plaintext in bytes."""
        sealer = self.sealer(dst, context=context)
        while data := src.read(streams.CHUNK_BYTES):
            sealer.write(data)
        return sealer.finish()

    def open_stream(self, src: BinaryIO, dst: BinaryIO, *, context: str) -> int:
        """Open `src` into `dst` and return the size of the plaintext in bytes.

        Raises Damaged, perhaps after some chunks were written: the caller throws `dst` away then.
        """
        return sum(dst.write(chunk) for chunk in self.open_chunks(src, context=context))

    def open_seekable(self, src: BinaryIO, *, context: str) -> BinaryIO:
        """Return the plaintext of a sealed file as a seekable stream in bounded memory; closing it closes `src`."""
        return io.BufferedReader(SealedReader(self._seal_key, self.key_id, src, context=context))

    def open_chunks(self, src: BinaryIO, *, context: str) -> Iterator[bytes]:
        """Yield the plaintext of a sealed stream, chunk by chunk, for answers that stream out."""
        return streams.open_chunks(self._seal_key, self.key_id, src, context=context)
