"""Looks into a packed workbook before anything opens it: what it claims, what it really holds, what it
would fetch.

Sizes are counted by unpacking, not believed: a member's declared size is only a claim.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from breach.errors import BadInput
from breach.intake.caps import MIB, Caps

CHUNK = MIB
OVERLAP = 128  # longer than any token that is searched for
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_XML = (".xml", ".rels", ".vml")
XLSX_PARTS = frozenset({"[Content_Types].xml", "xl/workbook.xml"})
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
ODS_PARTS = frozenset({"mimetype", "content.xml"})
_ODS_SEALED = re.compile(rb"manifest:encryption-data")
AS_TABLE = "Open it in a spreadsheet program and save the table as a new .xlsx or as CSV."


@dataclass(slots=True)
class SheetScan:
    """What the XML of one member says about its extent. Columns count from 1."""

    columns: set[bytes] = field(default_factory=set)
    last_row: int = 0
    has_formula: bool = False

    @property
    def last_column(self) -> int:
        return max((column_number(name.decode()) for name in self.columns), default=0)


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def package_kind(stream: BinaryIO) -> str:
    """Return what an archive is by its contents: xlsx, ods, or zip for one that holds files."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if names >= XLSX_PARTS:
                return "xlsx"
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as member:
                    return "ods" if member.read(len(ODS_TYPE) + 1).strip().startswith(ODS_TYPE) else "zip"
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        return "zip"
    return "zip"


def inspect_archive(
    stream: BinaryIO, caps: Caps, *, place: str, parts: frozenset[str] = XLSX_PARTS
) -> dict[str, SheetScan]:
    """Check a workbook's package and return a scan of each worksheet by member name.

    Raises BadInput for what is no workbook, is encrypted, unpacks too far or names entities.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_claims(members, caps, place, parts)
            _check_manifest(archive, members, place)
            return _scan(archive, members, caps, place)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise BadInput(
            "the workbook is damaged or not a workbook", place=place, mend=AS_TABLE, code="workbook"
        ) from error


def _check_manifest(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], place: str) -> None:
    """Refuse an OpenDocument file with a password: its parts are encrypted, its archive is not."""
    for member in members:
        if member.filename == "META-INF/manifest.xml":
            with archive.open(member) as manifest:
                if _ODS_SEALED.search(manifest.read(CHUNK)):
                    raise _encrypted(place)


def _encrypted(place: str) -> BadInput:
    return BadInput(
        "the workbook is encrypted", place=place, mend="Remove its password first.", code="encrypted"
    )


def _check_claims(members: list[zipfile.ZipInfo], caps: Caps, place: str, parts: frozenset[str]) -> None:
    names = {member.filename for member in members}
    if not parts <= names:
        raise BadInput("the archive holds no workbook", place=place, mend=AS_TABLE, code="workbook")
    if any(member.flag_bits & 1 for member in members):
        raise _encrypted(place)
    if len(members) > caps.members or len(names) != len(members):
        raise BadInput("the workbook has too many or doubled parts", place=place, mend=AS_TABLE, code="bomb")
    _check_size(
        sum(m.file_size for m in members),
        sum(m.compress_size for m in members),
        caps,
        place,
        "claims to unpack",
    )


def _check_size(unpacked: int, packed: int, caps: Caps, place: str, verb: str) -> None:
    if unpacked > caps.unpacked_bytes or (unpacked > caps.ratio_from and unpacked > packed * caps.ratio):
        raise BadInput(
            f"the workbook {verb} to {_size(unpacked)} from {_size(packed)}; at most "
            f"{_size(caps.unpacked_bytes)} and {caps.ratio} times its size are taken",
            place=place,
            mend=AS_TABLE,
            code="bomb",
        )


def _size(count: int) -> str:
    return f"{count / (1024 * MIB):.1f} GB" if count >= 1024 * MIB else f"{count / MIB:.1f} MB"


def _scan(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], caps: Caps, place: str
) -> dict[str, SheetScan]:
    packed = sum(member.compress_size for member in members)
    unpacked = 0
    scans: dict[str, SheetScan] = {}
    for member in members:
        sheet = (
            scans.setdefault(member.filename, SheetScan())
            if "worksheets/" in member.filename
            else SheetScan()
        )
        is_xml = member.filename.lower().endswith(_XML)
        tail = b""
        for number, chunk in enumerate(_unpack(archive, member)):
            unpacked += len(chunk)
            _check_size(unpacked, packed, caps, place, "unpacks")
            if is_xml:
                if number == 0 and b"\0" in chunk[:CHUNK]:
                    raise BadInput(
                        f"{member.filename} is not in UTF-8", place=place, mend=AS_TABLE, code="workbook"
                    )
                tail = _scan_chunk(tail + chunk, sheet, f"{place}, {member.filename}")
    return scans


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    # The reader stops at the declared size; raising it makes it read what is really there, to be counted.
    member.file_size = max(member.file_size, 1 << 62)
    with archive.open(member) as content:
        while chunk := content.read(CHUNK):
            yield chunk


def _scan_chunk(window: bytes, sheet: SheetScan, place: str) -> bytes:
    if _ENTITY.search(window):
        raise BadInput(
            "the workbook declares entities, which could read other files",
            place=place,
            mend=AS_TABLE,
            code="entities",
        )
    for letters, row in _REFERENCE.findall(window):
        sheet.columns.add(letters)
        sheet.last_row = max(sheet.last_row, int(row))
    sheet.has_formula = sheet.has_formula or _FORMULA.search(window) is not None
    return window[-OVERLAP:]
