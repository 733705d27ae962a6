"""Two-page letters from sealed rows to sealed print files with their manifest.

The bar: 10,000 letters a second on two cores, 20 times Typst's bulk and 1,000 times one WeasyPrint call per letter,
in no more than 500 MB at a million letters. The peers get the same people in clear, and neither seal, manifest nor
digest is asked of them.
"""

import datetime as dt
import io
import itertools
import json
import os
import random
from collections.abc import Iterator
from typing import Any, cast

import django

from breach import clock
from breach.benches.measure import Measured, Result, Stopwatch, apart, measured
from breach.intake.record import Record
from breach.models import Person, PersonChannel, new_uid
from breach.services.accounts import create_account, create_organisation
from breach.services.incidents import PartyData, open_incident
from breach.services.keys import vault_for
from notifications.addressing import NoticeLetters, code_context
from notifications.codes import new_code, new_reference
from notifications.delivery.post import SealedShelf
from notifications.letters import library
from notifications.letters.compose import compose
from notifications.letters.press import Order, press
from notifications.letters.render import render_pdf
from notifications.letters.values import NoticeContent, Recipient, Sender
from notifications.models import Notice, PersonNotice
from notifications.states import Channel

UNIT = "letters"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
TYPST_LETTERS = 2_000  # enough for its start not to count
WEASYPRINT_LETTERS = 20
KINDS = ("name", "email", "postal_address", "password_hash_salted", "iban", "date_of_birth")
DATE = dt.date(2026, 12, 1)
MADE_AT_ONCE = 2_000
_GIVEN = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hannes",
    "Ida",
    "Jonas",
    "Karla",
    "Lukas",
    "Mia",
    "Noah",
    "Ole",
    "Paula",
    "Rita",
    "Tom",
]
_PARTS = [
    "bach",
    "berg",
    "brunn",
    "dorf",
    "eck",
    "feld",
    "hausen",
    "heim",
    "hof",
    "kamp",
    "land",
    "lar",
    "mann",
    "mar",
    "ner",
    "rath",
    "sen",
    "stein",
    "tal",
    "wald",
]
_CONSONANTS, _VOWELS = "bdfghklmnprstw", "aeiouäöü"

CONTENT = NoticeContent(
    sender=Sender(
        name="Buchladen Azur",
        legal_name="Buchladen Azur GmbH",
        country="DE",
        address_lines=("Lindenstraße 9", "10969 Berlin"),
        website="https://www.buchladen-azur.example",
        email="daten@buchladen-azur.example",
        dpo_name="Claire Fontaine",
        dpo_email="dpo@buchladen-azur.example",
    ),
    wordings=library.ready_wordings(["de"]),
    breach_from=dt.date(2026, 11, 20),
    genuine_page="https://www.buchladen-azur.example/pruefen/",
)


def bench(n: int) -> Result:
    """Measure `n` letters; the peers print fewer and are compared by rate."""
    here = f"{__name__}:"
    ours = measured(f"{here}ours", n)
    peers: dict[str, Measured] = {
        "weasyprint_per_letter": measured(f"{here}weasyprint_per_letter", min(n, WEASYPRINT_LETTERS))
    }
    try:
        import typst  # noqa: F401, PLC0415 - an extra; without it there is nothing to compare with
    except ImportError:
        pass
    else:
        peers["typst_bulk"] = measured(f"{here}typst_bulk", min(n, TYPST_LETTERS))
    return Result("letters", ours, peers, ours.value)


