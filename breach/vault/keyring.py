"""The house's keyring: versioned keys that wrap the incidents' own keys, and the key that signs the ledger.

Reads with every key it holds, writes with the first. Several processes may use one file: each looks at it
again when it meets a key id that it does not know, and before it writes.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from breach.vault import keyfiles
from breach.vault.envelope import HEAD_BYTES, Envelope
from breach.vault.errors import KeyExists, WrongKey
from breach.vault.keyring_file import KeyringContent, decode, encode, protection
from breach.vault.passphrase import USUAL_WORK, Stretching
from breach.vault.signing import Signer, Succession
from breach.vault.subkeys import KEY_BYTES, key_id


class KeyWrapper(Protocol):
    """The contract by which a key-management service may stand in for the keyring file."""

    def wrap(self, key: bytes, *, context: str) -> bytes:
        """Seal an incident's key with the newest wrapping key."""

    def unwrap(self, blob: bytes, *, context: str) -> bytes:
        """Open it with whichever key sealed it. Raises WrongKey, Damaged or UnknownVersion."""

    def is_current(self, blob: bytes) -> bool:
        """Tell whether the newest key wrapped it."""

    def hold(self, *, exclusive: bool = False) -> AbstractContextManager[None]:
        """Keep the set of wrapping keys as it is (or, exclusive, keep others out) while the block runs."""


