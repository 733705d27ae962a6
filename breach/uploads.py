"""Uploads are sealed while they stream in, so that nothing of them ever lies on disk in clear.

Django's own handlers spool large uploads to a temporary file. This one encrypts each chunk under a key that lives in
this process's memory only; reading it back decrypts. The service then seals the stream under the incident's key.
"""

import io
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from breach.errors import BadInput
from breach.vault.transit import TransitSeal

if TYPE_CHECKING:
    _Uploaded = UploadedFile[bytes]  # generic in the stubs only
else:
    _Uploaded = UploadedFile


class SealedUpload(_Uploaded):
    """An uploaded file whose bytes lie sealed in an unnamed temporary file. Reads once, from the start, or seeks to 0."""

    def __init__(self, seal: TransitSeal, name: str | None, content_type: str, size: int) -> None:
        super().__init__(
            file=io.BufferedReader(seal.reader()), name=name, content_type=content_type, size=size
        )
        self.seal = seal

    def open(self, *_args: Any, **_kwargs: Any) -> "SealedUpload":
        self.file = io.BufferedReader(self.seal.reader())
        return self

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset or whence:
            raise io.UnsupportedOperation("a sealed upload is read from its start")
        self.open()
        return 0


class TooLargeUpload(SealedUpload):
    """Stands in for a file over the limit; whoever reads it gets the refusal."""

    def read(self, *_args: Any, **_kwargs: Any) -> bytes:
        raise BadInput(
            f"The file is larger than {settings.TOCSIN_MAX_UPLOAD:,} bytes",
            place=self.name or "",
            mend="Split it, or raise TOCSIN_MAX_UPLOAD.",
        )


class SealingUploadHandler(FileUploadHandler):
    """The only upload handler: caps the size while it streams, and seals every chunk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seal = TransitSeal(TemporaryFile())  # noqa: SIM115 - closed with the upload
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        self.received += len(raw_data)
        # What is too much is read and thrown away, so that the answer can say why instead of breaking off.
        if self.received <= settings.TOCSIN_MAX_UPLOAD:
            self.seal.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        self.seal.finish()
        if self.received > settings.TOCSIN_MAX_UPLOAD:
            return TooLargeUpload(self.seal, self.file_name, self.content_type or "", file_size)
        return SealedUpload(self.seal, self.file_name, self.content_type or "", file_size)
