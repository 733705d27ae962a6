"""The alarms of one clock: to come, gone out, late, called off by another computation or because it was done."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from breach import clock
from breach.models import Obligation, Reminder
from breach.queries.clock_alarms import ClockAlarms, alarms_of, mark_label
from breach.services.alarms import send_due
from breach.services.awareness import set_awareness
from tests.house import House
from tests.notifications.views.case import AWARE, decide, signed_in

TO = ("Robin Petit", "Maud Laurent", "Samir Haddad", "Dora Nilsen", "Claire Morel")


@pytest.fixture
def running(house: House) -> Iterator[House]:
    with translation.override("en"):
        yield decide(house)


def owed(house: House) -> Obligation:
    return Obligation.objects.exclude(state="superseded").get(
        party=house.party, regime="eu_gdpr_controller", to="authority", phase="initial"
    )


def outline(found: ClockAlarms) -> list[tuple[str, datetime, list[tuple[str, str, bool]]]]:
    return [
        (one.label, one.due, [(copy.channel, copy.state, copy.late) for copy in one.copies])
        for one in found.standing
    ]


def test_what_is_planned(running: House) -> None:
    found, due = alarms_of(owed(running)), owed(running).due
    assert due is not None
    both = [("E-mail", "Planned", False), ("In the application", "Planned", False)]
    assert outline(found) == [
        ("50 % of the time", AWARE + timedelta(hours=36), both),
        ("75 % of the time", AWARE + timedelta(hours=54), both),
        ("90 % of the time", AWARE + timedelta(minutes=3888), both),
        ("1 hour before the end", due - timedelta(hours=1), both),
        ("the end", due, both),
    ]
    assert {copy.to for one in found.standing for copy in one.copies} == {TO}


def test_what_left_late_and_what_it_covers(running: House) -> None:
    send_due(now=AWARE + timedelta(hours=60))
    first, second, *_later = outline(alarms_of(owed(running)))
    assert [state for _channel, state, _late in first[2]] == ["Covered by a later alarm"] * 2
    assert second[2] == [("E-mail", "Sent", True), ("In the application", "Sent", True)]


def test_a_corrected_awareness_calls_off_what_was_planned(running: House, now: datetime) -> None:
    set_awareness(
        actor=running.manager,
        incident=running.incident,
        party=running.party,
        state="corrected",
        instant=AWARE - timedelta(hours=3),
        zone="Europe/Paris",
        reasons="The mail came at 5.",
        now=now,
    )
    found = alarms_of(owed(running))
    assert [one.label for one in found.standing][-1] == "the end"
    why = {copy.why for one in found.called_off for copy in one.copies}
    assert why == {"the clock was computed again and has alarms of its own"}


@pytest.mark.parametrize(
    ("mark", "english", "french"),
    [
        ("end", "the end", "la fin"),
        ("24h", "24 hours before the end", "24 heures avant la fin"),
        ("hold", "the hold of law enforcement ends", "la demande des forces de l’ordre prend fin"),
        ("review 202612010900", "ask whether the hold still stands", "demander si la demande tient toujours"),
        ("75", "75 % of the time", "75\u00a0% du délai"),
    ],
)
def test_marks_in_words(mark: str, english: str, french: str) -> None:
    with translation.override("en"):
        assert mark_label(mark) == english
    with translation.override("fr"):
        assert mark_label(mark) == french


def test_the_page_lists_them_in_a_fixed_number_of_queries(
    running: House,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    url = reverse("obligation", args=[running.incident.uid, owed(running).uid])
    html = signed_in(running.auditor).get(url).content.decode()
    section = html.partition('aria-labelledby="alarms"')[2].partition("</section>")[0]
    for part in ("50 % of the time", "E-mail", "Planned", "Robin Petit"):
        assert part in section
    row = owed(running)
    with django_assert_num_queries(1):
        alarms_of(row)
    Reminder.objects.filter(obligation=row).update(state="withdrawn", note="met", settled_at=now)
    assert "5 marks called off" in signed_in(running.auditor).get(url).content.decode()
