"""Made-up families with every trap of matching: for tests and benchmarks, the same for the same seed.

Twins, couples and a father and son of one name share address, telephone, e-mail and sometimes a number; they are
different people. A person written down again may have typing errors, swapped fields, a nickname, an initial, a new
address, a new family name or missing fields; that is one person.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from breach.intake.near import nicknames
from breach.intake.record import Record

GIVEN = [
    "Emma",
    "Jules",
    "Léa",
    "Hugo",
    "Chloé",
    "Louis",
    "Inès",
    "Adam",
    "Manon",
    "Raphaël",
    "Camille",
    "Arthur",
    "Zoé",
    "Paul",
    "Lucie",
    "Victor",
    "Alice",
    "Gabriel",
    "Hannah",
    "Leon",
    "Mia",
    "Finn",
    "Lena",
    "Jonas",
    "Greta",
    "Moritz",
    "Ida",
    "Felix",
    "Clara",
    "Anton",
    "Frieda",
    "Emil",
    "Paula",
    "Oskar",
    "Marie",
    "Jakob",
    "Heidi",
    "Lucía",
    "Mateo",
    "Martina",
    "Hugo",
    "Paula",
    "Álvaro",
    "Noa",
    "Diego",
    "Valeria",
    "Adrián",
    "Elena",
    "Pablo",
    "Carmen",
    "Javier",
    "Irene",
    "Raúl",
    "Blanca",
    "Olivia",
    "George",
    "Amelia",
    "Harry",
    "Isla",
    "Noah",
    "Ava",
    "Jack",
    "Freya",
    "Charlie",
    "Poppy",
    "Oscar",
    "Grace",
    "Alfie",
    "Ruby",
    "Archie",
    "Florence",
    "Edith",
    "Sven",
    "Anke",
    "Pieter",
    "Saskia",
    "Joost",
    "Femke",
    "Bram",
    "Lotte",
    "Giulia",
    "Matteo",
    "Chiara",
    "Lorenzo",
    "Kasia",
    "Piotr",
    "Zofia",
    "Jan",
    "Tiago",
    "Inês",
]
ONSET = [
    "Mar",
    "Bel",
    "Gren",
    "Hal",
    "Vand",
    "Kles",
    "Rous",
    "Tor",
    "Fer",
    "Wal",
    "Lang",
    "Bour",
    "Schar",
    "Stein",
    "Dub",
    "Mor",
    "Pel",
    "Cast",
    "Nor",
    "Ash",
    "Brad",
    "Thorn",
    "Ver",
    "Col",
]
MIDDLE = ["", "a", "e", "i", "o", "en", "er", "in", "el", "an"]
CODA = [
    "chand",
    "mann",
    "ton",
    "dez",
    "lier",
    "baum",
    "sen",
    "sart",
    "rini",
    "well",
    "ley",
    "court",
    "feld",
    "witz",
    "gnier",
    "brook",
    "ville",
    "nes",
    "kamp",
    "zzi",
]
STREETS = [
    "Rue des Lilas",
    "Lange Gasse",
    "Calle Mayor",
    "Mill Lane",
    "Rue du Port",
    "Am Hang",
    "Station Road",
    "Avenida del Sol",
    "Kerkstraat",
    "Via Roma",
]
HOSTS = ["mail.example", "post.example", "courrier.example", "box.example"]
FIRST_BIRTH, YEARS = date(1935, 1, 1), 85
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Known:
    """A record, and the number of the person it is in truth."""

    person: int
    record: Record


def families(records: int, *, seed: int = 1, again: float = 0.2, shared_numbers: bool = False) -> list[Known]:
    """Return about `records` made-up records in no order. `again` is the share of people written down more
    than once; with `shared_numbers` a household has one customer number.
    """
    chance = random.Random(seed)  # noqa: S311 - made-up people, the same each time
    made: list[Known] = []
    person = 0
    while len(made) < records:
        for member in _household(chance, shared_numbers):
            made.append(Known(person, member))
            if chance.random() < again:
                times = chance.choice((1, 1, 1, 2, 3))
                made += [Known(person, _written_again(member, chance)) for _time in range(times)]
            person += 1
    chance.shuffle(made)
    return made


def _household(chance: random.Random, shared_numbers: bool) -> Iterator[Record]:
    family = chance.choice(ONSET) + chance.choice(MIDDLE) + chance.choice(CODA)
    postcode, city = _place(chance)
    home = Record(
        family_name=family,
        street=f"{chance.randint(1, 180)} {chance.choice(STREETS)}",
        postcode=postcode,
        city=city,
        country="FR",
        phone=f"+33{chance.randint(600_000_000, 699_999_999)}",
        customer_number=_number(chance),
    )
    shared_mail = f"{family}{chance.randint(1, 99)}@{chance.choice(HOSTS)}".lower()
    names = chance.sample(sorted(set(GIVEN)), 6)
    grown = [_member(home, names.pop(), _born(chance, 30)) for _one in range(chance.choice((1, 1, 2)))]
    yield from (_reached(one, chance, shared_mail, shared_numbers) for one in grown)
    birth = date.fromisoformat(grown[0].birth_date) + timedelta(days=365 * chance.randint(22, 38))
    for _child in range(chance.choice((0, 0, 1, 2, 3))):
        child = _member(home, names.pop(), birth)
        if chance.random() < 0.01:  # noqa: PLR2004 - a son with his father's name
            child = replace(child, given_name=grown[0].given_name)
        yield _reached(child, chance, shared_mail, shared_numbers)
        if chance.random() > 0.06:  # noqa: PLR2004 - else the next one is a twin
            birth += timedelta(days=chance.randint(400, 1500))


def _reached(member: Record, chance: random.Random, shared_mail: str, shared_numbers: bool) -> Record:
    own = f"{member.given_name}.{member.family_name}{chance.randint(1, 999)}@{chance.choice(HOSTS)}".lower()
    return replace(
        member,
        email=chance.choice((own, own, shared_mail, "")),
        phone=chance.choice((member.phone, f"+33{chance.randint(600_000_000, 699_999_999)}", "")),
        customer_number=member.customer_number if shared_numbers else _number(chance),
    )


def _member(home: Record, given_name: str, born: date) -> Record:
    return replace(home, given_name=given_name, birth_date=born.isoformat())


def _number(chance: random.Random) -> str:
    return f"K{chance.randint(1_000_000, 9_999_999)}"


def _born(chance: random.Random, years: int) -> date:
    return FIRST_BIRTH + timedelta(days=chance.randint(0, 365 * (YEARS - years)))


def _place(chance: random.Random) -> tuple[str, str]:
    number = chance.randint(0, 499)
    return f"{10_000 + number * 37}", f"{ONSET[number % len(ONSET)]}{CODA[number % len(CODA)]}"


def _written_again(record: Record, chance: random.Random) -> Record:
    """Return the record as another system has it: two or three things are different."""
    again = replace(record, customer_number=chance.choice((record.customer_number, "", "", _number(chance))))
    names = chance.choice((_swapped_names, _nickname, _initial, _typing_error))
    changes = chance.sample(
        (names, names, _typing_error, _moved, _birth_swapped, _dropped), chance.choice((1, 2, 2))
    )
    for change in dict.fromkeys(changes):
        again = change(again, chance)
    return again


def _typing_error(record: Record, chance: random.Random) -> Record:
    field = chance.choice(("given_name", "family_name", "street", "city", "postcode", "birth_date", "email"))
    text = getattr(record, field)
    if field == "birth_date" and text:
        day = date.fromisoformat(text)
        return replace(
            record,
            birth_date=day.replace(
                year=day.year + chance.choice((-1, 1, 10)), day=min(day.day, 28)
            ).isoformat(),
        )
    if len(text) < 4:  # noqa: PLR2004 - a shorter text has no middle
        return record
    changed: dict[str, Any] = {field: mistyped(text, chance)}
    return replace(record, **changed)


def mistyped(text: str, chance: random.Random) -> str:
    """Return a text with one letter left out, doubled, replaced, or two changed about."""
    at = chance.randrange(1, len(text) - 1)
    left, right = text[:at], text[at:]
    return chance.choice(
        (
            left + right[1:],
            left + right[0] + right,
            left + chance.choice(LETTERS) + right[1:],
            left + right[1] + right[0] + right[2:],
        )
    )


def _swapped_names(record: Record, _chance: random.Random) -> Record:
    return replace(record, given_name=record.family_name, family_name=record.given_name)


def _nickname(record: Record, chance: random.Random) -> Record:
    given = record.given_name.lower()
    short = sorted(form for form, names in nicknames().items() if given in names and form != given)
    return replace(record, given_name=chance.choice(short).title()) if short else record


def _moved(record: Record, chance: random.Random) -> Record:
    postcode, city = _place(chance)
    return replace(
        record, street=f"{chance.randint(1, 180)} {chance.choice(STREETS)}", postcode=postcode, city=city
    )


def _initial(record: Record, _chance: random.Random) -> Record:
    return replace(record, given_name=record.given_name[:1])


def _birth_swapped(record: Record, _chance: random.Random) -> Record:
    if not record.birth_date:
        return record
    year, month, day = record.birth_date.split("-")
    return replace(record, birth_date=f"{year}-{day}-{month}") if int(day) <= 12 else record  # noqa: PLR2004


def _dropped(record: Record, chance: random.Random) -> Record:
    nothing: dict[str, Any] = {chance.choice(("email", "phone", "birth_date", "street")): ""}
    return replace(record, **nothing)
