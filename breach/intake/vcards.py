"""vCards (RFC 6350, RFC 2426 and the older 2.1) into rows: one card, one row, the same columns for every file.

Cards are cut out of the stream one by one, and each is read by itself: one that is broken is refused alone.
"""

from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

import vobject
from vobject.base import ParseError, VObjectError

from breach.intake.caps import Caps
from breach.intake.cells import checked_row
from breach.intake.encodings import Encoding
from breach.intake.refusals import Refusal
from breach.intake.rows import Row
from breach.intake.text import open_text, undecodable

# Words that the dictionary of headers knows (data/headers.toml).
COLUMNS = (
    "Full name",
    "Family name",
    "Given name",
    "E-mail",
    "Other e-mails",
    "Phone",
    "Other phones",
    "Street",
    "Address 2",
    "Postcode",
    "City",
    "State",
    "Country",
    "Birth date",
    "Language",
    "Employer",
    "Job title",
    "Photo",
    "Note",
    "Other properties",
)
PARTS = {"n", "fn", "email", "tel", "adr", "bday", "lang", "org", "title", "role", "photo", "note"}
# They say something about the card, nothing about the person.
SILENT = {"version", "prodid", "rev", "uid"}
BEGIN, END = "BEGIN:VCARD", "END:VCARD"


def read_cards(
    stream: BinaryIO, encoding: Encoding, caps: Caps, *, place: str
) -> Generator[Row | Refusal, None, None]:
    """Yield a row for each card, numbered from 1 in the order of the file."""
    for number, card in enumerate(_cards(stream, encoding, caps, place), start=1):
        if isinstance(card, str) and card in ("vcard", "cell_too_long"):
            yield Refusal(number, "", card)
            continue
        try:
            cells = _cells(vobject.readOne(card, allowQP=True))
        # The library meets what it does not expect with errors of any kind; one card must not end the file.
        except (VObjectError, ParseError, ValueError, LookupError, AttributeError, TypeError, StopIteration):
            yield Refusal(number, "", "vcard")
        else:
            yield checked_row(number, cells, caps)


def _cards(stream: BinaryIO, encoding: Encoding, caps: Caps, place: str) -> Iterator[str]:
    """Yield the text of each card, or the code of why it has none: text outside of cards, or too much of it."""
    text, lines, size, count = open_text(stream, encoding), list[str](), 0, 0
    try:
        while line := text.readline(caps.line_chars):
            word = line.strip("\ufeff \t\r\n").upper()
            if word == BEGIN and lines:
                count += 1
                yield "vcard"
                lines, size = [], 0
            if word or lines:
                size += len(line)
                if size <= caps.line_chars:
                    lines.append(line.lstrip("\ufeff"))
            if word == END:
                count += 1
                begins = bool(lines) and lines[0].strip().upper() == BEGIN
                yield "cell_too_long" if size > caps.line_chars else "".join(lines) if begins else "vcard"
                lines, size = [], 0
        if lines:
            yield "vcard"
    except UnicodeError as error:
        raise undecodable(encoding, f"{place}, card {count + 1}") from error
    finally:
        text.detach()


def _cells(card: Any) -> list[str]:
    contents: dict[str, list[Any]] = card.contents
    first = {name: found[0].value for name, found in contents.items() if found}
    name, address = first.get("n"), _address(contents.get("adr", []))
    emails, phones = _values(contents, "email"), _values(contents, "tel")
    return [
        _joined(first.get("fn")),
        _joined(getattr(name, "family", None)),
        _joined(getattr(name, "given", None)),
        next(iter(emails), ""),
        "; ".join(emails[1:]),
        next(iter(phones), ""),
        "; ".join(phones[1:]),
        _joined(getattr(address, "street", None)),
        _joined([getattr(address, "extended", ""), getattr(address, "box", "")]),
        _joined(getattr(address, "code", None)),
        _joined(getattr(address, "city", None)),
        _joined(getattr(address, "region", None)),
        _joined(getattr(address, "country", None)),
        _birth_date(_joined(first.get("bday"))),
        _joined(first.get("lang")),
        _joined(first.get("org")),
        _joined(first.get("title") or first.get("role")),
        "yes" if "photo" in contents else "",
        "\n".join(_values(contents, "note")),
        "; ".join(_others(contents)),
    ]


def _values(contents: dict[str, list[Any]], name: str) -> list[str]:
    found = (_joined(each.value) for each in contents.get(name, []))
    return [value.removeprefix("mailto:").removeprefix("tel:") for value in found if value]


def _address(given: list[Any]) -> Any:
    """Return the home address where there is one, else the first."""
    homes = [each for each in given if "HOME" in {kind.upper() for kind in each.params.get("TYPE", [])}]
    return next((each.value for each in homes or given), None)


def _others(contents: dict[str, list[Any]]) -> Iterator[str]:
    for name, found in sorted(contents.items()):
        if name not in PARTS | SILENT:
            yield from (f"{name.upper()}: {_joined(each.value)}" for each in found)


def _joined(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(filter(None, map(_joined, value)))
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return "" if value is None else str(value).strip()


def _birth_date(text: str) -> str:
    """Write the basic form of ISO 8601 in the extended one: 19900201 is 1990-02-01."""
    day = text.partition("T")[0]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == len("19900201") and day.isdigit() else day
