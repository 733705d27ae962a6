"""Who is written to about a person, by what is marked."""

import pytest

from breach.intake.addressee import addressee_of, seen_through
from breach.intake.record import Record

WIDOW = Record(full_name="Marta Ek", email="marta@example.org", language="sv", language_from="given")
LAWYER = Record(full_name="Ola Berg", street="Storgatan 1", postcode="111 22", city="Stockholm", country="SE")


@pytest.mark.parametrize(
    ("marks", "minor", "expected"),
    [
        ({}, None, ("self", None)),
        ({"deceased": WIDOW}, False, ("next_of_kin", WIDOW)),
        ({"deceased": None}, False, ("no_kin", None)),
        ({"represented": LAWYER}, None, ("representative", LAWYER)),
        ({"guardian": WIDOW}, True, ("guardian", WIDOW)),
        # A child who has come of age is written to themselves.
        ({"guardian": WIDOW}, False, ("self", None)),
        ({"guardian": WIDOW}, None, ("self", None)),
        # Death ends representation; a wish not to be written to outlives everything.
        ({"deceased": None, "represented": LAWYER}, None, ("no_kin", None)),
        ({"represented": LAWYER, "guardian": WIDOW}, True, ("representative", LAWYER)),
        ({"do_not_write": None, "deceased": WIDOW, "represented": LAWYER}, True, ("nobody", None)),
    ],
)
def test_marks_say_who_is_written_to(
    marks: dict[str, Record | None], minor: bool | None, expected: tuple[str, Record | None]
) -> None:
    assert addressee_of(marks, minor=minor) == expected


PERSON = Record(
    given_name="Nils",
    family_name="Ek",
    email="nils@example.org",
    phone="+46 8 1",
    street="Lilla vägen 3",
    postcode="222 33",
    city="Lund",
    country="SE",
    language="en",
    language_from="given",
)


def test_a_contact_without_address_lives_with_the_person_and_has_none_of_their_e_mail() -> None:
    through = seen_through(PERSON, Record(full_name="Marta Ek"))

    assert through == Record(
        given_name="Nils",
        family_name="Ek",
        street="Lilla vägen 3",
        postcode="222 33",
        city="Lund",
        country="SE",
        language="en",
        language_from="given",
    )


def test_a_contact_with_an_address_and_a_language_brings_both() -> None:
    through = seen_through(PERSON, Record(**{**_fields(LAWYER), "language": "sv", "language_from": "given"}))

    assert (through.name, through.email, through.phone) == ("Nils Ek", "", "")
    assert (through.street, through.postcode, through.city) == ("Storgatan 1", "111 22", "Stockholm")
    assert (through.language, through.language_from) == ("sv", "given")


def _fields(record: Record) -> dict[str, str]:
    return {name: getattr(record, name) for name in ("full_name", "street", "postcode", "city", "country")}
