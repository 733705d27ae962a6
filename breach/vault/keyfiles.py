"""Files that hold keys: private to one account, whole or not there, never half-written."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from breach.vault.errors import KeyExists, KeyExposed, KeyMissing

PRIVATE = 0o600
MOST_BYTES = 16 * 1024 * 1024  # a key file is small; a huge one is a mistake or an attack


def read_private(path: Path) -> bytes:
    """Return the content. Raises KeyMissing, or KeyExposed when other accounts may read or write it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyMissing(f"there is no key file {path.name}") from None
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise KeyExposed(f"other accounts may read {path.name}; run: chmod 600 {path}")
        return file.read(MOST_BYTES)


def stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes whenever `replace` put a new file there; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet. Raises KeyExists; of two writers at once one wins, whole."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        raise KeyExists(f"{path.name} exists and is not overwritten") from None
    finally:
        draft.unlink()
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Put new content in place of the old; a reader sees the one or the other."""
    draft = _draft(path, content)
    draft.replace(path)
    sync_folder(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    return draft


def append_line(path: Path, line: str) -> None:
    """Add one line and see it onto the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE)
    try:
        os.write(descriptor, line.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def remove(path: Path) -> bool:
    """Overwrite and unlink; tell whether there was a file.

    Overwriting is best effort (journals, snapshots and flash memory keep copies): what counts is that the
    file was wrapped, and that rotation retires the key that wrapped it.
    """
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """See the folder's list of names onto the disk, without which a rename may be lost in a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold a lock between processes of this machine for as long as the block runs."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)
