from hypothesis import given
from hypothesis import strategies as st

from breach.intake.match import Join, Key, Source, identity_of, match, name_key, plain_keys
from breach.intake.record import Record

ANN = {"given_name": "Ann", "family_name": "Müller"}


def source(ref: int, person: int | None = None, national_id: str = "", **values: str) -> Source:
    record = Record(**values)
    keys = tuple(Key(kind, text.encode()) for kind, text in plain_keys(record))
    if national_id:
        keys += (Key("national_id", national_id.encode()),)
    return Source(ref, keys, identity_of(record), person)


def test_one_person_by_each_of_the_keys_and_by_chains_of_them() -> None:
    sources = [
        source(0, **ANN, email="Ann@example.org"),
        source(1, **ANN, email="ann@EXAMPLE.org", customer_number="c7"),
        source(
            2,
            given_name="A.",
            family_name="MUELLER",
            customer_number="C7",
            birth_date="1990-01-02",
            postcode="M1 1AE",
        ),
        source(3, full_name="Mueller A.", birth_date="1990-01-02", postcode="m11ae"),
        source(4, given_name="Bo", family_name="Müller", email="bo@example.org"),
    ]

    found = match(sources)

    assert found.group == {0: 0, 1: 0, 2: 0, 3: 0, 4: 4}
    assert found.joins == (
        Join(1, 0, "email"),
        Join(2, 1, "customer_number"),
        Join(3, 2, "name_birth_postcode"),
    )
    assert found.suggestions == ()


def test_a_shared_address_does_not_swallow_a_child() -> None:
    found = match(
        [
            source(0, **ANN, email="family@example.org"),
            source(1, given_name="Ben", family_name="Müller", email="family@example.org"),
            source(2, given_name="Ben", family_name="Müller", email="family@example.org"),
        ]
    )

    assert found.group == {0: 0, 1: 1, 2: 1}
    assert found.joins == (Join(2, 1, "email"),)
    assert found.suggestions == (Join(1, 0, "email"),)


def test_contradicting_birth_dates_are_only_suggested() -> None:
    found = match(
        [
            source(0, **ANN, email="a@example.org", birth_date="1990-01-02"),
            source(1, **ANN, email="a@example.org", birth_date="1990-02-01"),
        ]
    )

    assert (found.group, found.suggestions) == ({0: 0, 1: 1}, (Join(1, 0, "email"),))


def test_a_national_identifier_joins_and_another_one_keeps_apart() -> None:
    found = match(
        [
            source(0, **ANN, email="a@example.org", national_id="295109912611193"),
            source(1, **ANN, national_id="295109912611193"),
            source(2, **ANN, email="a@example.org", national_id="93051822361"),
            source(3, given_name="Bo", family_name="Berg", national_id="93051822361"),
        ]
    )

    assert found.group == {0: 0, 1: 0, 2: 2, 3: 3}
    assert found.joins == (Join(1, 0, "national_id"),)
    assert found.suggestions == (Join(2, 0, "email"), Join(3, 2, "national_id"))


def test_a_nameless_row_joins_who_has_its_address() -> None:
    assert match([source(0, **ANN, email="a@example.org"), source(1, email="a@example.org")]).group == {
        0: 0,
        1: 0,
    }


def test_new_evidence_unites_two_known_people_and_the_older_stays() -> None:
    found = match(
        [
            source(0, person=10, **ANN, email="a@example.org"),
            source(1, person=11, **ANN, customer_number="C7"),
            source(2, **ANN, email="a@example.org", customer_number="C7"),
        ]
    )

    assert found.group == {0: 0, 1: 0, 2: 0}


def test_who_was_taken_apart_stays_apart() -> None:
    sources = [
        source(0, person=10, **ANN, email="a@example.org"),
        source(1, person=11, **ANN, email="a@example.org"),
    ]

    assert match(sources).group == {0: 0, 1: 0}
    assert match(sources, [frozenset((0, 1))]).group == {0: 0, 1: 1}
    third = [*sources, source(2, **ANN, email="a@example.org")]
    assert match(third, [frozenset((0, 1))]).group == {0: 0, 1: 1, 2: 0}


def test_name_key_ignores_order_accents_and_case() -> None:
    assert name_key("Zoé LEFÈVRE", "1990-01-02", "M1 1AE") == name_key("lefevre zoe", "1990-01-02", "m11ae")
    assert name_key("Ζωή", "1990-01-02", "1") != name_key("Άννα", "1990-01-02", "1")


RECORDS = st.builds(
    Record,
    given_name=st.sampled_from(["Ann", "Ben", "A.", ""]),
    family_name=st.sampled_from(["Müller", "Okonkwo", ""]),
    email=st.sampled_from(["a@example.org", "b@example.org", ""]),
    customer_number=st.sampled_from(["1", "2", ""]),
    birth_date=st.sampled_from(["1990-01-02", "2015-05-05", ""]),
    postcode=st.sampled_from(["75011", ""]),
)


@given(st.lists(RECORDS, max_size=12))
def test_groups_never_hold_a_contradiction_and_name_every_source_once(records: list[Record]) -> None:
    sources = [
        Source(ref, tuple(Key(kind, text.encode()) for kind, text in plain_keys(record)), identity_of(record))
        for ref, record in enumerate(records)
    ]

    found = match(sources)

    assert sorted(found.group) == list(range(len(records)))
    assert all(found.group[root] == root <= ref for ref, root in found.group.items())
    for ref, root in found.group.items():
        dates = {records[one].birth_date for one in (ref, root)} - {""}
        assert len(dates) < 2
    assert found == match(list(reversed(sources)))
