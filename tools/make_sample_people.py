"""Makes the two tables of affected people that the demonstration reads. Everybody is made up.

    python tools/make_sample_people.py [FOLDER]

Writes customers.csv (1,200 rows) and legacy_accounts.xlsx (300 rows), byte for byte the same every time.
Names, streets and passwords come from the lists below; addresses end in domains that are reserved for
examples (RFC 2606).
"""

import datetime as dt
import io
import random
import re
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl import Workbook
from stdnum import iban

SEED = 72
CSV_ROWS, XLSX_ROWS = 1200, 300
BOUNCING = "plein@example.org"
DOMAINS = (
    "example.com",
    "example.org",
    "example.net",
    "courriel.example",
    "post.example",
    "boutique.example",
)
MADE_AT = dt.datetime(2026, 11, 1, 8, 0, 0)  # noqa: DTZ001 - a spreadsheet's date has no zone
BCRYPT = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
CSV_HEADER = (
    "N° client",
    "Nom",
    "Prénom",
    "Courriel",
    "Adresse",
    "Complément",
    "Code postal",
    "Ville",
    "Pays",
    "Date de naissance",
    "Langue",
    "Représentant légal",
    "Mot de passe haché",
    "IBAN",
    "Client depuis",
)
XLSX_HEADER = (
    "Customer ID",
    "Login",
    "Password",
    "Full name",
    "E-mail",
    "Street",
    "City",
    "State",
    "ZIP",
    "Country",
    "DOB",
    "Language",
)


@dataclass(frozen=True)
class Land:
    """How people of one country and language are made."""

    code: str
    french: str
    english: str
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    number_first: bool = False
    region: str = ""


@dataclass(frozen=True)
class Person:
    land: Land
    number: str
    given: str
    family: str
    email: str
    street: str
    postcode: str
    city: str
    born: dt.date | None = None
    iban: str = ""
    guardian: str = ""
    language: str = ""


