"""Telephone numbers into E.164, the common forms on a quick path.

The library (phonenumbers) parses some 50,000 numbers a second; most numbers in a table are written either in
full ("+33612345678") or as the country dials them ("06 12 34 56 78"). For these the library's own metadata are
asked directly. Whatever could be read in another way goes to the library; the tests hold both ways equal.
"""

import functools
import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

_FULL = re.compile(r"\+[1-9]\d{7,14}")
_DIALLED = re.compile(r"0[1-9][\d .\-/()]{5,18}\d")
_TO_DROP = str.maketrans("", "", " .-/()")
_LONGEST_CODE = 3
_TRUNK = "0"


@dataclass(frozen=True, slots=True)
class _Numbering:
    """What decides about a country's numbers: lengths that exist, and what is cut off in front."""

    code: str
    lengths: frozenset[int]
    prefix: re.Pattern[str] | None
    is_plain_trunk: bool
    abroad: re.Pattern[str] | None
    general: re.Pattern[str]


@functools.lru_cache(maxsize=65_536)
def phone_number(text: str, country: str) -> str:
    """Return the number in E.164 form, or "" when it is none that could exist in `country`."""
    return _quick(text, country) or by_library(text, country)


def by_library(text: str, country: str) -> str:
    """The whole way, for every form there is."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _quick(text: str, country: str) -> str:
    """Return the number where it has one of the two common forms and nothing else could be meant, else ""."""
    if not text.isascii():
        return ""
    if _FULL.fullmatch(text):
        return _full(text)
    if country and _DIALLED.fullmatch(text):
        return _dialled(text.translate(_TO_DROP), country)
    return ""


def _full(text: str) -> str:
    code = next(
        (text[1:end] for end in range(2, 2 + _LONGEST_CODE) if int(text[1:end]) in _codes()),
        "",
    )
    numbering = _of_code(int(code)) if code else None
    rest = text[1 + len(code) :]
    if numbering is None or rest[0] == _TRUNK or len(rest) not in numbering.lengths:
        return ""
    return "" if numbering.prefix and numbering.prefix.match(rest) else text


def _dialled(digits: str, country: str) -> str:
    numbering = _of_country(country)
    if numbering is None or not numbering.is_plain_trunk:
        return ""
    rest = digits[1:]
    if len(rest) not in numbering.lengths or numbering.general.fullmatch(digits):
        return ""
    if numbering.abroad and numbering.abroad.match(digits):
        return ""
    return f"+{numbering.code}{rest}"


def _codes() -> dict[int, tuple[str, ...]]:
    return phonenumbers.COUNTRY_CODE_TO_REGION_CODE


@functools.cache
def _of_code(code: int) -> _Numbering | None:
    region = _codes()[code][0]
    return None if region == "001" else _of_country(region)


@functools.cache
def _of_country(country: str) -> _Numbering | None:
    metadata = PhoneMetadata.metadata_for_region(country, None)
    general = metadata.general_desc if metadata else None
    if metadata is None or general is None or not general.national_number_pattern:
        return None
    prefix, rule = metadata.national_prefix_for_parsing, metadata.national_prefix_transform_rule
    return _Numbering(
        str(metadata.country_code),
        frozenset(general.possible_length),
        re.compile(prefix) if prefix else None,
        prefix == _TRUNK and not rule,
        re.compile(metadata.international_prefix) if metadata.international_prefix else None,
        re.compile(general.national_number_pattern),
    )
