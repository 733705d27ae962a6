"""Nothing of the people of a breach stands where it could leak: ledger, Redis, logs, addresses, subjects, names, disk.

One small incident is played with real jobs on the private Redis and real mails to a server on loopback. Then every
place is emptied out and searched. A second test plants a name in each place, so that no search looks past it.
"""

import base64
import binascii
import io
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from email.header import decode_header, make_header
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django_rq
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from rq import SimpleWorker

from breach import clock, jobs, logs
from breach.models import Entry, Incident, Person, SealedFile
from breach.models.ledger import Checkpoint
from breach.queries import people as people_queries
from breach.services import intake, timeline
from breach.services.record import record
from breach.timewords import Moment
from notifications.models import Notice, PrintRun
from notifications.services import texts
from tests.house import House
from tests.notifications import campaign
from tests.notifications.delivery.conftest import Mailroom, mailroom
from tests.notifications.views.case import decide

__all__ = ["mailroom"]

# Nothing of this stands anywhere else in the project: what is found was leaked.
TABLE = (
    "Nom;Prénom;Courriel;Adresse;Code postal;Ville;Pays;N° client;Mot de passe\n"
    "Quéméneur;Anaïg;anaig.quemeneur@courrier.example;41 venelle des Églantines;29000;Quimper;FR;ZX-771204;Goéland!1987-Sein\n"
    "Weißgerber;Jörn;joern.weissgerber@courrier.example;Käferstieg 8;10115;Berlin;DE;ZX-771205;Mückenstich+22-Sylt\n"
    "Trébaol;Maël;;3 impasse des Goémons;29200;Brest;FR;ZX-771206;\n"
    "Kerjean;Ysolt;mauvaise-adresse@@courrier;9 quai du Moros;29900;Concarneau;FR;ZX-771207;\n"
)
SECRETS = (
    "Quéméneur", "Quemeneur", "Anaïg", "anaig", "Églantines", "Goéland!1987", "ZX-771204",
    "Weißgerber", "weissgerber", "Käferstieg", "Mückenstich+22",
    "Trébaol", "Goémons", "ZX-771206",
    "Kerjean", "Ysolt", "mauvaise-adresse", "du Moros",
    "courrier.example",
)  # fmt: skip
LATE = {
    "full_name": "Anaïg Quéméneur-Trébaol",
    "email": "at@courrier.example",
    "street": "5 venelle des Églantines",
    "postcode": "29000",
    "city": "Quimper",
    "country": "FR",
    "language": "fr",
}
LOGGERS = ("breach", "notifications", "django", "django.request", "rq", "weasyprint", "fontTools")
Places = Mapping[str, bytes]


@jobs.job("test.quote")
def quote_a_person(pk: int) -> None:
    """Fail as a careless job would, with a person in the words and in the locals."""
    value = people_queries.open_person(Person.objects.get(pk=pk))
    raise ValueError(f"cannot write to {value.full_name} <{value.email}>, {value.address_lines}")


# --- looking ---------------------------------------------------------------------------------------------


def spellings(text: str) -> set[bytes]:
    """Return how a text may stand in a file, a page, an address or JSON."""
    written = {text, json.dumps(text)[1:-1], quote(text), escape(text), text.casefold(), text.upper()}
    return {one.encode() for one in written} | {text.encode("latin-1"), text.encode("utf-16-le")}


NEEDLES = {spelling: text for text in SECRETS for spelling in spellings(text)}
ANY = re.compile(b"|".join(re.escape(one) for one in sorted(NEEDLES, key=len, reverse=True)))


def leaks(places: Places) -> list[str]:
    """Return what was found where."""
    return [
        f"{place}: {NEEDLES[hit.group()]}"
        for place, content in places.items()
        for hit in ANY.finditer(content)
    ]


def ledger() -> Places:
    entries = {
        f"{one.chain} {one.seq}": f"{one.action} {one.subject} {one.actor_uid} {one.body}"
        for one in Entry.objects.all()
    }
    marks = {f"checkpoint {one.number}": one.body for one in Checkpoint.objects.all()}
    return {place: text.encode() for place, text in (entries | marks).items()}


def redis() -> Places:
    """Everything the queue's Redis holds, with what RQ packs by zlib and base64 unpacked."""
    store = django_rq.get_queue("default").connection
    found: dict[str, bytes] = {}
    for key in store.keys("*"):
        readers: dict[bytes, Any] = {
            b"string": lambda key: [store.get(key)],
            b"hash": lambda key: [part for pair in store.hgetall(key).items() for part in pair],
            b"list": lambda key: store.lrange(key, 0, -1),
            b"set": store.smembers,
            b"zset": lambda key: store.zrange(key, 0, -1),
            b"stream": lambda key: [
                part for _id, row in store.xrange(key) for pair in row.items() for part in pair
            ],
        }
        values = readers[store.type(key)](key)
        found[key.decode(errors="replace")] = b"\n".join(
            [key, *(layer for one in values for layer in layers(one))]
        )
    return found


