"""Places and kinds of data as people write them: by code, by name in any language, or as the page names them."""

import re
from difflib import get_close_matches
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from breach.law import kinds, places
from breach.law.datafiles import read as read_law
from breach.law.words import LANGUAGES
from breach.queries.fact_values import place

_CODE = re.compile(r"(?:^|\()([A-Za-z]{2}(?:-[A-Za-z0-9]{1,4})?)\)?$")
COUNTRIES, REGIONS, PLACES = "countries", "regions", "places"


def suggested() -> dict[str, list[str]]:
    """Return the places that the datalists of the page offer, in its language."""
    codes = [code for code in read_law("data/places.toml")["place"] if code not in ("EU", "EEA")]
    countries = sorted(place(code) for code in codes if places.is_country(code))
    regions = sorted(place(code) for code in codes if places.is_region(code))
    return {COUNTRIES: countries, REGIONS: regions, PLACES: countries + regions}


def read_place(text: str, among: str) -> str:
    """Return the code of a place written by code, by name in any language, or as the page writes it."""
    said = " ".join(text.split())
    if not said:
        raise ValidationError(_("No place is given."))
    found = _CODE.search(said)
    code = found[1].upper() if found else ""
    if _fits(code, among):
        return code
    named = _names(among).get(said.casefold(), ())
    if len(named) == 1:
        return named[0]
    if named:
        each = " / ".join(place(one) for one in named)
        raise ValidationError(_("“%(text)s” may be any of: %(each)s.") % {"text": said[:40], "each": each})
    near = get_close_matches(said.casefold(), _names(among), n=1)
    mend = (
        _("Did you mean %(place)s?") % {"place": place(_names(among)[near[0]][0])}
        if near
        else _("Write a name or a code, such as FR or US-CA.")
    )
    raise ValidationError(_("“%(text)s” is no place known here.") % {"text": said[:40]} + f" {mend}")


def _fits(code: str, among: str) -> bool:
    is_country, is_region = places.is_country(code), places.is_region(code)
    return {COUNTRIES: is_country, REGIONS: is_region, PLACES: is_country or is_region}[among]


@cache
def _names(among: str) -> dict[str, tuple[str, ...]]:
    """Return the codes by each name in any language: Georgia is a country and a State."""
    found: dict[str, tuple[str, ...]] = {}
    for code, row in read_law("data/places.toml")["place"].items():
        for name in {str(row[language]).casefold() for language in LANGUAGES if _fits(code, among)}:
            found[name] = (*found.get(name, ()), code)
    return found


def read_kinds(text: str) -> list[str]:
    """Return the keys of kinds written by key or by name, separated by semicolons."""
    named = {
        one.label(language).casefold(): one.key for one in kinds.load().values() for language in LANGUAGES
    }
    named |= {key: key for key in kinds.load()}
    found = []
    for said in filter(None, (one.strip() for one in text.split(";"))):
        key = named.get(said.casefold())
        if key is None:
            near = get_close_matches(said.casefold(), named, n=1)
            mend = " " + _("Did you mean “%(kind)s”?") % {"kind": near[0]} if near else ""
            raise ValidationError(_("“%(text)s” is no kind of data.") % {"text": said[:40]} + mend)
        found.append(key)
    if not found:
        raise ValidationError(_("No kind of data is given."))
    return list(dict.fromkeys(found))
