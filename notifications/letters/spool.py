"""The print run: every variant laid out once, every letter stamped over it, files of N letters, and a
manifest.

`Job` holds what all files of a run share, as plain values that travel to other processes; `write_file` makes
one file from it and the letters that belong in it. What cannot be stamped (script, length) is laid out by
itself and takes its place in the order. Sheets are for duplex printing: every letter starts on a front side.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal, NamedTuple, TypeVar

from breach.spreadsheet import csv_text
from notifications.letters.address import window_for, windows
from notifications.letters.compose import (
    body_digest,
    compose_body,
    personal,
    personal_digest,
    variant_of,
)
from notifications.letters.pdf import PageCollector, PageObjects, PdfFile, page_resources
from notifications.letters.render import Layout, render_layout, render_whole
from notifications.letters.shaping import Shaper
from notifications.letters.stamp import Stamper
from notifications.letters.stampfont import write_font
from notifications.letters.values import Body, Letter, NoticeContent, Recipient, VariantKey

T = TypeVar("T")
LETTERS_PER_FILE = 1000


class SpoolLetter(NamedTuple):
    """One letter to be printed, and the 32 random bytes that salt the digest of its content."""

    recipient: Recipient
    salt: bytes


class ManifestRow(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Sheets:
    """One laid-out variant for one window: its layout (without the PDF) and the forms of its pages."""

    layout: Layout
    forms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What all letters of a variant say, and its digest."""

    body: Body
    digest: str


Variant = tuple[VariantKey, str]
"""What makes two letters share their pages: the wording, and the window of the envelope."""


@dataclass(frozen=True, slots=True)
class Job:
    """What all files of one run share."""

    content: NoticeContent
    said: Mapping[VariantKey, Said]
    sheets: Mapping[Variant, Sheets]
    pages: PageObjects
    duplex: bool = True


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
    nowhere. For runs that do not fit into memory see `press`.
    """
    ordered = sorted(letters, key=lambda letter: place_in_order(letter.recipient))
    known = Variants(content)
    wanted = ((known.of(recipient), window_for(recipient.country)) for recipient, _salt in ordered)
    job = lay_out(content, wanted, date=date, duplex=duplex)
    first = 1
    by_country = ((letter.recipient.country, letter) for letter in ordered)
    for number, part in enumerate(files_of(by_country, letters_per_file), start=1):
        out = io.BytesIO()
        rows = write_file(job, part, out, number=number, first_sequence=first)
        yield SpoolBatch(number, rows[0].window, out.getvalue(), rows[-1].last_page, tuple(rows))
        first += len(part)


def place_in_order(recipient: Recipient) -> str:
    """Sorts by country and postcode, as the post takes letters; the uid makes it the same every time."""
    return f"{recipient.country}\0{recipient.postcode}\0{recipient.uid}"


class Variants:
    """Which variant each recipient gets; asked once for all who are alike. Equal keys are the same object."""

    def __init__(self, content: NoticeContent) -> None:
        self._content = content
        self._known: dict[tuple[object, ...], VariantKey] = {}
        self._keys: dict[VariantKey, VariantKey] = {}

    def of(self, recipient: Recipient) -> VariantKey:
        """Raises BadInput naming the recipient's uid where there is no wording for the language."""
        alike = (
            recipient.language,
            recipient.country,
            recipient.deceased,
            recipient.kinds,
            recipient.region,
            recipient.minor,
            recipient.large_print,
        )
        found = self._known.get(alike)
        if found is None:
            key = variant_of(self._content, recipient)
            found = self._known[alike] = self._keys.setdefault(key, key)
        return found


def files_of(letters: Iterable[tuple[str, T]], largest: int) -> Iterator[tuple[T, ...]]:
    """Put the letters, in order and each with its country, into files of at most `largest` and one kind of envelope."""
    part: list[T] = []
    window = ""
    for country, letter in letters:
        needed = window_for(country)
        if part and (len(part) >= largest or needed != window):
            yield tuple(part)
            part = []
        window = needed
        part.append(letter)
    if part:
        yield tuple(part)


def manifest_csv(rows: Iterable[ManifestRow]) -> str:
    """The manifest as CSV with a header, one line per letter (RFC 4180)."""
    return manifest_head() + manifest_lines(rows)


def manifest_head() -> str:
    return csv_text([ManifestRow._fields], ",")


def manifest_lines(rows: Iterable[ManifestRow]) -> str:
    return csv_text(rows, ",")