def layers(value: bytes) -> Iterator[bytes]:
    yield value
    unpacked = [value]
    try:
        unpacked.append(base64.b64decode(value, validate=True))
    except binascii.Error:
        unpacked = [value]
    for one in unpacked:
        yield one
        try:
            yield zlib.decompress(one)
        except zlib.error:
            continue


def tables() -> Places:
    """Every text and blob of every table, whatever the database."""
    found: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names from the catalogue
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if isinstance(value, str | bytes | memoryview | dict | list):
                        text = value if isinstance(value, str | bytes | memoryview) else json.dumps(value)
                        found[f"{table}.{name}"] = (
                            found.get(f"{table}.{name}", b"")
                            + b"\n"
                            + (text.encode() if isinstance(text, str) else bytes(text))
                        )
    return found


def disk() -> Places:
    """Names and raw bytes of everything below the data folder, the database's own files among them."""
    paths = [path for path in Path(settings.TOCSIN_DATA).rglob("*") if path.is_file()]
    return {str(path): str(path).encode() + b"\n" + path.read_bytes() for path in paths}


def addresses(pages: Iterable[str]) -> Places:
    """The addresses that pages and letters name."""
    found = (
        unescape(hit)
        for page in pages
        for hit in re.findall(r"(?:href|src|action|hx-\w+)=\"([^\"]*)\"|(https?://\S+)", page)
        for hit in hit
        if hit
    )
    return {f"address {number}": one.encode() for number, one in enumerate(found)}


def subjects(room: Mailroom) -> Places:
    return {
        f"mail {number}": str(make_header(decode_header(message["Subject"]))).encode()
        for number, (_sender, _recipient, message) in enumerate(room.taken)
    }


# --- playing ---------------------------------------------------------------------------------------------


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What our handlers write, with every logger of ours at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    # The mail server of the test runs in this process and logs whom it serves; it is none of ours.
    handler.addFilter(lambda line: not line.name.startswith(("mail.", "asyncio")))
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def work() -> None:
    queue = django_rq.get_queue("default")
    SimpleWorker([queue], connection=queue.connection, job_class=jobs.NamedJob).work(burst=True)


@pytest.fixture
def played(
    house: House, now: datetime, mailroom: Mailroom, redis_socket: Path, monkeypatch: pytest.MonkeyPatch
) -> House:
    """People loaded by a job, letters mailed and printed by jobs, and one job that fails."""
    django_rq.get_queue("default").connection.flushdb()
    monkeypatch.setattr(clock, "now", lambda: now)
    decide(house)
    case: dict[str, Any] = {"incident": house.incident, "party": house.party, "now": now}
    timeline.log_event(
        actor=house.responder, kind="reported", text="Anaïg Quéméneur a appelé, anaig.quemeneur@courrier.example",
        moment=Moment.at(now, "Europe/Paris"), is_report=True, **case,
    )  # fmt: skip
    stream = io.BytesIO(TABLE.encode())
    table = intake.upload(actor=house.responder, stream=stream, filename="clients Quéméneur.csv", **case)
    intake.profile(actor=house.responder, file=table, now=now)
    intake.dry_run(actor=house.responder, file=table, now=now)
    intake.accept(actor=house.responder, file=table, now=now)
    work()
    campaign.add_people(house, now, LATE)
    notice = campaign.released(house, now)
    person = Person.objects.filter(incident=house.incident).order_by("pk").first()
    assert person is not None
    with transaction.atomic():
        jobs.enqueue("test.quote", person.pk)
    work()
    assert notice.people.filter(state="accepted").count() == 3
    return house


def walk_pages(house: House) -> list[str]:
    """Open pages that show people, ask for one that is not there, and let one fail."""
    client = Client(raise_request_exception=False)
    client.force_login(house.responder, backend="allauth.account.auth_backends.AuthenticationBackend")
    incident, person = house.incident, Person.objects.filter(incident=house.incident)[0]
    run, notice = PrintRun.objects.all()[0], Notice.objects.all()[0]
    paths = [
        reverse("people", args=[incident.uid]),
        reverse("person", args=[incident.uid, person.uid]),
        reverse("notice", args=[incident.uid, notice.uid]),
        reverse("notice-variant", args=[incident.uid, notice.uid, 1]),
        reverse("print-run", args=[incident.uid, run.uid]),
        reverse("ledger", args=[incident.uid]),
    ]
    pages = []
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        pages.append(response.content.decode())
    found = client.post(paths[0], {"text": "anaig.quemeneur@courrier.example"})
    assert "Quéméneur" in found.content.decode()
    missing = client.get(reverse("person", args=[person.uid, person.uid]) + "?q=Quéméneur")
    assert missing.status_code == 404
    return [*pages, found.content.decode(), missing.content.decode()]