FR = Land(
    "FR",
    "France",
    "France",
    "fr",
    (
        "Zoé",
        "Hélène",
        "Aurélie",
        "Camille",
        "Éloïse",
        "Inès",
        "Océane",
        "Chloé",
        "Noémie",
        "Solène",
        "François",
        "Jérôme",
        "Rémi",
        "Loïc",
        "Benoît",
        "Théo",
        "Gaël",
        "Cédric",
        "Anaïs",
        "Maëlle",
        "Mathéo",
        "Léa",
        "Thaïs",
        "Raphaël",
    ),
    (
        "Lefèvre",
        "Bérard",
        "Garçonnet",
        "Chevrolin",
        "Daubrée",
        "Mérillon",
        "Foucaudet",
        "Grandvoisin",
        "Hébrard",
        "Lacôte",
        "Marceaud",
        "Noëllet",
        "Péchard",
        "Quénault",
        "Ruffiéron",
        "Saint-Aubrac",
        "Thévenard",
        "Vauquelain",
        "Œillet",
        "Brûlard",
    ),
    (
        "rue des Lilas",
        "avenue de l'Écluse",
        "chemin du Moulin-à-Vent",
        "place aux Herbes",
        "impasse du Pré",
        "boulevard des Tanneurs",
        "allée des Érables",
        "quai du Vieux-Pont",
    ),
    (
        ("75011", "Paris"),
        ("69003", "Lyon"),
        ("13005", "Marseille"),
        ("31000", "Toulouse"),
        ("44000", "Nantes"),
        ("67000", "Strasbourg"),
        ("35000", "Rennes"),
        ("59800", "Lille"),
        ("01000", "Bourg-en-Bresse"),
        ("06300", "Nice"),
        ("38000", "Grenoble"),
        ("29200", "Brest"),
    ),
    number_first=True,
)
DE = Land(
    "DE",
    "Allemagne",
    "Germany",
    "de",
    (
        "Jürgen",
        "Käthe",
        "Björn",
        "Sören",
        "Anneliese",
        "Günther",
        "Marlene",
        "Lukas",
        "Mathilde",
        "Jörg",
        "Franziska",
        "Ute",
        "Hannelore",
        "Till",
    ),
    (
        "Müllerstätter",
        "Großkopf",
        "Jägerling",
        "Schönfelder",
        "Bäumler",
        "Köhnert",
        "Weißbacher",
        "Lührmann",
        "Sträßner",
        "Ebersgruber",
        "Hüttl",
        "Kranewitter",
    ),
    ("Lindenweg", "Mühlgasse", "Schloßstraße", "Am Hörnle", "Gänsemarkt", "Bürgermeister-Ohm-Straße"),
    (
        ("10115", "Berlin"),
        ("50667", "Köln"),
        ("80331", "München"),
        ("01067", "Dresden"),
        ("20095", "Hamburg"),
        ("70173", "Stuttgart"),
    ),
)
BE_NL = Land(
    "BE",
    "Belgique",
    "Belgium",
    "nl",
    ("Joris", "Liesbeth", "Wout", "Anneleen", "Brecht", "Saskia", "Pieterjan", "Femke", "Michaël", "Noor"),
    ("Van den Heuvel", "De Coninck", "Vermeersch", "Claeys", "Goossens", "Van Hoeymissen", "Daems", "Wuyts"),
    ("Kerkstraat", "Molenberglaan", "Vlasmarkt", "Oude Vest"),
    (("9000", "Gent"), ("2000", "Antwerpen"), ("8000", "Brugge"), ("3000", "Leuven"), ("1800", "Vilvoorde")),
)
BE_FR = Land(
    "BE",
    "Belgique",
    "Belgium",
    "fr",
    ("Benoît", "Amélie", "Grégoire", "Clémence", "Jean-Noël", "Valérie", "Stéphanie", "Thibault"),
    ("Delvigne", "Lambrecq", "Piérard", "Renwart", "Collignard", "Gérardy", "Bastinier", "Hérion"),
    ("rue de la Houillère", "chaussée de Waremme", "place du Perron", "rue du Beffroi"),
    (
        ("4000", "Liège"),
        ("5000", "Namur"),
        ("7000", "Mons"),
        ("1000", "Bruxelles"),
        ("6000", "Charleroi"),
        ("1050", "Bruxelles"),
    ),
)
ES = Land(
    "ES",
    "Espagne",
    "Spain",
    "es",
    ("Íñigo", "Begoña", "José Ángel", "Lucía", "Martín", "Nuria", "Álvaro", "Inés", "Andrés", "Rocío"),
    (
        "Ibáñez Cordero",
        "Muñoz Peral",
        "Núñez Olmedilla",
        "Gálvez Riaño",
        "Peñalver Sotos",
        "Zúñiga Bermejal",
        "Cañizares Lobo",
    ),
    ("calle del Olmo", "paseo de la Alameda", "plaza de la Fuente", "avenida de los Álamos"),
    (
        ("28012", "Madrid"),
        ("08002", "Barcelona"),
        ("41001", "Sevilla"),
        ("46001", "València"),
        ("48001", "Bilbao"),
    ),
)
GB = Land(
    "GB",
    "Royaume-Uni",
    "United Kingdom",
    "en",
    ("Imogen", "Alastair", "Niamh", "Rhys", "Beatrix", "Callum", "Siân", "Fergus", "Zoë", "Tobias"),
    (
        "Ashcombe",
        "Penhallow",
        "Thistlewood",
        "Okehurst",
        "Marlowe-Finch",
        "Drummie",
        "Llewelling",
        "Hathersedge",
    ),
    ("Orchard Lane", "Cathedral Close", "Mill Race", "Abbot's Walk"),
    (
        ("M1 1AE", "Manchester"),
        ("EH1 1YZ", "Edinburgh"),
        ("CF10 1EP", "Cardiff"),
        ("BS1 4DJ", "Bristol"),
        ("LS1 3AA", "Leeds"),
    ),
    number_first=True,
)
US = Land(
    "US",
    "États-Unis",
    "USA",
    "en",
    (
        "Dakota",
        "Marisol",
        "Grayson",
        "Xóchitl",
        "Beckett",
        "Renée",
        "Joaquín",
        "Skyler",
        "Esperanza",
        "Wendell",
        "Tamsin",
        "Orville",
    ),
    (
        "Fairweather",
        "Castellón",
        "Brightwater",
        "Okonkwo-Hale",
        "Delacruz",
        "Winterbourne",
        "Peñarosa",
        "Holloway-Reyes",
    ),
    ("Juniper Street", "Mission Creek Road", "Alder Avenue", "Harbor View Drive", "Manzanita Way"),
    (
        ("94103", "San Francisco"),
        ("90012", "Los Angeles"),
        ("95814", "Sacramento"),
        ("92101", "San Diego"),
        ("93721", "Fresno"),
        ("94607", "Oakland"),
    ),
    number_first=True,
    region="CA",
)
# Shares of the shop's customers, and of the older table.
CUSTOMERS = ((FR, 620), (DE, 160), (BE_NL, 75), (BE_FR, 75), (ES, 100), (GB, 66), (US, 44))
OLD_ACCOUNTS = ((US, 118), (FR, 30), (GB, 20), (DE, 12), (ES, 10))
# How many people of each table have which trouble.
NO_EMAIL, BAD_EMAIL, NO_ADDRESS, UNREACHABLE, MINORS, HOUSEHOLDS = 56, 58, 74, 5, 44, 4
OLD_BAD_EMAIL, OLD_UNREACHABLE, OVERLAP = 36, 2, 96
PASSWORD_WORDS = (
    "Sunflower",
    "bluewhale",
    "Tamarind",
    "kestrel",
    "Moonstone",
    "paperplane",
    "Foxglove",
    "rivulet",
    "Cinnabar",
    "jackdaw",
)


