"""Conditions in words: every one of the regimes and templates, in both languages, with nothing left as a code."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from breach.law import condition_words, private
from breach.law.conditions import TESTS
from breach.law.datafiles import read
from breach.law.regimes import Duty, load
from breach.law.words import LANGUAGES
from tests.breach.law.test_words import places_in

TABLES = [read(f"data/words/{language}.toml") for language in LANGUAGES]


def duties() -> Iterator[Duty]:
    for regime in load().values():
        yield from regime.duties
    for key, template in private.templates().items():
        document: Mapping[str, Any] = {"counterparty": key, **template}
        for regime in private.regimes_of(key, "1", document):
            yield from regime.duties


def test_both_wordings_have_the_same_places_and_every_test_has_one() -> None:
    english, french = (table["condition"] for table in TABLES)
    assert {code: places_in(text) for code, text in english.items()} == {
        code: places_in(text) for code, text in french.items()
    }
    assert {code.partition(".")[0] for code in english} == {*TESTS, "assumed", "between"}
    assert set(TABLES[0]["group"]) == set(read("data/kinds.toml")["group"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_duty_is_said_without_codes(language: str) -> None:
    for duty in duties():
        for text in (
            *condition_words.conditions(duty.when, language),
            condition_words.by_when(duty, language),
        ):
            assert text
            assert "_" not in text, text


def test_numbers_operators_and_what_is_assumed_are_said() -> None:
    rows = [
        {"test": "count", "of": "residents", "operator": ">=", "number": 1000},
        {"test": "not", "of": [{"test": "fact", "name": "cyberattack", "is": False, "assume": True}]},
        {
            "test": "any",
            "of": [{"test": "established", "place": "FR"}, {"test": "risk", "level": "high_risk"}],
        },
    ]
    assert condition_words.of_rows(rows, "en") == (
        "residents there: at least 1,000",
        "not: cyberattack: no (taken as so while it is not known)",
        "one of these: the organisation is established in: France; the risk is high",
    )
