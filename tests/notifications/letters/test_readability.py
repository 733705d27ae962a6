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
        ("it", "Il sol va su dal mar.", 217 - 1.3 * 6 - 60),
        ("pt", "O sol vai ao sul de mim.", 248.835 - 1.015 * 7 - 84.6),
        ("es", "El sol sal y ve pan.", 206.84 - 1.02 * 6 - 60),
    ],
)
def test_score_follows_the_published_formula(language: str, text: str, expected: float) -> None:
    found = readability.score([text], language)

    assert found is not None
    assert found.value == pytest.approx(expected)
    assert found.is_plain


def test_polish_is_measured_by_long_words_and_sentences() -> None:
    found = readability.score(["Kot śpi na płocie."], "pl")  # four words, none of them hard
    assert found is not None
    assert (found.value, found.is_plain) == (2, True)
    hard = readability.score(["Nieautoryzowane wykorzystywanie danych identyfikacyjnych."], "pl")
    assert hard is not None
    assert hard.value == pytest.approx(0.5 * (4**2 + 75**2) ** 0.5)
    assert not hard.is_plain


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