class Maker:
    """Makes people one after another; the only source of chance."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - made-up people, not secrets
        self.serial = 10_000

    def person(self, land: Land) -> Person:
        self.serial += self.random.randint(1, 7)
        given, family = self.random.choice(land.given), self.random.choice(land.family)
        house = str(self.random.randint(1, 188))
        street = self.random.choice(land.streets)
        postcode, city = self.random.choice(land.cities)
        return Person(
            land,
            f"C{self.serial}",
            given,
            family,
            f"{ascii_word(given)}.{ascii_word(family)}{self.serial % 10_000}@{self.random.choice(DOMAINS)}",
            f"{house} {street}" if land.number_first else f"{street} {house}",
            postcode,
            city,
            born=self.birth_date(1944, 2005) if self.happens(45) else None,
            iban=self.iban(land.code) if self.happens(22) else "",
        )

    def happens(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def birth_date(self, first: int, last: int) -> dt.date:
        return dt.date(
            self.random.randint(first, last), self.random.randint(1, 12), self.random.randint(1, 28)
        )

    def digits(self, count: int) -> str:
        return "".join(str(self.random.randint(0, 9)) for _ in range(count))

    def iban(self, country: str) -> str:
        number = IBAN_BODIES[country](self) if country in IBAN_BODIES else ""
        if not number:
            return ""
        full = f"{country}{iban.calc_check_digits(f'{country}00{number}')}{number}"
        return str(iban.validate(full))

    def bcrypt(self) -> str:
        return "$2b$12$" + "".join(self.random.choice(BCRYPT) for _ in range(53))

    def password(self) -> str:
        return (
            f"{self.random.choice(PASSWORD_WORDS)}{self.random.choice('!?*#')}{self.random.randint(10, 99)}"
        )


def french_body(maker: Maker) -> str:
    bank, desk, account = maker.digits(5), maker.digits(5), maker.digits(11)
    key = 97 - (89 * int(bank) + 15 * int(desk) + 3 * int(account)) % 97
    return f"{bank}{desk}{account}{key:02}"


def belgian_body(maker: Maker) -> str:
    # A bank code that is in use, or the checksum's library refuses it.
    number = "001" + maker.digits(7)
    return f"{number}{int(number) % 97 or 97:02}"


def spanish_body(maker: Maker) -> str:
    def check(digits: str) -> str:
        rest = 11 - sum(int(digit) * 2**power for power, digit in enumerate(digits)) % 11
        return {10: "1", 11: "0"}.get(rest, str(rest))

    bank, account = maker.digits(8), maker.digits(10)
    return f"{bank}{check('00' + bank)}{check(account)}{account}"


IBAN_BODIES: dict[str, Callable[[Maker], str]] = {
    "FR": french_body,
    "BE": belgian_body,
    "ES": spanish_body,
    "DE": lambda maker: maker.digits(18),
    "GB": lambda maker: "ZZXX" + maker.digits(14),
}


def ascii_word(text: str) -> str:
    plain = (
        unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("Œ", "Oe"))
        .encode("ascii", "ignore")
        .decode()
    )
    return re.sub(r"[^a-z]", "", plain.lower())


def spoil_email(maker: Maker, email: str) -> str:
    local, domain = email.split("@")
    return maker.random.choice(
        (
            local,
            f"{local}@",
            f"{local}@{domain.replace('.', ',')}",
            f"{local}@@{domain}",
            f"{local} at {domain}",
            f"{local}@{domain.replace('.', '..')}",
            "n/a",
        )
    )


def customers(maker: Maker) -> list[Person]:
    """Return the people of the shop's table, each once."""
    people = [maker.person(land) for land, count in CUSTOMERS for _ in range(count)]
    maker.random.shuffle(people)
    first = people[0]
    people[0] = replace(
        first,
        land=FR,
        email=BOUNCING,
        street="7 rue des Lilas",
        postcode="75011",
        city="Paris",
        given="Hélène",
        family="Lacôte",
    )
    edges = iter(range(1, len(people)))

    def change(count: int, how: Callable[[Person], Person]) -> None:
        for index in [next(edges) for _ in range(count)]:
            people[index] = how(people[index])

    change(NO_EMAIL, lambda person: replace(person, email=""))
    change(BAD_EMAIL, lambda person: replace(person, email=spoil_email(maker, person.email)))
    change(
        UNREACHABLE,
        lambda person: replace(
            person, email=spoil_email(maker, person.email), street="", postcode="", city=""
        ),
    )
    change(NO_ADDRESS, lambda person: replace(person, street="", postcode="", city=""))
    change(MINORS, lambda person: child(maker, person))
    return people


