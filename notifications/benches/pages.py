"""Pages of a house that has worked for years, asked for as people do: twenty a second, of one worker.

The bar: 2,000 incidents, 1,000,000 people, 200,000 entries of the ledger on PostgreSQL; 19 of 20 answers within 150 ms,
the first page within 200 KB. The application runs under gunicorn as it is served, with one worker of one thread. A request
counts from the instant at which it was to be sent: one that waits behind a slow one has waited.
"""

import http.client
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle, islice
from socket import AF_INET, SOCK_STREAM, socket
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from breach import clock
from breach.benches.intake import load_people
from breach.benches.ledger import lengthen
from breach.benches.measure import ROOT, Measured, Result, Stopwatch, measured, postgres
from breach.models import Incident, Obligation, User
from breach.services.accounts import create_account, create_organisation
from breach.services.awareness import set_awareness
from breach.services.incidents import PartyData, add_member, open_incident

UNIT = "people"
SIZES = (1_000_000,)
INCIDENTS, ENTRIES, AWARE = 2_000, 200_000, 200
PEOPLE_PER_INCIDENT, ENTRIES_PER_PERSON = INCIDENTS / 1_000_000, ENTRIES / 1_000_000
FEWEST_INCIDENTS, FEWEST_ENTRIES = 30, 500
PER_SECOND, REQUESTS, FEWEST_REQUESTS = 20, 600, 40
PAUSE = 1 / PER_SECOND
MILLISECONDS = 1_000
WAIT = 60  # seconds for the server to answer at all
ROOM = (
    "overview",
    "timeline",
    "playbook",
    "people",
    "assessment",
    "obligations",
    "facts",
    "notices",
    "filings",
    "reports",
    "ledger",
)
Times = Mapping[str, list[float]]
HOUSE = ("home", "incidents", "clocks", "told")


def bench(n: int) -> Result:
    """Measure `n` people with incidents and entries in proportion; on PostgreSQL where it answers, else on SQLite."""
    here = f"{__name__}:"
    with postgres() as url:
        found = measured(f"{here}asked", n, environment={"DATABASE_URL": url} if url else None)
    value = found.value
    ours = Measured(value["requests"], value["seconds"], found.peak_mb)
    return Result("pages", ours, more={"people": n, "database": "postgresql" if url else "sqlite", **value})


def asked(n: int, watch: Stopwatch) -> dict[str, Any]:
    """Fill the house, start the application, ask for every page in turn, and return what the answers took."""
    incident, manager = _fill(n)
    paths = {name: reverse(name) for name in HOUSE}
    paths |= {name: reverse(name, args=[incident.uid]) for name in ROOM}
    clock_row = Obligation.objects.filter(incident=incident).first()
    if clock_row is not None:
        paths["obligation"] = reverse("obligation", args=[incident.uid, clock_row.uid])
    cookie = _session(manager)
    with _server() as port:
        sizes = {name: _ask(port, path, cookie)[1] for name, path in paths.items()}  # warms what is read once
        with watch:
            times, served = _at_a_pace(port, paths, cookie, min(max(n, FEWEST_REQUESTS), REQUESTS))
    return _figures(times, served, sizes, watch.seconds) | {"incidents": Incident.objects.count()}


def _figures(times: Times, served: Times, sizes: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """`p95_ms` counts from when a request was due, `served_ms` from when it was sent; bytes as they came, packed."""
    every = [one for row in times.values() for one in row]
    return {
        "requests": len(every),
        "seconds": round(seconds, 3),
        "p95_ms": _p95(every),
        "served_ms": round(median(one for row in served.values() for one in row) * MILLISECONDS, 1),
        "served_ms_by_page": {
            name: round(median(row) * MILLISECONDS, 1) for name, row in sorted(served.items())
        },
        "p95_ms_by_page": {name: _p95(row) for name, row in sorted(times.items())},
        "bytes_by_page": dict(sorted(sizes.items())),
    }


def _p95(values: list[float]) -> float:
    """The time within which 19 of 20 came back, in milliseconds."""
    worst = quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
    return round(worst * MILLISECONDS, 1)


# --- a house with years behind it ------------------------------------------------------------------------


def _fill(n: int) -> tuple[Incident, User]:
    """Open incidents, let some of them know of a breach, load the people into the first, lengthen its ledger."""
    now = clock.now()
    incidents = max(int(n * PEOPLE_PER_INCIDENT), FEWEST_INCIDENTS)
    responder, manager = (
        create_account(
            actor=None, email=f"{role}@bench.example", name=role.title(), role=role, password="", now=now
        )
        for role in ("responder", "manager")
    )
    shop = create_organisation(actor=None, name="Rivage", legal_name="Rivage SAS", country="FR", now=now)
    opened = [
        _open(responder, manager, PartyData(shop, establishment="FR", authority="fr"), number, now)
        for number in range(incidents)
    ]
    first = opened[0]
    load_people(n, responder, first)
    lengthen(first.chain, max(int(n * ENTRIES_PER_PERSON), FEWEST_ENTRIES))
    return first, manager


def _open(responder: User, manager: User, party: PartyData, number: int, now: datetime) -> Incident:
    began = now - timedelta(hours=number % AWARE)
    incident = open_incident(
        actor=responder,
        title=f"Incident {number}",
        kind="web_application",
        zone="Europe/Paris",
        parties=[party],
        now=began,
    )
    add_member(actor=responder, incident=incident, user=manager, now=began)
    if number < AWARE:
        set_awareness(
            actor=manager, incident=incident, party=incident.lead_party(), state="decided", instant=began,
            zone="Europe/Paris", reasons="The log shows it.", now=began,
        )  # fmt: skip
    return incident


# --- the application as it is served ----------------------------------------------------------------------


def _session(user: User) -> str:
    """Sign in without the page that asks for a password: it is slow on purpose."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextmanager
def _server() -> Iterator[int]:
    port = _free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "breach.wsgi", "--bind", f"127.0.0.1:{port}",
            "--workers", "1", "--log-level", "error",
        ],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until_it_answers(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=WAIT)


def _free_port() -> int:
    with socket(AF_INET, SOCK_STREAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until_it_answers(port: int) -> None:
    ends = clock.ticks() + WAIT
    while clock.ticks() < ends:
        try:
            _ask(port, reverse("health"), "")
        except OSError:
            time.sleep(PAUSE)
        else:
            return
    raise RuntimeError("the application did not start")


def _ask(port: int, path: str, cookie: str) -> tuple[float, int]:
    """Return the seconds that an answer took, and its bytes. RuntimeError when it is not the page."""
    began = clock.ticks()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
    try:
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{path.partition('/incidents/')[0] or 'a page'} answered {answer.status}")
    return clock.ticks() - began, len(body)


def _at_a_pace(port: int, paths: Mapping[str, str], cookie: str, requests: int) -> tuple[Times, Times]:
    """Ask for `requests` pages in turn, one every `PAUSE`; seconds from when each was due, and from when it was sent."""
    times: dict[str, list[float]] = defaultdict(list)
    served: dict[str, list[float]] = defaultdict(list)
    started = clock.ticks()
    for number, (name, path) in enumerate(islice(cycle(paths.items()), requests)):
        due = started + number * PAUSE
        if (early := due - clock.ticks()) > 0:
            time.sleep(early)
        seconds, _size = _ask(port, path, cookie)
        served[name].append(seconds)
        times[name].append(clock.ticks() - due)
    return times, served
