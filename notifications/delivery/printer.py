"""The printer's own key: print files leave the house sealed for it (age), by page and by command alike."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from breach.errors import BadInput
from breach.vault.readers import parse_recipient, seal_for_readers

SUFFIX = ".age"
_LARGEST = 64 * 1024  # a file of keys is a few lines


@dataclass(frozen=True, slots=True)
class Parcel:
    """One sealed file on its way to the printer: name, bytes, and SHA-256 of what was written."""

    file: str
    bytes: int
    sha256: str


def registered_keys() -> tuple[str, ...]:
    """Public keys in the file that TOCSIN_PRINTER_KEYS names; none where no printer is registered.

    Raises BadInput as `read_keys`.
    """
    path = getattr(settings, "TOCSIN_PRINTER_KEYS", "")  # the public process has none
    return read_keys(Path(path)) if path else ()


def read_keys(path: Path) -> tuple[str, ...]:
    """Public keys of a recipients file as age knows it: one in a line, with # before remarks.

    Raises BadInput naming file and line for a key that age cannot seal for, for a secret key, and for none.
    """
    try:
        with path.open("rb") as stream:
            lines = stream.read(_LARGEST).decode().splitlines()
    except OSError as problem:
        mend = "Name the file with the printer's public key."
        raise BadInput(f"cannot be read: {problem.strerror}", place=str(path), mend=mend) from None
    except UnicodeDecodeError:
        raise BadInput("this is no file of keys", place=str(path), mend="Give age1… keys as text.") from None
    keys = []
    for number, line in enumerate(lines, start=1):
        if (text := line.strip()) and not text.startswith("#"):
            try:
                keys.append(parse_recipient(text))
            except BadInput as refusal:
                place = f"{path}, line {number}"
                raise BadInput(refusal.message, place=place, mend=refusal.mend, code=refusal.code) from None
    if not keys:
        raise BadInput(
            "holds no key", place=str(path), mend="Write the printer's public key (age1…) into it."
        )
    return tuple(dict.fromkeys(keys))


def seal(content: bytes, keys: Sequence[str]) -> bytes:
    """Return an age file that the printer opens with `age -d`."""
    return seal_for_readers(content, keys)


class Outbox:
    """A folder that sealed files are put into, each whole or not at all, readable by this account only."""

    def __init__(self, folder: Path, keys: Sequence[str], *, replace: bool) -> None:
        self.folder, self._keys, self._replace = folder, keys, replace
        if not folder.is_dir():
            raise BadInput("there is no such folder", place=str(folder), mend="Make it, or name another.")

    def check(self, name: str) -> None:
        """Raise BadInput where this file is there already, before anything is printed."""
        path = self.folder / f"{name}{SUFFIX}"
        if path.exists() and not self._replace:
            raise BadInput("The file exists", place=str(path), mend="Name another folder, or give --replace.")

    def put(self, name: str, content: bytes) -> Parcel:
        self.check(name)
        sealed = seal(content, self._keys)
        path = self.folder / f"{name}{SUFFIX}"
        write_private(path, sealed)
        return Parcel(path.name, len(sealed), hashlib.sha256(sealed).hexdigest())


def write_private(path: Path, content: bytes) -> None:
    """Write beside the place, then rename: a half-written file is never taken for a whole one.

    Raises BadInput naming the file.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(draft, "xb", opener=_private) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as problem:
        mend = "Name a folder that exists and that you may write to."
        raise BadInput(f"Cannot write: {problem.strerror}", place=str(path), mend=mend) from None
    finally:
        draft.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