def child(maker: Maker, person: Person) -> Person:
    guardian = f"{maker.random.choice(person.land.given)} {person.family}" if maker.happens(50) else ""
    return replace(person, born=maker.birth_date(2010, 2016), iban="", guardian=guardian)


def csv_row(maker: Maker, person: Person) -> list[str]:
    spelled = person.land.french if maker.happens(90) else person.land.code
    said = person.land.language if maker.happens(50) or person.city == "Bruxelles" else ""
    return [
        person.number,
        person.family,
        person.given,
        person.email,
        person.street,
        "Bât. B" if person.street and maker.happens(5) else "",
        person.postcode,
        person.city,
        spelled,
        f"{person.born:%d/%m/%Y}" if person.born else "",
        said,
        person.guardian,
        maker.bcrypt(),
        person.iban,
        str(maker.random.randint(2014, 2026)),
    ]


def again(maker: Maker, person: Person) -> list[str]:
    """Return a second row of a person already in the table: other spelling, same e-mail, number, or name
    and birth date.
    """
    way = maker.random.choice(("email", "number", "name"))
    if way == "email":
        return csv_row(maker, replace(person, number="", email=person.email.title(), iban=""))
    if way == "number":
        return csv_row(maker, replace(person, email="", born=None))
    plain = replace(
        person,
        family=person.family.upper(),
        given=unicodedata.normalize("NFD", person.given).encode("ascii", "ignore").decode(),
    )
    return csv_row(maker, replace(plain, number="", email="", iban=""))


def refused_rows(maker: Maker) -> list[bytes]:
    """Return lines that no list of people should hold, one kind after the other."""

    def line(how: Callable[[list[str]], list[str]]) -> bytes:
        return encode(how(csv_row(maker, maker.person(FR))))

    def put(column: str, value: str) -> Callable[[list[str]], list[str]]:
        index = CSV_HEADER.index(column)
        return lambda row: [*row[:index], value, *row[index + 1 :]]

    nobody = [line(lambda row: [*[""] * 12, row[12], "", row[14]]) for _ in range(5)]
    dates = [
        line(put("Date de naissance", text))
        for text in ("31/02/1990", "00/05/1971", "12/13/1984", "17/08/2031", "03/03/1866", "été 1975")
    ]
    countries = [line(put("Pays", text)) for text in ("Freedonie", "XX", "75011", "Europe")]
    formulas = [line(put("Prénom", text)) for text in ("=2+3", '=HYPERLINK("x")')]
    lengths = [
        line(lambda row: [*row, "de trop"]),
        line(lambda row: row[:9]),
        line(lambda row: [*row, "", "de trop"]),
    ]
    unequal = [*lengths, line(lambda row: row[:14]), line(lambda row: [*row[:5], "Villa", *row[5:]])]
    quote = encode(csv_row(maker, maker.person(FR))).replace(b";", b';"', 1)
    byte = encode(csv_row(maker, maker.person(FR))).replace(b";", b";\x81", 1)
    return [*nobody, *dates, *countries, *formulas, *unequal, quote, byte]


def encode(row: list[str]) -> bytes:
    quoted = (
        '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ';"\n') else cell for cell in row
    )
    return ";".join(quoted).encode("cp1252") + b"\r\n"


