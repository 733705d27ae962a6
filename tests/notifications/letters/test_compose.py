import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import replace

import pytest

from breach.errors import BadInput
from breach.vault.canonical import canonical_json
from notifications.letters.compose import body_digest, canonical, compose, letter_digest, variant_of, variants
from notifications.letters.values import Block, IncidentText, Letter
from tests.notifications.letters.examples import (
    ANNELEEN,
    CONTENT,
    DATE,
    ELOISE,
    JOSE,
    JUERGEN,
    MARIA,
    PEOPLE,
    SALT,
    SIOBHAN,
)


def said(letter: Letter) -> str:
    return " ".join(p.text for section in letter.body.sections for p in section.paragraphs)


def test_letter_says_only_what_concerns_the_person() -> None:
    with_iban = compose(CONTENT, SIOBHAN, date=DATE)
    without = compose(CONTENT, replace(SIOBHAN, kinds=("name", "email")), date=DATE)

    assert "direct debit" in said(with_iban)
    assert "Bank account number (IBAN)" in said(with_iban)
    assert "direct debit" not in said(without)
    assert "Bank account number (IBAN)" not in said(without)
    assert "phishing" not in said(without).lower()
    assert "e-mails that look as if they came from us" in said(without)


def test_clear_text_password_is_to_be_changed_elsewhere_too() -> None:
    letter = compose(CONTENT, replace(JUERGEN, kinds=("password_clear",)), date=DATE)

    assert "Ändern Sie es auch überall dort" in said(letter)


def test_dates_are_written_in_the_reader_s_language() -> None:
    assert "entre le 20 novembre et le 22 novembre 2026" in said(compose(CONTENT, ELOISE, date=DATE))
    assert "zwischen dem 20. November und dem 22. November 2026" in said(compose(CONTENT, JUERGEN, date=DATE))
    assert compose(CONTENT, MARIA, date=DATE).body.date == "December 1, 2026"
    unknown = replace(CONTENT, breach_from=None, breach_to=None)
    assert "not yet been able to establish" in said(compose(unknown, SIOBHAN, date=DATE))
    across = replace(CONTENT, breach_from=dt.date(2025, 12, 31), breach_to=dt.date(2026, 1, 2))
    assert "between 31 December 2025 and 2 January 2026" in said(compose(across, SIOBHAN, date=DATE))


def test_minor_is_written_to_by_way_of_parents_or_guardian() -> None:
    parents, guardian = compose(CONTENT, ANNELEEN, date=DATE), compose(CONTENT, JOSE, date=DATE)

    assert parents.personal.address[:2] == ("Aan de ouders of voogden van", "Anneleen Van den Broeck")
    assert guardian.personal.address[0] == "María Ibáñez"
    assert "José Ángel Muñoz Ibáñez" not in guardian.personal.address
    assert "José Ángel Muñoz Ibáñez" in guardian.personal.salutation
    assert "uw kind" in parents.body.title


def test_californian_gets_the_statutory_form_whatever_her_language() -> None:
    letter = compose(CONTENT, MARIA, date=DATE)

    assert letter.body.key.form == "us_ca"
    assert letter.body.title == "Notice of Data Breach"
    assert "between November 20 and November 22, 2026" in said(letter)
    assert "A law enforcement investigation did not delay this notice" in said(letter)
    delayed = compose(replace(CONTENT, delayed_by_law_enforcement=True), MARIA, date=DATE)
    assert "delayed this notice at the request of a law enforcement agency" in said(delayed)


def test_variants_part_only_what_reads_differently() -> None:
    twin = replace(ELOISE, uid="01FR2", full_name="Paul Martin")
    other = replace(ELOISE, uid="01FR3", kinds=("name",))

    found = variants(CONTENT, [ELOISE, other, twin])

    assert sorted(found.values()) == [["01FR", "01FR2"], ["01FR3"]]


def test_kinds_that_no_text_asks_for_make_no_variant() -> None:
    plain = replace(CONTENT.wordings["fr"], blocks=(Block("what_happened", "Quoi ?", "{incident}"),))
    content = replace(CONTENT, wordings={"fr": plain})

    found = variants(content, [ELOISE, replace(ELOISE, uid="01FR3", kinds=("name",))])

    assert list(found.values()) == [["01FR", "01FR3"]]


def test_language_without_wording_names_the_person() -> None:
    with pytest.raises(BadInput) as caught:
        compose(CONTENT, replace(ELOISE, language="fi"), date=DATE)

    assert caught.value.place == ELOISE.uid


