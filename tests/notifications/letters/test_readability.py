import pytest

from notifications.letters import readability


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # Six words of one syllable in one sentence: constant - sentence * 6 - word * 1.
        ("en", "The cat sat on the mat.", 206.835 - 1.015 * 6 - 84.6),
        ("de", "Der Hund saß auf dem Gras.", 180 - 6 - 58.5),
        ("fr", "Le chat dort sur son lit.", 207 - 1.015 * 6 - 73.6),
        ("nl", "De hond ligt op het gras.", 206.84 - 0.93 * 6 - 77),
        ("es", "El sol sal y ve pan.", 206.84 - 1.02 * 6 - 60),
    ],
)
def test_score_follows_the_published_formula(language: str, text: str, expected: float) -> None:
    found = readability.score([text], language)

    assert found is not None
    assert found.value == pytest.approx(expected)
    assert found.is_plain


def test_hard_text_falls_below_the_bar() -> None:
    text = "Notwithstanding organisational considerations, individuals potentially exfiltrated information."
    found = readability.score([text], "en")

    assert found is not None
    assert not found.is_plain


def test_long_sentences_are_found() -> None:
    long = "word " * 31 + "."
    assert readability.long_sentences([long, "Short one."], "en") == [long.strip()]


def test_language_without_formula_has_no_score() -> None:
    assert readability.score(["Hei maailma."], "fi") is None