def lay_out(
    content: NoticeContent,
    variants: Iterable[Variant],
    *,
    date: dt.date,
    duplex: bool = True,
    run: Callable[..., Iterator[Layout]] = map,
) -> Job:
    """Lay out each variant once. `run` maps as `map` does, perhaps in several processes.

    Raises BadInput naming wording and block.
    """
    wanted = list(dict.fromkeys(variants))
    said: dict[VariantKey, Said] = {}
    for key in dict.fromkeys(key for key, _window in wanted):
        body = compose_body(content, key, date=date)
        said[key] = Said(body, body_digest(body))
    collector = PageCollector()
    layouts = run(render_layout, [said[key].body for key, _ in wanted], [window for _, window in wanted])
    sheets = {
        one: Sheets(layout.without_pdf(), collector.add(layout.pdf))
        for one, layout in zip(wanted, layouts, strict=True)
    }
    return Job(content, said, sheets, collector.collected(), duplex)


def write_file(
    job: Job, letters: Sequence[SpoolLetter], out: BinaryIO, *, number: int, first_sequence: int
) -> list[ManifestRow]:
    """Write one file of one kind of envelope, front to back, and return its rows of the manifest.

    Raises BadInput naming the uid of a recipient whose letter cannot be printed.
    """
    window = window_for(letters[0].recipient.country)
    file = _LetterFile(job, window, out, number)
    rows = [file.add(letter, sequence) for sequence, letter in enumerate(letters, start=first_sequence)]
    file.close()
    return rows


@dataclass(frozen=True, slots=True)
class _Line:
    """What the letters of one variant need while one file is written."""

    key: VariantKey
    said: Said
    stamper: Stamper
    pages: tuple[bytes, ...]


class _LetterFile:
    """One file of the run while it is written."""

    def __init__(self, job: Job, window: str, out: BinaryIO, number: int) -> None:
        self._job, self._number = job, number
        self._window = windows()[window]
        self._file = PdfFile(out, sheet=self._window.points, first_free=job.pages.first_free)
        self._font = self._file.reserve()
        self._variants = Variants(job.content)
        self._lines: dict[int, _Line] = {}
        self._shapers: dict[str, Shaper] = {}

    def add(self, letter: SpoolLetter, sequence: int) -> ManifestRow:
        recipient, salt = letter
        key = self._variants.of(recipient)
        line = self._lines.get(id(key)) or self._line(key)
        words = personal(self._job.content, key.language, recipient)
        file, window = self._file, self._window.key
        first = file.page_count + 1
        stamps = line.stamper.stamp(words)
        if stamps is None:
            pages = self._add_whole(Letter(recipient.uid, line.said.body, words, window))
        else:
            pages = len(stamps)
            for resources, stamp in zip(line.pages, stamps, strict=True):
                file.add_page(resources=resources, content=b"/P Do\n" + stamp)
        if self._job.duplex and pages % 2:
            file.add_page(resources=b"<<>>", content=b"")
        return ManifestRow(
            sequence,
            self._number,
            recipient.uid,
            words.reference,
            recipient.country,
            window,
            first,
            file.page_count,
            pages,
            "whole" if stamps is None else "stamped",
            personal_digest(line.said.digest, window, words, salt),
        )

    def _line(self, key: VariantKey) -> _Line:
        sheets = self._job.sheets[key, self._window.key]
        if key.language not in self._shapers:
            self._shapers[key.language] = Shaper(key.language)
        stamper = Stamper(sheets.layout, self._window, key, self._shapers[key.language])
        pages = tuple(self._resource(form) for form in sheets.forms)
        line = self._lines[id(key)] = _Line(key, self._job.said[key], stamper, pages)
        return line

    def _resource(self, form: int) -> bytes:
        self._job.pages.write(form, self._file)
        number = self._file.reserve()
        self._file.put(number, page_resources({"P": form}, {"S": self._font}))
        return b"%d 0 R" % number

    def _add_whole(self, letter: Letter) -> int:
        collector = PageCollector(first=self._file.next_number)
        forms = collector.add(render_whole(letter).pdf)
        objects = collector.collected()
        self._file.next_number = objects.first_free
        for form in forms:
            objects.write(form, self._file)
            self._file.add_page(resources=page_resources({"P": form}, {}), content=b"/P Do\n")
        return len(forms)

    def close(self) -> None:
        glyphs = set[int]().union(*(shaper.glyphs for shaper in self._shapers.values()))
        write_font(glyphs, self._file, self._font)
        self._file.close(title=f"{self._number:04d}", duplex=self._job.duplex)
