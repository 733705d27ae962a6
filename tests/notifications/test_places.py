"""Findings as pages show them: where they stand and what they say, in the language of the page."""

import pytest
from django.utils.translation import override

from notifications.letters import findings, library
from notifications.letters.findings import _texts
from notifications.letters.values import Finding
from notifications.places import field_of, in_words, place_name

VALUES = dict.fromkeys(
    (
        *(
            "found",
            "instead",
            "count",
            "bar",
            "start",
            "formula",
            "value",
            "example",
            "language",
            "languages",
        ),
        *(
            "name",
            "form",
            "source",
            "region",
            "needed",
            "room",
            "title",
            "headings",
            "placeholder",
            "missing",
        ),
        *("owed", "phrases", "known"),
    ),
    "x",
)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("words", sorted(_texts()))
def test_every_finding_is_worded_in_both_languages(words: str, language: str) -> None:
    finding = findings.style(words, "fr/contact", **VALUES)
    with override(language):
        (said,) = in_words([finding])
    assert said["message"]
    assert "{" not in said["message"].replace("{x}", "").replace("{data_list}", "").replace(
        "{organisation}", ""
    )
    assert language == "en" or said["message"] != finding.message


def test_values_are_named_as_the_reader_calls_them() -> None:
    found = findings.legal("unchecked_translation", "de/incident", language="fr")
    with override("fr"):
        (said,) = in_words([found])
    assert said["message"] == "traduit (français) sans traducteur ni relecteur nommés"
    assert (said["key"], said["field"], said["blocks"]) == ("de", "own_incident", True)


def test_a_finding_that_is_worded_elsewhere_stays_as_it_is() -> None:
    (said,) = in_words([Finding("style", "email_if_agreed", "frame/policy", "Said so", "Do so")])
    assert (said["message"], said["mend"], said["place"], said["is_frame"]) == (
        "Said so",
        "Do so",
        "Channels and days",
        True,
    )


def test_places_are_named() -> None:
    assert place_name("fr/what_you_can_do") == "French, What you can do"
    assert place_name("en@us_ca/title") == "English: Notice of Data Breach, Title"
    assert place_name("de") == "German"
    assert place_name("01HX2") == "01HX2"
    assert place_name("notice") == "the whole notice"


def test_every_block_and_own_text_has_its_field() -> None:
    wording = library.wording("en")
    assert [field_of(f"en/{block.key}") for block in wording.blocks] == [
        f"text_{block.key}" for block in wording.blocks
    ]
    own = ("incident", "measures", "likely_consequences")
    assert [field_of(f"en/{name}") for name in own] == ["own_incident", "own_measures", "own_consequences"]
    assert field_of("en") == ""
