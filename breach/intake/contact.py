"""E-mail addresses, telephone numbers, countries and languages as people write them, into one form each.

Common forms take a quick path; the field's libraries judge the rest. Nothing asks the network.
"""

import functools
import re
from collections.abc import Iterator, Mapping

from babel import Locale
from email_validator import EmailNotValidError, validate_email

from breach.intake.headers import plain

NAME_LANGUAGES = ("en", "fr", "de", "es", "nl", "it", "pt", "pl")
# Names in use beside those of the Unicode CLDR.
OTHER_NAMES = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "angleterre": "GB",
    "ecosse": "GB",
    "grande bretagne": "GB",
    "grossbritannien": "GB",
    "gran bretana": "GB",
    "inglaterra": "GB",
    "usa": "US",
    "u s a": "US",
    "us": "US",
    "united states of america": "US",
    "etats unis d amerique": "US",
    "eeuu": "US",
    "ee uu": "US",
    "brd": "DE",
    "holland": "NL",
    "hollande": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
}
ALPHA_3 = {
    "FRA": "FR",
    "DEU": "DE",
    "BEL": "BE",
    "ESP": "ES",
    "GBR": "GB",
    "USA": "US",
    "NLD": "NL",
    "ITA": "IT",
    "POL": "PL",
    "PRT": "PT",
    "CHE": "CH",
    "AUT": "AT",
    "LUX": "LU",
    "IRL": "IE",
    "CAN": "CA",
    "DNK": "DK",
    "SWE": "SE",
    "NOR": "NO",
    "FIN": "FI",
    "GRC": "GR",
    "CZE": "CZ",
    "ROU": "RO",
    "HUN": "HU",
    "BGR": "BG",
    "HRV": "HR",
    "SVK": "SK",
    "SVN": "SI",
    "AUS": "AU",
    "NZL": "NZ",
    "BRA": "BR",
    "MEX": "MX",
    "JPN": "JP",
    "IND": "IN",
    "CHN": "CN",
}
# Codes of the CLDR that are no countries: groupings, test regions, unassigned.
_NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_LOCAL = re.compile(
    r"^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$", re.IGNORECASE | re.ASCII
)
_LONGEST_LOCAL, _LONGEST = 64, 254  # RFC 5321, 4.5.3.1.1; RFC 3696 erratum 1690
SHORTEST_PHONE = 8  # shorter runs of digits are codes
_PHONE = re.compile(r"^[+(]?[\d\s().\-/]{6,24}$")


def email_address(text: str) -> str:
    """Return the address as it can be written to (domain in lower case), or "" when it cannot.

    The domain is checked for form, never looked up.
    """
    local, _, domain = text.rpartition("@")
    if len(text) > _LONGEST or len(local) > _LONGEST_LOCAL:
        return ""
    if _LOCAL.match(local):
        checked = _domain(domain)
        return f"{local}@{checked}" if checked else ""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""


@functools.lru_cache(maxsize=65_536)
def _domain(domain: str) -> str:
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).domain
    except EmailNotValidError:
        return ""


def email_key(address: str) -> str:
    """Return the form under which two spellings of one address are equal."""
    return address.casefold()


def is_phone(text: str) -> bool:
    """Say whether a value has the look of a telephone number, without knowing the country."""
    return _PHONE.match(text) is not None and sum(char.isdigit() for char in text) >= SHORTEST_PHONE


@functools.cache
def _country_names() -> Mapping[str, str]:
    names = dict(_territories())
    names.update(OTHER_NAMES)
    return names


def _territories() -> Iterator[tuple[str, str]]:
    for language in NAME_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code not in _NO_COUNTRY:  # noqa: PLR2004 - ISO 3166-1 alpha-2
                yield plain(name), code


@functools.lru_cache(maxsize=4_096)
def country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code that a code or name in any of eight languages means, or ""."""
    upper = text.strip().upper()
    if upper in Locale("en").territories and len(upper) == 2 and upper not in _NO_COUNTRY:  # noqa: PLR2004
        return upper
    return ALPHA_3.get(upper) or _country_names().get(plain(text), "")


def is_country(text: str) -> bool:
    return country_code(text) != ""


@functools.cache
def _language_names() -> Mapping[str, str]:
    return {
        plain(name): code
        for language in NAME_LANGUAGES
        for code, name in Locale(language).languages.items()
        if len(code) == 2  # noqa: PLR2004 - ISO 639-1
    }


@functools.lru_cache(maxsize=4_096)
def language_code(text: str) -> str:
    """Return the ISO 639-1 code that a code ("fr", "nl-BE", "FR_be") or a name means, or ""."""
    primary = re.split(r"[-_]", text.strip().lower())[0]
    if len(primary) == 2 and primary in Locale("en").languages:  # noqa: PLR2004
        return primary
    return _language_names().get(plain(text), "")


def is_language(text: str) -> bool:
    return language_code(text) != ""
