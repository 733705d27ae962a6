# ruff: noqa: ANN001, ANN201 - arguments are the named columns of the vectors
"""Every regime and duty against a table of known answers, row by row: a legal number that changes fails by its name."""

import json
from pathlib import Path

import pytest

from breach.law.regimes import load

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "regimes.json").read_text(encoding="utf-8"))
REGIMES, DUTIES = VECTORS["regimes"], VECTORS["duties"]


def name_of(row):
    return " ".join(word for word in (row["regime"], row["to"], row["phase"], row["only"]) if word)


def amount(period):
    return f"{period.value} {period.unit}" if period else ""


def limited(limit):
    return f"{amount(limit.period)} from {limit.event}" if limit else ""


def condition(one):
    """Write a condition on one line: `any(serious_harm, count people > 1000)`."""
    if one.of:
        return f"{one.test}({', '.join(condition(inner) for inner in one.of)})"
    order = ("of", "operator", "number", "level", "name", "group", "place", "is")
    words = [one.test, *(str(one.values[key]) for key in order if key in one.values)]
    if "assume" in one.values:
        words.append("if known" if one.values["assume"] is False else "unless denied")
    return " ".join(words)


def row_of(regime, duty):
    return {
        "regime": regime.key,
        "to": duty.to,
        "phase": duty.phase,
        "only": duty.only_for or "",
        "by": " ".join(duty.by),
        "from": duty.event or "",
        "period": amount(duty.period),
        "standard": duty.standard or "",
        "cap": limited(duty.cap),
        "limit": limited(duty.limit),
        "sooner": duty.sooner or "",
        "noon": duty.noon,
        "guidance": duty.guidance,
        "without_harm": duty.without_harm,
        "when": [condition(one) for one in duty.when],
        "confidence": duty.confidence,
    }


def regime_row(regime):
    return {
        "citation": regime.citation,
        "jurisdiction": regime.jurisdiction,
        "status": regime.status,
        "applies_from": regime.applies_from.isoformat() if regime.applies_from else "",
        "trigger": f"{regime.trigger_word}: {regime.trigger}",
        "counting": f"{regime.counting} {regime.calendar}",
        "bound": " ".join((regime.scope.link, *regime.scope.territory)),
        "sectors": " ".join(regime.scope.sectors),
        "not_sectors": " ".join(regime.scope.not_sectors),
        "register_kept": amount(regime.register_keep) if regime.register else "no register",
        "held": " ".join(regime.hold.to),
        "confidence": regime.confidence,
    }


def test_the_table_knows_127_regimes_and_every_duty():
    assert set(REGIMES) == set(load())
    assert len(REGIMES) == 127
    ours = [row_of(regime, duty) for regime in load().values() for duty in regime.duties]
    assert sorted(map(name_of, ours)) == sorted(map(name_of, DUTIES))


@pytest.mark.parametrize("key", sorted(REGIMES))
def test_regime_is_as_its_source_has_it(key):
    assert regime_row(load()[key]) == REGIMES[key]


@pytest.mark.parametrize("row", DUTIES, ids=map(name_of, DUTIES))
def test_duty_is_as_its_source_has_it(row):
    ours = (row_of(load()[row["regime"]], duty) for duty in load()[row["regime"]].duties)
    found = [one for one in ours if name_of(one) == name_of(row) and one["by"] == row["by"]]
    assert found == [row]
