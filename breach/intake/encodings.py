"""Which encoding a text file is in: marks first, then UTF-8, then letters that people's names are written
with.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from breach.errors import BadInput

CHUNK = 1024 * 1024
SAMPLE = 256 * 1024
MENDS = "Save it as CSV in UTF-8, or name its encoding when uploading (for instance windows-1252)."
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Code pages in the order in which exports in western and central Europe use them; the first of equals wins.
CODE_PAGES = ("cp1252", "iso8859_15", "mac_roman", "cp850", "cp437", "cp1250")
WESTERN = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸ«»’–€°ºª¿¡")
CENTRAL = frozenset("ąćęłńóśźżčďěňřšťůžőűâăîșțşţĄĆĘŁŃÓŚŹŻČĎĚŇŘŠŤŮŽŐŰÂĂÎȘȚŞŢáéíöüÁÉÍÖÜäÄçÇßô")
ENOUGH = 0.9
MOST_CHAOS = 10  # per cent, as the library measures it
# More undecodable lines than one in this many readable ones, and it is not that encoding; more control
# characters than one in this many bytes, and it is no text.
FEW = 20
_BEYOND_ASCII = re.compile(r"(?s)(?<=(.))([^\x00-\x7f])")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name and how it was found: mark, valid, letters, guessed or given."""

    name: str
    how: str


def detect_encoding(stream: BinaryIO, *, place: str) -> Encoding:
    """Return the encoding of a seekable stream; leaves the stream anywhere. Raises BadInput when none
    fits.
    """
    stream.seek(0)
    head = stream.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            return Encoding(name, "mark")
    if _CONTROL.search(head):
        return _wide_or_binary(head, place)
    good, bad, sample = _utf8_census(stream)
    if not bad or good >= FEW * bad:
        # A handful of stray lines in a UTF-8 file are refused one by one, with their row.
        return Encoding("utf-8", "valid")
    return _code_page(sample, place)


def given_encoding(name: str, *, place: str) -> Encoding:
    """Return the encoding a person named. Raises BadInput when Python knows no text codec of that name."""
    try:
        "".encode(name)
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError) as error:
        raise BadInput(
            f"there is no encoding named {name[:40]!r}", place=place, mend=MENDS, code="encoding"
        ) from error
    return Encoding(known, "given")


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while line := stream.readline(CHUNK):
        yield line


def _utf8_census(stream: BinaryIO) -> tuple[int, int, bytes]:
    """Count lines with letters beyond ASCII that are UTF-8 and that are not; keep some of the latter."""
    good = bad = 0
    sample = bytearray()
    for line in _lines(stream):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            bad += 1
            if len(sample) < SAMPLE:
                sample += line
        else:
            good += 1
    return good, bad, bytes(sample)


def _wide_or_binary(head: bytes, place: str) -> Encoding:
    """UTF-16 without a mark has a NUL in every other byte; anything else with control bytes is no text."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2 or 1
    if odd / half > ENOUGH and even == 0:
        return Encoding("utf-16-le", "guessed")
    if even / half > ENOUGH and odd == 0:
        return Encoding("utf-16-be", "guessed")
    controls = len(_CONTROL.findall(head))
    if controls * FEW > len(head):
        raise BadInput(
            "this is not a text file, or its encoding is unknown", place=place, mend=MENDS, code="encoding"
        )
    # Stray NUL bytes in an otherwise readable export: the rows that hold them are refused.
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return _code_page(head, place)
    return Encoding("utf-8", "valid")


def _code_page(sample: bytes, place: str) -> Encoding:
    """Choose the code page under which the most bytes above 127 are letters that names are written with."""
    best = max(CODE_PAGES, key=lambda page: (_share(sample, page), -CODE_PAGES.index(page)))
    if _share(sample, best) >= ENOUGH:
        return Encoding(best, "letters")
    guess = from_bytes(sample, cp_exclusion=list(CODE_PAGES)).best()
    if guess is None or guess.percent_chaos > MOST_CHAOS or not guess.alphabets:
        raise BadInput(
            "the encoding cannot be recognised", place=f"{place}, row 1", mend=MENDS, code="encoding"
        )
    return Encoding(guess.encoding, "guessed")


def _share(sample: bytes, page: str) -> float:
    """Return the share of letters beyond ASCII that belong into names, capitals only where words begin."""
    letters = CENTRAL if page == "cp1250" else WESTERN
    found = _BEYOND_ASCII.findall(sample.decode(page, errors="replace"))
    fitting = sum(char in letters and not (char.isupper() and before.islower()) for before, char in found)
    return fitting / (len(found) or 1)
