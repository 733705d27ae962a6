"""Supervisory authorities: one per country of the EEA, the United Kingdom, Switzerland, and the German
Länder.

Websites and general addresses are no filing channels: a filing goes through the authority's own breach page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from breach.law.datafiles import names, read
from breach.law.facts import Facts
from breach.law.places import country_of, eea


@dataclass(frozen=True, slots=True)
class Authority:
    """`note`, by language, says what the channel leaves out. `languages` are those of filings.

    `is_one_stop_shop` says whether GDPR Art 56 (lead authority) works there; `sector` is public, private or empty
    where the authority serves both.
    """

    key: str
    country: str
    name: str
    native_name: str
    website: str
    email: str
    languages: tuple[str, ...]
    channel: str
    note: Mapping[str, str]
    is_eea: bool
    is_one_stop_shop: bool
    land: str
    sector: str
    confidence: Mapping[str, str]


@cache
def load() -> Mapping[str, Authority]:
    """Return every authority by key: "fr", "ie", "de_by"."""
    found = {}
    for file in names("authorities"):
        for key, row in read(file)["authority"].items():
            found[key] = Authority(
                key=key,
                country=row["country"],
                name=row["name"],
                native_name=row["native_name"],
                website=row["website"],
                email=row.get("email", ""),
                languages=tuple(row["languages"]),
                channel=row["channel"],
                note=row.get("note", {}),
                is_eea=row["eea"],
                is_one_stop_shop=row["one_stop_shop"],
                land=row.get("land", ""),
                sector=row.get("sector", ""),
                confidence=row["confidence"],
            )
    return MappingProxyType(found)


def competent(facts: Facts) -> tuple[Authority, ...]:
    """Return the authorities to notify under GDPR Arts 33, 55 and 56, as far as the facts tell.

    A named lead authority wins; then the main establishment, or the only one in the EEA. Without an
    establishment in the EEA, every authority where people concerned live is to be notified (EDPB 9/2022 v2.0
    para 73). Several establishments without a known main one leave it open: nothing is returned.
    """
    table = load()
    if facts.lead_authority and facts.lead_authority in table:
        return (table[facts.lead_authority],)
    is_public = bool(facts.is_sector("public_body"))
    main = facts.main_establishment
    if main and country_of(main) in eea():
        return _of_place(main, is_public=is_public)
    inside = sorted({place for place in facts.established_in or () if country_of(place) in eea()})
    if inside:
        one_country = len({country_of(place) for place in inside}) == 1
        return _of_place(inside[-1], is_public=is_public) if one_country else ()
    if facts.established_in is None:
        return ()
    countries = [
        place for place, number in (facts.people_by_country or {}).items() if number and place in eea()
    ]
    return tuple(one for country in sorted(countries) for one in _of_place(country, is_public=is_public))


def _of_place(place: str, *, is_public: bool) -> tuple[Authority, ...]:
    """The authority of a Land ("DE-BY") or of a country. The German private sector has none as a whole."""
    wrong = "private" if is_public else "public"
    fitting = [one for one in load().values() if one.sector != wrong]
    of_land = [one for one in fitting if one.land and one.land == place]
    of_country = [one for one in fitting if not one.land and one.country == country_of(place)]
    return tuple((of_land or of_country)[:1])
