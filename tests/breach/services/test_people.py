import json
from datetime import date, timedelta
from typing import Any

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, MergeEvidence, Person, PersonChange
from breach.queries import people as queries
from breach.queries.facts import facts_of
from breach.queries.people import Filters, PeopleCounts
from breach.services import people, suggestions
from tests.breach.services.test_intake import load
from tests.conftest import NOW
from tests.house import House

LATE = {
    "given_name": "Léa",
    "family_name": "Marchand",
    "email": "Lea@example.org",
    "street": "7 rue A",
    "postcode": "1000",
    "city": "Bourg",
    "country": "France",
    "birth_date": "2011-05-06",
    "customer_number": "L1",
}
TABLE = (
    "Name;E-mail;Kundennr;Strasse;PLZ;Ort;Land;Geburtsdatum;Passwort\n"
    "Ann Müller;a@example.org;1;Weg 1;10115;Berlin;DE;01.02.1990;$2b$12$x\n"
    "Ben Müller;a@example.org;2;Weg 1;10115;Berlin;DE;03.04.2015;$2b$12$y\n"
    "Cy Hale;c@example.org;3;5 Mill Race;M1 1AE;Manchester;GB;;\n"
    "C. Hale;;3;1 Alder Avenue;94103;San Francisco;US;;$2b$12$z\n"
    "Do Nguyen;;4;;;;FR;;$2b$12$z\n"
)
CREDENTIALS = ["email", "password_clear"]


@pytest.fixture
def opened(house: House) -> House:
    house.open(NOW)
    return house


@pytest.fixture
def loaded(opened: House) -> House:
    load(opened, TABLE)
    return opened


def add(house: House, **changes: str) -> Person:
    return people.add_person(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        values=LATE | changes,
        kinds=CREDENTIALS,
        reason="Wrote to us; was in the backup of 3 March",
        now=NOW,
    )


def find(house: House, text: str) -> Person:
    (person,) = queries.search(house.incident, text)
    return person


def last_entry(house: House) -> tuple[str, str, dict[str, object]]:
    """The last entry about a person; facts are recorded after it."""
    row = Entry.objects.filter(chain=house.incident.chain, action__startswith="person.").latest("seq")
    return row.action, row.subject, json.loads(row.body)["data"]


def test_somebody_found_late_is_added_sealed_and_recorded(opened: House) -> None:
    person = add(opened)

    value = queries.open_person(person)
    assert (value.full_name, value.email, value.postcode, value.country) == (
        "Léa Marchand",
        "Lea@example.org",
        "01000",
        "FR",
    )
    assert (value.minor, value.birth_date, value.kinds, value.channel) == (
        True,
        date(2011, 5, 6),
        ("email", "password_clear"),
        "email",
    )
    (source,) = person.sources.all()
    (change,) = PersonChange.objects.all()
    assert (source.origin, source.file, source.created_by) == ("by_hand", None, opened.responder)
    assert change.reasons == "Wrote to us; was in the backup of 3 March"
    action, subject, data = last_entry(opened)
    assert (action, subject, data["kinds"], data["channel"]) == (
        "person.added",
        person.uid,
        CREDENTIALS,
        "email",
    )
    assert data["reason"] == change.texts_digest
    assert "Marchand" not in "".join(Entry.objects.values_list("body", flat=True))