def failing_page(house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    def careless(person: Person) -> None:
        value = people_queries.open_person(person)
        raise LookupError(f"no sources of {value.full_name}, {value.email}")

    monkeypatch.setattr(people_queries, "sources_of", careless)
    client = Client(raise_request_exception=False)
    client.force_login(house.responder, backend="allauth.account.auth_backends.AuthenticationBackend")
    person = Person.objects.filter(incident=house.incident)[0]
    response = client.get(reverse("person", args=[house.incident.uid, person.uid]))
    assert response.status_code == 500
    return response.content.decode()


# --- searching -------------------------------------------------------------------------------------------


@pytest.mark.queue
@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_people_stands_where_it_could_leak(
    said: io.StringIO, played: House, mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    pages = walk_pages(played)
    failed = failing_page(played, monkeypatch)
    assert Person.objects.filter(incident=played.incident).count() == 5
    assert len(mailroom.taken) == 3, "somebody was mailed"
    assert PrintRun.objects.get().letters >= 1
    assert SealedFile.objects.count() >= 3
    queue = django_rq.get_queue("default")
    assert len(queue.failed_job_registry) == 1
    bodies = [str(message.get_payload(decode=True) or "") for *_who, message in mailroom.taken]
    places = {
        "ledger": ledger(),
        "redis": redis(),
        "log": {"log": said.getvalue().encode()},
        "failed page": {"500": failed.encode()},
        "missing page": {"404": pages[-1].encode()},
        "addresses": addresses([*pages, *bodies]),
        "subjects": subjects(mailroom),
        "tables": tables(),
        "disk": disk(),
    }
    assert all(places.values()), {name: len(found) for name, found in places.items()}
    assert "test.quote" in said.getvalue()
    assert "LookupError" in said.getvalue()
    assert {name: found for name, one in places.items() if (found := leaks(one))} == {}


def test_a_title_that_names_somebody_stays_out_of_the_ledger(house: House, now: datetime) -> None:
    house.open(now, title="Anaïg Quéméneur complained")
    campaign.add_people(house, now, LATE)
    notice = campaign.draft(house, now, title="For Anaïg Quéméneur")
    frame = {name: getattr(notice, name) for name in ("policy", "breach_from", "breach_to")}
    texts.edit_frame(
        actor=house.responder,
        notice=notice,
        delayed_by_law_enforcement=False,
        title="For Ysolt Kerjean",
        now=now,
        **frame,
    )
    assert Entry.objects.filter(action="notice.edited").exists()
    assert leaks(ledger()) == []


@pytest.mark.queue
@pytest.mark.django_db(transaction=True)
def test_each_search_finds_what_is_planted(
    said: io.StringIO, house: House, now: datetime, mailroom: Mailroom, redis_socket: Path
) -> None:
    name = "Anaïg Quéméneur"
    incident = house.open(now)
    assert not leaks(ledger())
    with transaction.atomic():
        record(
            actor=house.responder, incident=incident, action="a.b", subject="x", data={"name": name}, now=now
        )
    assert leaks(ledger())

    store = django_rq.get_queue("default").connection
    store.flushdb()
    packed = zlib.compress(f"Traceback … {name}".encode())
    for plant in (
        lambda: store.set("key", name),
        lambda: store.set(f"of {name}", 1),
        lambda: store.hset("job", "exc_info", packed),
        lambda: store.xadd("results", {"exc_string": base64.b64encode(packed)}),
        lambda: store.zadd("registry", {name: 1}),
    ):
        assert not leaks(redis())
        plant()
        assert leaks(redis())
        store.flushdb()

    for logger in ("breach.x", "django.request"):
        said.truncate(0)
        logging.getLogger(logger).debug("wrote to %s", name)
        assert leaks({"log": said.getvalue().encode()}), logger

    assert not leaks({"title": tables()["breach_incident.title"]})
    Incident.objects.filter(pk=incident.pk).update(title=f"About {name}")
    assert leaks({"title": tables()["breach_incident.title"]})

    assert leaks(addresses([f'<a href="/people/?q={quote(name)}">']))
    assert leaks(addresses(["see https://shop.example/?who=anaig"]))
    assert not leaks(addresses([f'<a href="/people/">{name}</a>']))

    planted = Path(settings.DATA.files) / "Kerjean.csv"
    planted.write_bytes(b"x")
    assert leaks({place: content for place, content in disk().items() if place == str(planted)})
    planted.rename(planted.with_name("f00d"))
    planted.with_name("f00d").write_bytes(f"of {name}".encode())
    assert leaks({place: content for place, content in disk().items() if place.endswith("f00d")})
    planted.with_name("f00d").unlink()
