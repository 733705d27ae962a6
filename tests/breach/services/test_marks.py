import json
from dataclasses import replace

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.intake.mapping import ColumnMapping
from breach.models import Entry, MergeEvidence, Person, PersonMark
from breach.queries import people as queries
from breach.queries.marks import contacts_of, shown
from breach.services import intake, loading, marks, people, suggestions
from breach.services.keys import vault_for
from tests.breach.services.test_intake import checked, load
from tests.breach.services.test_people import TABLE, find
from tests.conftest import NOW
from tests.house import House

WIDOWER = {"full_name": "Jo Hale", "email": "jo@example.org", "language": "fr"}
GUARDIAN = {"full_name": "Eva Müller", "street": "Weg 9", "postcode": "10117", "city": "Berlin"}


@pytest.fixture
def loaded(house: House) -> House:
    house.open(NOW)
    load(house, TABLE)
    return house


def mark(house: House, person: Person, kind: str, contact: dict[str, str] | None = None) -> PersonMark:
    return marks.mark(
        actor=house.responder,
        person=person,
        kind=kind,
        contact=contact or {},
        reason="Letter of 3 May",
        now=NOW,
    )


def standing(person: Person) -> tuple[str, str, bool, bool, str]:
    person.refresh_from_db()
    return (
        person.addressee,
        person.channel,
        person.has_email,
        person.has_address,
        person.language,
    )


def test_the_deceased_are_reached_through_their_next_of_kin_or_not_at_all(loaded: House) -> None:
    person = find(loaded, "c@example.org")
    assert standing(person) == ("self", "email", True, True, "en")

    unknown = mark(loaded, person, "deceased")
    assert standing(person) == ("no_kin", "none", True, True, "en")

    marks.end_mark(actor=loaded.responder, mark=unknown, reason="A widower is known", now=NOW)
    mark(loaded, person, "deceased", WIDOWER)
    assert standing(person) == ("next_of_kin", "email", True, True, "fr")
    contact = contacts_of(vault_for(loaded.incident), [person.pk])[person.pk]
    assert (contact.name, contact.email, contact.street) == ("Jo Hale", "jo@example.org", "")
    value = queries.open_person(person)
    assert (value.full_name, value.email, value.addressee) == ("C. Hale", "c@example.org", "next_of_kin")
    assert [(one.kind, one.ended_at is None) for one in shown(vault_for(loaded.incident), person)] == [
        ("deceased", True),
        ("deceased", False),
    ]


def test_a_minor_is_reached_through_a_verified_guardian(loaded: House) -> None:
    child, adult = find(loaded, "2"), find(loaded, "1")

    mark(loaded, child, "guardian", GUARDIAN)

    assert standing(child) == ("guardian", "post", False, True, "de")
    with pytest.raises(BadInput, match="not known to be a minor"):
        mark(loaded, adult, "guardian", GUARDIAN)


def test_what_is_marked_stays_out_of_the_ledger(loaded: House) -> None:
    person = find(loaded, "4")

    made = mark(loaded, person, "do_not_write")

    entry = Entry.objects.filter(chain=loaded.incident.chain).latest("seq")
    said = json.loads(entry.body)
    assert (said["action"], said["subject"]) == ("person.marked", person.uid)
    assert said["data"] == {
        "mark": made.uid,
        "digest": made.texts_digest,
        "reason": person.changes.latest("pk").texts_digest,
    }
    assert b"Letter of 3 May" not in bytes(made.sealed_texts)


@pytest.mark.parametrize(
    ("kind", "contact", "place"),
    [
        ("gone", {}, "kind"),
        ("represented", {}, "full_name"),
        ("represented", {"email": "a@example.org"}, "full_name"),
        ("do_not_write", WIDOWER, "full_name"),
        ("deceased", {"full_name": "Jo Hale", "email": "jo@"}, "email"),
    ],
)
def test_a_mark_without_what_it_needs_is_refused_and_stores_nothing(
    loaded: House, kind: str, contact: dict[str, str], place: str
) -> None:
    person = find(loaded, "4")

    with pytest.raises(BadInput) as refused:
        mark(loaded, person, kind, contact)

    assert refused.value.place == place
    assert (PersonMark.objects.count(), person.sources.count()) == (0, 1)