def test_drafter_s_own_words_replace_the_ready_ones() -> None:
    own = IncidentText(
        "fr", incident="Le {breach_date}, un ordinateur a été volé.\n\n[minor] Enfants.\n\n- point"
    )
    letter = compose(replace(CONTENT, texts={"fr": own}), ELOISE, date=DATE)

    first = letter.body.sections[0].paragraphs
    assert "un ordinateur a été volé" in first[0].text
    assert (first[1].text, first[1].style) == ("point", "item")
    assert "Enfants." not in said(letter)


def test_name_full_of_syntax_stays_as_it_is() -> None:
    odd = replace(ELOISE, full_name="{{ 7*7 }} <b>{organisation}</b> =cmd()")
    letter = compose(CONTENT, odd, date=DATE)

    assert letter.personal.salutation == "Bonjour {{ 7*7 }} <b>{organisation}</b> =cmd(),"


def test_qr_carries_the_code_in_the_address_or_behind_it() -> None:
    inside = compose(CONTENT, ELOISE, date=DATE)
    behind = compose(replace(CONTENT, genuine_page="https://x.example/g"), ELOISE, date=DATE)

    assert inside.personal.link == "https://www.librairie-azur.example/verifier/K7QF-2M9P-XT"
    assert behind.personal.link == "https://x.example/g#K7QF-2M9P-XT"
    assert "www.librairie-azur.example/verifier" in inside.body.genuine_text


def test_canonical_content_changes_with_one_word_and_not_with_order() -> None:
    first = json.dumps(canonical(CONTENT), sort_keys=True)
    turned = replace(CONTENT, wordings=dict(reversed(list(CONTENT.wordings.items()))))
    blocks = CONTENT.wordings["fr"].blocks
    edited = replace(
        CONTENT.wordings["fr"], blocks=(replace(blocks[0], text=blocks[0].text + " Mot."), *blocks[1:])
    )

    assert json.dumps(canonical(turned), sort_keys=True) == first
    changed = replace(CONTENT, wordings={**CONTENT.wordings, "fr": edited})
    assert json.dumps(canonical(changed), sort_keys=True) != first


def test_letter_digest_binds_text_person_and_salt() -> None:
    digests = {letter_digest(compose(CONTENT, person, date=DATE), SALT) for person in PEOPLE}
    digests.add(letter_digest(compose(CONTENT, ELOISE, date=dt.date(2026, 12, 2)), SALT))
    digests.add(letter_digest(compose(CONTENT, ELOISE, date=DATE), b"t" * 32))

    assert len(digests) == len(PEOPLE) + 2
    assert letter_digest(compose(CONTENT, ELOISE, date=DATE), SALT) in digests


def test_a_paragraph_for_one_country_is_said_there_only_and_parts_the_variants() -> None:
    block = CONTENT.wordings["fr"].block("contact")
    assert block
    own = replace(
        block, text=block.text + "\n\n[FR, BE] Adressez-vous à la CNIL.\n\n[!FR] Adressez-vous à nous."
    )
    blocks = tuple(own if one.key == "contact" else one for one in CONTENT.wordings["fr"].blocks)
    wording = replace(CONTENT.wordings["fr"], blocks=blocks)
    content = replace(CONTENT, wordings={**CONTENT.wordings, "fr": wording})
    at_home, belgian, abroad = ELOISE, replace(ELOISE, country="BE"), replace(ELOISE, country="CH")

    assert "Adressez-vous à la CNIL." in said(compose(content, at_home, date=DATE))
    assert "Adressez-vous à nous." not in said(compose(content, at_home, date=DATE))
    both = said(compose(content, belgian, date=DATE))
    assert "Adressez-vous à la CNIL. Adressez-vous à nous." in both
    assert "Adressez-vous à la CNIL." not in said(compose(content, abroad, date=DATE))
    keys = [variant_of(content, person).country for person in (at_home, belgian, abroad)]
    assert keys == ["FR", "BE", ""]
    assert variant_of(CONTENT, at_home).country == ""


def test_digests_cover_a_condition_by_country_only_where_there_is_one() -> None:
    body = compose(CONTENT, ELOISE, date=DATE).body
    from_before = dataclasses.asdict(body)
    del from_before["key"]["country"]

    assert body_digest(body) == hashlib.sha256(canonical_json(from_before)).hexdigest()
    assert body_digest(body) != body_digest(replace(body, key=replace(body.key, country="FR")))
