"""How many people are where, and where the party is established. Unknown stays None."""

from __future__ import annotations

from breach.law.facts import Facts
from breach.law.places import UNKNOWN, country_of, is_within


def residents(facts: Facts, territory: str) -> int | None:
    """Return how many of the people live in `territory` (a country, a region, "EEA"); None when unknown.

    A region that is not listed counts as none as soon as the listed regions of its country account for
    everybody there.
    """
    if "-" in territory:
        return _in_region(facts, territory)
    counts = facts.people_by_country
    if counts is None:
        known = [
            number for place, number in (facts.people_by_region or {}).items() if is_within(place, territory)
        ]
        return sum(known) if known else None
    found = sum(number for place, number in counts.items() if is_within(place, territory))
    return found if found or not counts.get(UNKNOWN) else None


def _in_region(facts: Facts, region: str) -> int | None:
    regions = facts.people_by_region or {}
    if region in regions:
        return regions[region]
    country = country_of(region)
    if facts.people_by_country is None:
        return None
    in_country = facts.people_by_country.get(country, 0)
    listed = sum(number for place, number in regions.items() if country_of(place) == country)
    unplaced = facts.people_by_country.get(UNKNOWN, 0)
    return 0 if listed >= in_country and not unplaced else None


def is_established_in(facts: Facts, territory: str) -> bool | None:
    """Say whether the party has an establishment in `territory`; None when its establishments are unknown."""
    places = (
        *(facts.established_in or ()),
        *((facts.main_establishment,) if facts.main_establishment else ()),
    )
    if any(is_within(place, territory) for place in places):
        return True
    if facts.established_in is None:
        return None
    # "US" alone leaves open in which state: a region is then neither found nor excluded.
    return None if "-" in territory and country_of(territory) in places else False


def total(facts: Facts) -> int | None:
    if facts.people_total is not None:
        return facts.people_total
    return sum(facts.people_by_country.values()) if facts.people_by_country else None
