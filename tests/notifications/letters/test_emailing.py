import re
from dataclasses import replace

import pytest

from notifications.letters.compose import compose
from notifications.letters.emailing import render_email
from notifications.letters.values import Recipient
from tests.notifications.letters.examples import CONTENT, DATE, ELOISE, PEOPLE, SIOBHAN


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.uid)
def test_subject_tells_nothing_about_the_person(person: Recipient) -> None:
    found = render_email(compose(CONTENT, person, date=DATE))

    assert "Librairie Azur" in found.subject
    for telling in (person.full_name, person.reference, person.code, person.uid, person.city):
        assert telling not in found.subject


def test_text_and_html_hold_the_letter_and_the_code() -> None:
    found = render_email(compose(CONTENT, ELOISE, date=DATE))

    for part in (found.text, found.html):
        assert "Bonjour Éloïse Lefèvre-Dubœuf," in part
        assert "Coordonnées bancaires (IBAN)" in part
        assert "K7QF-2M9P-XT" in part
        assert "www.librairie-azur.example/verifier" in part
        assert "12 bis, rue" not in part


def test_only_link_is_the_organisation_s_own_site_and_nothing_is_remote() -> None:
    html = render_email(compose(CONTENT, ELOISE, date=DATE)).html

    assert re.findall(r'href="(.*?)"', html) == ["https://www.librairie-azur.example"]
    assert not re.search(r"<(img|script|link|iframe|style)\b|url\(|src=", html)


def test_site_that_is_not_https_is_no_link() -> None:
    content = replace(CONTENT, sender=replace(CONTENT.sender, website="javascript:alert(1)"))
    assert "href" not in render_email(compose(content, ELOISE, date=DATE)).html


def test_names_are_escaped_in_html_and_literal_in_text() -> None:
    odd = replace(SIOBHAN, full_name="<script>x</script>")
    found = render_email(compose(CONTENT, odd, date=DATE))

    assert "<script>" not in found.html
    assert "&lt;script&gt;x&lt;/script&gt;" in found.html
    assert "Dear <script>x</script>," in found.text


def test_drill_is_marked() -> None:
    found = render_email(compose(replace(CONTENT, drill=True), SIOBHAN, date=DATE))

    assert found.subject.startswith("EXERCISE")
    assert "EXERCISE" in found.text
    assert "EXERCISE" in found.html
