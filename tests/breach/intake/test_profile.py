import json

import pytest

from breach.errors import BadInput
from breach.intake.detectors import DETECTORS
from breach.intake.headers import recognise
from breach.intake.mapping import FIELDS, ColumnMapping, ColumnRule, check_mapping
from breach.intake.profile import ColumnProfile, Finding, Profile, profile_table, propose_mapping
from breach.law import kinds
from tests.breach.intake.tables import table

BCRYPT = "$2b$12$" + "a" * 53
TABLE = (
    "Nom;E-mail;Passwort;Kontakt;Geboren am;Diagnose;Notiz;Compte\n"
    f"Lefèvre;zoe@example.org;{BCRYPT}1;bo@example.org;25/12/1990;flu;x;GB33BUKB20201555555555\n"
    f"Müller;n/a;{BCRYPT}2;cy@example.org;01/02/1990;;;\n"
    "bad;row\n"
    f"Okonkwo;jo@example.org;{BCRYPT}3;do@example.org;;;;DE75512108001245126199\n"
)


def test_profile_says_what_each_column_holds_and_why() -> None:
    assert profile_table(table(TABLE)) == Profile(
        rows=3,
        unreadable=1,
        columns=(
            ColumnProfile(
                "Nom", 3, ("L••••••", "M•••••", "O••••••"), (Finding("family_name", 0, 60, "header"),)
            ),
            ColumnProfile(
                "E-mail", 3, ("z••@e••••••.o••", "n/a", "j•@e••••••.o••"), (Finding("email", 67, 70, "both"),)
            ),
            ColumnProfile(
                "Passwort",
                3,
                ("$••$••$a••••••••••••••••…",) * 3,
                (Finding("password_hash_salted", 100, 100, "both", "bcrypt"),),
            ),
            ColumnProfile(
                "Kontakt",
                3,
                ("b•@e••••••.o••", "c•@e••••••.o••", "d•@e••••••.o••"),
                (Finding("email", 100, 80, "values"),),
            ),
            ColumnProfile(
                "Geboren am", 2, ("••/••/••••", "••/••/••••"), (Finding("birth_date", 100, 100, "both"),)
            ),
            ColumnProfile("Diagnose", 1, ("f••",), (Finding("health", 0, 60, "header"),)),
            ColumnProfile("Notiz", 1, ("x",), ()),
            ColumnProfile(
                "Compte",
                2,
                ("G•••••••••••••••••••••", "D•••••••••••••••••••••"),
                (Finding("iban", 100, 80, "values"),),
            ),
        ),
        date_order="dmy",
    )


def test_profile_survives_being_stored() -> None:
    profile = profile_table(table(TABLE))

    assert Profile.from_json(json.loads(json.dumps(profile.to_json()))) == profile


def test_proposal_gives_a_field_to_the_surest_column() -> None:
    two = "Kontakt;E-mail\na@example.org;b@example.org\n"

    assert propose_mapping(profile_table(table(two))) == ColumnMapping(
        (ColumnRule("Kontakt", None, "email"), ColumnRule("E-mail", "email", "email"))
    )
    assert propose_mapping(profile_table(table(TABLE))).columns == (
        ColumnRule("Nom", "family_name", "name"),
        ColumnRule("E-mail", None, "email"),
        ColumnRule("Passwort", None, "password_hash_salted"),
        ColumnRule("Kontakt", "email", "email"),
        ColumnRule("Geboren am", "birth_date", "date_of_birth"),
        ColumnRule("Diagnose", None, "health"),
        ColumnRule("Notiz"),
        ColumnRule("Compte", None, "iban"),
    )


def test_login_that_is_an_address_is_named_a_login_beside_an_address() -> None:
    text = "Login;E-mail;Password\na@example.org;b@example.org;Tulip!1\nc@example.org;d@example.org;fox22\n"

    assert propose_mapping(profile_table(table(text))).columns == (
        ColumnRule("Login", None, "username"),
        ColumnRule("E-mail", "email", "email"),
        ColumnRule("Password", None, "password_clear"),
    )


