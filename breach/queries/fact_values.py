"""Values of the facts document in words, and what one version says that another does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from breach.law import facts_fields, words
from breach.law.authorities import load as authorities
from breach.law.facts import Facts
from breach.law.facts_parts import Adjustment, Combination, Hold, Sectors, Submission
from breach.law.steps import local
from breach.queries.clocks import law_name
from breach.queries.fact_labels import SECTOR, choice_label, fact_label, sector_keys

NOWHERE: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of which two versions say different things, both in words."""

    key: str
    label: str
    before: str
    after: str


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any], zone: str) -> tuple[Difference, ...]:
    """Return what changed from `old` (None: nothing was known) to `new`, in the order of the document."""
    before, after = _flat(old or {}), _flat(new)
    return tuple(
        Difference(
            key,
            fact_label(key),
            value_in_words(key, before.get(key), zone),
            value_in_words(key, after.get(key), zone),
        )
        for key in keys()
        if before.get(key) != after.get(key)
    )


def keys() -> list[str]:
    """Every fact of the document, the parts of `sectors` one by one."""
    found: list[str] = []
    for item in facts_fields.described(Facts):
        found += [f"{SECTOR}{key}" for key in sector_keys()] if item.name == "sectors" else [item.name]
    return found


def shape_of(key: str) -> Any:
    of, name = (Sectors, key.removeprefix(SECTOR)) if key.startswith(SECTOR) else (Facts, key)
    return next(facts_fields.shape_of(item) for item in facts_fields.described(of) if item.name == name)


def value_of(document: Mapping[str, Any], key: str) -> Any:
    """Return the JSON value of a fact, or of a part of one."""
    return _flat(document).get(key)


def value_in_words(key: str, value: Any, zone: str) -> str:
    """Return a JSON value of the document in the language of the page; instants in `zone`."""
    return _not_known() if value is None else _in_words(shape_of(key), value, zone)


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    sectors = document.get("sectors") or NOWHERE
    return {
        **{key: value for key, value in document.items() if key != "sectors"},
        **{f"{SECTOR}{key}": sectors.get(key) for key in sector_keys()},
    }


def _in_words(shape: Any, value: Any, zone: str) -> str:
    if isinstance(shape, facts_fields.ListOf):
        return "; ".join(_in_words(shape.of, one, zone) for one in value) or _("none")
    if isinstance(shape, facts_fields.CountsBy):
        pairs = (f"{place(code)}: {_number(count)}" for code, count in value.items())
        return "; ".join(pairs) or _("none")
    if isinstance(shape, facts_fields.Part):
        return str(_PARTS[shape.of](value, zone))
    return _one_in_words(shape, value, zone)


def _one_in_words(shape: Any, value: Any, zone: str) -> str:
    table: dict[Any, Any] = {
        facts_fields.Flag: lambda: _("yes") if value else _("no"),
        facts_fields.Instant: lambda: _at(value, zone),
        facts_fields.Count: lambda: _number(value),
        facts_fields.Place: lambda: place(value),
        facts_fields.Regions: lambda: place(value),
        facts_fields.KindKey: lambda: words.name("kind", value, _language()),
        facts_fields.AuthorityKey: lambda: authorities()[value].native_name,
        facts_fields.Choice: lambda: choice_label(value),
    }
    return str(table.get(type(shape), lambda: value)())


def place(code: str) -> str:
    """Name a country or a part of one, with its code: what `read_place` reads again."""
    name = words.name("place", code, _language())
    return name if name == code else f"{name} ({code})"


def _combination(value: dict[str, Any], _zone: str) -> str:
    kinds = ", ".join(words.name("kind", kind, _language()) for kind in value["kinds"])
    people = _not_known() if value.get("people") is None else _number(value["people"])
    return f"{place(value['place'])}: {kinds} ({people})"


def _submission(value: dict[str, Any], zone: str) -> str:
    language = _language()
    law = law_name(value["regime"], language) if value.get("regime") else ""
    phase, to = words.name("phase", value["phase"], language), words.name("to", value["to"], language)
    return ", ".join(one for one in (law, phase, to, _at(value["at"], zone)) if one)


def _hold(value: dict[str, Any], zone: str) -> str:
    until = _at(value["until"], zone) if value.get("until") else _("open")
    return f"{place(value['jurisdiction'])}: {value['document']}, {_at(value['since'], zone)} – {until}"


def _adjustment(value: dict[str, Any], _zone: str) -> str:
    return f"{choice_label(value['data_class'])} {value['steps']:+d}: {value['reason']}"


_PARTS: dict[Any, Any] = {
    Combination: _combination,
    Submission: _submission,
    Hold: _hold,
    Adjustment: _adjustment,
}


def _at(text: str, zone: str) -> str:
    return words.moment(local(datetime.fromisoformat(text), ZoneInfo(zone)), _language())


def _number(value: int) -> str:
    gap = "\u202f" if _language() == "fr" else ","
    return f"{value:,}".replace(",", gap)


def _not_known() -> str:
    return _("not known")


def _language() -> str:
    return (get_language() or "en")[:2]
