import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from breach.models import Entry, MatchDecision, MergeEvidence, Person
from breach.queries import suggestions as queries
from tests.breach.services import test_suggestions
from tests.house import House

searched = test_suggestions.searched  # a fixture


@pytest.fixture
def page(searched: House) -> str:
    return f"/incidents/{searched.incident.uid}/people/suggestions/"


def test_pairs_are_shown_side_by_side_and_the_look_is_recorded(
    client: Client,
    searched: House,
    page: str,
) -> None:
    client.force_login(searched.responder)

    shown = client.get(page).content.decode()

    assert "Liz Grenmann" in shown
    assert "short form of the same name" in shown
    assert ">99.9%</th>" in shown
    assert ">1%<" not in shown
    look = Entry.objects.filter(chain=searched.incident.access_chain).latest("seq")
    assert (look.subject, json.loads(look.body)["data"]) == ("people/suggestions", {"count": 12})


def test_accepting_and_undoing_from_the_page(client: Client, searched: House, page: str) -> None:
    client.force_login(searched.responder)
    count = queries.counts(searched.party)["0.9"]

    client.post(page, {"step": "accept", "threshold": "0.9", "count": str(count)})
    after = Person.objects.filter(party=searched.party, state="active").count()
    decision = MatchDecision.objects.get()
    client.post(page, {"step": "undo", "decision": decision.uid})

    assert after == 4
    assert Person.objects.filter(party=searched.party, state="active").count() == 7


def test_one_pair_costs_as_many_queries_as_many(client: Client, searched: House, page: str) -> None:
    client.force_login(searched.responder)
    client.get(page)

    with CaptureQueriesContext(connection) as many:
        client.get(page)
    MergeEvidence.objects.filter(pk__gt=queries.waiting(searched.party).order_by("pk")[0].pk).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(page)

    assert queries.counts(searched.party)["all"] == 1
    assert len(one) == len(many)