class Keyring:
    """A keyring file, opened. Make one by `create`, `load` or `ensure`."""

    def __init__(self, path: Path, raw: bytes, passphrase: str | None) -> None:
        self._path, self._passphrase = path, passphrase
        self._stretching: Stretching | None = None
        self._stretched: bytes | None = None
        self._stamp = keyfiles.stamp(path)
        self._take(raw)

    def __repr__(self) -> str:
        return f"<Keyring {self.key_ids[0]}>"

    @classmethod
    def create(cls, path: Path, passphrase: str | None = None, *, work: int = USUAL_WORK) -> "Keyring":
        """Make a keyring with one wrapping key and one signing key, mode 0600. Raises KeyExists."""
        stretching = Stretching.new(work) if passphrase is not None else None
        stretched = stretching.key(passphrase) if stretching and passphrase is not None else None
        seed = secrets.token_bytes(KEY_BYTES)
        content = KeyringContent(
            (secrets.token_bytes(KEY_BYTES),), seed, (Signer(seed).public_key_bytes,), ()
        )
        keyfiles.write_new(path, encode(content, stretching, stretched))
        return cls.load(path, passphrase)

    @classmethod
    def load(cls, path: Path, passphrase: str | None = None) -> "Keyring":
        """Open a keyring. Raises KeyMissing, KeyExposed, WrongKey, Damaged, UnknownVersion or TooMuchWork.

        A passphrase given for a keyring that has none does no harm; `rotate` then protects the file by it.
        """
        return cls(path, keyfiles.read_private(path), passphrase)

    @classmethod
    def ensure(cls, path: Path, passphrase: str | None = None, *, work: int = USUAL_WORK) -> "Keyring":
        """Open the keyring, or make it on first start; processes that start at once get the same."""
        if not path.exists():
            try:
                return cls.create(path, passphrase, work=work)
            except KeyExists:
                pass  # the other process was quicker
        return cls.load(path, passphrase)

    @property
    def is_protected(self) -> bool:
        """Whether a passphrase is needed to open the file."""
        return self._stretching is not None

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The wrapping keys' ids, newest first."""
        return tuple(envelope.key_id.hex() for envelope in self._envelopes.values())

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        """The public key of every signer there was, newest first, for whoever checks old signatures."""
        return self._content.public_keys

    @property
    def successions(self) -> tuple[Succession, ...]:
        """How trust passed from each signer to the next, oldest first."""
        return self._content.successions

    def signer(self) -> Signer:
        """Return the key that signs the ledger now, also when another process rotated it."""
        if keyfiles.stamp(self._path) != self._stamp:
            self.refresh()
        return Signer(self._content.signer_seed)

    def wrap(self, key: bytes, *, context: str) -> bytes:
        """Seal an incident's key with the first key. Call inside `hold`, so that it still is the first."""
        return next(iter(self._envelopes.values())).seal(key, context=context)

    def unwrap(self, blob: bytes, *, context: str) -> bytes:
        """Open an incident's key with whichever key sealed it."""
        named = blob[1:HEAD_BYTES]
        if named not in self._envelopes:
            self.refresh()
        envelope = self._envelopes.get(named)
        if envelope is None:
            # Let the newest envelope say what is wrong: the version, the length, or the key.
            envelope = next(iter(self._envelopes.values()))
        return envelope.open(blob, context=context)

    def is_current(self, blob: bytes) -> bool:
        """Tell whether the first key wrapped this."""
        return blob[1:HEAD_BYTES] == next(iter(self._envelopes))

    def hold(self, *, exclusive: bool = False) -> AbstractContextManager[None]:
        """Hold the file's lock and read the file again first."""
        return _Held(
            self, keyfiles.locked(self._path.with_name(f"{self._path.name}.lock"), exclusive=exclusive)
        )

    def refresh(self) -> None:
        """Read the file again; another process may have rotated it."""
        self._stamp = keyfiles.stamp(self._path)
        self._take(keyfiles.read_private(self._path))

    def rotate(self, *, signer: bool = True) -> None:
        """Put a new wrapping key first and, unless told otherwise, let a new signing key succeed the old one.

        Incident keys stay readable; `IncidentKeys.rewrap_all` then brings them under the new key. The old
        signing key is forgotten; its public key and the succession stay.
        """

        def change(content: KeyringContent) -> KeyringContent:
            content = content.with_new_key(secrets.token_bytes(KEY_BYTES))
            return content.with_new_signer(secrets.token_bytes(KEY_BYTES)) if signer else content

        self._change(change)

    def retire_old_keys(self) -> int:
        """Forget every wrapping key but the first and return how many went.

        Copies of incident keys that the old ones wrapped, in backups say, are unreadable from then on. Only
        `IncidentKeys.retire_old_keys` knows that none in use is among them: call that.
        """
        before = len(self.key_ids)
        self._change(KeyringContent.with_first_key_only, locked=True)
        return before - len(self.key_ids)

    def change_passphrase(self, passphrase: str | None, *, work: int = USUAL_WORK) -> None:
        """Protect the file by another passphrase, or by none."""
        with self.hold(exclusive=True):
            stretching = Stretching.new(work) if passphrase is not None else None
            stretched = stretching.key(passphrase) if stretching and passphrase is not None else None
            keyfiles.replace(self._path, encode(self._content, stretching, stretched))
            self._passphrase = passphrase
            self.refresh()

    def _change(self, change: Callable[[KeyringContent], KeyringContent], *, locked: bool = False) -> None:
        if not locked:
            with self.hold(exclusive=True):
                self._change(change, locked=True)
            return
        stretching, stretched = self._stretching, self._stretched
        if stretching is None and self._passphrase is not None:
            stretching = Stretching.new()
            stretched = stretching.key(self._passphrase)
        keyfiles.replace(self._path, encode(change(self._content), stretching, stretched))
        self.refresh()

    def _take(self, raw: bytes) -> None:
        document, stretching = protection(raw)
        if stretching != self._stretching or (stretching and self._stretched is None):
            self._stretched = self._stretch(stretching)
        self._stretching = stretching
        self._content = decode(document, self._stretched)
        self._envelopes = {key_id(key): Envelope(key, key_id(key), "wrapped") for key in self._content.keys}

    def _stretch(self, stretching: Stretching | None) -> bytes | None:
        if stretching is None:
            return None
        if self._passphrase is None:
            raise WrongKey("this keyring needs its passphrase; set TOCSIN_KEYRING_PASSPHRASE")
        return stretching.key(self._passphrase)


class _Held:
    """The keyring's lock, with a fresh look at the file on entry."""

    def __init__(self, keyring: Keyring, lock: AbstractContextManager[None]) -> None:
        self._keyring, self._lock = keyring, lock

    def __enter__(self) -> None:
        self._lock.__enter__()
        self._keyring.refresh()

    def __exit__(self, *problem: object) -> None:
        self._lock.__exit__(None, None, None)
