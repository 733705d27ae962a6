"""What a zip or a gzip holds, file by file, unpacked while it is read and never further than `Caps` allow.

Sizes are counted by unpacking, not believed. Names only say what an entry is called: nothing is ever written under them.
"""

import gzip
import re
import stat
import zipfile
import zlib
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol

from breach.errors import BadInput
from breach.intake.archive import package_kind
from breach.intake.caps import MIB, Caps
from breach.intake.read import EMPTY_ZIP, GZIP, WORKBOOK_NAMES, ZIP

AGAIN = "Pack the tables again, as an ordinary zip without a password."
# APPNOTE.TXT 4.3.16 and 4.3.14: the record that ends a zip lies behind at most this much; then where sizes stand in it.
TAIL = 66_000
END, SIZE_AT, BIG_END, BIG_SIZE_AT, BIG = b"PK\x05\x06", 12, b"PK\x06\x06", 40, 0xFFFF_FFFF
# Packages that are one document: an office program's, a book.
PACKAGE_PARTS = frozenset({"[Content_Types].xml", "mimetype"})
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DRIVE = re.compile(r"^[A-Za-z]:")
_PACKED_NAME = re.compile(r"\.gz(?:ip)?$", re.IGNORECASE)
DAMAGE = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(slots=True)
class Allowance:
    """What one upload of `packed` bytes may still unpack to, all its archives together."""

    packed: int
    caps: Caps
    unpacked: int = 0
    files: int = 0

    def spend(self, count: int, place: str) -> None:
        """Count bytes that were unpacked. Raises BadInput past the limit."""
        self.unpacked += count
        most = min(self.caps.archive_bytes, max(self.caps.ratio_from, self.packed * self.caps.ratio))
        if self.unpacked > most:
            raise BadInput(
                f"the archive unpacks to more than {most // MIB} MB; at most {self.caps.archive_bytes // MIB} MB and "
                f"{self.caps.ratio} times its size are taken",
                place=place,
                mend="Give its tables one by one.",
                code="bomb",
            )

    def spend_file(self, place: str) -> None:
        """Count one more file. Raises BadInput past the limit."""
        self.files += 1
        if self.files > self.caps.archive_files:
            raise BadInput(
                f"the archive holds more than {self.caps.archive_files} files",
                place=place,
                mend="Pack the tables only, or split it into parts.",
                code="bomb",
            )


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of an archive: its number (from 1), what it is called there, and its content, to be read once, before
    the next is asked for.
    """

    number: int
    name: str
    content: "Counted"


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int = -1, /) -> bytes: ...


class Counted:
    """The content of an entry: every byte is counted, damage is a refusal."""

    def __init__(self, source: Readable, allowance: Allowance, place: str) -> None:
        self._source, self._allowance, self._place = source, allowance, place

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, never more than one MiB. Raises BadInput for damage, and past the allowance."""
        try:
            data = self._source.read(MIB if size < 0 else min(size, MIB))
        except DAMAGE as error:
            raise _damaged(self._place) from error
        self._allowance.spend(len(data), self._place)
        return data


def packing(stream: BinaryIO, name: str, caps: Caps, *, place: str) -> str:
    """Return "zip" or "gzip" for an archive of files and "" for anything else, workbooks and documents among it.

    Raises BadInput for a zip whose list of names alone asks for too much memory.
    """
    stream.seek(0)
    head = stream.read(4)
    if head.startswith(GZIP):
        return "gzip"
    if head not in (ZIP, EMPTY_ZIP) or name.lower().endswith(WORKBOOK_NAMES):
        return ""
    _check_directory(stream, caps, place)
    if package_kind(stream) != "zip":
        return ""
    with suppress(*DAMAGE, OSError), zipfile.ZipFile(stream) as archive:
        return "" if PACKAGE_PARTS & set(archive.namelist()) else "zip"
    return "zip"


def unpacked(
    stream: BinaryIO, kind: str, name: str, allowance: Allowance, *, place: str
) -> Generator[Packed, None, None]:
    """Yield the files of an archive that `packing` has named. Folders are left out: they hold nothing.

    Raises BadInput for what is damaged, encrypted, names places outside of itself, or asks for more than is allowed.
    """
    stream.seek(0)
    if kind == "gzip":
        allowance.spend_file(place)
        with gzip.GzipFile(fileobj=stream) as content:
            yield Packed(1, _PACKED_NAME.sub("", name), Counted(content, allowance, place))
        return
    if stream.read(len(EMPTY_ZIP)) == EMPTY_ZIP:
        return  # nothing but the record of the end
    try:
        archive = zipfile.ZipFile(stream)
    except (*DAMAGE, OSError) as error:
        raise _damaged(place) from error
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for number, member in enumerate(members, start=1):
            allowance.spend_file(place)
            _check_member(member, entry_place(place, str(number)))
        for number, member in enumerate(members, start=1):
            where = entry_place(place, str(number))
            with _opened(archive, member, where) as content:
                yield Packed(number, member.filename, Counted(content, allowance, where))


def entry_place(place: str, number: str) -> str:
    """Name an entry in a message by its number: what it is called may say who is affected."""
    return f"{place}, entry {number}"


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> IO[bytes]:
    # The reader stops at the declared size; raising it makes it read what is really there, to be counted.
    member.file_size = max(member.file_size, 1 << 62)
    try:
        return archive.open(member)
    except (*DAMAGE, OSError) as error:
        raise _damaged(place) from error


def _check_member(member: zipfile.ZipInfo, place: str) -> None:
    if member.flag_bits & 1:
        raise BadInput("the archive is encrypted", place=place, mend=AGAIN, code="encrypted")
    parts = member.orig_filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or _DRIVE.match(parts[0]) or "\0" in member.orig_filename:
        raise BadInput("the name of this file leads out of the archive", place=place, mend=AGAIN, code="path")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadInput(
            "this is a link to another place, not a file",
            place=place,
            mend="Pack the file itself.",
            code="path",
        )
    if member.compress_type not in METHODS:
        raise BadInput(
            "the file is packed in a way that is not read", place=place, mend=AGAIN, code="archive"
        )


def _check_directory(stream: BinaryIO, caps: Caps, place: str) -> None:
    """Refuse a list of names that is too long, before anything reads it into memory."""
    start = max(0, stream.seek(0, 2) - TAIL)
    stream.seek(start)
    tail = stream.read(TAIL)
    at = tail.rfind(END)
    size = int.from_bytes(tail[at + SIZE_AT : at + SIZE_AT + 4], "little") if at >= 0 else 0
    if size == BIG and (at := tail.rfind(BIG_END)) >= 0:
        size = int.from_bytes(tail[at + BIG_SIZE_AT : at + BIG_SIZE_AT + 8], "little")
    if size > caps.directory_bytes:
        raise BadInput(
            "the archive holds too many files", place=place, mend="Pack the tables only.", code="bomb"
        )


def _damaged(place: str) -> BadInput:
    return BadInput("the archive is damaged", place=place, mend=AGAIN, code="archive")
