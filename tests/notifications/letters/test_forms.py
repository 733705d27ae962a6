"""Statutory forms: who gets which, what each must and must not say, and the offices of a person's state."""

import datetime as dt
from dataclasses import replace

import pytest

from notifications.letters import agencies, library
from notifications.letters.compose import canonical, compose, variant_of
from notifications.letters.lint import lint
from notifications.letters.values import IncidentText, NoticeContent, Recipient
from tests.notifications.letters.examples import CONTENT, DATE, ELOISE, MARIA

BOSTON = replace(MARIA, uid="01MA", region="US-MA", kinds=("name", "ssn"))
BALTIMORE = replace(MARIA, uid="01MD", language="en", region="US-MD")
AUSTIN = replace(MARIA, uid="01TX", language="en", region="US-TX")
WORDINGS = library.ready_wordings(["en", "fr"], ["us_ca", "us_ma"])
STATES = replace(CONTENT, wordings=WORDINGS)
HEALTH = replace(
    CONTENT,
    wordings=library.ready_wordings(["en"], ["us_hipaa", "us_ma"]),
    discovered_on=dt.date(2026, 11, 23),
)


def said(content: NoticeContent, person: Recipient) -> str:
    body = compose(content, person, date=DATE).body
    return " ".join([body.title, *(p.text for section in body.sections for p in section.paragraphs)])


def legal(content: NoticeContent, *people: Recipient) -> list[str]:
    return [finding.code for finding in lint(content, people, date=DATE) if finding.level == "legal"]


def with_block(content: NoticeContent, key: str, block: str, text: str) -> NoticeContent:
    wording = content.wordings[key]
    blocks = tuple(replace(one, text=text) if one.key == block else one for one in wording.blocks)
    return replace(content, wordings={**content.wordings, key: replace(wording, blocks=blocks)})


def test_the_state_decides_the_form() -> None:
    keys = [variant_of(STATES, one) for one in (MARIA, BOSTON, BALTIMORE, AUSTIN, ELOISE)]
    assert [key.form for key in keys] == ["us_ca", "us_ma", "", "", ""]
    assert [key.region for key in keys] == ["", "", "US-MD", "", ""]
    assert legal(STATES, MARIA, BOSTON, BALTIMORE, AUSTIN, ELOISE) == []


def test_massachusetts_is_not_told_what_happened_whatever_the_drafter_wrote() -> None:
    own = {"en": IncidentText("en", incident="Thieves took a backup tape {breach_date}.")}
    text = said(replace(STATES, texts=own, wordings={"en@us_ma": WORDINGS["en@us_ma"]}), BOSTON)

    assert "tape" not in text
    assert "2026" not in text.replace("December 1, 2026", "")
    for words in ("police report", "security freeze", "no charge", "social security number"):
        assert words in text


@pytest.mark.parametrize(
    ("block", "text", "code"),
    [
        ("what_information", "{incident}", "form_forbidden"),
        ("what_information", "It happened {breach_date}. {data_list}", "form_forbidden"),
        ("what_information", "The data of 1,200 Massachusetts residents is involved.", "form_forbidden"),
        ("what_you_can_do", "Place a security freeze at no charge.", "form_unsaid"),
        ("what_you_can_do", "Ask for a police report.", "form_unsaid"),
        ("contact", "", "form_empty"),
    ],
)
def test_a_massachusetts_letter_off_its_form_is_refused(block: str, text: str, code: str) -> None:
    assert code in legal(with_block(STATES, "en@us_ma", block, text), BOSTON)


def test_hipaa_goes_to_everybody_in_the_country_once_the_notice_has_it() -> None:
    assert [variant_of(HEALTH, one).form for one in (AUSTIN, BOSTON)] == ["us_hipaa", "us_hipaa"]
    text = said(HEALTH, AUSTIN)
    assert "between November 20 and November 22, 2026" in text
    assert "We discovered this on November 23, 2026." in text
    assert legal(HEALTH, AUSTIN) == []


@pytest.mark.parametrize(
    ("block", "text", "code"),
    [
        ("what_happened", "Somebody took data {breach_date}.", "form_discovery_date"),
        ("what_happened", "We discovered a theft {discovery_date}.", "form_breach_date"),
        ("what_we_do", "", "form_empty"),
        ("what_you_can_do", "", "form_empty"),
    ],
)
def test_a_hipaa_letter_off_its_form_is_refused(block: str, text: str, code: str) -> None:
    own = {"en": IncidentText("en", incident="A theft.")}
    assert code in legal(replace(with_block(HEALTH, "en@us_hipaa", block, text), texts=own), AUSTIN)


@pytest.mark.parametrize("language", library.languages())
def test_a_state_that_asks_for_offices_gets_them_in_every_language(language: str) -> None:
    content = replace(CONTENT, wordings=library.ready_wordings([language]))
    maryland, texas = (said(content, replace(one, language=language)) for one in (BALTIMORE, AUSTIN))

    for line in agencies.lines_for("US-MD"):
        assert line in maryland
        assert line not in texas


def test_a_letter_without_the_offices_of_the_state_is_refused() -> None:
    assert legal(with_block(STATES, "en", "contact", "{contact_lines}"), BALTIMORE, AUSTIN) == [
        "agencies_missing"
    ]


def test_every_state_has_its_law_and_known_offices() -> None:
    for region, row in agencies.states().items():
        assert region.startswith("US-")
        assert row.lines
        assert row.source
        assert row.confidence
    for form in library.forms().values():
        assert form.source
        assert form.required


def test_what_was_approved_before_keeps_its_digest() -> None:
    assert "discovered_on" not in canonical(CONTENT)
    assert canonical(HEALTH)["discovered_on"] == "2026-11-23"


@pytest.mark.parametrize("form", ["us_ca", "us_hipaa", "us_ma"])
def test_ready_texts_of_the_statutory_forms_break_no_rule_of_style(form: str) -> None:
    wordings = library.ready_wordings([], [form])
    content = replace(CONTENT, wordings=wordings, discovered_on=dt.date(2026, 11, 23))
    delayed = replace(content, delayed_by_law_enforcement=True)

    assert [lint(one, date=DATE) for one in (content, delayed)] == [[], []]
