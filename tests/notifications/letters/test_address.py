from dataclasses import replace

import pytest

from notifications.letters import library
from notifications.letters.address import country_line, postal_lines, return_line, window_for, windows
from notifications.letters.values import Recipient, Sender
from tests.notifications.letters.examples import ELOISE, JUERGEN, MARIA, SENDER, SIOBHAN


@pytest.mark.parametrize(
    ("person", "lines"),
    [
        (ELOISE, ("Éloïse Lefèvre-Dubœuf", "12 bis, rue de l’Église", "Bâtiment C", "69003 LYON")),
        (JUERGEN, ("Jürgen Großmann", "Königstraße 5", "04109 Leipzig", "ALLEMAGNE")),
        (SIOBHAN, ("Siobhán O’Connor", "Flat 3, 7 Rose Lane", "LEEDS", "LS1 4AP", "ROYAUME-UNI")),
        (MARIA, ("Maria Lopez", "1420 Oak Street Apt 9", "SAN FRANCISCO, CA 94117", "ÉTATS-UNIS")),
    ],
)
def test_lines_follow_the_country_of_destination(person: Recipient, lines: tuple[str, ...]) -> None:
    assert postal_lines(person, SENDER, library.phrases(person.language)) == lines


def test_country_is_left_out_at_home_and_readable_from_anywhere() -> None:
    home = replace(SENDER, country="DE")
    assert postal_lines(JUERGEN, home, library.phrases("de"))[-1] == "04109 Leipzig"
    assert country_line("FR", "GR") == "FRANCE"  # Greek letters would not help a French sorter


def test_unknown_country_still_has_postcode_and_town() -> None:
    nowhere = replace(ELOISE, country="ZZ")
    assert "69003 LYON" in postal_lines(nowhere, SENDER, library.phrases("fr"))


@pytest.mark.parametrize(
    ("country", "window"),
    [
        ("DE", "din5008b"),
        ("FR", "laposte"),
        ("BE", "laposte"),
        ("ES", "laposte"),
        ("GB", "royalmail"),
        ("US", "us10"),
    ],
)
def test_window_of_the_country(country: str, window: str) -> None:
    assert window_for(country) == window


@pytest.mark.parametrize("window", windows().values(), ids=lambda window: window.key)
def test_address_and_text_stay_apart_and_off_the_folds(window: object) -> None:
    found = next(row for row in windows().values() if row is window)
    left, top, width, height = found.address

    assert left + width <= found.sheet[0]
    assert top + height <= found.body_top
    assert not any(top < fold < top + height for fold in found.folds)
    assert found.pitch * found.lines <= height
    assert found.source
    assert found.confidence


def test_a_neutral_envelope_shows_no_name() -> None:
    sender = Sender(name="Klinik Sonnenhof", country="DE", address_lines=("Parkweg 2", "10115 Berlin"))

    assert return_line(sender) == "Klinik Sonnenhof · Parkweg 2 · 10115 Berlin"
    assert return_line(sender, neutral=True) == "Parkweg 2 · 10115 Berlin"
