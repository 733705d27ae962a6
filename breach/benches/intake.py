"""A table of affected people into the database: read, normalised, matched, sealed and stored.

The bars: 15,000 rows a second, five times the plain way, linear from 10,000 to 1,000,000 rows, 1 GB.
"""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from breach import clock
from breach.benches.made_people import write_table
from breach.benches.measure import Measured, Result, Stopwatch, measured, postgres
from breach.intake.mapping import ColumnMapping
from breach.intake.normalise import Accepted, Normaliser
from breach.intake.profile import profile_table, propose_mapping
from breach.intake.read import open_table
from breach.intake.rows import Row
from breach.models import BlindKey, Incident, IntakeFile, Person, SourceRecord, User
from breach.queries.blind_keys import keys_of
from breach.services import intake, loading
from breach.services.accounts import create_account, create_organisation
from breach.services.incidents import PartyData, open_incident
from breach.services.keys import vault_for
from breach.services.person_rows import seal_sources, settle

UNIT = "rows"
SIZES = (10_000, 100_000, 1_000_000)
PLAIN_AT_ONCE = 1_000


def bench(n: int) -> Result:
    """Measure the load on SQLite and, where it answers, on PostgreSQL; the plain way on both."""
    here = f"{__name__}:"
    ours = measured(f"{here}load", n)
    peers = {"plain": measured(f"{here}plain", n)}
    more: dict[str, Any] = {"whole_import": ours.value}
    with postgres() as url:
        if url:
            there = measured(f"{here}load", n, environment={"DATABASE_URL": url})
            more["postgresql"] = _figures(there)
    with postgres() as url:
        if url:
            peer = measured(f"{here}plain", n, environment={"DATABASE_URL": url})
            more["postgresql"]["peers"] = {
                "plain": {"rate": round(peer.rate, 2), "ratio": round(there.rate / peer.rate, 2)}
            }
    return Result("intake", ours, peers, more)


def _figures(found: Measured) -> dict[str, Any]:
    return {
        "rate": round(found.rate, 2),
        "seconds": round(found.seconds, 3),
        "peak_mb": round(found.peak_mb, 1),
        "whole_import": found.value,
    }


def load(n: int, watch: Stopwatch) -> dict[str, float]:
    """Load an accepted file of `n` rows; return the seconds that the steps before it took, and the longest batch."""
    user, incident = _incident()
    return load_people(n, user, incident, watch)


def load_people(n: int, user: User, incident: Incident, watch: Stopwatch | None = None) -> dict[str, float]:
    """Take a table of `n` made-up people through every step into `incident`, loading inside `watch`."""
    party, steps = incident.lead_party(), dict[str, float]()
    with _table(n) as path:
        with _timed(steps, "upload"), path.open("rb") as stream:
            file = intake.upload(
                actor=user,
                incident=incident,
                party=party,
                stream=stream,
                filename="people.csv",
                now=clock.now(),
            )
        with _timed(steps, "profile"):
            intake.profile(actor=user, file=file, now=clock.now())
        with _timed(steps, "dry_run"):
            intake.dry_run(actor=user, file=file, now=clock.now())
        intake.accept(actor=user, file=file, now=clock.now())
        with watch or Stopwatch():
            loading.load_all(file=file, now=clock.now)
    _must_be_whole(n, file)
    return steps


@contextmanager
def _timed(steps: dict[str, float], name: str) -> Iterator[None]:
    began = clock.ticks()
    yield
    steps[name] = round(clock.ticks() - began, 3)


def plain(n: int, watch: Stopwatch) -> None:
    """Read with `csv.DictReader` and store the same sealed rows with `bulk_create`; without matching."""
    _user, incident = _incident()
    party, vault, now = incident.lead_party(), vault_for(incident), clock.now()
    with _table(n) as path:
        mapping = _mapping(path)
        normalise = Normaliser(mapping, [rule.column for rule in mapping.columns], now.date())
        with watch, path.open(encoding="utf-8", newline="") as stream:
            rows = enumerate(csv.DictReader(stream, delimiter=";"), start=2)
            while part := list(islice(rows, PLAIN_AT_ONCE)):
                people, sources = [], []
                for number, cells in part:
                    outcome = normalise(Row(number, list(cells.values())))
                    if not isinstance(outcome, Accepted):
                        continue
                    common = {"incident": incident, "party": party, "created_at": now}
                    source = SourceRecord(**common, row=number, kinds=list(outcome.kinds))
                    seal_sources(vault, [(source, outcome.record)])
                    person = Person(**common)
                    settle(vault, person, [outcome.record], outcome.kinds, now.date())
                    source.person = person
                    people.append(person)
                    sources.append(source)
                Person.objects.bulk_create(people)
                SourceRecord.objects.bulk_create(sources)
                BlindKey.objects.bulk_create(key for source in sources for key in keys_of(source))
    if SourceRecord.objects.count() != n:
        raise RuntimeError("rows were lost")


def _mapping(path: Path) -> ColumnMapping:
    with path.open("rb") as stream:
        table = open_table(stream, "people.csv")
        return propose_mapping(profile_table(table))


def _must_be_whole(n: int, file: IntakeFile) -> None:
    file.refresh_from_db()
    if (file.read, file.loaded) != (n, n) or Person.objects.count() != file.people_new:
        raise RuntimeError("rows were lost")


@contextmanager
def _table(n: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        write_table(path, n)
        yield path


def _incident() -> tuple[User, Incident]:
    now = clock.now()
    user = create_account(
        actor=None, email="bench@example.org", name="Bench", role="responder", password="", now=now
    )
    shop = create_organisation(actor=None, name="Rivage", legal_name="Rivage SAS", country="FR", now=now)
    incident = open_incident(
        actor=user,
        title="Bench",
        kind="web_application",
        zone="Europe/Paris",
        parties=[PartyData(shop, establishment="FR", authority="fr")],
        now=now,
    )
    return user, incident
