from dataclasses import replace

import pytest

from breach.intake.contact import country_code, email_address, language_code
from breach.intake.mapping import ColumnMapping, ColumnRule
from breach.intake.normalise import Accepted, Normaliser, channel_of, clean, has_address, is_formula
from breach.intake.phones import phone_number
from breach.intake.record import Record, merged
from breach.intake.refusals import Refusal, mask, reason_text, reasons
from breach.intake.rows import Row
from tests.breach.intake.tables import TODAY

FIELDS = [
    "given_name",
    "family_name",
    "email",
    "phone",
    "street",
    "address_extra",
    "postcode",
    "city",
    "region",
    "country",
    "birth_date",
    "language",
    "customer_number",
    "guardian",
]
KINDS = {"email": "email", "street": "postal_address", "birth_date": "date_of_birth"}
COLUMNS = [*FIELDS, "hash", "secret", "login"]
MAPPING = ColumnMapping(
    (
        *(ColumnRule(name, name, KINDS.get(name)) for name in FIELDS),
        ColumnRule("hash", None, "password_hash_salted"),
        ColumnRule("secret", None, "password_clear"),
        ColumnRule("login", None, "username"),
    )
)
ZOE = {
    "given_name": "Zoe\u0301",
    "family_name": " Lefèvre  ",
    "email": "Zoe.L@Example.ORG",
    "phone": "01 99 00 12 34",
    "street": "7  rue des Lilas",
    "postcode": "1000",
    "city": "Bourg-en-Bresse",
    "country": "France",
    "birth_date": "09/03/2012",
    "customer_number": "C17",
    "guardian": "Ann Lefèvre",
    "hash": "$2b$12$x",
}


def normalise(values: dict[str, str], mapping: ColumnMapping = MAPPING) -> Accepted | Refusal:
    return Normaliser(mapping, COLUMNS, TODAY)(Row(7, [values.get(name, "") for name in COLUMNS]))


def accepted(values: dict[str, str], mapping: ColumnMapping = MAPPING) -> Accepted:
    outcome = normalise(values, mapping)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def test_a_row_becomes_one_spelling_of_everything() -> None:
    assert normalise(ZOE) == Accepted(
        row=7,
        record=Record(
            given_name="Zoé",
            family_name="Lefèvre",
            email="Zoe.L@example.org",
            phone="+33199001234",
            street="7 rue des Lilas",
            postcode="01000",
            city="Bourg-en-Bresse",
            country="FR",
            birth_date="2012-03-09",
            language="fr",
            language_from="country",
            customer_number="C17",
            guardian="Ann Lefèvre",
        ),
        kinds=("date_of_birth", "email", "password_hash_salted", "postal_address"),
        minor=True,
    )


def test_leaked_values_are_not_in_what_is_kept() -> None:
    kept = (
        accepted(ZOE | {"hash": "$2b$12$abcdef", "secret": "Sunflower!42", "login": "zoe17"})
        .record.to_bytes()
        .decode()
    )

    assert "Zoé" in kept
    assert not [leak for leak in ("abcdef", "Sunflower", "zoe17") if leak in kept]


def test_password_and_login_together_are_a_kind_of_their_own() -> None:
    assert accepted(ZOE | {"secret": "x", "login": "zoe17", "email": ""}).kinds == (
        "date_of_birth",
        "password_clear",
        "password_hash_salted",
        "postal_address",
        "username",
        "username_email_with_password",
    )
    assert "username_email_with_password" not in accepted(ZOE | {"secret": "x", "email": ""}).kinds


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"birth_date": "31/02/1990"}, Refusal(7, "birth_date", "birth_date_impossible", "••/••/••••")),
        ({"birth_date": "25/11/2026"}, Refusal(7, "birth_date", "birth_date_impossible", "••/••/••••")),
        ({"birth_date": "09/03/1866"}, Refusal(7, "birth_date", "birth_date_impossible", "••/••/••••")),
        ({"birth_date": "summer 75"}, Refusal(7, "birth_date", "birth_date_unreadable", "s••••• ••")),
        ({"country": "Freedonia"}, Refusal(7, "country", "country_unknown", "F••••••••")),
        ({"family_name": "=1+2"}, Refusal(7, "family_name", "formula", "=•+•")),
        ({"given_name": "12345"}, Refusal(7, "given_name", "name_unusable", "•••••")),
        ({"given_name": "x" * 201}, Refusal(7, "given_name", "name_unusable", f"x{'•' * 23}…")),
    ],
)
def test_what_decides_who_or_which_law_refuses_the_row(change: dict[str, str], refusal: Refusal) -> None:
    assert normalise(ZOE | change) == refusal


def test_neither_name_nor_contact_refuses_the_row() -> None:
    assert normalise({"hash": "$2b$12$x", "country": "FR"}) == Refusal(7, "", "no_identity", "")
    assert normalise({"hash": "$2b$12$x", "email": "n/a"}) == Refusal(7, "", "no_identity", "")
    assert isinstance(normalise({"email": "a@example.org"}), Accepted)
    assert isinstance(normalise({"family_name": "Ann"}), Accepted)


def test_unusable_contact_is_set_aside_and_kept_beside() -> None:
    outcome = accepted(
        ZOE
        | {"email": "zoe@@example.org", "phone": "12", "postcode": "7501", "country": "GB", "language": "??"}
    )

    assert outcome.set_aside == (
        Refusal(7, "postcode", "postcode_unusable", "••••", whole_row=False),
        Refusal(7, "email", "email_unusable", "z••@@e••••••.o••", whole_row=False),
        Refusal(7, "language", "language_unknown", "??", whole_row=False),
        Refusal(7, "phone", "phone_unusable", "••", whole_row=False),
    )
    assert (outcome.record.email, outcome.record.phone, outcome.record.postcode) == ("", "", "")
    assert dict(outcome.record.given)["email"] == "zoe@@example.org"
    assert channel_of(outcome.record) == "none"


