"""The data folder: database, keys, files and run-time sockets, each in its own place, all private to one account."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 100  # bytes; sockaddr_un holds 108 on Linux and fewer elsewhere


def private_folder(path: Path) -> Path:
    """Return the folder, made with all missing parents for this account only."""
    for folder in reversed((path, *path.parents)):
        folder.mkdir(mode=0o700, exist_ok=True)
    return path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths below one root. Folders are made on first use with mode 0700."""

    root: Path

    @property
    def database(self) -> Path:
        return private_folder(self.root / "db") / "tocsin.sqlite3"

    @property
    def files(self) -> Path:
        return private_folder(self.root / "files")

    @property
    def redis_socket(self) -> Path:
        """The private Redis listens here; a short folder of its own stands in when the path would be too long."""
        path = private_folder(self.root / "run") / "redis.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
        # The name is derived, so that every process of this installation finds the same socket.
        short = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"tocsin-{os.getuid()}-{short}"
        private_folder(folder)
        if folder.stat().st_uid != os.getuid():
            raise PermissionError(
                f"{folder} belongs to another account. Remove it, or set TOCSIN_DATA to a shorter path."
            )
        folder.chmod(0o700)
        return folder / "redis.sock"

    @staticmethod
    def secret_key(keys: Path) -> str:
        """Read Django's secret key, or make it on first start (file mode 0600, beside the keyring)."""
        path = private_folder(keys) / "secret_key"
        if not path.exists():
            draft = path.with_name(f"secret_key.{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
            # Link, not rename: of two processes starting at once the first one's key stays.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        text = path.read_text(encoding="ascii").strip()
        if not text:
            raise ValueError(f"{path} is empty. Remove it and start again; everybody has to sign in anew.")
        return text
