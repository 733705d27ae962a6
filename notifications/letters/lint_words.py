"""Words that make a letter hard to read or hard to bear: passive voice, hedging, jargon, abbreviations, blame,
advertising, long sentences. All of it only warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.letters import findings, readability
from notifications.letters.prose import Prose
from notifications.letters.style import Style, matches, straight, style_of
from notifications.letters.values import Finding

_FACTS = frozenset({"title", "what_happened", "what_information"})
"""Blocks that tell what is known. What may follow from it is uncertain by nature, and may be said so."""
_EXPLAINED = re.compile(r"\([^()]*\)|“[^“”]*”|«[^«»]*»|„[^“”]*[“”]|‘[^‘’]*’|\"[^\"]*\"")
_CAPITALS = re.compile(r"(?<![\w.@/-])(?:[A-ZÀ-ÖØ-Þ]{2,6})(?![\w@/])(?!\s\d{5})")  # "GA 30348" is a state
_CODE = {"hedges": "hedging"}


def words(prose: Prose, *, uncertain: bool) -> Iterator[Finding]:
    """Findings in one field. `uncertain`: the facts themselves are in doubt, so that hedging is the truth."""
    style = style_of(prose.language)
    if style is None:
        return
    for text in prose.texts:
        yield from _patterns(prose, style, text, uncertain=uncertain)
        yield from _jargon(prose, style, text)
        if prose.block != "contact":
            yield from _acronyms(prose, style, text)
            yield from _long(prose, text)


def _patterns(prose: Prose, style: Style, text: str, *, uncertain: bool) -> Iterator[Finding]:
    # "may have been copied" is one fault, not two: what a hedge holds is no passive of its own.
    unhedged = style.patterns["hedges"].sub(lambda match: " " * len(match[0]), straight(text))
    for kind, pattern in style.patterns.items():
        if kind == "hedges" and (uncertain or prose.block not in _FACTS):
            continue
        for found in matches(pattern, unhedged if kind == "passive" else text):
            yield findings.style(_CODE.get(kind, kind), prose.place, found=found)


def _jargon(prose: Prose, style: Style, text: str) -> Iterator[Finding]:
    plain = _EXPLAINED.sub(lambda match: " " * len(match[0]), straight(text))
    for pattern, instead in style.jargon:
        for found in matches(pattern, plain):
            yield findings.style("jargon", prose.place, found=found, instead=instead)


def _acronyms(prose: Prose, style: Style, text: str) -> Iterator[Finding]:
    if text.isupper():
        return
    plain = _EXPLAINED.sub(lambda match: " " * len(match[0]), text)
    explained = set(_CAPITALS.findall(text)) - set(_CAPITALS.findall(plain))
    for found in dict.fromkeys(_CAPITALS.findall(plain)):
        # "GDPR (General Data Protection Regulation)" explains as well as the other way round.
        if found in style.acronyms or found in explained or re.search(rf"\b{found}\s*\(\w+\s\w", text):
            continue
        yield findings.style("acronym", prose.place, found=found)


def _long(prose: Prose, text: str) -> Iterator[Finding]:
    for sentence in readability.long_sentences([text], prose.language):
        start = " ".join(sentence.split()[:6])
        count, bar = readability.measure(sentence, prose.language)
        yield findings.style("long_sentence", prose.place, start=start, count=count, bar=bar)