def test_channel_steps_down_from_email_to_post_to_none() -> None:
    record = accepted(ZOE).record

    assert channel_of(record) == "email"
    assert channel_of(replace(record, email="")) == "post"
    assert [
        channel_of(replace(record, email="", **{field: ""}))
        for field in ("street", "city", "postcode", "country")
    ] == ["none"] * 4
    assert has_address(record)


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("a@example.com", "a@example.com"),
        ("A.B+c@EXAMPLE.Com", "A.B+c@example.com"),
        ("zoë@bücher.example", "zoë@bücher.example"),
        ("a@b.example", "a@b.example"),
        ("a", ""),
        ("a@", ""),
        ("a@b", ""),
        ("a@@example.com", ""),
        ("a@example,com", ""),
        ("a@example..com", ""),
        ("a..b@example.com", ""),
        (".a@example.com", ""),
        ("a b@example.com", ""),
        ("a@localhost", ""),
        ("a@x.invalid", ""),
        ("x" * 65 + "@example.com", ""),
    ],
)
def test_email_addresses(text: str, usable: str) -> None:
    assert email_address(text) == usable


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FR", "FR"),
        ("fr", "FR"),
        ("Allemagne", "DE"),
        ("Königreich Belgien", ""),
        ("Belgien", "BE"),
        ("España", "ES"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Angleterre", "GB"),
        ("États-Unis", "US"),
        ("USA", "US"),
        ("DEU", "DE"),
        ("XX", ""),
        ("EU", ""),
        ("ZZ", ""),
        ("Nederland", "NL"),
        ("Polska", "PL"),
    ],
)
def test_countries_in_many_languages(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fr", "fr"),
        ("nl-BE", "nl"),
        ("FR_be", "fr"),
        ("français", "fr"),
        ("Deutsch", "de"),
        ("English", "en"),
        ("klingon??", ""),
    ],
)
def test_languages(text: str, code: str) -> None:
    assert language_code(text) == code


def test_phone_numbers_by_country() -> None:
    assert phone_number("020 7946 0123", "GB") == "+442079460123"
    assert phone_number("+1 415 555 0100", "") == "+14155550100"
    assert phone_number("hello", "FR") == ""


def test_clean_removes_what_hides() -> None:
    assert clean(" Zoe\u0301\u202e \u200b Le\u00adfèvre\t") == "Zoé Lefèvre"


@pytest.mark.parametrize(
    "text", ["=1+2", "=cmd|' /C calc'!A0", "@SUM(A1)", "+A1+SUM(B2)", "-2+3+cmd|' /C calc'!A0"]
)
def test_formulas_are_seen(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize("text", ["+33 1 99 00 12 34", "-", "- none -", "@ home", "a=b", "", "+49 (0) 30 1"])
def test_ordinary_text_is_no_formula(text: str) -> None:
    assert not is_formula(text)


def test_formula_in_a_column_that_is_not_kept_is_only_noted() -> None:
    assert accepted(ZOE | {"hash": "=1+2"}).set_aside == (
        Refusal(7, "hash", "formula_kept", "", whole_row=False),
    )


def test_surname_first_lists_are_turned_round() -> None:
    mapping = ColumnMapping((ColumnRule("given_name", "full_name"), ColumnRule("email", "email")))

    record = accepted({"given_name": "Lefèvre, Zoé"}, mapping).record

    assert (record.given_name, record.family_name, record.name) == ("Zoé", "Lefèvre", "Zoé Lefèvre")


def test_record_survives_being_stored() -> None:
    record = accepted(ZOE | {"email": "bad"}).record

    assert Record.from_bytes(record.to_bytes()) == record
    assert record.to_bytes() == Record.from_bytes(record.to_bytes()).to_bytes()


def test_merging_takes_the_last_word_and_whole_addresses() -> None:
    first = Record(
        given_name="Zoé",
        family_name="Roy",
        email="a@example.org",
        street="7 rue A",
        postcode="75011",
        city="Paris",
        country="FR",
        language="nl",
        language_from="given",
    )
    moved = Record(street="1 rue B", city="Lyon", country="FR", language="fr", language_from="country")
    bare = Record(email="b@example.org", country="DE", language="de", language_from="country")

    assert merged([first, moved]) == replace(first, street="1 rue B", postcode="", city="Lyon")
    assert merged([first, bare]) == replace(first, email="b@example.org")
    assert merged([bare, first]) == first
    assert merged([moved, bare]).language == "de"
    assert merged([moved, Record(language="en", language_from="fallback")]).language == "fr"


def test_merging_keeps_the_better_written_name() -> None:
    zoe = Record(given_name="Zoé", family_name="Lefèvre")

    assert merged([zoe, Record(given_name="ZOE", family_name="Lefevre")]) == zoe
    assert merged([Record(given_name="ZOE", family_name="Lefevre"), zoe]) == zoe
    assert merged([zoe, Record(given_name="Zoë", family_name="Martin")]) == Record(
        given_name="Zoë", family_name="Martin"
    )


def test_every_reason_has_words_in_both_languages() -> None:
    assert {code: sorted(words) for code, words in reasons().items()} == {
        code: ["en", "fr"] for code in reasons()
    }
    assert reason_text("formula", "de") == reason_text("formula", "en") != reason_text("formula", "fr")


def test_masks_show_the_shape_only() -> None:
    assert mask("Zoé Lefèvre-Ayrault") == "Z•• L••••••-A••••••"
    assert mask("FR7630006000011234567890189") == "F•••••••••••••••••••••••…"
