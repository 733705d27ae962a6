"""Made-up tables for the intake's tests, as the bytes somebody would upload."""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from breach.intake.caps import CAPS, Caps
from breach.intake.read import Options, Table, open_table

TODAY = dt.date(2026, 11, 24)
HEADER = "Name;E-mail;Street;Postcode;City;Country\n"
ZOE = "Zoé Lefèvre;zoe@example.org;7 rue des Lilas;75011;Paris;FR\n"


def table(
    content: bytes | str, name: str = "people.csv", options: Options | None = None, caps: Caps = CAPS
) -> Table:
    raw = content.encode() if isinstance(content, str) else content
    return open_table(io.BytesIO(raw), name, options, caps)


def xlsx(rows: Sequence[Sequence[object]], change: Callable[[Workbook], None] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """Return the archive with each member's bytes passed through `change`."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in source.namelist():
            packed.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def claiming(content: bytes, member: str, size: int) -> bytes:
    """Return the archive with the central directory's claim about one member's size replaced."""
    raw = bytearray(content)
    place = raw.rfind(b"PK\x01\x02", 0, raw.rfind(member.encode()))
    raw[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(raw)


ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
ODS_FOOT = "</office:spreadsheet></office:body></office:document-content>"


def ods(body: str | Sequence[Sequence[str]], manifest: str = "<manifest/>") -> bytes:
    """Return a spreadsheet of OpenDocument: of rows of text, or of the XML of its sheets."""
    if not isinstance(body, str):
        rows = "".join(
            "<table:table-row>"
            + "".join(
                f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
                for cell in row
            )
            + "</table:table-row>"
            for row in body
        )
        body = f'<table:table table:name="People">{rows}</table:table>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS_HEAD + body + ODS_FOOT)
        archive.writestr("META-INF/manifest.xml", manifest)
    return packed.getvalue()


def parquet(columns: Mapping[str, Sequence[object]]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), written)
    return written.getvalue()


def packed(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these files, under exactly these names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return written.getvalue()
