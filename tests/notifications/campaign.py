"""A small campaign for tests: people of one shop with and without e-mail, in three languages, and a notice
to them.
"""

from datetime import date, datetime

from breach.models import Person
from breach.services.people import add_person
from notifications.letters.values import IncidentText
from notifications.models import Notice
from notifications.services import notices
from tests.house import House

KINDS = ["email", "name", "postal_address"]
PARIS = {"street": "3 rue de la Paix", "postcode": "75002", "city": "Paris", "country": "FR"}
BERLIN = {"street": "Lindenstraße 9", "postcode": "10969", "city": "Berlin", "country": "DE"}
PEOPLE: tuple[dict[str, str], ...] = (
    {"full_name": "Amélie Durand", "email": "amelie@mail.example", "language": "fr", **PARIS},
    {"full_name": "Bruno Keller", "email": "bruno@mail.example", "language": "de", **BERLIN},
    {"full_name": "Cléo Martin", "language": "fr", **PARIS},
    {"full_name": "Dora Stein", "email": "dora@mail.example", "language": "de", "country": "DE"},
    {"full_name": "Nobody Reachable", "language": "fr", "country": "FR"},
)
TEXTS = {
    "fr": IncidentText("fr", incident="Une personne a copié des données de notre boutique."),
    "de": IncidentText(
        "de",
        incident="Jemand hat Daten aus unserem Shop kopiert.",
        translated_from="fr",
        translator="Ute Vogel",
        checker="Jan Brandt",
    ),
}


def add_people(house: House, now: datetime, *people: dict[str, str]) -> list[Person]:
    return [
        add_person(
            actor=house.responder,
            incident=house.incident,
            party=house.party,
            values=values,
            kinds=KINDS,
            reason="named by the shop",
            now=now,
        )
        for values in people or PEOPLE
    ]


def draft(house: House, now: datetime, **changes: object) -> Notice:
    values: dict[str, object] = {
        "texts_by_language": TEXTS,
        "languages": ["fr", "de"],
        "breach_from": date(2026, 11, 20),
    }
    return notices.draft(
        actor=house.responder, incident=house.incident, party=house.party, now=now, **(values | changes)
    )  # type: ignore[arg-type]


def approved(house: House, now: datetime, notice: Notice | None = None) -> Notice:
    notice = notice or draft(house, now)
    approval = notices.submit(
        actor=house.responder, notice=notice, approvers=[house.manager, house.deputy], now=now
    )
    notices.decide(actor=house.manager, notice=notice, digest=approval.digest, approve=True, now=now)
    return notice


def released(house: House, now: datetime, notice: Notice | None = None) -> Notice:
    return notices.release(actor=house.manager, notice=approved(house, now, notice), now=now)
