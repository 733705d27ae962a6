"""The versions of a party's facts: who recorded which, when, from where, and what each changed."""

from dataclasses import dataclass

from breach.models import FactsVersion, Party
from breach.queries.fact_labels import fact_label
from breach.queries.fact_values import Difference, differences


@dataclass(frozen=True, slots=True)
class Overruled:
    """A fact that stands against its count, and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version with what it changed against the one before."""

    version: FactsVersion
    changed: tuple[Difference, ...]
    overruled: tuple[Overruled, ...]


def versions(party: Party, zone: str) -> list[VersionLine]:
    """Return every version, newest first."""
    rows = list(FactsVersion.objects.filter(party=party).select_related("created_by").order_by("number"))
    before = [None, *rows[:-1]]
    return [_line(row, old, zone) for row, old in zip(rows, before, strict=True)][::-1]


def version_line(version: FactsVersion, zone: str) -> VersionLine:
    """Return one version with what it changed."""
    rows = FactsVersion.objects.filter(party=version.party_id, number__lt=version.number)
    return _line(version, rows.order_by("-number").first(), zone)


def changed_since(party: Party, number: int, zone: str) -> tuple[tuple[Difference, ...], list[FactsVersion]]:
    """Return what changed after version `number` (0: before the first), and the versions that did it."""
    rows = list(FactsVersion.objects.filter(party=party, number__gte=number).select_related("created_by"))
    old = rows[0].document if rows and rows[0].number == number else None
    later = [row for row in rows if row.number > number]
    return (differences(old, later[-1].document, zone) if later else ()), later


def _line(row: FactsVersion, old: FactsVersion | None, zone: str) -> VersionLine:
    return VersionLine(
        version=row,
        changed=differences(old.document if old else None, row.document, zone),
        overruled=tuple(Overruled(fact_label(key), why) for key, why in sorted(row.overruled.items())),
    )
