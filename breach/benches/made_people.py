"""A table of made-up customers, as large as asked for and the same every time. Addresses end in reserved domains."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

from stdnum import iban

SEED = 72
AGAIN = 0.05  # share of rows that tell again of somebody above
HEADER = (
    *("N° client", "Nom", "Prénom", "Courriel", "Téléphone", "Adresse", "Code postal", "Ville", "Pays"),
    *("Date de naissance", "Langue", "Mot de passe haché", "IBAN", "Commandes"),
)
_ONSETS = ("B", "Ch", "D", "F", "G", "H", "J", "L", "M", "N", "P", "R", "S", "T", "V", "Br", "Gr", "Sch")
_MIDDLES = ("a", "e", "i", "o", "u", "é", "ou", "ai", "ü", "ie")
_ENDS = ("n", "r", "l", "s", "t", "nd", "rt", "lle", "tte", "mann", "son", "ez", "sens", "ard")
_STREETS = (
    "rue des Lilas",
    "avenue Foch",
    "Lindenweg",
    "Hauptstraße",
    "Kerkstraat",
    "calle Mayor",
    "High Street",
)
_PLACES = (
    ("FR", "75011", "Paris"),
    ("FR", "33000", "Bordeaux"),
    ("FR", "69003", "Lyon"),
    ("DE", "10115", "Berlin"),
    ("DE", "50667", "Köln"),
    ("BE", "2000", "Antwerpen"),
    ("BE", "4000", "Liège"),
    ("ES", "28013", "Madrid"),
    ("GB", "SW1A 1AA", "London"),
    ("US", "94105", "San Francisco"),
    ("NL", "1012 AB", "Amsterdam"),
)
_PHONES = {"FR": "+336{:08d}", "DE": "030 {:08d}", "GB": "020 7{:07d}", "NL": "06 {:08d}", "ES": "+346{:08d}"}
_HASH_LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_IBANS = tuple(
    f"FR{iban.calc_check_digits(f'FR00{number:023d}')}{number:023d}" for number in range(1_000, 1_200)
)


def write_table(path: Path, rows: int) -> None:
    """Write a table of `rows` people as an export of a shop in France would look: semicolons, UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, delimiter=";")
        table.writerow(HEADER)
        table.writerows(_rows(rows))


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    chance = random.Random(SEED)  # noqa: S311 - made-up people, the same every time
    families = [_word(chance) + chance.choice(_ENDS) for _ in range(5_000)]
    given = [_word(chance) for _ in range(500)]
    last: tuple[str, ...] = ()
    for number in range(count):
        if last and chance.random() < AGAIN:
            yield ("", *last[1:])
            continue
        last = _row(chance, number, chance.choice(given), chance.choice(families))
        yield last


def _word(chance: random.Random) -> str:
    return chance.choice(_ONSETS) + chance.choice(_MIDDLES) + chance.choice(_ENDS)


def _row(chance: random.Random, number: int, given: str, family: str) -> tuple[str, ...]:
    country, postcode, city = chance.choice(_PLACES)
    born = dt.date(1940, 1, 1) + dt.timedelta(days=chance.randrange(30_000))
    phone = _PHONES[country].format(chance.randrange(10**7)) if country in _PHONES else ""
    return (
        f"C{number:08d}",
        family,
        given,
        f"kunde{number}@{chance.choice(('example.com', 'example.org', 'courriel.example'))}",
        phone if chance.random() < 0.6 else "",  # noqa: PLR2004 - most people leave a number
        f"{chance.randrange(1, 200)} {chance.choice(_STREETS)}",
        postcode,
        city,
        country,
        f"{born:%d/%m/%Y}",
        "",
        "$2b$12$" + "".join(chance.choices(_HASH_LETTERS, k=53)),
        chance.choice(_IBANS) if chance.random() < 0.5 else "",  # noqa: PLR2004 - half pay by debit
        str(chance.randrange(50)),
    )
