"""What one incident owes under every regime, worked out and stored. The bar: 50 ms for one answer.

Two incidents are asked about: an early one, of which little is known beside where its people live, and a full one
that touches every place of the law data. The stored way writes one row for each clock, and its alarms.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from breach import clock
from breach.benches.measure import Measured, Result, Stopwatch, measured, postgres
from breach.law import regimes
from breach.law.facts import Facts
from breach.law.obligations import Answer
from breach.law.obligations import obligations as answered
from breach.models import Incident, Obligation, ObligationState, Party, User
from breach.services.accounts import create_account, create_organisation
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from breach.services.incidents import PartyData, open_incident

UNIT = "answers"
SIZES = (200,)
STORED_TIMES = 10  # at most: every computation adds a few hundred rows
PEOPLE = 1_500  # in each place: above every threshold of the law data
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AWARE = NOW - timedelta(hours=4)
MILLISECONDS = 1_000
KINDS = (
    "name", "email", "postal_address", "date_of_birth", "health", "ssn", "iban", "password_hash_unsalted",
)  # fmt: skip


def bench(n: int) -> Result:
    """Measure `n` answers on the full incident; the early one and the stored way stand beside it."""
    here = f"{__name__}:"
    ours = measured(f"{here}full", n)
    more: dict[str, Any] = {"full": ours.value, "early": measured(f"{here}early", n).value}
    times = min(n, STORED_TIMES)
    more["stored"] = measured(f"{here}stored", times).value
    with postgres() as url:
        if url:
            there = measured(f"{here}stored", times, environment={"DATABASE_URL": url})
            more["stored_postgresql"] = there.value
    return Result("obligations", Measured(n, ours.seconds, ours.peak_mb), more=more)


def full(n: int, watch: Stopwatch) -> dict[str, float]:
    """Answer `n` times on an incident with people and branches in every place that the law data name."""
    return _answers(Facts.from_json(full_document()), n, watch)


def early(n: int, watch: Stopwatch) -> dict[str, float]:
    """Answer `n` times an hour into an incident: it is known where the people live, and hardly anything else."""
    known = ("controller_aware", "zone", "people_by_country", "established_in", "main_establishment")
    document = {key: value for key, value in full_document().items() if key in known}
    return _answers(Facts.from_json(document), n, watch)


def full_document() -> dict[str, Any]:
    """Return a facts document by which nearly every regime is reached and most duties are owed."""
    named = {place for regime in regimes.load().values() for place in regime.scope.territory}
    countries = sorted(
        named - {"EEA"} - {place for place in named if "-" in place} | {"FR", "DE", "IE", "US", "CA"}
    )
    regions = sorted(place for place in named if "-" in place)
    inside = {
        country: PEOPLE * sum(place.startswith(f"{country}-") for place in regions) for country in countries
    }
    by_country = {country: number or PEOPLE for country, number in inside.items()}
    return {
        "role": "controller",
        "established_in": countries,
        "main_establishment": "FR",
        "zone": "Europe/Paris",
        "detected": (AWARE - timedelta(hours=6)).isoformat(),
        "controller_aware": AWARE.isoformat(),
        "determination": AWARE.isoformat(),
        "classification": AWARE.isoformat(),
        "cause": "external_malicious",
        "natures": ["hacking"],
        "confidentiality": True,
        "integrity": False,
        "availability": False,
        "exfiltration": "confirmed",
        "recipients": "unknown",
        "encryption": "none",
        "medium": "electronic",
        "data_kinds": list(KINDS),
        "people_by_country": by_country,
        "people_by_region": dict.fromkeys(regions, PEOPLE),
        "people_total": sum(by_country.values()),
        "sectors": {"telecom_provider": True, "health_provider": True, "financial_entity": True, "public_body": False},
    }  # fmt: skip


def _answers(facts: Facts, n: int, watch: Stopwatch) -> dict[str, float]:
    times: list[float] = []
    answer = answered(facts, None, NOW)  # reads the files; a running application has read them
    for _time in range(n):
        with _timed(times), watch:
            answer = answered(facts, None, NOW)
    return {**_figures(times), **_counts(answer)}


def _counts(answer: Answer) -> dict[str, int]:
    return {
        "owed": len(answer.obligations),
        "ruled_out": len(answer.ruled_out),
        "undecided": len(answer.undecided),
    }


@contextmanager
def _timed(times: list[float]) -> Iterator[None]:
    began = clock.ticks()
    yield
    times.append((clock.ticks() - began) * MILLISECONDS)


def _figures(times: list[float]) -> dict[str, float]:
    """The usual and the worst time, in milliseconds."""
    return {"median_ms": round(median(times), 1), "worst_ms": round(max(times), 1)}


def stored(n: int, watch: Stopwatch) -> dict[str, Any]:
    """Measure three things that people do to a stored incident: `n` times each.

    The first facts arrive and every clock is new; a fact changes and every clock stays; awareness is corrected and
    every clock is superseded.
    """
    steps: dict[str, list[float]] = {
        "every_clock_new": [],
        "every_clock_kept": [],
        "every_clock_superseded": [],
    }
    user = create_account(
        actor=None, email="bench@example.org", name="Bench", role="manager", password="", now=NOW
    )
    shop = create_organisation(actor=None, name="Rivage", legal_name="Rivage SAS", country="FR", now=NOW)
    clocks = 0
    for number in range(n):
        incident = open_incident(
            actor=user,
            title=f"Bench {number}",
            kind="web_application",
            zone="Europe/Paris",
            parties=[PartyData(shop, establishment="FR", authority="fr")],
            now=NOW,
        )
        party = incident.lead_party()
        for name, act in _acts(user, incident, party):
            with _timed(steps[name]), watch:
                act()
        clocks = Obligation.objects.filter(party=party, state=ObligationState.RUNNING).count()
    return {"clocks": clocks, **{name: _figures(times) for name, times in steps.items()}}


def _acts(user: User, incident: Incident, party: Party) -> Iterator[tuple[str, Callable[[], Any]]]:
    def aware(state: str, instant: datetime) -> None:
        set_awareness(
            actor=user, incident=incident, party=party, state=state, instant=instant, zone="Europe/Paris",
            reasons="The log shows it.", now=NOW,
        )  # fmt: skip

    def facts(changes: dict[str, Any]) -> None:
        update_facts(actor=user, incident=incident, party=party, changes=changes, reason="", now=NOW)

    aware("decided", AWARE)
    document = full_document()
    yield "every_clock_new", lambda: facts(document)
    yield "every_clock_kept", lambda: facts({"people_total": document["people_total"] + 1})
    yield "every_clock_superseded", lambda: aware("corrected", AWARE + timedelta(hours=1))
