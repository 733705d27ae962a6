"""The key under which genuine-letter codes are found. It opens nothing: the public process holds this key
alone.
"""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings

from breach.datafolder import private_folder

KEY_BYTES = 32


def portal_key() -> bytes:
    """Return the key (32 bytes).

    TOCSIN_PORTAL_KEY holds it in hexadecimal, else a file beside the keyring, made on first use, mode 0600.
    """
    given = getattr(settings, "TOCSIN_PORTAL_KEY", "")
    return _checked(given, "TOCSIN_PORTAL_KEY") if given else _read(Path(settings.TOCSIN_KEYS))


@cache
def _read(folder: Path) -> bytes:
    path = private_folder(folder) / "portal.key"
    if not path.exists():
        draft = path.with_name(f"portal.key.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
        # Link, not rename: of two processes starting at once the first one's key stays.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return _checked(path.read_text(encoding="ascii").strip(), str(path))


def _checked(text: str, place: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != KEY_BYTES:
        raise ValueError(f"{place} does not hold {KEY_BYTES} bytes. Restore it from the backup of the keys.")
    return key
