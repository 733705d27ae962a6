"""Countries and parts of countries that a law may ask for (ISO 3166-1, ISO 3166-2)."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

from breach.law.datafiles import read

UNKNOWN = "ZZ"
_FILE = "data/places.toml"


@cache
def eea() -> frozenset[str]:
    return frozenset(read(_FILE)["eea"])


@cache
def codes() -> frozenset[str]:
    return frozenset(read(_FILE)["place"])


def is_country(code: str) -> bool:
    return len(code) == len(UNKNOWN) and code in codes() and code != "EU"


def is_region(code: str) -> bool:
    return "-" in code and code in codes()


def country_of(code: str) -> str:
    """Return the country of a country or region code: "US" for "US-CA"."""
    return code.partition("-")[0]


def country_of_zone(zone: ZoneInfo) -> str | None:
    found = read(_FILE)["zone"].get(zone.key)
    return str(found) if found else None


def is_within(code: str, territory: str) -> bool:
    """Say whether `code` lies in `territory` (a country, a region, "EEA")."""
    if territory == "EEA":
        return country_of(code) in eea()
    return code == territory or ("-" not in territory and country_of(code) == territory)