def ours(n: int, watch: Stopwatch) -> dict[str, int]:
    """Print from the database with both cores; the files are sealed and on disk at the end."""
    apart(f"{__name__}:_notice", n)
    notice = Notice.objects.get()
    with watch:
        ids = PersonNotice.objects.filter(notice=notice).values_list("pk", flat=True).iterator(2000)
        order = Order(
            content=CONTENT,
            date=DATE,
            source=NoticeLetters.of(notice),
            shelf=SealedShelf(notice.incident, clock.now()),
            start=django.setup,
            processes=os.cpu_count() or 1,
        )
        files = letters = pages = size = proven = 0
        for file in press(order, ids):
            files, letters, pages = files + 1, letters + file.letters, pages + file.pages
            size, proven = size + file.kept.size, proven + file.proven
    if letters != n or pages != 2 * n:
        raise RuntimeError(f"{letters} letters on {pages} pages instead of {n} on {2 * n}")
    return {"files": files, "bytes": size, "bytes_per_letter": size // n, "proven": proven}


def weasyprint_per_letter(n: int, watch: Stopwatch) -> None:
    """Lay out every letter with a call of its own."""
    letters = [compose(CONTENT, recipient, date=DATE) for recipient in itertools.islice(_recipients(), n)]
    render_pdf(letters[0])
    with watch:
        for letter in letters:
            render_pdf(letter)


def typst_bulk(n: int, watch: Stopwatch) -> None:
    """Lay out all letters in one document, as Typst does best: it uses both cores by itself."""
    import typst  # noqa: PLC0415 - an extra

    source, engine = _typst_source(list(itertools.islice(_recipients(), n))), cast("Any", typst)
    with watch:
        pdf = engine.compile(
            source, font_paths=[str(library.TEMPLATES.parents[1] / "notifications" / "fonts")]
        )
    if len(pdf) < n:
        raise RuntimeError("Typst made no document")


def _recipients() -> Iterator[Recipient]:
    """Made-up people of one language and one variant: streets, towns and family names that repeat as they do."""
    lot = random.Random(6)  # noqa: S311 - the same people every time
    towns = [(_word(lot) + lot.choice(_PARTS), f"{lot.randrange(1000, 99999):05d}") for _ in range(8_000)]
    families = [_word(lot) + lot.choice(_PARTS) for _ in range(120_000)]
    streets = [_word(lot) + lot.choice(("straße", "weg", "platz", "gasse")) for _ in range(60_000)]
    for number in itertools.count():
        town, postcode = lot.choice(towns)
        # Every fifth family name and street is met only once.
        family = lot.choice(families) if number % 5 else f"{_word(lot)}{_word(lot).lower()}"
        street = lot.choice(streets) if number % 5 else f"{_word(lot)}{_word(lot).lower()}weg"
        yield Recipient(
            uid=f"{number:026d}",
            full_name=f"{lot.choice(_GIVEN)} {family}",
            family_name=family,
            language="de",
            country="DE",
            kinds=KINDS,
            address_lines=(f"{street} {lot.randrange(1, 190)}",),
            postcode=postcode,
            city=town,
            code=new_code(),
            reference=new_reference(),
        )


def _word(lot: random.Random) -> str:
    return "".join(
        lot.choice(_CONSONANTS) + lot.choice(_VOWELS) for _ in range(lot.randrange(1, 3))
    ).capitalize()


def _notice(n: int) -> None:
    """A released notice with `n` sealed people and their codes."""
    now = clock.now()
    user = create_account(
        actor=None, email="bench@tocsin.example", name="Bench", role="responder", password=new_uid(), now=now
    )
    shop = create_organisation(
        actor=None,
        name="Buchladen Azur",
        legal_name="Buchladen Azur GmbH",
        street="Lindenstraße 9",
        postcode="10969",
        city="Berlin",
        country="DE",
        now=now,
    )
    incident = open_incident(
        actor=user,
        title="Benchmark",
        kind="web_application",
        zone="Europe/Berlin",
        parties=[PartyData(shop, establishment="DE", authority="de")],
        now=now,
    )
    party = incident.lead_party()
    notice = Notice.objects.create(
        uid=new_uid(), incident=incident, party=party, number=1, author=user, sealed_salt=b"", created_at=now
    )
    people = _recipients()
    while part := list(itertools.islice(people, min(MADE_AT_ONCE, n))):
        _add(notice, part, now)
        n -= len(part)


def _add(notice: Notice, part: list[Recipient], now: dt.datetime) -> None:
    incident, vault = notice.incident, vault_for(notice.incident)
    persons, rows = [], []
    for one in part:
        record = Record(
            full_name=one.full_name,
            family_name=one.family_name,
            street=one.address_lines[0],
            postcode=one.postcode,
            city=one.city,
            country=one.country,
            language=one.language,
            email="somebody@mail.example",
            birth_date="1980-02-03",
            customer_number=one.uid[-8:],
        )
        person = Person(
            uid=new_uid(),
            incident=incident,
            party=notice.party,
            country=one.country,
            language=one.language,
            kinds=list(KINDS),
            minor=False,
            channel=PersonChannel.POST,
            created_at=now,
        )
        person.sealed = vault.seal(record.to_bytes(), context=person.context)
        persons.append(person)
    for one, person in zip(part, Person.objects.bulk_create(persons, batch_size=500), strict=True):
        uid = new_uid()
        code = vault.seal(one.code.encode(), context=code_context(incident, uid))
        rows.append(
            PersonNotice(
                uid=uid,
                notice=notice,
                person=person,
                reference=one.reference,
                language=one.language,
                country=one.country,
                channel=Channel.POST,
                sealed_code=code,
                created_at=now,
            )
        )
    PersonNotice.objects.bulk_create(rows, batch_size=500)


def _typst_source(people: list[Recipient]) -> bytes:
    """The same letter in Typst's language: address, body of the same length, reference, code."""
    body = compose(CONTENT, people[0], date=DATE).body
    text = "\n".join(
        f"#heading(level: 2, {json.dumps(section.heading, ensure_ascii=False)})\n"
        + "\n".join(
            f"#par({json.dumps(paragraph.text, ensure_ascii=False)})" for paragraph in section.paragraphs
        )
        for section in body.sections
    )
    rows = [
        {"name": one.full_name, "street": one.address_lines[0], "town": f"{one.postcode} {one.city}",
         "reference": one.reference, "code": one.code}
        for one in people
    ]  # fmt: skip
    out = io.StringIO()
    out.write('#set page(paper: "a4", margin: (left: 25mm, right: 20mm, top: 15mm, bottom: 22mm))\n')
    out.write('#set text(font: "Noto Sans", size: 10pt, lang: "de")\n')
    out.write(
        f"#let people = json(bytes({json.dumps(json.dumps(rows, ensure_ascii=False), ensure_ascii=False)}))\n"
    )
    out.write("#let letter(p) = [\n#v(47mm)\n#block(height: 30mm)[#p.name \\ #p.street \\ #p.town]\n")
    out.write(
        f"#p.reference\n#heading({json.dumps(body.title, ensure_ascii=False)})\nGuten Tag #p.name,\n\n{text}\n"
    )
    out.write("#p.code\n]\n#for p in people { letter(p); pagebreak(weak: true) }\n")
    return out.getvalue().encode()
