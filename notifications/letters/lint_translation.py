"""Translations: by two named people, of the text as it stands, and really translated. Every finding blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.letters import findings, library
from notifications.letters.prose import PLACE_OF, Prose, written
from notifications.letters.style import tongue_of
from notifications.letters.values import Finding, IncidentText, NoticeContent, Wording

_ENOUGH_WORDS = 4  # shorter texts ("E-mail", a name) may well be the same in two languages


def translated(place: str, text: Wording | IncidentText, content: NoticeContent) -> Iterator[Finding]:
    """Whether a translation names two people, and follows its source as it now stands."""
    source = text.translated_from
    if not source:
        return
    translator, checker = text.translator.strip(), text.checker.strip()
    if not (translator and checker):
        yield findings.legal("unchecked_translation", place, language=source)
    elif translator.casefold() == checker.casefold():
        yield findings.legal("unchecked_translation", place, words="same_translator")
    present = source_of(text, content)
    if text.source_mark and present and present.mark != text.source_mark:
        yield findings.legal("stale_translation", place, language=source)


def source_of(text: Wording | IncidentText, content: NoticeContent) -> Wording | IncidentText | None:
    """The text that it was translated from, as it now stands."""
    found = content.wordings if isinstance(text, Wording) else content.texts
    return found.get(text.translated_from)


def never_says(text: Wording, name: str) -> bool:
    """Whether the statute of the wording forbids the drafter's own words of this name."""
    statute = library.statute(text.form)
    forbidden = {"incident": "incident", "consequences": "likely_consequences"}.get(name)
    return statute is not None and forbidden in statute.forbidden


def missing(content: NoticeContent) -> Iterator[Finding]:
    """Own prose that is there in one language and not in another in which the notice goes out."""
    for name, place in PLACE_OF.items():
        said = {key for key, text in content.texts.items() if getattr(text, name)}
        wanted = [text for text in content.wordings.values() if not never_says(text, name)]
        for key in (text.key for text in wanted if said and not {text.key, text.language} & said):
            languages = ", ".join(sorted(said))
            yield findings.legal("untranslated", f"{key}/{place}", name=name, languages=languages)


def untranslated(content: NoticeContent) -> Iterator[Finding]:
    """Fields that hold the words of another language."""
    fields = list(written(content))
    for one in fields:
        if (twin := _twin(one, fields)) is not None:
            yield findings.legal(
                "untranslated_block", one.place, words="same_as_source", language=twin.language
            )
        elif (tongue := tongue_of(" ".join(one.texts))) and tongue != _primary(one.language):
            start = " ".join(one.pieces[0].text.split()[:6])
            yield findings.legal(
                "untranslated_block", one.place, words="other_language", language=tongue, start=start
            )


def _twin(one: Prose, fields: list[Prose]) -> Prose | None:
    """The same field in another language with the same words. Where nothing tells the language of those words, the
    first field is taken for the source.
    """
    text = _bare(one)
    tongue = tongue_of(text)
    if len(text.split()) < _ENOUGH_WORDS or tongue == _primary(one.language):
        return None
    for other in fields:
        if other.place == one.place and tongue is None:
            return None
        same_field = other.field == one.field and _primary(other.language) != _primary(one.language)
        if same_field and _bare(other) == text:
            return other
    return None


def _primary(language: str) -> str:
    return language.partition("-")[0]


def _bare(prose: Prose) -> str:
    return re.sub(r"\s+", " ", " ".join(prose.texts)).casefold().strip()
