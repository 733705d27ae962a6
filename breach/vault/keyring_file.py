"""The keyring as a file: one JSON document, its secrets plain or sealed under a passphrase.

    {"format": "tocsin keyring", "version": 1, "protection": …, "public_keys": [hex…], "successions": […],
     "secrets": {"keys": [hex, …], "signer": hex}  or, under a passphrase,  "sealed": hex}

The first key is the one that writes. Everything in clear is associated data of what is sealed.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from breach.vault.canonical import canonical_json
from breach.vault.envelope import Envelope
from breach.vault.errors import Damaged, UnknownVersion, WrongKey
from breach.vault.passphrase import Stretching
from breach.vault.signing import Signer, Succession
from breach.vault.subkeys import KEY_BYTES, key_id

FORMAT, VERSION = "tocsin keyring", 1


@dataclass(frozen=True, slots=True, repr=False)
class KeyringContent:
    """What a keyring holds. No repr: it must not reach a log."""

    keys: tuple[bytes, ...]
    signer_seed: bytes
    public_keys: tuple[bytes, ...]  # of every signer there was, newest first
    successions: tuple[Succession, ...]

    def __post_init__(self) -> None:
        if not self.keys or any(len(key) != KEY_BYTES for key in (*self.keys, self.signer_seed)):
            raise Damaged("the keyring holds no key, or one of the wrong length")
        if len(set(self.keys)) != len(self.keys) or len(set(self.public_keys)) != len(self.public_keys):
            raise Damaged("the keyring holds the same key twice")
        if self.public_keys[:1] != (Signer(self.signer_seed).public_key_bytes,):
            raise Damaged("the keyring's signing key and public key do not belong together")

    def with_new_key(self, key: bytes) -> "KeyringContent":
        return replace(self, keys=(key, *self.keys))

    def with_first_key_only(self) -> "KeyringContent":
        return replace(self, keys=self.keys[:1])

    def with_new_signer(self, seed: bytes) -> "KeyringContent":
        old, new = Signer(self.signer_seed), Signer(seed)
        link = Succession.between(old, new)
        keys = (new.public_key_bytes, *self.public_keys)
        return replace(self, signer_seed=seed, public_keys=keys, successions=(*self.successions, link))


def encode(content: KeyringContent, stretching: Stretching | None, stretched: bytes | None) -> bytes:
    """Return the file's bytes; `stretched` is the key made from the passphrase by `stretching`."""
    clear: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "protection": stretching.to_json() if stretching else {"kind": "plain"},
        "public_keys": [key.hex() for key in content.public_keys],
        "successions": [link.to_json() for link in content.successions],
    }
    secrets = {"keys": [key.hex() for key in content.keys], "signer": content.signer_seed.hex()}
    if stretched is None:
        document = clear | {"secrets": secrets}
    else:
        sealed = _envelope(stretched).seal(canonical_json(secrets), context=canonical_json(clear).decode())
        document = clear | {"sealed": sealed.hex()}
    return json.dumps(document, indent=1).encode() + b"\n"


def protection(raw: bytes) -> tuple[dict[str, Any], Stretching | None]:
    """Read the part in clear: the document, and how its passphrase is stretched (None: it needs none)."""
    try:
        document = json.loads(raw)
        if document["format"] != FORMAT:
            raise Damaged("this is no keyring")
        if document["version"] != VERSION:
            raise UnknownVersion(
                f"the keyring has version {document['version']}; this program knows {VERSION}"
            )
        how = document["protection"]
        if how["kind"] not in ("plain", "scrypt"):
            raise UnknownVersion(
                f"the keyring is protected by {how['kind']!r}, which this program does not know"
            )
        return document, Stretching.from_json(how) if how["kind"] == "scrypt" else None
    except (ValueError, KeyError, TypeError):
        raise Damaged("the keyring is damaged") from None


def decode(document: dict[str, Any], stretched: bytes | None) -> KeyringContent:
    """Return the content. Raises WrongKey for a passphrase that does not fit."""
    try:
        secrets = document["secrets"] if stretched is None else _unsealed(document, stretched)
        return KeyringContent(
            keys=tuple(map(bytes.fromhex, secrets["keys"])),
            signer_seed=bytes.fromhex(secrets["signer"]),
            public_keys=tuple(map(bytes.fromhex, document["public_keys"])),
            successions=tuple(map(Succession.from_json, document["successions"])),
        )
    except (ValueError, KeyError, TypeError):
        raise Damaged("the keyring is damaged") from None


def _unsealed(document: dict[str, Any], stretched: bytes) -> Any:
    clear = {name: value for name, value in document.items() if name != "sealed"}
    blob = bytes.fromhex(document["sealed"])
    try:
        return json.loads(_envelope(stretched).open(blob, context=canonical_json(clear).decode()))
    except WrongKey:  # the key's id stands in front, so a wrong passphrase shows before the cipher runs
        raise WrongKey("the passphrase does not open this keyring") from None


def _envelope(stretched: bytes) -> Envelope:
    return Envelope(stretched, key_id(stretched), "keyring")
