"""Sealed files on disk: sealed while they stream in, temporary, fsync, rename, then the row; never in clear."""

import hashlib
import json
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, cast

from django.conf import settings

from breach.errors import BadInput
from breach.keys import vault_for
from breach.models import Incident, SealedFile, new_uid
from breach.vault import canonical_json, new_salt

SALT_LABEL = b"tocsin file v1\x00"
IN_MEMORY = 2**31 - 1  # an opened file stays in memory: nothing sealed goes back to disk in clear


class _Hashing:
    """A reader that digests what passes and refuses more than the cap."""

    def __init__(self, source: BinaryIO | Any, salt: bytes, limit: int) -> None:
        self.source, self.limit, self.size = source, limit, 0
        self.plain = hashlib.sha256()
        self.salted = hashlib.sha256(SALT_LABEL + salt)

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.source.read(size)
        self.size += len(data)
        if self.size > self.limit:
            raise BadInput(
                f"The file is larger than {self.limit:,} bytes", mend="Split it, or raise TOCSIN_MAX_UPLOAD."
            )
        self.plain.update(data)
        self.salted.update(data)
        return data


def path_of(name: str) -> Path:
    return Path(settings.DATA.files) / name[:2] / name


def context_of(incident: Incident, purpose: str, uid: str) -> str:
    """Bind a sealed file to its incident, its purpose and its row."""
    return f"file/{incident.uid}/{purpose}/{uid}"


def store_sealed(
    *, incident: Incident, stream: BinaryIO | Any, purpose: str, now: datetime, filename: str = ""
) -> SealedFile:
    """Seal and save in one step, for small files made inside a transaction. See `seal_file`."""
    row = seal_file(incident=incident, stream=stream, purpose=purpose, now=now, filename=filename)
    row.save()
    return row


def seal_file(
    *, incident: Incident, stream: BinaryIO | Any, purpose: str, now: datetime, filename: str = ""
) -> SealedFile:
    """Seal `stream` under the incident's key and return its row, not yet saved.

    Seal uploads before the transaction that saves the row: on SQLite every other writer waits for its end. A file whose
    row never came is removed by the sweep.

    The row keeps a salted digest in clear; the plain SHA-256, the salt and the given file name are sealed beside it.
    Raises BadInput when the file is larger than TOCSIN_MAX_UPLOAD.
    """
    uid, name, salt = new_uid(), secrets.token_hex(16), new_salt()
    vault = vault_for(incident)
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    reader = _Hashing(stream, salt, settings.TOCSIN_MAX_UPLOAD)
    try:
        with open(draft, "xb", opener=_private) as target:
            vault.seal_stream(cast("BinaryIO", reader), target, context=context_of(incident, purpose, uid))
            target.flush()
            os.fsync(target.fileno())
        draft.rename(path)
        _sync_folder(path.parent)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    meta = {"salt": salt.hex(), "sha256": reader.plain.hexdigest(), "filename": filename}
    return SealedFile(
        uid=uid,
        incident=incident,
        name=name,
        purpose=purpose,
        size=reader.size,
        sealed_sha256=_digest_of(path),
        digest=reader.salted.hexdigest(),
        sealed_meta=vault.seal(canonical_json(meta), context=context_of(incident, purpose, uid) + "/meta"),
        created_at=now,
    )


def open_sealed(file: SealedFile) -> IO[bytes]:
    """Return the content as a readable, seekable stream in memory."""
    incident = file.incident
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with path_of(file.name).open("rb") as source:
        vault_for(incident).open_stream(
            source, cast("BinaryIO", target), context=context_of(incident, file.purpose, file.uid)
        )
    target.seek(0)
    return target


def stream_sealed(file: SealedFile) -> BinaryIO:
    """Return the content as a readable, seekable stream that decrypts as it is read, in bounded memory.

    Damage shows where it is met; use `open_sealed` for what is handed out.
    """
    incident = file.incident
    context = context_of(incident, file.purpose, file.uid)
    return vault_for(incident).open_seekable(path_of(file.name).open("rb"), context=context)


def remove_unsaved(file: SealedFile) -> None:
    """Remove the content of a row that was never saved."""
    path_of(file.name).unlink(missing_ok=True)


def meta_of(file: SealedFile) -> dict[str, str]:
    """Open what is sealed beside the file: salt, plain SHA-256 (hex) and the name it was given."""
    context = context_of(file.incident, file.purpose, file.uid) + "/meta"
    return dict(json.loads(vault_for(file.incident).open(bytes(file.sealed_meta), context=context)))


def sweep_orphans(*, older_than: datetime) -> int:
    """Remove stored files that no row names (a transaction that was rolled back), once they are old enough."""
    removed = 0
    for path in Path(settings.DATA.files).glob("??/*"):
        with suppress(FileNotFoundError):  # another sweep was first
            young = path.stat().st_mtime > older_than.timestamp()
            if not young and not SealedFile.objects.filter(name=path.stem).exists():
                path.unlink()
                removed += 1
    return removed


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