def test_adding_counts_in_the_facts_at_once(opened: House) -> None:
    add(opened)

    facts = facts_of(opened.party)
    assert (facts.people_total, dict(facts.people_by_country or {}), facts.minors) == (1, {"FR": 1}, True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"birth_date": "31/02/2011"}, "birth_date: There is no such birth date"),
        ({"email": "lea@@example.org"}, "email: Nothing can be sent to this e-mail address"),
        ({"country": "Freedonia"}, "country: No country has this name"),
        ({"postcode": "ABC"}, "postcode: The postcode does not have the form"),
        ({"family_name": "=1+1"}, "family_name: The cell holds a formula"),
        ({"shoe_size": "41"}, "contact: There is no field 'shoe_size'"),
    ],
)
def test_adding_refuses_what_a_file_would_set_aside(
    opened: House, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add(opened, **changes)

    assert str(refused.value).startswith(message)
    assert Person.objects.count() == 0


def test_adding_somebody_known_is_refused(loaded: House) -> None:
    with pytest.raises(Conflict, match="is on the list"):
        add(loaded, email="A@EXAMPLE.org")
    with pytest.raises(Conflict, match="is on the list"):
        add(loaded, customer_number="3")


def test_somebody_of_a_known_national_identifier_is_refused(opened: House) -> None:
    person = add(opened, national_id="295109912611193")

    with pytest.raises(Conflict, match="national identifier"):
        add(opened, email="", national_id="2 95 10 99 126 111 93")
    with pytest.raises(BadInput, match="national identifier"):
        add(opened, email="other@example.org", national_id="295109912611194")
    assert find(opened, "295109912611193") == person


def test_a_corrected_national_identifier_is_found(loaded: House) -> None:
    person = find(loaded, "1")

    people.correct_contact(
        actor=loaded.responder,
        person=person,
        values={"national_id": "295109912611193"},
        reason="Sent a copy of the card",
        now=NOW,
    )

    assert find(loaded, "295109912611193") == person
    assert all("2951" not in repr(each.record) for each in queries.sources_of(person))


def test_a_reason_and_a_kind_are_needed(opened: House) -> None:
    for missing in ({"reason": " "}, {"kinds": []}, {"kinds": ["shoe_size"]}):
        with pytest.raises(BadInput):
            people.add_person(
                actor=opened.responder,
                incident=opened.incident,
                party=opened.party,
                values=LATE,
                now=NOW,
                **({"reason": "late", "kinds": CREDENTIALS} | missing),  # type: ignore[arg-type]
            )


def test_corrected_contact_is_trusted_more_and_sets_the_channel_again(loaded: House) -> None:
    person = find(loaded, "4")
    assert (person.channel, person.country) == ("none", "FR")

    values = {"street": "9 rue B", "postcode": "69003", "city": "Lyon"}
    person = people.correct_contact(
        actor=loaded.responder, person=person, values=values, reason="Called us", now=NOW
    )

    value = queries.open_person(person)
    assert (value.full_name, value.address_lines, value.postcode, value.city, value.country) == (
        "Do Nguyen",
        ("9 rue B",),
        "69003",
        "Lyon",
        "FR",
    )
    assert (person.channel, person.has_address, person.kinds) == (
        "post",
        True,
        ["customer_number", "name", "password_hash_salted"],
    )
    assert [source.origin for source in queries.sources_of(person)] == ["file", "correction"]
    assert last_entry(loaded)[2]["channel"] == {"old": "none", "new": "post"}


def test_a_corrected_address_is_found_again_and_a_bounce_is_forgotten(loaded: House) -> None:
    person = find(loaded, "c@example.org")
    people.mark_channel(actor=None, person=person, channel="post", why="mail_bounced", now=NOW)

    people.correct_contact(
        actor=loaded.responder,
        person=person,
        values={"email": "cy@example.net"},
        reason="New address",
        now=NOW,
    )

    again = find(loaded, "cy@example.net")
    assert (again.pk, again.channel, again.channel_why, again.country) == (person.pk, "email", "", "US")


def test_a_correction_without_content_or_of_the_wrong_form_is_refused(loaded: House) -> None:
    person = find(loaded, "c@example.org")
    for values in ({"email": " "}, {"email": "cy@"}, {"postcode": "XX"}):
        with pytest.raises(BadInput):
            people.correct_contact(actor=loaded.responder, person=person, values=values, reason="x", now=NOW)

    assert queries.open_person(find(loaded, "c@example.org")).email == "c@example.org"


def test_a_bounce_steps_down_to_post_and_stays_when_another_file_comes(loaded: House) -> None:
    person = people.mark_channel(
        actor=None, person=find(loaded, "c@example.org"), channel="post", why="mail_bounced", now=NOW
    )
    assert last_entry(loaded) == (
        "person.channel_marked",
        person.uid,
        {"old": "email", "new": "post", "why": "mail_bounced"},
    )

    load(loaded, "Name;E-mail;Kundennr\nCy Hale;c@example.org;3\n", "more.csv")

    assert find(loaded, "3").channel == "post"


def test_a_channel_needs_its_data(loaded: House) -> None:
    with pytest.raises(Conflict, match="cannot be reached by post"):
        people.mark_channel(
            actor=loaded.responder, person=find(loaded, "4"), channel="post", why="x", now=NOW
        )
    with pytest.raises(Conflict, match="cannot be reached by pigeon"):
        people.mark_channel(
            actor=loaded.responder, person=find(loaded, "3"), channel="pigeon", why="x", now=NOW
        )


def test_removed_people_leave_the_counts_and_can_come_back(loaded: House) -> None:
    before = queries.counts(loaded.incident, loaded.party)
    person = people.remove(actor=loaded.responder, person=find(loaded, "1"), reason="A test account", now=NOW)

    assert queries.counts(loaded.incident, loaded.party).total == before.total - 1
    with pytest.raises(Conflict, match="removed or merged"):
        people.remove(actor=loaded.responder, person=person, reason="again", now=NOW)
    people.restore(actor=loaded.responder, person=person, reason="No, a customer", now=NOW)

    assert queries.counts(loaded.incident, loaded.party) == before
    assert [change.action for change in person.changes.all()] == ["removed", "restored"]


def test_a_person_can_be_taken_apart_and_stays_so(loaded: House) -> None:
    person = find(loaded, "c@example.org")
    first, second = person.sources.order_by("pk")
    assert (person.country, person.region) == ("US", "US-CA")

    own = people.split_source(
        actor=loaded.responder, person=person, source=second, reason="Two customers", now=NOW
    )

    person.refresh_from_db()
    assert (person.country, own.country, own.region) == ("GB", "US", "US-CA")
    assert (list(person.sources.all()), list(own.sources.all())) == ([first], [second])
    assert MergeEvidence.objects.get(source=second).state == "undone"
    load(loaded, "Name;Kundennr\nCy Hale;3\n", "more.csv")
    assert {each.pk for each in queries.search(loaded.incident, "3")} == {person.pk, own.pk}
    with pytest.raises(Conflict, match="Only one of several"):
        people.split_source(actor=loaded.responder, person=own, source=second, reason="x", now=NOW)


@pytest.mark.parametrize(("join", "states"), [(True, ["active", "merged"]), (False, ["active", "active"])])
def test_a_suggestion_is_decided_once(loaded: House, join: bool, states: list[str]) -> None:
    evidence = MergeEvidence.objects.get(state="suggested")

    suggestions.decide_one(actor=loaded.responder, evidence=evidence, join=join, now=NOW)

    found = queries.search(loaded.incident, "1") + queries.search(loaded.incident, "2")
    assert sorted(Person.objects.filter(pk__lte=found[0].pk + 1).values_list("state", flat=True)) == states
    entry = Entry.objects.filter(action="suggestions.decided").get()
    assert json.loads(entry.body)["data"]["joined"] is join
    with pytest.raises(Conflict, match="decided already"):
        suggestions.decide_one(actor=loaded.responder, evidence=evidence, join=join, now=NOW)


def test_only_members_change_people(loaded: House) -> None:
    person = find(loaded, "1")
    for user in (loaded.auditor, loaded.stranger, loaded.admin):
        with pytest.raises(Forbidden):
            people.remove(actor=user, person=person, reason="x", now=NOW)
        with pytest.raises(Forbidden):
            people.mark_channel(actor=user, person=person, channel="post", why="x", now=NOW)
        with pytest.raises(Forbidden):
            people.correct_contact(actor=user, person=person, values={"city": "x"}, reason="x", now=NOW)


def test_counts_say_who_is_where_and_how_they_are_reached(loaded: House) -> None:
    assert queries.counts(loaded.incident, loaded.party) == PeopleCounts(
        total=4,
        by_country={"DE": 2, "FR": 1, "US": 1},
        by_region={"US-CA": 1},
        by_language={"de": 2, "en": 1, "fr": 1},
        by_kind={
            "customer_number": 4,
            "name": 4,
            "password_hash_salted": 4,
            "email": 3,
            "postal_address": 3,
            "date_of_birth": 2,
        },
        minors=1,
        with_email=3,
        with_address=3,
        unreachable=1,
        by_channel={"email": 3, "none": 1},
        by_relation={"": 4},
        by_addressee={"self": 4},
    )


def test_counting_takes_one_query(loaded: House, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        queries.counts(loaded.incident, loaded.party)


def test_search_is_exact_by_address_number_and_name(loaded: House) -> None:
    assert [
        queries.open_person(each).full_name for each in queries.search(loaded.incident, " A@example.ORG ")
    ] == [
        "Ann Müller",
        "Ben Müller",
    ]
    assert queries.search(loaded.incident, "Müller") == []
    (ann,) = queries.search_by_name(
        loaded.incident, name="muller ANN", birth_date=date(1990, 2, 1), postcode="10115"
    )
    assert queries.open_person(ann).customer_number == "1"


def test_search_stays_inside_the_incident(loaded: House) -> None:
    first = loaded.incident
    second = loaded.open(NOW + timedelta(days=1))
    load(loaded, TABLE, "again.csv")

    assert {each.incident_id for each in queries.search(first, "1")} == {first.pk}
    assert {each.incident_id for each in queries.search(second, "1")} == {second.pk}


def test_pages_and_filters(loaded: House) -> None:
    page = queries.people_page(loaded.incident, size=3)
    rest = queries.people_page(loaded.incident, size=3, after=page.after or 0)

    assert [value.customer_number for value in page.people + rest.people] == ["1", "2", "3", "4"]
    assert rest.after is None

    def numbers(**filters: object) -> list[str]:
        found = queries.people_page(loaded.incident, loaded.party, Filters(**filters))  # type: ignore[arg-type]
        return [value.customer_number for value in found.people]

    assert numbers(country="DE") == ["1", "2"]
    assert numbers(minor=True) == ["2"]
    assert numbers(kind="date_of_birth", channel="email") == ["1", "2"]
    assert numbers(kind="iban") == []
    assert numbers(region="US-CA", language="en") == ["3"]
    people.remove(actor=loaded.responder, person=find(loaded, "1"), reason="x", now=NOW)
    assert numbers(state="removed") == ["1"]


def test_opening_keeps_the_order_that_was_asked_for(loaded: House) -> None:
    ids = list(Person.objects.order_by("-pk").values_list("pk", flat=True))

    assert [value.customer_number for value in queries.open_people(loaded.incident, ids)] == [
        "4",
        "3",
        "2",
        "1",
    ]
    with pytest.raises(KeyError):
        list(queries.open_people(loaded.incident, [10**9]))