@pytest.mark.parametrize(
    ("what", "yes", "no"),
    [
        ("iban", "FR14 2004 1010 0505 0001 3M02 606", "FR15 2004 1010 0505 0001 3M02 606"),
        ("card_number", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("ip_address", "2001:db8::1", "2001:xyz::1"),
        ("password_hash_salted", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "argon2"),
        ("password_hash_unsalted", "5f4dcc3b5aa765d61d8327deb882cf99", "5f4dcc3b5aa765d61d8327deb882cf9"),
        ("national_id", "2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
        ("email", "a@example.org", "a@example"),
        ("birth_date", "1990-01-02", "1990"),
        ("country", "Allemagne", "Freedonia"),
        ("phone", "+33 1 99 00 12 34", "1234"),
    ],
)
def test_detectors_look_at_checksums_and_not_only_shapes(what: str, yes: str, no: str) -> None:
    assert (DETECTORS[what](yes), DETECTORS[what](no)) == (True, False)


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("PRÉNOM", "given_name"),
        ("first_name", "given_name"),
        ("Straße", "street"),
        ("N° client", "customer_number"),
        ("Fecha de nacimiento", "birth_date"),
        ("Groupe sanguin", "health"),
        ("Krankenversicherungsnummer", "health_insurance_id"),
        ("Favourite colour", None),
    ],
)
def test_headers_in_four_languages(header: str, what: str | None) -> None:
    assert recognise(header) == what


def test_every_word_leads_to_a_field_or_a_kind() -> None:
    from breach.intake.headers import _dictionary  # noqa: PLC0415

    meanings = set(_dictionary().values()) - {"password"}
    assert {what for what in meanings if what not in FIELDS and what not in kinds.load()} == set()
    assert {kind for kind in FIELDS.values() if kind and kind not in kinds.load()} == set()


def test_mapping_survives_being_stored() -> None:
    mapping = ColumnMapping(
        (ColumnRule("A", "email", "email"), ColumnRule("B")), "FR", "fr", "mdy", ("order_history",)
    )

    assert ColumnMapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


def test_mapping_defaults_may_be_written_as_names() -> None:
    mapping = ColumnMapping((ColumnRule("A", "email"),), country="Allemagne", language="German")

    checked = check_mapping(mapping, ["A"])

    assert (checked.country, checked.language) == ("DE", "de")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], 'mapping, mapping: not an object. Write {"columns": {"Header": {"field": …}}}.'),
        (
            {"columns": {"A": "email"}},
            'mapping, columns.A: not an object. Write {"columns": {"Header": {"field": …}}}.',
        ),
        (
            {"columns": {}, "colour": 1},
            "mapping: unknown key 'colour'. Known: columns, country, date_order, kinds, language, relation.",
        ),
        (
            {"columns": {"A": {"field": 1}}},
            "mapping, columns.A.field: not a text. Write a name in quotes, or null.",
        ),
        (
            {"columns": {"X": {"field": "email"}}},
            "mapping, column X: the table has no such column. It has: A, B.",
        ),
        (
            {"columns": {"A": {"field": "email"}, "B": {"field": "email"}}},
            "mapping, column B: the field email is given twice. Column A has it already; choose one.",
        ),
        (
            {"columns": {"A": {"kind": "shoe_size"}}},
            "mapping, column A: there is no data kind 'shoe_size'. Choose one of the vocabulary.",
        ),
        (
            {"columns": {"A": {"field": "country"}}},
            (
                "mapping: no column tells who the people are. "
                "Map a column to a name, an e-mail address or a street."
            ),
        ),
        (
            {"columns": {"A": {"field": "email"}}, "country": "Freedonia"},
            "mapping, country: there is no country 'Freedonia'. Write a code such as FR.",
        ),
        (
            {"columns": {"A": {"field": "email"}}, "date_order": "ymd"},
            "mapping, date_order: unknown order of dates. Write dmy or mdy.",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_its_key(document: object, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_mapping(ColumnMapping.from_json(document), ["A", "B"])

    assert str(refused.value) == message
