"""The print run: every variant laid out once, every letter stamped over it, files of N letters, and a
manifest.

What cannot be stamped (script, length) is laid out by itself and takes its place in the order.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Literal

from notifications.letters import stamp
from notifications.letters.address import Window, window_for, windows
from notifications.letters.compose import address_letter, compose_body, letter_digest, variant_of
from notifications.letters.pdf import PdfFile, SharedPages, page_resources
from notifications.letters.render import Layout, render_layout, render_whole
from notifications.letters.stampfont import StampFont
from notifications.letters.values import Body, Letter, NoticeContent, Recipient, VariantKey

LETTERS_PER_FILE = 500


@dataclass(frozen=True, slots=True)
class SpoolLetter:
    """One letter to be printed, and the 32 random bytes that salt the digest of its content."""

    recipient: Recipient
    salt: bytes


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One letter of the run. Pages count from 1 in the file `batch`; `last_page` includes the blank one, if
    any, `pages` does not. `digest` is `compose.letter_digest`. Nothing here says who the person is.
    """

    sequence: int
    batch: int
    uid: str
    reference: str
    country: str
    window: str
    first_page: int
    last_page: int
    pages: int
    rendered: Literal["stamped", "whole"]
    digest: str


@dataclass(frozen=True, slots=True)
class SpoolBatch:
    """One file for one kind of envelope: `number` from 1, the PDF, and its rows of the manifest."""

    number: int
    window: str
    pdf: bytes
    pages: int
    rows: tuple[ManifestRow, ...]


@dataclass(frozen=True, slots=True)
class SpoolResult:
    """A whole print run."""

    batches: tuple[SpoolBatch, ...]

    @property
    def rows(self) -> tuple[ManifestRow, ...]:
        return tuple(row for batch in self.batches for row in batch.rows)


def spool(
    content: NoticeContent,
    letters: Iterable[SpoolLetter],
    *,
    date: dt.date,
    letters_per_file: int = LETTERS_PER_FILE,
    duplex: bool = True,
) -> SpoolResult:
    """The whole run at once; `spool_batches` hands out one file at a time."""
    found = spool_batches(content, letters, date=date, letters_per_file=letters_per_file, duplex=duplex)
    return SpoolResult(tuple(found))


def spool_batches(
    content: NoticeContent,
    letters: Iterable[SpoolLetter],
    *,
    date: dt.date,
    letters_per_file: int = LETTERS_PER_FILE,
    duplex: bool = True,
) -> Iterator[SpoolBatch]:
    """Files of at most `letters_per_file` letters, sorted by country and postcode, one kind of envelope in
    each.

    `duplex` pads every letter to an even number of pages, so that none starts on the back of another.
    Raises BadInput naming the uid of a recipient whose language has no wording or whose address fits
    nowhere.
    """
    ordered = sorted(letters, key=_order)
    run = _Run(content, date, ordered, duplex=duplex)
    for group in _groups(ordered, letters_per_file):
        yield run.batch(group)


