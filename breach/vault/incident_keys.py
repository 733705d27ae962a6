"""The incidents' own keys: one wrapped key to a file, in a folder outside the database and its backups.

Destroying a key is how an incident's content is erased. The ids of destroyed keys are listed; a file that
comes back with a restored folder is not used, and goes again.
"""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from breach.vault import keyfiles
from breach.vault.errors import Damaged, Destroyed, KeyMissing
from breach.vault.incident import IncidentVault
from breach.vault.keyring import Keyring, KeyWrapper
from breach.vault.subkeys import KEY_BYTES

_UID = re.compile(r"[0-9A-Za-z]{8,40}")
_SUFFIX = ".key"


class IncidentKeys:
    """A folder of wrapped keys."""

    def __init__(self, directory: Path, keyring: KeyWrapper) -> None:
        self._directory, self._keyring = Path(directory), keyring
        self._destroyed = self._directory / "destroyed"

    def create(self, incident_uid: str) -> IncidentVault:
        """Make the incident's random key. Raises KeyExists, or Destroyed for an id that had one."""
        path = self._path(incident_uid)
        if self.is_destroyed(incident_uid):
            raise Destroyed("the key of this incident was destroyed; it gets no other")
        key = secrets.token_bytes(KEY_BYTES)
        with self._keyring.hold():
            keyfiles.write_new(path, self._keyring.wrap(key, context=_context(incident_uid)))
        return IncidentVault(key)

    def vault(self, incident_uid: str) -> IncidentVault:
        """Open the incident's vault. Raises Destroyed, KeyMissing, WrongKey, Damaged or UnknownVersion."""
        path = self._path(incident_uid)
        if self.is_destroyed(incident_uid):
            keyfiles.remove(path)  # a restore brought it back
            raise Destroyed("the key of this incident was destroyed; its content is gone for good")
        return IncidentVault(self._unwrapped(path, incident_uid))

    def destroy(self, incident_uid: str) -> None:
        """Erase all that the incident's key sealed. Cannot be undone; doing it twice is no error.

        The id is listed before the file goes, so that a crash in between leaves the key unusable.
        """
        path = self._path(incident_uid)
        if not self.is_destroyed(incident_uid):
            keyfiles.append_line(self._destroyed, incident_uid)
        keyfiles.remove(path)

    def is_destroyed(self, incident_uid: str) -> bool:
        """Tell whether the key was destroyed, here or before a restore."""
        return incident_uid in self.destroyed()

    def destroyed(self) -> frozenset[str]:
        """Return the ids of all destroyed keys."""
        try:
            return frozenset(self._destroyed.read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def apply_destroyed(self, incident_uids: Iterable[str] = ()) -> int:
        """After a restore, destroy again what the list says, and what the ledger says by `incident_uids`.

        Returns how many files had come back.
        """
        removed = 0
        for uid in sorted(self.destroyed() | frozenset(incident_uids)):
            removed += self._path(uid).exists()
            self.destroy(uid)
        return removed

    def rewrap_all(self) -> int:
        """Bring every key under the keyring's first key and return how many were not; may be repeated."""
        with self._keyring.hold():
            return self._rewrap_all()

    def retire_old_keys(self, keyring: Keyring) -> int:
        """Re-wrap what is left and then forget the old wrapping keys; return how many were forgotten.

        Nobody can wrap in between. A key that does not open stops it before anything is forgotten.
        """
        with keyring.hold(exclusive=True):
            self._rewrap_all()
            for path in self._files():
                self._unwrapped(path, path.stem)
            return keyring.retire_old_keys()

    def _rewrap_all(self) -> int:
        moved, destroyed = 0, self.destroyed()
        for path in self._files():
            if path.stem in destroyed:
                keyfiles.remove(path)
            elif not self._keyring.is_current(keyfiles.read_private(path)):
                key = self._unwrapped(path, path.stem)
                keyfiles.replace(path, self._keyring.wrap(key, context=_context(path.stem)))
                moved += 1
        return moved

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob(f"*{_SUFFIX}"))

    def _unwrapped(self, path: Path, incident_uid: str) -> bytes:
        try:
            blob = keyfiles.read_private(path)
        except KeyMissing:
            raise KeyMissing(
                f"incident {incident_uid} has no key file; restore the folder of incident keys"
            ) from None
        key = self._keyring.unwrap(blob, context=_context(incident_uid))
        if len(key) != KEY_BYTES:
            raise Damaged("the incident's key has the wrong length")
        return key

    def _path(self, incident_uid: str) -> Path:
        if not _UID.fullmatch(incident_uid):
            raise ValueError("an incident's uid is letters and digits")
        return self._directory / f"{incident_uid}{_SUFFIX}"


def _context(incident_uid: str) -> str:
    return f"incident/{incident_uid}"
