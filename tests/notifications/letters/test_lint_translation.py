"""Translations in all eight languages: named people, the text as it stands, really translated."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from notifications.letters import library
from notifications.letters.findings import worded
from notifications.letters.lint import lint
from notifications.letters.values import Finding, IncidentText, NoticeContent
from tests.notifications.letters.examples import CONTENT, DATE

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "letter_style.toml").read_text("utf-8"))
OWN = {tag: row["own"] for tag, row in VECTORS.items()}
TAGS = tuple(OWN)


def notice(source: str, language: str, **changes: str) -> NoticeContent:
    """A notice told in `source` and translated into `language` by two people, with changes of the translation."""
    told = IncidentText(source, incident=OWN[source])
    translation = IncidentText(
        language,
        incident=OWN[language],
        translated_from=source,
        translator="A. Meier",
        checker="B. Kunz",
        source_mark=told.mark,
    )
    return replace(
        CONTENT,
        wordings=library.ready_wordings([source, language]),
        texts={source: told, language: replace(translation, **changes)},
    )


def legal(content: NoticeContent) -> list[Finding]:
    return [finding for finding in lint(content, date=DATE) if finding.level == "legal"]


def minded(content: NoticeContent) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.words, finding.place) for finding in legal(content)]


def pair(language: str) -> str:
    return "fr" if language != "fr" else "en"


@pytest.mark.parametrize("language", TAGS)
def test_a_checked_translation_of_the_present_text_passes(language: str) -> None:
    assert minded(notice(pair(language), language)) == []


@pytest.mark.parametrize("language", TAGS)
def test_translator_and_checker_are_two_named_people(language: str) -> None:
    source, place = pair(language), f"{language}/incident"
    nobody = notice(source, language, checker=" ")
    assert minded(nobody) == [("unchecked_translation", "unchecked_translation", place)]
    twice = notice(source, language, checker="a. meier")
    assert minded(twice) == [("unchecked_translation", "same_translator", place)]


@pytest.mark.parametrize("language", TAGS)
def test_a_translation_is_stale_once_its_source_changed(language: str) -> None:
    content = notice(pair(language), language)
    source = content.texts[pair(language)]
    changed = replace(source, measures=VECTORS[pair(language)]["clean"][1])
    translated = replace(content.texts[language], measures=VECTORS[language]["clean"][1])
    stale = replace(content, texts={pair(language): changed, language: translated})

    assert minded(stale) == [("stale_translation", "stale_translation", f"{language}/incident")]
    noted = replace(translated, source_mark=changed.mark)
    assert minded(replace(stale, texts={**stale.texts, language: noted})) == []
    from_before = replace(translated, source_mark="")
    assert minded(replace(stale, texts={**stale.texts, language: from_before})) == []


@pytest.mark.parametrize("language", TAGS)
def test_own_words_left_in_the_source_language_block(language: str) -> None:
    source = pair(language)
    assert minded(notice(source, language, incident=OWN[source])) == [
        ("untranslated_block", "same_as_source", f"{language}/incident")
    ]
    other = next(tag for tag in TAGS if tag not in (language, source))
    (found,) = legal(notice(source, language, incident=OWN[other]))
    assert (found.code, found.words, found.values["language"]) == (
        "untranslated_block",
        "other_language",
        other,
    )


@pytest.mark.parametrize("language", TAGS)
def test_a_block_of_the_wording_left_in_another_language_blocks(language: str) -> None:
    content = notice(pair(language), language)
    foreign = content.wordings[pair(language)].block("what_you_can_do")
    own = content.wordings[language]
    assert foreign
    blocks = tuple(foreign if block.key == foreign.key else block for block in own.blocks)
    wordings = {**content.wordings, language: replace(own, blocks=blocks)}

    assert minded(replace(content, wordings=wordings)) == [
        ("untranslated_block", "same_as_source", f"{language}/what_you_can_do")
    ]


@pytest.mark.parametrize("language", TAGS)
def test_an_unknown_placeholder_blocks_beside_its_field(language: str) -> None:
    (found,) = legal(notice(pair(language), language, incident="{salary}"))
    assert (found.code, found.place, found.values["found"]) == (
        "unknown_placeholder",
        f"{language}/incident",
        "{salary}",
    )


@pytest.mark.parametrize("language", TAGS)
def test_a_letter_without_contact_blocks_and_a_single_way_warns(language: str) -> None:
    own = library.wording(language)
    blocks = tuple(replace(block, text="" if block.key == "contact" else block.text) for block in own.blocks)
    silent = replace(CONTENT, wordings={language: replace(own, blocks=blocks)})
    assert minded(silent) == [("article_34_contact", "article_34_contact", f"{language}/contact")]

    sender = replace(CONTENT.sender, phone="", address_lines=(), dpo_email="", dpo_name="")
    one_way = lint(replace(CONTENT, wordings={language: own}, sender=sender), date=DATE)
    assert [(one.code, one.level, one.values["found"]) for one in one_way] == [
        ("one_way_to_ask", "style", "donnees@librairie-azur.example")
    ]


def test_findings_are_worded_in_the_reader_s_language() -> None:
    (found,) = legal(notice("fr", "de", checker=""))
    assert found.message == "translated from fr without a named translator and checker"
    assert worded(found, "fr") == (
        "traduit (fr) sans traducteur ni relecteur nommés",
        "Nommez qui a traduit et qui a relu.",
    )
    assert worded(found, "nl") == (found.message, found.mend)
