"""The drafting page: findings beside their fields while somebody writes, letters beside, versions, real people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from breach import clock
from breach.models import Entry, User
from notifications.contents import live_content
from notifications.models import Notice
from notifications.queries.extremes import extremes_of
from tests.house import House
from tests.notifications import campaign

LONG = "Maximiliane-Friederike Freifrau von Hohenlohe-Waldenburg-Schillingsfürst"
ODD = {
    "full_name": LONG,
    "language": "fr",
    "street": "Bâtiment C, escalier 4, résidence des Quatre-Saisons",
    "address_extra": "Lieu-dit La Grande Métairie du Bois",
    "postcode": "44000",
    "city": "Nantes",
    "country": "FR",
}
GREEK = {
    "full_name": "Αλέξανδρος Παπαδόπουλος",
    "language": "fr",
    "email": "alex@mail.example",
    "country": "GR",
}


@pytest.fixture
def case(house: House, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: now)
    house.open(now)
    campaign.add_people(house, now, *campaign.PEOPLE, ODD, GREEK)
    return house


@pytest.fixture
def notice(case: House, now: datetime) -> Notice:
    return campaign.draft(case, now)


def client(user: User) -> Client:
    one = Client()
    one.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return one


def address(case: House, notice: Notice, key: str = "fr") -> str:
    return f"/incidents/{case.incident.uid}/notices/{notice.uid}/texts/{key}/"


def write(case: House, notice: Notice, *, htmx: bool = False, key: str = "fr", **typed: str) -> Any:
    url, one = address(case, notice, key), client(case.responder)
    initial: Mapping[str, Any] = one.get(url).context["form"].initial
    return one.post(url, {**initial, **typed}, headers={"HX-Request": "true"} if htmx else {})


def minded(answer: Any) -> dict[str, list[str]]:
    found = {one["field"].name: [f["message"] for f in one["findings"]] for one in answer.context["fields"]}
    return {name: messages for name, messages in found.items() if messages}


def test_findings_stand_beside_their_field_and_nothing_is_saved(case: House, notice: Notice) -> None:
    answer = write(
        case,
        notice,
        own_incident="Vos données ont été copiées le 2026-11-20.",
        title="Votre sécurité est notre priorité",
        check="1",
    )
    assert answer.status_code == 200
    assert set(minded(answer)) == {"own_incident", "title"}
    page = answer.content.decode()
    assert "passive voice: “été copiées”" in page
    assert "Vos données ont été copiées le 2026-11-20." in page  # in the letter beside
    assert live_content(notice).texts["fr"] == campaign.TEXTS["fr"]


def test_htmx_gets_letter_and_findings_without_the_form(case: House, notice: Notice) -> None:
    answer = write(case, notice, htmx=True, text_contact="")
    page = answer.content.decode()
    assert "<form" not in page
    assert 'id="as-it-reads"' in page
    assert 'id="lint-text_contact" class="lint" hx-swap-oob="true"' in page
    assert "Article 34(2) GDPR" in page
    assert answer.context["blocking"] == 1


def test_a_wrong_placeholder_is_told_while_writing_and_the_letter_waits(case: House, notice: Notice) -> None:
    answer = write(case, notice, htmx=True, own_incident="Salaire {salary}.")
    assert minded(answer) == {"own_incident": ["unknown placeholder {salary}"]}
    assert answer.context["letter"] is None
    assert "is shown again" in answer.content.decode()


def test_findings_are_in_the_reader_s_language(case: House, notice: Notice) -> None:
    case.responder.language = "fr"
    case.responder.save()
    page = write(case, notice, htmx=True, own_incident="Vos données ont été copiées.").content.decode()
    assert "voix passive : « été copiées »" in page.replace("\u00a0", " ")


def test_the_page_names_formula_value_bar_and_source(case: House, notice: Notice) -> None:
    page = client(case.responder).get(address(case, notice)).content.decode()
    assert "Kandel-Moles:" in page
    assert "bar 50" in page
    assert "higher reads easier" in page
    assert "Cahiers d&#x27;Études" in page


def test_conditional_paragraphs_are_shown_with_their_people(case: House, notice: Notice) -> None:
    text = "[FR] Prévenez la CNIL.\n\n[!FR] Prévenez-nous.\n\n[iban+minor] Changez de compte."
    answer = write(case, notice, text_what_you_can_do=text, check="1")
    (field,) = (one for one in answer.context["fields"] if one["field"].name == "text_what_you_can_do")
    assert [(one.to_whom, one.is_said) for one in field["only_some"]] == [
        ("people in France", True),
        ("all but: people in France", False),
        ("IBAN and parents or guardians of a minor", False),
    ]


def test_any_of_the_different_letters_is_shown(case: House, notice: Notice) -> None:
    text = "[FR] Prévenez la CNIL.\n\n[!FR] Prévenez-nous."
    write(case, notice, text_contact=text + "\n\n{contact_lines}", save="1")
    choices = client(case.responder).get(address(case, notice)).context["form"].fields["reader"].choices
    assert [label.count("(France)") for _value, label in choices] == [1, 0]
    for value, said in (("0", "Prévenez la CNIL."), ("1", "Prévenez-nous.")):
        letter = write(case, notice, reader=value, check="1").context["letter"]
        assert said in [p.text for section in letter.body.sections for p in section.paragraphs]


def test_the_longest_and_the_oddest_real_people_are_shown_and_the_reading_is_noted(
    case: House, notice: Notice
) -> None:
    answer = write(case, notice, people="1")
    page = answer.content.decode()
    assert LONG in page
    assert "Αλέξανδρος Παπαδόπουλος" in page
    assert "7 of 7 people were opened" in page
    (entry,) = Entry.objects.filter(chain=case.incident.access_chain, action="read")
    assert (entry.subject, entry.data["count"]) == (f"draft/{notice.uid}", 7)
    assert LONG not in client(case.responder).get(address(case, notice)).content.decode()


def test_extremes_are_of_those_who_get_the_text(case: House, notice: Notice) -> None:
    content = live_content(notice)
    german = extremes_of(notice, content, content.wordings["de"])
    assert {person.full_name for _way, person in german.people} <= {"Bruno Keller", "Dora Stein"}
    assert "Keller" not in repr(german)


def test_versions_are_compared_word_by_word(case: House, notice: Notice) -> None:
    write(case, notice, own_incident="Une personne a volé des données de notre boutique.", save="1")
    page = client(case.responder).get(address(case, notice) + "versions/incident/2/")
    assert page.status_code == 200
    assert "<del>copié</del><ins>volé</ins>" in page.content.decode()
    first = client(case.responder).get(address(case, notice) + "versions/incident/1/")
    assert "The first version." in first.content.decode()
    assert client(case.responder).get(address(case, notice) + "versions/incident/9/").status_code == 404


def test_a_stale_translation_is_confirmed_on_its_page(case: House, notice: Notice) -> None:
    write(case, notice, own_incident="Une personne a volé des données de notre boutique.", save="1")
    stale = client(case.responder).get(address(case, notice, "de"))
    assert "changed after this was translated" in stale.content.decode()
    confirmed = write(case, notice, key="de", compared="on", check="1")
    assert confirmed.context["blocking"] == 0
    assert write(case, notice, key="de", compared="on", save="1").status_code == 302
    assert client(case.responder).get(address(case, notice, "de")).context["blocking"] == 0


def test_checking_costs_the_same_for_few_and_many_people(
    case: House, notice: Notice, now: datetime, django_assert_max_num_queries: Any
) -> None:
    one = client(case.responder)
    with django_assert_max_num_queries(60) as few:
        one.get(address(case, notice))
    campaign.add_people(case, now, *(GREEK | {"email": f"a{n}@mail.example"} for n in range(6)))
    with django_assert_max_num_queries(60) as many:
        one.get(address(case, notice))
    assert len(few) == len(many)
