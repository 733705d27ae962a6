"""Identifiers by checksum, stored passwords by scheme, special categories by words: each with its evidence."""

import pytest
from stdnum.nl import bsn

from breach.intake.identifiers import (
    IdentifierKeys,
    Proof,
    hash_scheme,
    identifiers,
    prove_hash,
    prove_identifier,
    prove_terms,
)
from breach.intake.profile import Finding, profile_table, propose_mapping
from breach.law import kinds
from tests.breach.intake.tables import table

NIRS = ["2 95 10 99 126 111 93", "295109912611193"]
BSNS = [f"{number:09d}" for number in range(111_222_333, 111_222_733) if bsn.is_valid(f"{number:09d}")]
MD5, SHA1 = "5f4dcc3b5aa765d61d8327deb882cf99", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"


def test_every_identifier_is_of_a_known_kind_and_its_module_is_there() -> None:
    assert {each.kind for each in identifiers()} <= set(kinds.load())
    assert [each.passes("x") for each in identifiers()] == [False] * len(identifiers())


def test_an_identifier_is_proven_by_its_checksum() -> None:
    assert prove_identifier(NIRS) == Proof("national_id", 1.0, "FR, nir")
    assert prove_identifier(["2 95 10 99 126 111 94", "295109912611192"]) is None
    assert len(BSNS) >= 10
    assert prove_identifier(BSNS) == Proof("national_id", 1.0, "NL, bsn")


def test_numbers_in_a_row_are_no_identifiers() -> None:
    people = "Name;Ref\n" + "".join(f"P{n};{n}\n" for n in range(111_222_333, 111_222_433))

    profile = profile_table(table(people))

    assert [each.what for each in profile.columns[1].findings if each.what == "national_id"] == []


def test_a_column_of_identifiers_is_found_without_a_word_in_the_header() -> None:
    people = "Name;Ref\n" + "".join(f"P{n};{number}\n" for n, number in enumerate(BSNS))

    profile = profile_table(table(people))

    assert profile.columns[1].findings[0] == Finding("national_id", 100, 80, "values", "NL, bsn")
    rule = propose_mapping(profile).columns[1]
    assert (rule.field, rule.kind) == ("national_id", "national_id")


def test_a_named_column_that_no_scheme_knows_is_a_kind_and_no_key() -> None:
    profile = profile_table(table("Name;ID number\n" + "".join(f"P{n};X{n:03d}\n" for n in range(20))))

    rule = propose_mapping(profile).columns[1]
    assert (rule.field, rule.kind) == (None, "national_id")


def test_an_identifier_has_one_key_however_it_is_punctuated() -> None:
    keys = IdentifierKeys()

    assert [keys(text) for text in NIRS] == ["295109912611193"] * 2
    assert keys("93-05.18 223.61".replace(" ", "-")) == keys("93051822361") != ""
    assert [keys(text) for text in ("295109912611194", "111111111", "hello", "", "1234")] == [""] * 5
    # Which came before does not matter.
    assert keys(BSNS[0]) == IdentifierKeys()(BSNS[0]) == BSNS[0]


@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        ("$2b$12$" + "a" * 53, ("bcrypt", True)),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", ("argon2", True)),
        ("pbkdf2_sha256$600000$salt$hash", ("pbkdf2", True)),
        ("{SSHA}" + "A" * 32, ("salted sha1 (LDAP)", True)),
        (f"{MD5}:pepper", ("md5 with salt", True)),
        (MD5, ("md5 or ntlm", False)),
        (SHA1, ("sha1", False)),
        ("Tulip!1", None),
    ],
)
def test_a_stored_password_is_told_by_its_scheme(value: str, scheme: tuple[str, bool] | None) -> None:
    assert hash_scheme(value) == scheme


def test_where_some_have_no_salt_the_weaker_protection_counts() -> None:
    assert prove_hash([MD5, "$2b$12$" + "a" * 53]) == Proof("password_hash_unsalted", 1.0, "md5 or ntlm")
    assert prove_hash(["Tulip!1"]) is None


def test_words_of_special_categories_are_found_in_four_languages() -> None:
    notes = ["Type 2 diabetes", "Diabétique, sous insuline", "schwanger", "embarazada", "called twice"]

    assert prove_terms(notes) == [Proof("health", 0.8)]
    assert prove_terms(["römisch-katholisch", "évangélique", "musulmane", "evangelisch"]) == [
        Proof("religion", 0.75)
    ]
    assert prove_terms(["only one asthma", "and nothing"]) == []


def test_a_note_that_mentions_an_illness_now_and_then_is_marked_and_not_proposed() -> None:
    notes = ["asthma", "diabetes", *(f"called on day {n}" for n in range(30))]
    profile = profile_table(table("Name;Note\n" + "".join(f"P{n};{note}\n" for n, note in enumerate(notes))))

    assert profile.columns[1].findings == (Finding("health", 6, 5, "values"),)
    assert propose_mapping(profile).columns[1].kind is None
