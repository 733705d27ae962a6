import pytest

from breach.errors import BadInput
from notifications.letters.syntax import fill, parse

TERMS = frozenset({"iban", "email"})


def test_unknown_placeholder_names_place_and_mend() -> None:
    with pytest.raises(BadInput) as caught:
        parse("Dear {customer}, hello", place="fr/what_happened", terms=TERMS)

    assert caught.value.code == "unknown_placeholder"
    assert caught.value.place == "fr/what_happened"
    assert "{customer}" in caught.value.message
    assert "{organisation}" in caught.value.mend


@pytest.mark.parametrize(
    "text",
    ["a { brace", "a } brace", "{{organisation}}", "{% for x in y %}", "{organisation.name}", "{}", "{0}"],
)
def test_anything_else_in_braces_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text, place="x", terms=TERMS)


def test_unknown_condition_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        parse("[shoe_size] text", place="x", terms=TERMS)

    assert caught.value.code == "unknown_condition"


def test_paragraphs_items_and_conditions() -> None:
    pieces = parse(
        "One\nline.\n\n- [iban, email] item\n- [iban+adult] both\n\n[!minor] last", place="x", terms=TERMS
    )

    assert [(p.text, p.style) for p in pieces] == [
        ("One line.", "paragraph"),
        ("item", "item"),
        ("both", "item"),
        ("last", "paragraph"),
    ]
    said = {frozenset(): "One line. last", frozenset({"email", "minor"}): "One line. item"}
    said[frozenset({"iban", "adult"})] = "One line. item both last"
    for circumstances, text in said.items():
        assert " ".join(p.text for p in pieces if p.holds(circumstances)) == text


def test_braces_inside_a_value_stay_literal() -> None:
    assert (
        fill("By {organisation}", {"organisation": "{contact_phone} {% x %}"}) == "By {contact_phone} {% x %}"
    )


@pytest.mark.parametrize("term", ["XX", "Fr", "FRA", "fr"])
def test_what_is_no_country_is_no_condition(term: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(f"[{term}] text", place="x", terms=TERMS)
    assert caught.value.code == "unknown_condition"


def test_a_country_is_a_condition() -> None:
    (piece,) = parse("[FR, !DE] text", place="x", terms=TERMS)
    assert [piece.holds({"FR"}), piece.holds({"DE"}), piece.holds({"BE"})] == [True, False, True]
