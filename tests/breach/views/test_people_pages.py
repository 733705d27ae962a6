"""The pages of people: narrowed, searched, marked, exported."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from breach import approvals, clock
from breach.models import Approval, Entry, PeopleExport, Person
from breach.services import marks
from tests.breach.services.test_intake import load
from tests.breach.services.test_people import TABLE, find
from tests.conftest import NOW
from tests.house import House

SignIn = Callable[[object], Client]


@pytest.fixture
def loaded(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    house.open(NOW)
    load(house, TABLE)
    return house


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
    return client


def url(house: House, name: str, *rest: str) -> str:
    return reverse(name, args=[house.incident.uid, *rest])


def test_the_list_is_narrowed_and_each_bar_leads_to_what_it_counts(loaded: House) -> None:
    client = signed_in(loaded.responder)

    whole = client.get(url(loaded, "people")).content.decode()
    narrowed = client.get(url(loaded, "people"), {"country": "DE", "minor": "yes"}).content.decode()

    assert f"{url(loaded, 'people')}?country=DE#list" in whole
    assert ("Ann Müller" in whole, "Do Nguyen" in whole) == (True, True)
    assert ("Ben Müller" in narrowed, "Ann Müller" in narrowed, "Do Nguyen" in narrowed) == (
        True,
        False,
        False,
    )


def test_a_name_is_searched_with_birth_date_and_postcode_and_never_in_the_address(loaded: House) -> None:
    client = signed_in(loaded.responder)

    alone = client.post(url(loaded, "people"), {"name": "Ann Müller"})
    whole = client.post(
        url(loaded, "people"), {"name": "müller ann", "birth_date": "1990-02-01", "postcode": "10115"}
    )

    assert (alone.status_code, whole.status_code) == (422, 200)
    assert "A name is searched together with birth date and postcode." in alone.content.decode()
    assert ("Ann Müller" in whole.content.decode(), "Ben Müller" in whole.content.decode()) == (True, False)


def test_a_person_is_marked_and_the_mark_ended_on_their_page(loaded: House) -> None:
    client, person = signed_in(loaded.responder), find(loaded, "4")
    page = url(loaded, "person", person.uid)

    refused = client.post(
        page, {"step": "mark", "mark-kind": "represented", "mark-reason": "power of attorney"}
    )
    assert (refused.status_code, "power of attorney" in refused.content.decode()) == (422, True)
    contact = {"mark-full_name": "Me Roux", "mark-email": "roux@law.example"}
    client.post(page, {"step": "mark", "mark-kind": "represented", "mark-reason": "power"} | contact)
    person.refresh_from_db()
    assert person.addressee == "representative"

    made = person.sources.latest("pk").mark
    client.post(page, {"step": "end", "mark": made.uid, "reason": "over"})
    person.refresh_from_db()
    assert person.addressee == "self"
    assert "over" in client.get(page).content.decode()


def test_the_auditor_sees_no_people_and_marks_none(loaded: House) -> None:
    person = find(loaded, "4")
    client = signed_in(loaded.auditor)
    for name, rest in (("person", [person.uid]), ("people-mark", []), ("people-exports", [])):
        assert client.post(url(loaded, name, *rest), {}).status_code == 403


def test_a_list_is_marked_and_lines_are_named_by_number_only(loaded: House) -> None:
    client = signed_in(loaded.responder)

    answer = client.post(
        url(loaded, "people-mark"),
        {"kind": "do_not_write", "lines": "4\nstrange@example.org\n3", "reason": "opposed"},
    )

    assert Person.objects.filter(addressee="nobody").count() == 2
    assert "2 people are marked." in answer.content.decode()


def test_a_list_is_asked_for_approved_and_taken(loaded: House) -> None:
    client = signed_in(loaded.manager)
    asked = client.post(
        url(loaded, "people-exports"),
        {"columns": ["email"], "reason": "call centre", "approver": loaded.deputy.uid, "country": "DE"},
    )
    assert asked.status_code == 302
    export = PeopleExport.objects.get()
    approval = Approval.objects.get(kind="export")
    assert (export.count, approval.requests.get(position=0).approver) == (2, loaded.deputy)
    shown = client.get(url(loaded, "people-exports")).content.decode()
    assert ("call centre" in shown, "Take the list" in shown) == (True, False)
    take = url(loaded, "people-export", export.uid)
    assert client.post(take).status_code == 302
    page = signed_in(loaded.deputy).get(reverse("approval", args=[loaded.incident.uid, approval.uid]))
    assert url(loaded, "people-exports") in page.content.decode()
    approvals.decide(
        actor=loaded.deputy, approval=approval, digest=export.digest, approve=True, reason="", now=NOW
    )

    answer = client.post(take)

    assert b"".join(answer).decode() == "\ufeffemail\r\na@example.org\r\na@example.org\r\n"  # type: ignore[call-overload]
    assert "example.org" not in answer["Content-Disposition"]
    assert not Entry.objects.filter(body__contains="example.org").exists()


def test_a_closed_mark_of_another_person_is_not_found(loaded: House) -> None:
    person, other = find(loaded, "4"), find(loaded, "3")
    made = marks.mark(
        actor=loaded.responder, person=other, kind="do_not_write", contact={}, reason="x", now=NOW
    )

    answer = signed_in(loaded.responder).post(
        url(loaded, "person", person.uid), {"step": "end", "mark": made.uid, "reason": "x"}
    )

    assert answer.status_code == 404
