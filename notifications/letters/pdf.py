"""The few pieces of PDF (ISO 32000-1) that the print run writes itself: objects, a flat page tree, the
cross-reference.

Plain Python over bytes; reading and copying what WeasyPrint wrote is left to pikepdf.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import pikepdf

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_COMPRESSION = 1  # short streams: a higher level costs time and gains nothing


class PdfFile:
    """One PDF written from front to back. `reserve` gives out object numbers; `close` ends the file."""

    def __init__(self, out: BinaryIO, *, first_free: int = 1) -> None:
        self._out, self._position = out, 0
        self._offsets: dict[int, int] = {}
        self._next = first_free
        self._tree = self.reserve()
        self._pages: list[int] = []
        self._write(_HEADER)

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def reserve(self) -> int:
        number = self._next
        self._next += 1
        return number

    def has(self, number: int) -> bool:
        return number in self._offsets

    def put(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._position
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def put_stream(self, number: int, data: bytes, entries: bytes = b"") -> None:
        packed = zlib.compress(data, _COMPRESSION)
        self.put(number, stream(packed, entries + b"/Filter/FlateDecode"))

    def add_page(self, *, sheet: tuple[float, float], resources: bytes, content: bytes) -> None:
        page, stream_number = self.reserve(), self.reserve()
        self.put_stream(stream_number, content)
        head = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]" % (self._tree, *sheet)
        self.put(page, head + b"/Resources %b/Contents %d 0 R>>" % (resources, stream_number))
        self._pages.append(page)

    def close(self, *, title: str) -> int:
        """Write page tree, catalogue and cross-reference; return the length of the file in bytes."""
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        self.put(self._tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self._pages), kids))
        catalogue, info = self.reserve(), self.reserve()
        self.put(catalogue, b"<</Type/Catalog/Pages %d 0 R>>" % self._tree)
        self.put(info, b"<</Title %b/Producer(Tocsin)>>" % text_string(title))
        start = self._position
        self._write(self._cross_reference())
        size = self._next
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, catalogue, info, start)
        )
        return self._position

    def _cross_reference(self) -> bytes:
        rows = [b"xref\n0 %d\n0000000000 65535 f \n" % self._next]
        for number in range(1, self._next):
            offset = self._offsets.get(number)
            rows.append(b"0000000000 00000 f \n" if offset is None else b"%010d 00000 n \n" % offset)
        return b"".join(rows)

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._position += len(data)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def text_string(text: str) -> bytes:
    """A text string in UTF-16 (7.9.2.2), as hexadecimal, so that nothing needs escaping."""
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().upper().encode() + b">"


class SharedPages:
    """Pages of laid-out letters as form XObjects (8.10), numbered once for a whole print run.

    `add` takes the pages of one PDF and returns the object number of the form of each. `write` puts what
    these need into a file, once.
    """

    def __init__(self) -> None:
        self._pdf = pikepdf.new()
        self._needs: dict[int, tuple[int, ...]] = {}

    def add(self, pdf: bytes) -> tuple[int, ...]:
        numbers = []
        with pikepdf.open(io.BytesIO(pdf)) as source:
            for page in source.pages:
                form = self._pdf.copy_foreign(source.make_indirect(page.as_form_xobject()))
                number = form.objgen[0]
                self._needs[number] = tuple(_reachable(form))
                numbers.append(number)
        return tuple(numbers)

    @property
    def first_free(self) -> int:
        return max((number for needs in self._needs.values() for number in needs), default=0) + 1

    def write(self, form: int, target: PdfFile) -> None:
        for number in self._needs[form]:
            if not target.has(number):
                target.put(number, _serialised(self._pdf.get_object(number, 0)))


def _reachable(root: Any) -> Iterable[int]:
    """Numbers of the indirect objects below `root`, itself first."""
    seen: dict[int, None] = {}
    todo = [root]
    while todo:
        item = todo.pop()
        if not isinstance(item, pikepdf.Object):
            continue  # numbers, names of Python's own types
        if item.is_indirect:
            if item.objgen[0] in seen:
                continue
            seen[item.objgen[0]] = None
        if isinstance(item, pikepdf.Array):
            todo += list(item)
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            todo += [item[key] for key in item.keys()]  # noqa: SIM118 - a pikepdf dictionary is no mapping
    return seen


def _serialised(item: Any) -> bytes:
    if not isinstance(item, pikepdf.Stream):
        return bytes(item.unparse(resolved=True))
    data, entries = item.read_raw_bytes(), item.stream_dict
    kept = pikepdf.Dictionary({key: entries[key] for key in entries.keys() if key != "/Length"})  # noqa: SIM118
    if "/Filter" not in kept:
        data, kept["/Filter"] = zlib.compress(data, 9), pikepdf.Name.FlateDecode
    return stream(data, bytes(kept.unparse())[2:-2])


def page_resources(forms: Mapping[str, int], fonts: Mapping[str, int]) -> bytes:
    """A resource dictionary naming form XObjects and fonts by object number."""
    objects = b"".join(b"/%b %d 0 R" % (name.encode(), number) for name, number in forms.items())
    faces = b"".join(b"/%b %d 0 R" % (name.encode(), number) for name, number in fonts.items())
    return b"<</XObject<<%b>>/Font<<%b>>>>" % (objects, faces)
