"""A key made from a passphrase: scrypt (RFC 7914), with a cap on the work a file may ask for."""

import os
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from breach.vault.errors import Damaged, TooMuchWork
from breach.vault.subkeys import KEY_BYTES

USUAL_WORK = 17  # 2**17 rounds of 1 KiB: 128 MiB and a third of a second
LEAST_WORK, MOST_WORK = 10, 18
BLOCK, LANES = 8, 1
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Stretching:
    """How a passphrase becomes a key; stands in clear beside what the key seals."""

    work: int
    salt: bytes

    def __post_init__(self) -> None:
        if not LEAST_WORK <= self.work <= MOST_WORK:
            raise TooMuchWork(f"scrypt work 2**{self.work} is outside 2**{LEAST_WORK} to 2**{MOST_WORK}")
        if len(self.salt) != SALT_BYTES:
            raise Damaged("the keyring's salt is damaged")

    @classmethod
    def new(cls, work: int = USUAL_WORK) -> "Stretching":
        return cls(work, os.urandom(SALT_BYTES))

    def key(self, passphrase: str) -> bytes:
        """Return the 32-byte key. An empty passphrase is refused."""
        if not passphrase:
            raise ValueError("the passphrase is empty")
        stretch = Scrypt(salt=self.salt, length=KEY_BYTES, n=2**self.work, r=BLOCK, p=LANES)
        return stretch.derive(passphrase.encode())

    def to_json(self) -> dict[str, Any]:
        return {"kind": "scrypt", "work": self.work, "salt": self.salt.hex()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Stretching":
        return cls(int(document["work"]), bytes.fromhex(document["salt"]))
