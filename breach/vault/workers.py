"""Sealing in bulk in a process beside the one that holds the incident's key."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from breach.vault.blinds import BlindIndex
from breach.vault.envelope import Envelope
from breach.vault.seekable import SealedReader

SEALED = "sealed"  # the label of single sealed values; frozen


@dataclass(frozen=True, slots=True, repr=False)
class WorkerKeys:
    """The two subkeys that bulk work needs. They travel over a pipe to a child process, and are never stored."""

    key_id: bytes
    seal: bytes
    index: bytes


class WorkerVault:
    """Seals and blinds as the incident's own vault does, and opens the sealed file that is worked through."""

    def __init__(self, keys: WorkerKeys) -> None:
        self._keys = keys
        self._envelope = Envelope(keys.seal, keys.key_id, SEALED)
        self._blinds = BlindIndex(keys.index)

    def seal_many(self, items: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Seal (context, plaintext) pairs, in their order."""
        return self._envelope.seal_many(items)

    def blind_many(self, values: Iterable[str | None], *, kind: str) -> list[bytes | None]:
        """Blind many values of one kind, in their order; None stays None."""
        return self._blinds.many(values, kind=kind)

    def open_seekable(self, src: BinaryIO, *, context: str) -> BinaryIO:
        """Return the plaintext of a sealed file as a seekable stream in bounded memory; closing it closes `src`."""
        return io.BufferedReader(SealedReader(self._keys.seal, self._keys.key_id, src, context=context))
