from dataclasses import replace

import pytest

from notifications.letters import library
from notifications.letters.lint import blocks_submission, lint
from notifications.letters.lint_people import addressable, printable
from notifications.letters.values import Finding, IncidentText, NoticeContent, Sender, Wording
from tests.notifications.letters.examples import CONTENT, DATE, ELOISE, JUERGEN, MARIA, PEOPLE


def codes(content: NoticeContent, *people: object) -> list[str]:
    found = lint(content, [p for p in PEOPLE if p in people] or PEOPLE, date=DATE)
    return [finding.code for finding in found if finding.level == "legal"]


def with_block(key: str, text: str, language: str = "fr") -> NoticeContent:
    wording = CONTENT.wordings[language]
    blocks = tuple(replace(block, text=text) if block.key == key else block for block in wording.blocks)
    return replace(CONTENT, wordings={**CONTENT.wordings, language: replace(wording, blocks=blocks)})


def with_wording(**changes: object) -> NoticeContent:
    wording: Wording = replace(CONTENT.wordings["en@us_ca"], **changes)  # type: ignore[arg-type]
    return replace(CONTENT, wordings={**CONTENT.wordings, "en@us_ca": wording})


def test_ready_texts_pass_the_law_in_every_language() -> None:
    assert not blocks_submission(lint(CONTENT, PEOPLE, date=DATE))
    assert not blocks_submission(lint(CONTENT, date=DATE))


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("what_happened", "article_34_nature"),
        ("consequences", "article_34_consequences"),
        ("what_we_do", "article_34_measures"),
        ("what_you_can_do", "article_34_advice"),
        ("contact", "article_34_contact"),
    ],
)
def test_each_missing_point_of_article_34_blocks(block: str, code: str) -> None:
    assert codes(with_block(block, "")) == [code]


def test_point_that_is_missing_for_minors_only_is_found() -> None:
    content = with_block("consequences", "[adult] Rien.", "nl")
    assert codes(content) == ["article_34_consequences"]


def test_sender_without_any_contact_blocks() -> None:
    content = replace(CONTENT, sender=Sender(name="X", country="FR"), wordings={"fr": CONTENT.wordings["fr"]})
    assert codes(content, ELOISE) == ["article_34_contact"]


def test_unknown_placeholder_is_a_finding_naming_the_block() -> None:
    found = lint(with_block("what_we_do", "{oops}"), PEOPLE, date=DATE)
    assert [(f.code, f.place) for f in found if f.level == "legal"] == [
        ("unknown_placeholder", "fr/what_we_do")
    ]


def test_language_that_is_not_written_blocks() -> None:
    content = replace(CONTENT, wordings={"fr": CONTENT.wordings["fr"]})
    assert codes(content, ELOISE, JUERGEN) == ["untranslated"]
    assert codes(content, ELOISE, MARIA) == ["form_missing"]


def test_translation_needs_two_people() -> None:
    wording = CONTENT.wordings["de"]
    for people, expected in (
        ({}, ["unchecked_translation"]),
        ({"translator": "A. Meier", "checker": "a. meier"}, ["unchecked_translation"]),
        ({"translator": "A. Meier", "checker": "B. Kunz"}, []),
    ):
        german = replace(wording, translated_from="fr", **people)
        assert codes(replace(CONTENT, wordings={**CONTENT.wordings, "de": german})) == expected


def test_incident_told_in_one_language_must_be_told_in_all() -> None:
    content = replace(CONTENT, texts={"fr": IncidentText("fr", incident="Un vol {breach_date}.")})
    assert codes(content) == ["untranslated"] * 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "Notice of data breach"}, "form_title"),
        ({"blocks": library.wording("en", "us_ca").blocks[::-1]}, "form_headings"),
    ],
)
def test_california_title_and_headings_are_exact(changes: dict[str, object], code: str) -> None:
    assert code in codes(with_wording(**changes))


def test_california_must_say_known_dates_and_delay() -> None:
    blocks = tuple(
        replace(block, text="Somebody copied data.") if block.key == "what_happened" else block
        for block in CONTENT.wordings["en@us_ca"].blocks
    )
    content = replace(
        with_wording(blocks=blocks), texts={"en@us_ca": IncidentText("en", incident="A theft.")}
    )
    wordings = {"en@us_ca": content.wordings["en@us_ca"]}
    content = replace(content, wordings=wordings, delayed_by_law_enforcement=True)

    assert codes(content, MARIA) == ["form_breach_date", "form_delay"]


def test_style_only_warns_and_names_score_and_bar() -> None:
    hard = "Nonobstant considérations organisationnelles, exfiltration hypothétiquement intentionnelle."
    found = [
        f
        for f in lint(with_block("consequences", (hard + " ") * 12), [ELOISE], date=DATE)
        if f.code == "readability"
    ]

    assert [f.level for f in found] == ["style"]
    assert "Kandel-Moles" in found[0].message
    assert "bar 50" in found[0].message


@pytest.mark.parametrize("name", ["王小明", "\U0001f600 Smith", "Private \ue000", "Half \ufffe"])
def test_name_that_would_print_as_boxes_is_refused_before_approval(name: str) -> None:
    found = printable(replace(ELOISE, full_name=name))

    assert isinstance(found, Finding)
    assert (found.code, found.place, found.level) == ("unprintable", ELOISE.uid, "legal")
    assert name not in found.message


@pytest.mark.parametrize(
    "name", ["Αλέξανδρος", "Иван", "אברהם", "محمد الأمين", "Nguyễn Thị Ánh", "Łukasz", "<b>{x}"]
)
def test_printable_names(name: str) -> None:
    assert printable(replace(ELOISE, full_name=name)) is None


def test_text_that_would_print_as_boxes_is_refused() -> None:
    assert codes(with_block("what_we_do", "Done \U0001f600")) == ["unprintable"]


def test_person_without_name_or_address() -> None:
    found = printable(replace(ELOISE, full_name="  "))
    assert found is not None
    assert found.code == "no_name"
    for broken, code in (
        ({"address_lines": ()}, "no_address"),
        ({"city": "", "postcode": ""}, "no_address"),
        ({"full_name": "x" * 400}, "unprintable"),
    ):
        found = addressable(replace(ELOISE, **broken), CONTENT)
        assert found is not None
        assert found.code == code
    assert addressable(ELOISE, CONTENT) is None