def make_csv(maker: Maker, people: list[Person]) -> bytes:
    lines = [encode(csv_row(maker, person)) for person in people]
    households = [person for person in people[-200:] if person.email and person.born and person.street][
        :HOUSEHOLDS
    ]
    for parent in households:
        given = next(name for name in parent.land.given if name != parent.given)
        lines.append(
            encode(
                csv_row(
                    maker,
                    replace(
                        child(maker, maker.person(parent.land)),
                        given=given,
                        family=parent.family,
                        email=parent.email,
                        street=parent.street,
                        postcode=parent.postcode,
                        city=parent.city,
                    ),
                )
            )
        )
    bad = refused_rows(maker)
    twice = [person for person in people[-400:] if person.email and person.born and person.street]
    lines += [encode(again(maker, person)) for person in twice[: CSV_ROWS - len(lines) - len(bad)]]
    for line in bad:
        lines.insert(maker.random.randint(1, len(lines) - 1), line)
    if len(lines) != CSV_ROWS:
        raise AssertionError(f"{len(lines)} rows made")
    return encode(list(CSV_HEADER)) + b"".join(lines)


def xlsx_row(maker: Maker, person: Person) -> list[str | int | dt.date | None]:
    clear = maker.password() if person.land is US and maker.happens(85) else ""
    login = f"{ascii_word(person.given)[:6]}{person.number[-4:]}"
    # The older table kept postcodes as numbers, so that leading zeros are gone.
    postcode: str | int = int(person.postcode) if person.postcode.isdigit() else person.postcode
    born = f"{person.born:%m/%d/%Y}" if person.born else None
    spanish = "es" if person.land is US and maker.happens(15) else None
    return [
        person.number,
        login,
        clear or None,
        f"{person.given} {person.family}",
        person.email or None,
        person.street or None,
        person.city or None,
        person.land.region or None,
        postcode or None,
        person.land.english,
        born,
        spanish,
    ]


def make_xlsx(maker: Maker, known: list[Person]) -> bytes:
    people = [maker.person(land) for land, count in OLD_ACCOUNTS for _ in range(count)]
    maker.random.shuffle(people)
    for index in range(OLD_BAD_EMAIL):
        people[index] = replace(
            people[index], email="" if index % 2 else spoil_email(maker, people[index].email)
        )
    for index in range(OLD_BAD_EMAIL, OLD_BAD_EMAIL + OLD_UNREACHABLE):
        people[index] = replace(people[index], email="unknown", street="", postcode="", city="")
    californians = [person for person in known if person.land is US and person.email and person.street]
    others = [person for person in known[250:] if person.land is not US and person.email and person.street]
    both = [*californians[: OVERLAP // 3], *others][:OVERLAP]
    # Half are found again by their number, half by their address in capitals.
    shared = [
        replace(person, email=person.email.upper(), number=f"L{person.number[1:]}")
        if index % 2
        else replace(person, email="")
        for index, person in enumerate(both)
    ]
    rows = [xlsx_row(maker, person) for person in (*people, *shared)]
    spare = XLSX_ROWS - len(rows) - 8
    rows += [
        xlsx_row(maker, replace(person, email=person.email.capitalize(), number=""))
        for person in people[-spare:]
    ]
    bad = [xlsx_row(maker, maker.person(US)) for _ in range(8)]
    for row, column, value in zip(
        bad[:6],
        (10, 10, 10, 9, 9, 3),
        ("02/30/1988", "13/13/1979", "07/04/2033", "Atlantis", "ZZ", "=CONCAT(B2,C2)"),
        strict=True,
    ):
        row[column] = value
    for row in bad[6:]:
        row[1:] = [row[1], row[2], *[None] * 9]
    for line in bad:
        rows.insert(maker.random.randint(1, len(rows) - 1), line)
    if len(rows) != XLSX_ROWS:
        raise AssertionError(f"{len(rows)} rows made")
    return workbook(rows)


def workbook(rows: list[list[str | int | dt.date | None]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "accounts_2019"
    for row in [list(XLSX_HEADER), *rows]:
        sheet.append(row)
    book.properties.created = MADE_AT
    written = io.BytesIO()
    book.save(written)
    return with_fixed_times(written.getvalue())


def with_fixed_times(content: bytes) -> bytes:
    """Pack the workbook again with one time everywhere, so that the bytes are the same on every day."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as packed:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-11-01T08:00:00Z", data)
            info = zipfile.ZipInfo(name, MADE_AT.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return target.getvalue()


def make(folder: Path) -> None:
    maker = Maker()
    people = customers(maker)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "customers.csv").write_bytes(make_csv(maker, people))
    (folder / "legacy_accounts.xlsx").write_bytes(make_xlsx(maker, people))


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "notifications" / "demo" / "data"
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
