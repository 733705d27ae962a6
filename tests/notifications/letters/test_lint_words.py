"""Known answers of every rule about words, in all eight languages (tests/vectors/letter_style.toml)."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from notifications.letters import library, readability
from notifications.letters.lint_dates import dates
from notifications.letters.lint_steps import steps
from notifications.letters.lint_words import words
from notifications.letters.prose import Prose
from notifications.letters.style import style_of, tongue_of
from notifications.letters.syntax import parse

VECTORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "vectors" / "letter_style.toml").read_text("utf-8")
)
RULES = ("passive", "hedging", "jargon", "acronym", "blame", "blame_others", "marketing", "long_sentence")
BROKEN = [(tag, rule, sentence) for tag, row in VECTORS.items() for rule in RULES for sentence in row[rule]]
DAY = dt.date(2026, 11, 20)


def field(text: str, language: str, block: str = "what_happened") -> Prose:
    place = f"{language}/{block}"
    return Prose(place, language, block, block, parse(text, place=place, terms=library.data_kinds()))


def minded(text: str, language: str, block: str = "what_happened", *, uncertain: bool = False) -> list[str]:
    one = field(text, language, block)
    found = [*words(one, uncertain=uncertain), *steps(one)]
    found += dates(one, locale=library.phrases(language).locale, example=DAY)
    assert {(finding.level, finding.place) for finding in found} <= {("style", one.place)}
    return [finding.code for finding in found]


def test_every_language_has_answers_and_rules() -> None:
    assert set(VECTORS) == set(library.languages()) == {tag for tag in VECTORS if style_of(tag)}
    assert style_of("fi") is None


@pytest.mark.parametrize(("language", "rule", "sentence"), BROKEN)
def test_a_sentence_breaks_its_rule_and_no_other(language: str, rule: str, sentence: str) -> None:
    assert minded(sentence, language) == [rule]


@pytest.mark.parametrize(
    ("language", "sentence"), [(tag, sentence) for tag, row in VECTORS.items() for sentence in row["clean"]]
)
def test_a_plain_sentence_breaks_none(language: str, sentence: str) -> None:
    assert minded(sentence, language) == []


@pytest.mark.parametrize("language", VECTORS)
def test_steps_stand_before_their_background(language: str) -> None:
    row = VECTORS[language]
    assert minded(row["steps_wrong"], language, "what_you_can_do") == ["steps_not_first"]
    assert minded(row["steps_right"], language, "what_you_can_do") == []
    assert minded(row["steps_none"], language, "what_you_can_do") == ["no_steps"]
    assert minded(row["steps_wrong"], language) == []


@pytest.mark.parametrize(
    ("language", "sentence"), [(tag, sentence) for tag, row in VECTORS.items() for sentence in row["dates"]]
)
def test_dates_are_written_as_the_reader_writes_them(language: str, sentence: str) -> None:
    assert minded(sentence, language) == ["date_not_localised"]


def test_american_letters_write_the_month_first() -> None:
    one = field("They copied it on 11/20/2026, that is November 20, 2026.", "en")
    assert not list(dates(one, locale="en_US", example=DAY))
    other = field("They copied it on 20/11/2026.", "en")
    assert [finding.values["found"] for finding in dates(other, locale="en_US", example=DAY)] == [
        "20/11/2026"
    ]


@pytest.mark.parametrize("language", VECTORS)
def test_hedging_is_the_truth_where_the_facts_are_in_doubt_and_where_the_future_is_told(
    language: str,
) -> None:
    sentence = VECTORS[language]["hedging"][0]
    assert minded(sentence, language, uncertain=True) == []
    assert minded(sentence, language, "consequences") == []


@pytest.mark.parametrize("language", VECTORS)
def test_a_language_is_told_by_its_small_words(language: str) -> None:
    assert tongue_of(VECTORS[language]["own"]) == language


def test_too_few_words_tell_no_language() -> None:
    assert tongue_of("Librairie Azur, Lyon") is None


@pytest.mark.parametrize("language", VECTORS)
def test_every_language_has_a_published_formula_with_bar_and_source(language: str) -> None:
    formula = readability.formulas()[language]
    assert formula.bar
    assert formula.source
    assert formula.longest_sentence
