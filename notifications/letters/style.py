"""The words and forms that make a letter hard to read or hard to bear, per language
(templates/letters/<language>/style.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from notifications.letters import library

KINDS = ("passive", "hedges", "blame", "blame_others", "marketing")


@dataclass(frozen=True, slots=True)
class Style:
    """One language's patterns. `jargon` pairs a pattern with what to write instead; `acronyms` are short forms that
    everybody knows; `small_words` are so frequent that they tell the language.
    """

    language: str
    patterns: Mapping[str, re.Pattern[str]]
    jargon: tuple[tuple[re.Pattern[str], str], ...]
    step: re.Pattern[str]
    acronyms: frozenset[str]
    small_words: frozenset[str]


@cache
def style_of(language: str) -> Style | None:
    """The style of the language or of its primary subtag; None where nobody has written one."""
    tag = language if language in library.languages() else language.partition("-")[0]
    return _style(tag) if tag in library.languages() else None


def _style(language: str) -> Style | None:
    data = library.style(language)
    if not data:
        return None
    # A step is told at the beginning of a sentence, or of the clause after a condition.
    step = r"(?:^|[.!?:;,–—]\s+)(?:" + "|".join(data["steps"]) + r")(?!\w)"
    return Style(
        language=language,
        patterns={kind: _whole(data[kind]) for kind in KINDS},
        jargon=tuple((_whole([term]), instead) for term, instead in data["jargon"].items()),
        step=re.compile(step, re.IGNORECASE),
        acronyms=frozenset(data["acronyms"]),
        small_words=frozenset(data["small_words"].split()),
    )


def _whole(terms: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the terms, as whole words only."""
    return re.compile(r"(?<![\w-])(?:" + "|".join(terms) + r")(?!\w)", re.IGNORECASE)


def straight(text: str) -> str:
    """The same text, letter for letter, with straight apostrophes: patterns are written with those."""
    return text.replace("’", "'").replace("‑", "-").replace("\u00a0", " ").replace("\u202f", " ")


def matches(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """What the pattern finds, as it stands in the text."""
    yield from (text[match.start() : match.end()] for match in pattern.finditer(straight(text)))


def tongue_of(text: str) -> str | None:
    """The language whose own small words clearly fill the text; None where that is not certain.

    Only words that a single language has count, so that near languages are told apart by what parts them.
    """
    words = {word.casefold() for word in re.findall(r"[^\W\d_]+", text)}
    counts = sorted(((len(words & own), tag) for tag, own in _own_words().items()), reverse=True)
    (most, tag), (next_most, _other) = counts[0], counts[1]
    return tag if most >= _CERTAIN and most >= 3 * next_most else None


_CERTAIN = 3  # distinct words that only one language has


@cache
def _own_words() -> Mapping[str, frozenset[str]]:
    every = {tag: one.small_words for tag in library.languages() if (one := style_of(tag))}
    return {
        tag: frozenset(
            word for word in words if not any(word in other for key, other in every.items() if key != tag)
        )
        for tag, words in every.items()
    }
