"""Lines put together from pairs against the same lines shaped whole, and the font's own tables for the reason."""

from itertools import product
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.letters import fonts, shaping
from notifications.letters.shaping import Shaper

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pl", "pt", "ro", "tr", "ca", "und")
LETTERS = [chr(code) for code in sorted(fonts.characters(fonts.MAIN))]
LATIN = [char for char in LETTERS if ord(char) < 0x250]
ALWAYS_ON = {
    "ccmp",
    "locl",
    "liga",
    "clig",
    "calt",
    "rlig",
    "rclt",
    "kern",
    "dist",
    "mark",
    "mkmk",
    "abvm",
    "blwm",
}


def by_pairs(text: str, language: str) -> bool:
    pairs = shaping._pairs(language)
    return None not in [pairs[text[at : at + 2]] for at in range(len(text))]


def word_by_word(text: str, language: str) -> tuple[object, set[int]]:
    shaper = Shaper(language)
    return shaper._word_by_word(text), shaper.glyphs


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(st.sampled_from(LATIN), min_size=1, max_size=20),
        st.text(st.sampled_from(LETTERS), min_size=1, max_size=12),
        st.text(
            "fijlAVTo.,-'\u2019 \u0131I\u00b7\u013fl\u015f\u0163\u0103\u0301\u0237", min_size=1, max_size=12
        ),
    ),
    st.sampled_from(LANGUAGES),
)
def test_line_of_pairs_is_the_line_shaped_whole(text: str, language: str) -> None:
    shaper = Shaper(language)

    assert (shaper.line(text), shaper.glyphs) == word_by_word(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Kaltenbach",
        "Lindenstra\u00dfe 9",
        "75011 Paris",
        "\u00c9lo\u00efse Lef\u00e8vre",
        "AVA To",
        "Zo\u00eb O\u2019Neill-Wi\u015bniewska",
    ],
)
def test_common_lines_need_no_more_than_pairs(text: str) -> None:
    assert by_pairs(text, "de")


@pytest.mark.parametrize(
    "text",
    [
        "Graf f\u00fcr",
        "Steffi",
        "J\u0301",
        "l\u00b7l",
        "\u0418\u0432\u0430\u043d",
        "\u039d\u03af\u03ba\u03bf\u03c2",
    ],
)
def test_what_looks_further_is_shaped_whole(text: str) -> None:
    assert by_pairs(text, "ca") == (text == "Graf f\u00fcr")


def test_empty_line_draws_nothing() -> None:
    assert Shaper("fr").line("") == (b"[()]", 0, True, True)


def rules(font: TTFont, table: str) -> list[Any]:
    """Every subtable that is reached from a feature that is on for every text."""
    found, features = font[table].table, font[table].table.FeatureList.FeatureRecord
    numbers = {n for one in features if one.FeatureTag in ALWAYS_ON for n in one.Feature.LookupListIndex}
    subtables = [one for n in sorted(numbers) for one in found.LookupList.Lookup[n].SubTable]
    return [getattr(one, "ExtSubTable", one) for one in subtables]


@pytest.fixture(scope="module")
def font() -> TTFont:
    return TTFont(fonts.FOLDER / fonts.MAIN)


def drawn_by(font: TTFont) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, name in font.getBestCmap().items():
        found.setdefault(name, set()).add(chr(code))
    return found


def test_every_rule_that_looks_further_needs_a_letter_that_is_left_to_it(font: TTFont) -> None:
    """Some place of each contextual rule takes only glyphs of marks and of the dot, or of no character at all."""
    chars = drawn_by(font)
    found = 0
    for subtable in [*rules(font, "GSUB"), *rules(font, "GPOS")]:
        if not type(subtable).__name__.startswith(("ChainContext", "Context", "ReverseChain")):
            continue
        found += 1
        assert subtable.Format == 3, "another form of the rule: read it anew"
        places = [*subtable.BacktrackCoverage, *subtable.InputCoverage, *subtable.LookAheadCoverage]
        assert any(
            not any(shaping._looks_one_ahead(char) for glyph in place.glyphs for char in chars.get(glyph, ()))
            for place in places
        ), [place.glyphs[:5] for place in places]
    assert found


def test_every_ligature_shows_in_its_first_two_letters(font: TTFont) -> None:
    chars = drawn_by(font)
    ligatures = [
        (first, *ligature.Component)
        for subtable in rules(font, "GSUB")
        if type(subtable).__name__ == "LigatureSubst"
        for first, some in subtable.ligatures.items()
        for ligature in some
    ]
    spelt = [
        text for one in ligatures for text in map("".join, product(*[sorted(chars.get(g, ())) for g in one]))
    ]

    assert len(spelt) > 10
    assert [text for text in spelt if shaping._pairs("und")[text[:2]] is not None] == []


def test_kerning_moves_only_the_first_of_two(font: TTFont) -> None:
    pairs = [one for one in rules(font, "GPOS") if type(one).__name__ == "PairPos"]

    assert pairs
    assert {one.ValueFormat2 for one in pairs} == {0}


def test_blank_is_never_kerned(font: TTFont) -> None:
    pairs = shaping._pairs("und")
    for char in LATIN:
        if pairs[char] is not None:
            assert (pairs[char + " "], pairs[" " + char]) == (pairs[char], shaping.blank())
