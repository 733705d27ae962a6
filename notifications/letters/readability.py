"""How easily a text reads, by the published formula of its language (data/readability.toml)."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import pyphen

from notifications.letters.library import DATA

_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
LABEL_WORDS = 5
"""Paragraphs of no more words are items of the list of data, not prose."""
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+")


@dataclass(frozen=True, slots=True)
class Formula:
    """One row of data/readability.toml; `longest_sentence` in words.

    `measure` is "flesch" (higher reads easier) or "pisarek" (lower reads easier), where words of `hard_word`
    syllables and more count as hard.
    """

    language: str
    name: str
    constant: float
    sentence: float
    word: float
    hyphenation: str
    bar: float
    longest_sentence: int
    source: str
    measure: Literal["flesch", "pisarek"] = "flesch"
    hard_word: int = 4


@dataclass(frozen=True, slots=True)
class Score:
    """`value` on the scale of the formula, and the bar that it is measured by."""

    name: str
    value: float
    bar: float
    lower_is_easier: bool = False

    @property
    def is_plain(self) -> bool:
        return self.value <= self.bar if self.lower_is_easier else self.value >= self.bar


@cache
def formulas() -> Mapping[str, Formula]:
    data = tomllib.loads((DATA / "readability.toml").read_text(encoding="utf-8"))
    return {language: Formula(language=language, **row) for language, row in data.items()}


def score(texts: Iterable[str], language: str) -> Score | None:
    """The score of all texts together; None where there are no words or the language has no formula."""
    formula = formulas().get(language.partition("-")[0])
    sentences = [words for text in texts for sentence in split(text) if (words := _WORD.findall(sentence))]
    if formula is None or not sentences:
        return None
    counts = [_syllables(word, formula.hyphenation) for sentence in sentences for word in sentence]
    per_sentence = len(counts) / len(sentences)
    if formula.measure == "pisarek":
        hard = 100 * sum(count >= formula.hard_word for count in counts) / len(counts)
        value = math.hypot(formula.sentence * per_sentence, formula.word * hard)
        return Score(formula.name, value, formula.bar, lower_is_easier=True)
    value = formula.constant - formula.sentence * per_sentence - formula.word * sum(counts) / len(counts)
    return Score(formula.name, value, formula.bar)


def long_sentences(texts: Iterable[str], language: str) -> list[str]:
    """Sentences longer than the language's bar."""
    formula = formulas().get(language.partition("-")[0])
    if formula is None:
        return []
    found = (sentence for text in texts for sentence in split(text))
    return [sentence for sentence in found if len(_WORD.findall(sentence)) > formula.longest_sentence]


def measure(sentence: str, language: str) -> tuple[int, int]:
    """Words of the sentence, and how many the language's bar allows (0: it has none)."""
    formula = formulas().get(language.partition("-")[0])
    return len(_WORD.findall(sentence)), formula.longest_sentence if formula else 0


def split(text: str) -> list[str]:
    """Sentences of one paragraph; each paragraph or item is at least one."""
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]


@lru_cache(maxsize=50_000)
def _syllables(word: str, locale: str) -> int:
    return sum(len(_hyphenator(locale).positions(part)) + 1 for part in re.split(r"[’'\-]", word) if part)


@cache
def _hyphenator(locale: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang=locale)