def test_a_mark_is_made_once_and_by_members_only(loaded: House) -> None:
    person = find(loaded, "4")
    made = mark(loaded, person, "do_not_write")

    with pytest.raises(Conflict, match="marked so already"):
        mark(loaded, person, "do_not_write")
    for user in (loaded.auditor, loaded.stranger):
        with pytest.raises(Forbidden):
            marks.end_mark(actor=user, mark=made, reason="x", now=NOW)
    marks.end_mark(actor=loaded.responder, mark=made, reason="Said so on the phone", now=NOW)
    with pytest.raises(Conflict, match="ended already"):
        marks.end_mark(actor=loaded.responder, mark=made, reason="again", now=NOW)
    assert standing(person)[0] == "self"


def test_a_mark_goes_with_the_person_when_people_are_united_and_taken_apart(loaded: House) -> None:
    younger, older = find(loaded, "2"), find(loaded, "1")
    mark(loaded, younger, "do_not_write")
    evidence = MergeEvidence.objects.get(state="suggested")

    decision = suggestions.decide_one(actor=loaded.responder, evidence=evidence, join=True, now=NOW)
    assert (standing(older)[0], Person.objects.get(pk=younger.pk).state) == ("nobody", "merged")

    decision.refresh_from_db()
    suggestions.undo(actor=loaded.responder, decision=decision, now=NOW)
    assert (standing(older)[0], standing(younger)[0]) == ("self", "nobody")


def test_a_mark_outlives_another_table_and_a_correction(loaded: House) -> None:
    person = find(loaded, "c@example.org")
    mark(loaded, person, "do_not_write")

    load(loaded, "Name;Kundennr;E-mail\nCy Hale;3;new@example.org\n", "more.csv")
    people.correct_contact(
        actor=loaded.responder, person=person, values={"email": "c2@example.org"}, reason="wrote", now=NOW
    )

    assert standing(person)[:2] == ("nobody", "none")


def test_a_list_of_people_is_marked_and_says_which_lines_nobody_has(loaded: House) -> None:
    person = find(loaded, "4")
    mark(loaded, person, "do_not_write")

    outcome = marks.mark_many(
        actor=loaded.responder,
        incident=loaded.incident,
        kind="do_not_write",
        lines=["3", "", "nobody@example.org", " 4 ", "a@example.org"],
        reason="Opposed to letters",
        now=NOW,
    )

    assert outcome == marks.Marked(marked=1, already=1, unknown=(3,), ambiguous=(5,))
    assert standing(find(loaded, "3"))[0] == "nobody"
    with pytest.raises(BadInput, match="contact of their own"):
        marks.mark_many(
            actor=loaded.responder,
            incident=loaded.incident,
            kind="represented",
            lines=["3"],
            reason="x",
            now=NOW,
        )


def test_the_relation_comes_with_the_table_and_can_be_corrected(house: House) -> None:
    house.open(NOW)
    file = checked(house, TABLE)
    mapping = replace(ColumnMapping.from_json(file.mapping), relation="patient")
    intake.set_mapping(actor=house.responder, file=file, mapping=mapping, now=NOW)
    intake.dry_run(actor=house.responder, file=file, now=NOW)
    intake.accept(actor=house.responder, file=file, now=NOW)
    loading.load_all(file=file, now=lambda: NOW)
    person = find(house, "4")
    assert person.relation == "patient"
    assert queries.counts(house.incident).by_relation == {"patient": 4}

    people.correct_contact(
        actor=house.responder, person=person, values={}, relation="employee", reason="works here", now=NOW
    )

    person.refresh_from_db()
    assert (person.relation, queries.open_person(person).full_name) == ("employee", "Do Nguyen")
    with pytest.raises(BadInput, match="no relation"):
        people.correct_contact(
            actor=house.responder, person=person, values={}, relation="friend", reason="x", now=NOW
        )
