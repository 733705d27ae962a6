import pytest

from breach.law import kinds as law_kinds
from notifications.letters import library
from notifications.letters.syntax import CIRCUMSTANCES, PLACEHOLDERS
from notifications.letters.values import BLOCKS, Wording

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")


def test_every_folder_is_a_language() -> None:
    assert set(library.languages()) == set(LANGUAGES)


@pytest.mark.parametrize("language", library.languages())
def test_language_is_complete(language: str) -> None:
    phrases, english = library.phrases(language), library.phrases("en")
    text = library.wording(language)

    assert [block.key for block in text.blocks] == list(BLOCKS)
    for name in ("labels", "salutations", "dates", "email", "genuine"):
        assert set(getattr(phrases, name)) == set(getattr(english, name)), name
    assert set(library.defaults(language)) == {"incident", "measures", "consequences"}


@pytest.mark.parametrize("language", library.languages())
def test_every_data_kind_of_the_law_has_a_name(language: str) -> None:
    assert set(library.phrases(language).kinds) == set(law_kinds.load())


def test_california_form_has_the_title_and_headings_of_the_statute() -> None:
    text = library.wording("en", "us_ca")

    assert text.title == "Notice of Data Breach"
    assert [block.heading for block in text.blocks] == [
        "What Happened",
        "What Information Was Involved",
        "What We Are Doing",
        "What You Can Do",
        "For More Information",
    ]


def test_wording_survives_json() -> None:
    text = library.wording("de")

    assert Wording.from_json(text.to_json()) == text


def test_guide_names_every_placeholder_and_condition() -> None:
    guide = (library.TEMPLATES.parents[1] / "docs" / "adding-a-language.md").read_text(encoding="utf-8")

    assert [name for name in PLACEHOLDERS if f"`{{{name}}}`" not in guide] == []
    assert [term for term in CIRCUMSTANCES if f"`{term}`" not in guide] == []
