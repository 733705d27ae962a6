"""A made-up notice and made-up people, shared by the tests of this room."""

import datetime as dt
import io
import subprocess
from dataclasses import replace

import pytest

from notifications.letters import library
from notifications.letters.values import NoticeContent, Recipient, Sender

DATE = dt.date(2026, 12, 1)
SALT = b"s" * 32
KINDS = ("name", "email", "postal_address", "password_hash_salted", "iban", "date_of_birth")

SENDER = Sender(
    name="Librairie Azur",
    legal_name="Librairie Azur SAS",
    country="FR",
    address_lines=("18 rue des Lilas", "75011 Paris"),
    website="https://www.librairie-azur.example",
    phone="+33 1 99 00 12 34",
    email="donnees@librairie-azur.example",
    dpo_name="Claire Fontaine",
    dpo_email="dpo@librairie-azur.example",
)
CONTENT = NoticeContent(
    sender=SENDER,
    wordings=library.ready_wordings(["fr", "de", "nl", "en", "es"], ["us_ca"]),
    breach_from=dt.date(2026, 11, 20),
    breach_to=dt.date(2026, 11, 22),
    genuine_page="https://www.librairie-azur.example/verifier/{code}",
)
ELOISE = Recipient(
    uid="01FR",
    full_name="Éloïse Lefèvre-Dubœuf",
    language="fr",
    country="FR",
    kinds=KINDS,
    address_lines=("12 bis, rue de l’Église", "Bâtiment C"),
    postcode="69003",
    city="Lyon",
    code="K7QF-2M9P-XT",
    reference="R-0001-4F7K",
)
JUERGEN = replace(
    ELOISE,
    uid="01DE",
    full_name="Jürgen Großmann",
    language="de",
    country="DE",
    postcode="04109",
    city="Leipzig",
    address_lines=("Königstraße 5",),
    reference="R-0002",
)
ANNELEEN = replace(
    ELOISE,
    uid="01BE",
    full_name="Anneleen Van den Broeck",
    language="nl",
    country="BE",
    postcode="2000",
    city="Antwerpen",
    address_lines=("Lange Nieuwstraat 44 bus 3",),
    minor=True,
    reference="R-0003",
)
SIOBHAN = replace(
    ELOISE,
    uid="01GB",
    full_name="Siobhán O’Connor",
    language="en",
    country="GB",
    postcode="LS1 4AP",
    city="Leeds",
    address_lines=("Flat 3, 7 Rose Lane",),
    reference="R-0004",
)
JOSE = replace(
    ELOISE,
    uid="01ES",
    full_name="José Ángel Muñoz Ibáñez",
    language="es",
    country="ES",
    postcode="28012",
    city="Madrid",
    address_lines=("Calle de la Cruz, 8",),
    minor=True,
    guardian="María Ibáñez",
    reference="R-0005",
)
MARIA = replace(
    ELOISE,
    uid="01US",
    full_name="Maria Lopez",
    language="es",
    country="US",
    region="US-CA",
    postcode="94117",
    city="San Francisco",
    address_lines=("1420 Oak Street Apt 9",),
    reference="R-0006",
    kinds=("name", "email", "password_clear"),
)
PEOPLE = (ELOISE, JUERGEN, ANNELEEN, SIOBHAN, JOSE, MARIA)


def pdf_text(pdf: bytes, *arguments: str) -> str:
    """What a reader of the PDF gets, by poppler's pdftotext."""
    try:
        done = subprocess.run(
            ["pdftotext", *arguments, "-", "-"], input=pdf, capture_output=True, check=True, timeout=60
        )
    except FileNotFoundError:
        pytest.skip("pdftotext is missing: install the Debian package poppler-utils")
    return done.stdout.decode()


def grey_pages(pdf: bytes, *, first: int, last: int) -> list[bytes]:
    """Pages as grey pixels at 100 dpi, by poppler's pdftoppm."""
    try:
        done = subprocess.run(
            ["pdftoppm", "-r", "100", "-gray", "-f", str(first), "-l", str(last), "-"],
            input=pdf,
            capture_output=True,
            check=True,
            timeout=60,
        )
    except FileNotFoundError:
        pytest.skip("pdftoppm is missing: install the Debian package poppler-utils")
    return _pictures(done.stdout)


def _pictures(data: bytes) -> list[bytes]:
    """Split a row of binary portable greymaps (P5)."""
    source, found = io.BytesIO(data), []
    while source.readline().strip() == b"P5":
        width, height = map(int, source.readline().split())
        source.readline()
        found.append(source.read(width * height))
    return found
