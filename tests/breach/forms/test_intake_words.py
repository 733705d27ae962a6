"""Findings, encodings and notes in words, in both languages."""

import pytest
from django.utils import translation

from breach.forms.intake_words import Shown, how_told, label_of, note_texts, reason_of, shown_findings
from breach.intake.detectors import DETECTORS
from breach.intake.header_row import RENAMED
from breach.intake.mapping import FIELDS
from breach.law import kinds

COLUMN = {
    "name": "NIR",
    "filled": 90,
    "samples": [],
    "findings": [
        {"what": "national_id", "share": 98, "confidence": 98, "by": "both", "detail": "FR, nir"},
        {"what": "password_hash_salted", "share": 60, "confidence": 48, "by": "values", "detail": "bcrypt"},
        {"what": "health", "share": 0, "confidence": 60, "by": "header", "detail": ""},
    ],
}


def test_a_finding_says_what_it_rests_on() -> None:
    assert shown_findings(COLUMN) == [
        Shown(label_of("national_id"), "France, NIR", 98, 98, "by the column’s name and its values", True),
        Shown(label_of("password_hash_salted"), "bcrypt", 48, 60, "by its values", False),
        Shown(label_of("health"), "", 60, None, "by the column’s name", False),
    ]
    weak = {"findings": [COLUMN["findings"][1]]}  # type: ignore[index]
    assert not shown_findings(weak)[0].is_proposed


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_that_a_column_can_hold_is_shown_as_a_key(language: str) -> None:
    with translation.override(language):
        keys = {*FIELDS, *DETECTORS, *kinds.load()}
        assert {key for key in keys if label_of(key) == key and "_" in key} == set()


def test_french_has_its_own_words() -> None:
    with translation.override("fr"):
        (first, *_rest) = shown_findings(COLUMN)
        assert (first.scheme, first.evidence) == ("France, NIR", "par le nom et les valeurs de la colonne")
        assert how_told("mark") == "reconnu à sa marque d’ordre des octets"
        assert note_texts([RENAMED, "Other sheets were not read: Leavers, Old"]) == [
            "Les colonnes sans nom, ou de même nom qu’une autre, sont désignées par leur lettre.",
            "D’autres feuilles n’ont pas été lues\u00a0: Leavers, Old. Remettez le fichier en nommant la feuille.",
        ]


def test_what_is_not_known_is_shown_as_it_is() -> None:
    assert (how_told(""), note_texts(["a note of later"])) == ("", ["a note of later"])


def test_a_reason_is_said_in_the_language_of_the_page() -> None:
    given = "the file is empty. Export the table again."
    assert reason_of("empty", given) == given
    with translation.override("fr"):
        assert reason_of("empty", given) == "il ne contient aucune ligne. Exportez le tableau de nouveau."
        assert reason_of("rare", given) == given
