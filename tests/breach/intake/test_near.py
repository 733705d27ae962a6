"""Near matching as a whole: people in, pairs out, in a process of its own."""

from dataclasses import replace

import pytest

from breach.benches.families import families
from breach.intake.near import Field, caution_of, comparable, name_forms
from breach.intake.near_quality import match_records, quality
from breach.intake.near_run import NearMatchingFailed, near_pairs
from breach.intake.record import Record

ANN = Record(
    given_name="Elisabeth",
    family_name="Grenmann",
    email="e.grenmann@mail.example",
    phone="+33612345678",
    street="12 Lange Gasse",
    postcode="10111",
    city="Bradcourt",
    birth_date="1980-05-03",
    customer_number="K1234567",
)


def filler() -> list[Record]:
    return [one.record for one in families(300, seed=3, again=0)]


def pairs_of(*records: Record) -> list[tuple[int, int, dict[str, str], tuple[str, ...]]]:
    """The pairs among the given records, which stand before 300 strangers."""
    people = [comparable(ref, one) for ref, one in enumerate([*records, *filler()])]
    return [
        (one.left, one.right, {field.field: field.level for field in one.fields}, one.caution)
        for one in near_pairs(people)
        if one.right < len(records)
    ]


AGAIN = (
    ({"given_name": "Liz", "email": ""}, {"given_name": "nickname"}),
    ({"given_name": "Elisabeht"}, {"given_name": "alike"}),
    ({"street": "7 Mill Lane", "postcode": "28000", "city": "Torwell"}, {"address": "moved"}),
    ({"street": "12 Lange Gase"}, {"address": "alike"}),
    ({"birth_date": "1980-03-05"}, {"birth_date": "day_and_month_swapped"}),
    ({"given_name": "E", "customer_number": ""}, {"given_name": "initial"}),
    (
        {"given_name": "Grenmann", "family_name": "Elisabeth"},
        {"given_name": "swapped", "family_name": "swapped"},
    ),
)


def test_one_person_written_down_twice_is_found_with_what_agreed() -> None:
    """Each pair at another place, so that only the two are one."""
    records = []
    for at, (changes, _levels) in enumerate(AGAIN):
        own = {
            "phone": f"+3361234{at}{at}{at}{at}",
            "email": f"{at}{at}liz@mail.example",
            "customer_number": f"K{at}99{at}00{at}",
        }
        if "family_name" not in changes:
            own["family_name"] = ("Grenmann", "Halbrook", "Toruwitz", "Dubisart", "Castachand", "Pelenini")[
                at
            ]
        if "street" not in changes:
            own["street"] = f"{at * 7 + 20} Via Roma"
        if "birth_date" not in changes:
            own["birth_date"] = f"19{at}0-05-03"
        records += [replace(ANN, **own), replace(ANN, **(own | changes))]

    found = {(left, right): (levels, caution) for left, right, levels, caution in pairs_of(*records)}

    for at, (_changes, expected) in enumerate(AGAIN):
        levels, caution = found[2 * at, 2 * at + 1]
        assert ({field: levels[field] for field in expected}, caution) == (expected, ())


def test_twins_and_father_and_son_are_never_accepted_by_threshold() -> None:
    twin = replace(ANN, given_name="Moritz", customer_number="K7654321")
    son = replace(ANN, birth_date="2009-11-30", customer_number="")

    found = pairs_of(ANN, twin, son)

    assert found
    assert all(caution for *_rest, caution in found)


def test_a_shared_number_lifts_no_caution() -> None:
    """In a list where couples have one number, it says nothing about who somebody is."""
    given = Field("given_name", "different", -6.0)
    number = Field("customer_number", "same", 16.0)
    birth = Field("birth_date", "different", -5.6)

    assert caution_of((given, number), personal_numbers=False) == ("given_name",)
    assert caution_of((given, number), personal_numbers=True) == ()
    assert caution_of((given, number, birth), personal_numbers=True) == ("given_name", "birth_date")


def test_people_share_numbers_where_the_list_shows_it() -> None:
    family = [one.record for one in families(600, seed=5, again=0, shared_numbers=True)]
    found = list(near_pairs(comparable(ref, each) for ref, each in enumerate(family)))

    assert [one for one in found if {"given_name"} & set(one.caution)]
    assert not [
        one
        for one in found
        if not one.caution and {field.field: field.level for field in one.fields}["given_name"] == "different"
    ]


@pytest.mark.parametrize(
    ("given", "forms"),
    [
        ("liz", ["elizabeth", "liz"]),
        ("paco", ["francisco", "paco"]),
        ("babeth", ["babeth", "elisabeth"]),
        ("m", []),
    ],
)
def test_names_stand_for_what_they_are_short_for(given: str, forms: list[str]) -> None:
    assert name_forms(given) == forms


def test_the_same_people_give_the_same_pairs() -> None:
    people = [comparable(ref, one.record) for ref, one in enumerate(families(800, seed=2))]

    assert list(near_pairs(people)) == list(near_pairs(reversed(people)))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_people_are_compared_too(count: int) -> None:
    people = [comparable(ref, replace(ANN, given_name="Liz" if ref else "Elisabeth")) for ref in range(count)]

    assert [(one.left, one.right) for one in near_pairs(people)] == [(0, 1)] * (count == 2)


def test_too_little_memory_is_an_error_and_no_half_answer() -> None:
    people = [comparable(ref, one.record) for ref, one in enumerate(families(1_500, seed=2))]

    with pytest.raises(NearMatchingFailed, match="memory"):
        list(near_pairs(people, memory_mb=3))


def test_a_name_that_all_share_is_no_block() -> None:
    """A placeholder in every row must not make every pair a candidate."""
    same = [Record(full_name="Test Kunde", birth_date="1900-01-01") for _one in range(2_000)]

    assert list(near_pairs(comparable(ref, each) for ref, each in enumerate(same))) == []


@pytest.mark.parametrize("shared_numbers", [False, True])
def test_made_up_families_are_matched_as_well_as_promised(shared_numbers: bool) -> None:
    known = families(4_000, seed=11, shared_numbers=shared_numbers)
    lines = quality(match_records([one.record for one in known]), [one.person for one in known])
    by_step = {one.step: one for one in lines}

    assert by_step["automatic"].precision >= 0.999
    assert by_step["0.9"].recall >= 0.97
    assert by_step["0.9"].precision >= 0.985
