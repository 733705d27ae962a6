"""The few pieces of PDF (ISO 32000-1) that the print run writes itself: objects, a flat page tree, the
cross-reference.

Plain Python over bytes; reading and copying what WeasyPrint wrote is left to pikepdf.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import pikepdf

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class PdfFile:
    """One PDF written from front to back. `reserve` gives out object numbers; `close` ends the file.

    `sheet` is the size of all its pages in points. Streams of pages are not compressed: they are short, and
    the printer's own link or seal does that better for all of them together.
    """

    def __init__(self, out: BinaryIO, *, sheet: tuple[float, float], first_free: int = 1) -> None:
        self._write, self._sheet = out.write, sheet
        self._offsets: dict[int, int] = {}
        self.next_number = first_free
        self._tree = self.reserve()
        self._pages: list[int] = []
        self._write(_HEADER)
        self._position = len(_HEADER)

    @property
    def page_count(self) -> int:
        return len(self._pages)

    def reserve(self) -> int:
        number = self.next_number
        self.next_number += 1
        return number

    def has(self, number: int) -> bool:
        return number in self._offsets

    def put(self, number: int, body: bytes) -> None:
        data = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        self._offsets[number] = self._position
        self._position += len(data)
        self._write(data)

    def add_page(self, *, resources: bytes, content: bytes) -> None:
        page = self.next_number
        self.next_number += 2
        self.put(page + 1, stream(content))
        self.put(
            page,
            b"<</Type/Page/Parent %d 0 R/Resources %b/Contents %d 0 R>>" % (self._tree, resources, page + 1),
        )
        self._pages.append(page)

    def close(self, *, title: str, duplex: bool) -> int:
        """Write page tree, catalogue and cross-reference; return the length of the file in bytes.

        The printer's program is told not to scale (the address has a window to meet) and whether both sides
        are printed.
        """
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        tree = b"<</Type/Pages/Count %d/MediaBox[0 0 %.6f %.6f]/Kids[%b]>>"
        self.put(self._tree, tree % (len(self._pages), *self._sheet, kids))
        catalogue, info = self.reserve(), self.reserve()
        self.put(
            catalogue,
            b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None/Duplex/%b>>>>"
            % (self._tree, b"DuplexFlipLongEdge" if duplex else b"Simplex"),
        )
        self.put(info, b"<</Title %b/Producer(Tocsin)>>" % text_string(title))
        start = self._position
        size = self.next_number
        end = b"%btrailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
            self._cross_reference(),
            size,
            catalogue,
            info,
            start,
        )
        self._write(end)
        return start + len(end)

    def _cross_reference(self) -> bytes:
        rows = [b"xref\n0 %d\n0000000000 65535 f \n" % self.next_number]
        for number in range(1, self.next_number):
            offset = self._offsets.get(number)
            rows.append(b"0000000000 00000 f \n" if offset is None else b"%010d 00000 n \n" % offset)
        return b"".join(rows)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def text_string(text: str) -> bytes:
    """A text string in UTF-16 (7.9.2.2), as hexadecimal, so that nothing needs escaping."""
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().upper().encode() + b">"


@dataclass(frozen=True, slots=True)
class PageObjects:
    """Objects by number, and for each form the numbers of all that it needs. Plain bytes: they go to other
    processes.
    """

    objects: Mapping[int, bytes]
    needs: Mapping[int, tuple[int, ...]]
    first_free: int

    def write(self, form: int, target: PdfFile) -> None:
        """Put a form and what it needs into a file, once."""
        for number in self.needs[form]:
            if not target.has(number):
                target.put(number, self.objects[number])


class PageCollector:
    """Pages of laid-out letters as form XObjects (8.10), numbered once for a whole print run from `first`."""

    def __init__(self, *, first: int = 1) -> None:
        self._pdf = pikepdf.new()
        taken = len(self._pdf.objects)
        for _ in range(taken + 1, first):
            self._pdf.make_indirect(pikepdf.Dictionary())
        self._needs: dict[int, tuple[int, ...]] = {}

    def add(self, pdf: bytes) -> tuple[int, ...]:
        """Take the pages of one PDF; returns the object number of the form of each."""
        numbers = []
        with pikepdf.open(io.BytesIO(pdf)) as source:
            for page in source.pages:
                form = self._pdf.copy_foreign(source.make_indirect(page.as_form_xobject()))
                number = form.objgen[0]
                self._needs[number] = tuple(_reachable(form))
                numbers.append(number)
        return tuple(numbers)

    def collected(self) -> PageObjects:
        numbers = sorted({number for needs in self._needs.values() for number in needs})
        objects = {number: _serialised(self._pdf.get_object(number, 0)) for number in numbers}
        return PageObjects(objects, dict(self._needs), max(numbers, default=0) + 1)


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