def manifest_csv(rows: Iterable[ManifestRow]) -> str:
    """The manifest as CSV with a header, one line per letter (RFC 4180)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(ManifestRow)])
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return out.getvalue()


def _order(letter: SpoolLetter) -> tuple[str, str, str]:
    recipient = letter.recipient
    return recipient.country, recipient.postcode, recipient.uid


def _groups(letters: list[SpoolLetter], size: int) -> Iterator[list[SpoolLetter]]:
    group: list[SpoolLetter] = []
    window = ""
    for letter in letters:
        needed = window_for(letter.recipient.country)
        if group and (len(group) >= size or needed != window):
            yield group
            group = []
        window = needed
        group.append(letter)
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class _Sheetset:
    """A layout and the object numbers of its pages."""

    layout: Layout
    forms: tuple[int, ...]


class _Run:
    """State of one print run: what was laid out, the pages that are shared, the font, and the numbers given
    out.
    """

    def __init__(
        self, content: NoticeContent, date: dt.date, letters: list[SpoolLetter], *, duplex: bool
    ) -> None:
        self._content, self._date, self._duplex = content, date, duplex
        self._bodies: dict[VariantKey, Body] = {}
        self._layouts: dict[tuple[VariantKey, str], _Sheetset] = {}
        self._shared = SharedPages()
        self._sequence = 0
        self._batches = 0
        self._font = StampFont(self._characters(letters))

    def _characters(self, letters: list[SpoolLetter]) -> set[str]:
        """First pass: everything that may be stamped, before the first file is written."""
        found: set[str] = set()
        for letter in letters:
            personal = self._letter(letter).personal
            found.update(*personal.address, personal.salutation, personal.reference, personal.code)
        return found

    def _letter(self, letter: SpoolLetter) -> Letter:
        key = variant_of(self._content, letter.recipient)
        if key not in self._bodies:
            self._bodies[key] = compose_body(self._content, key, date=self._date)
        return address_letter(self._content, self._bodies[key], letter.recipient)

    def batch(self, group: list[SpoolLetter]) -> SpoolBatch:
        self._batches += 1
        prepared = [self._prepare(letter) for letter in group]
        out = io.BytesIO()
        file = _LetterFile(out, self._shared, self._font, duplex=self._duplex)
        rows = []
        for item, (letter, sheets, stamps) in zip(group, prepared, strict=True):
            first, last = file.add(sheets, stamps)
            self._sequence += 1
            row = ManifestRow(
                sequence=self._sequence,
                batch=self._batches,
                uid=letter.uid,
                reference=letter.personal.reference,
                country=item.recipient.country,
                window=letter.window,
                first_page=first,
                last_page=last,
                pages=sheets.layout.pages,
                rendered="stamped" if stamps else "whole",
                digest=letter_digest(letter, item.salt),
            )
            rows.append(row)
        file.close(title=f"{self._batches:04d}")
        return SpoolBatch(self._batches, rows[0].window, out.getvalue(), rows[-1].last_page, tuple(rows))

    def _prepare(self, item: SpoolLetter) -> tuple[Letter, _Sheetset, tuple[bytes, ...]]:
        """The letter, its pages, and what is stamped on them (nothing, when it was laid out whole)."""
        letter = self._letter(item)
        window = windows()[letter.window]
        shared = self._sheets(letter, window)
        language, statutory = letter.body.key.language, bool(letter.body.key.form)
        if stamp.is_stampable(letter.personal, shared.layout, window, language=language, statutory=statutory):
            stamps = stamp.contents(
                letter.personal, shared.layout, window, language=language, statutory=statutory
            )
            return letter, shared, stamps
        whole = render_whole(letter)
        return letter, _Sheetset(whole, self._shared.add(whole.pdf)), ()

    def _sheets(self, letter: Letter, window: Window) -> _Sheetset:
        key = (letter.body.key, window.key)
        if key not in self._layouts:
            layout = render_layout(letter.body, window.key)
            self._layouts[key] = _Sheetset(layout, self._shared.add(layout.pdf))
        return self._layouts[key]


class _LetterFile:
    """One file of the run."""

    def __init__(self, out: io.BytesIO, shared: SharedPages, font: StampFont, *, duplex: bool) -> None:
        self._shared, self._duplex = shared, duplex
        self._file = PdfFile(out, first_free=shared.first_free)
        self._font = font.write(self._file)
        self._resources: dict[int, bytes] = {}

    def add(self, sheets: _Sheetset, stamps: tuple[bytes, ...]) -> tuple[int, int]:
        """Write the pages of one letter; returns its first and last page, counted from 1."""
        first = self._file.page_count + 1
        sheet = sheets.layout.sheet
        for number, form in enumerate(sheets.forms):
            content = b"/P Do\n" + (stamps[number] if stamps else b"")
            self._file.add_page(sheet=sheet, resources=self._resource(form), content=content)
        if self._duplex and len(sheets.forms) % 2:
            self._file.add_page(sheet=sheet, resources=b"<<>>", content=b"")
        return first, self._file.page_count

    def _resource(self, form: int) -> bytes:
        if form not in self._resources:
            self._shared.write(form, self._file)
            number = self._file.reserve()
            self._file.put(number, page_resources({"P": form}, {"S": self._font}))
            self._resources[form] = b"%d 0 R" % number
        return self._resources[form]

    def close(self, *, title: str) -> int:
        return self._file.close(title=title)
