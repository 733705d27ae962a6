"""Clocks of all regimes at once: few queries, whole history, and every text fits its column."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from breach.benches.obligations import full_document
from breach.law.places import eea
from breach.models import Entry, Obligation, RegimeAnswer, Reminder
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from breach.services.incidents import PartyData
from tests.house import House


def aware(house: House, now: datetime, instant: datetime, state: str = "decided") -> None:
    set_awareness(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        state=state,
        instant=instant,
        zone="Europe/Paris",
        reasons="The log shows it.",
        now=now,
    )


def told(house: House, now: datetime, changes: dict[str, Any]) -> None:
    update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes=changes,
        reason="",
        now=now,
    )


def not_inserts(queries: CaptureQueriesContext) -> list[str]:
    """Rows are inserted by as many statements as their number of values asks for."""
    return [one["sql"] for one in queries.captured_queries if not one["sql"].startswith("INSERT")]


def test_hundreds_of_clocks_cost_few_queries(house: House, now: datetime) -> None:
    house.open(now)
    aware(house, now, now)
    with CaptureQueriesContext(connection) as new:
        told(house, now, full_document())
    assert Obligation.objects.filter(state="running").count() > 200
    assert len(not_inserts(new)) < 40
    with CaptureQueriesContext(connection) as corrected:
        aware(house, now, now - timedelta(hours=1), "corrected")
    assert len(not_inserts(corrected)) < 60


def test_a_correction_supersedes_every_clock_that_moved_and_keeps_the_others(
    house: House, now: datetime
) -> None:
    house.open(now)
    aware(house, now, now)
    told(house, now, full_document())
    before = {(one.regime, one.to, one.phase): one for one in Obligation.objects.filter(state="running")}
    aware(house, now, now - timedelta(hours=1), "corrected")
    after = Obligation.objects.filter(state="running").select_related("supersedes")
    assert {(one.regime, one.to, one.phase) for one in after} == set(before)
    moved = [one for one in after if one.supersedes]
    for one in moved:
        old = before[one.regime, one.to, one.phase]
        assert one.supersedes_id == old.pk
        assert (one.due, one.runs_from) != (old.due, old.runs_from)
        old.refresh_from_db()
        assert (old.state, old.called_off_at) == ("superseded", now)
    entry = Entry.objects.filter(action="obligations.computed").last()
    assert entry is not None
    assert f'"superseded":{len(moved)}' in entry.body
    assert f'"kept":{len(before) - len(moved)}' in entry.body
    assert (
        Reminder.objects.filter(obligation__in=[one.supersedes_id for one in moved], state="planned").count()
        == 0
    )


def test_every_stored_text_fits_its_column_even_with_thirty_authorities(house: House, now: datetime) -> None:
    house.open(now, parties=[PartyData(house.shop, establishment="US", authority="")])
    aware(house, now, now)
    everywhere = {**full_document(), "people_by_country": dict.fromkeys(eea(), 1500)}
    told(house, now, everywhere)
    clock = Obligation.objects.filter(regime="eu_gdpr_controller", to="authority", state="running").first()
    assert clock is not None
    assert len(clock.recipient.split("; ")) >= len(eea()) - 1
    for model in (Obligation, RegimeAnswer):
        texts = [
            one for one in model._meta.get_fields() if isinstance(one, models.CharField) and one.max_length
        ]
        for row in model.objects.all():
            for one in texts:
                assert len(getattr(row, one.name)) <= (one.max_length or 0), one.name
