"""Every ready text of every language: complete, known placeholders, plain by its own bar, and rendered."""

import re
from dataclasses import replace

import pytest

from notifications.letters import library, readability
from notifications.letters.compose import compose, compose_body
from notifications.letters.emailing import render_email
from notifications.letters.lint import lint
from notifications.letters.syntax import PLACEHOLDERS, parse, placeholders
from notifications.letters.values import BLOCKS, NEXT_OF_KIN, NoticeContent, VariantKey, Wording
from tests.notifications.letters.examples import CONTENT, DATE, ELOISE

TEXTS = [(tag, form) for tag in library.languages() for form in ("", NEXT_OF_KIN)]
KINDS = tuple(sorted(library.data_kinds()))
ADVICE = {
    "password": (
        "password_clear",
        "username_email_with_password",
        "password_hash_salted",
        "password_hash_unsalted",
    ),
    "security question": ("security_answer",),
    "bank account": ("iban", "account_number", "bank_statement", "account_access_code"),
    "payment card": ("card_number", "card_number_with_code"),
    "e-mail": ("email",),
    "telephone": ("phone",),
    "identity": ("national_id", "ssn", "tax_id", "date_of_birth"),
    "identity document": ("passport", "driver_license"),
    "health and other private facts": ("health", "genetic", "sex_life", "religion", "disability"),
    "health insurance": ("health_insurance_id", "medical_record_id"),
}
OF_KIN = ("password", "bank account", "payment card", "e-mail", "identity", "identity document")


def content(tag: str, form: str) -> NoticeContent:
    texts = library.ready_wordings([tag], [form] if form else [])
    return replace(CONTENT, wordings={key: text for key, text in texts.items() if text.form == form})


def said(tag: str, form: str, *kinds: str, minor: bool = False) -> dict[str, list[str]]:
    body = compose_body(content(tag, form), VariantKey(tag, kinds, minor, form), date=DATE)
    return {section.key: [one.text for one in section.paragraphs] for section in body.sections}


@pytest.mark.parametrize(("tag", "form"), TEXTS)
def test_every_block_is_there_with_known_placeholders(tag: str, form: str) -> None:
    text: Wording = library.wording(tag, form)

    assert [block.key for block in text.blocks] == list(BLOCKS)
    for block in text.blocks:
        assert block.heading
        pieces = parse(block.text, place=block.key, terms=library.data_kinds())
        assert pieces
        assert all(placeholders(piece.text) <= set(PLACEHOLDERS) for piece in pieces)
    assert {"incident", "measures", "likely_consequences", "data_list", "contact_lines"} <= {
        name for block in text.blocks for name in placeholders(block.text)
    }


@pytest.mark.parametrize(("tag", "form"), TEXTS)
def test_it_passes_the_lint_without_a_word_of_blame(tag: str, form: str) -> None:
    assert lint(content(tag, form), date=DATE) == []


@pytest.mark.parametrize(("tag", "form"), TEXTS)
def test_it_reads_easily_for_every_single_kind(tag: str, form: str) -> None:
    for kind in KINDS:
        prose = [one for texts in said(tag, form, kind).values() for one in texts if len(one.split()) > 5]
        found = readability.score(prose, tag)
        assert found is not None
        assert found.is_plain, (kind, found)


@pytest.mark.parametrize(("tag", "form"), TEXTS)
@pytest.mark.parametrize("group", ADVICE)
def test_each_kind_of_data_brings_its_own_advice(tag: str, form: str, group: str) -> None:
    if form == NEXT_OF_KIN and group not in OF_KIN:
        return
    general = said(tag, form, "name")["what_you_can_do"]
    for kind in ADVICE[group]:
        own = [one for one in said(tag, form, kind)["what_you_can_do"] if one not in general]
        assert own, kind


@pytest.mark.parametrize("tag", library.languages())
def test_guardians_are_spoken_to_about_the_child(tag: str) -> None:
    adult, minor = said(tag, "", *KINDS), said(tag, "", *KINDS, minor=True)

    assert {key for key in BLOCKS if adult[key] != minor[key]} >= {"what_happened", "what_information"}
    assert len(minor["what_you_can_do"]) == len(adult["what_you_can_do"]) + 1


@pytest.mark.parametrize(("tag", "form"), TEXTS)
def test_nothing_is_left_unfilled_in_the_letter_and_the_mail(tag: str, form: str) -> None:
    person = replace(
        ELOISE, language=tag, kinds=KINDS, deceased=form == NEXT_OF_KIN, next_of_kin="Anna Novak"
    )
    letter = compose(content(tag, form), person, date=DATE)
    mail = render_email(letter)

    for text in (mail.text, mail.html, *letter.personal.address):
        assert not re.search(r"[{}\[\]]", text.replace("[email protected]", "")), text
    assert (letter.personal.address[0] == "Anna Novak") == (form == NEXT_OF_KIN)


@pytest.mark.parametrize("tag", library.languages())
def test_relatives_are_addressed_where_no_one_is_named(tag: str) -> None:
    person = replace(ELOISE, language=tag, deceased=True, minor=True)
    letter = compose(content(tag, NEXT_OF_KIN), person, date=DATE)

    assert letter.personal.address[:2] == (library.phrases(tag).kin_line, person.full_name)
    assert person.full_name in letter.personal.salutation
    assert letter.body.key.minor is False
