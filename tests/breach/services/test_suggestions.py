"""Near matches from search to decision and back, on real rows."""

import json
from typing import Any

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, MatchDecision, MatchRun, MergeEvidence, Person, SourceRecord
from breach.queries import suggestions as queries
from breach.queries.facts import facts_of
from breach.services import near_matching, suggestions
from tests.breach.services.test_intake import load
from tests.conftest import NOW
from tests.house import House

TABLE = (
    "Vorname;Nachname;E-mail;Telefon;Strasse;PLZ;Ort;Land;Geburtsdatum\n"
    "Elisabeth;Grenmann;e.grenmann@example.org;+49 30 12345678;Lange Gasse 12;10115;Berlin;DE;03.05.1980\n"
    "Liz;Grenmann;;+49 30 12345678;Lange Gasse 12;10115;Berlin;DE;03.05.1980\n"
    "Moritz;Grenmann;;+49 30 12345678;Lange Gasse 12;10115;Berlin;DE;03.05.1980\n"
    "Robert;Halbrook;r.halbrook@example.org;+49 40 7654321;Am Hang 3;20095;Hamburg;DE;11.11.1971\n"
    "Halbrook;Robert;;+49 40 7654321;Am Hang 3;20095;Hamburg;DE;11.11.1971\n"
    "Robert;Halbrok;r.halbrook@example.com;;Kirchweg 9;80331;München;DE;11.11.1971\n"
    "Clara;Toruwitz;c.toruwitz@example.org;;Via Roma 8;50667;Köln;DE;01.02.1990\n"
)


@pytest.fixture
def searched(house: House) -> House:
    house.open(NOW)
    load(house, TABLE)
    run = near_matching.start(actor=house.responder, incident=house.incident, party=house.party, now=NOW)
    near_matching.look(run=run)
    return house


def everybody(house: House) -> list[tuple[str, str, list[int], bytes]]:
    """All people with their sources and what of them is shown; equal where nothing is different."""
    return [
        (one.uid, one.state, sorted(one.sources.values_list("pk", flat=True)), one.channel)  # type: ignore[misc]
        for one in Person.objects.filter(party=house.party).order_by("pk")
    ]


def entries(house: House, action: str) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(chain=house.incident.chain, action=action).order_by("seq")
    return [json.loads(row.body)["data"] for row in rows]


def test_a_search_suggests_pairs_with_their_evidence(searched: House) -> None:
    found = queries.page(searched.party)

    names = {(one.older.full_name, one.younger.full_name): one for one in found.suggestions}
    liz = names["Elisabeth Grenmann", "Liz Grenmann"]
    twin = names["Elisabeth Grenmann", "Moritz Grenmann"]
    assert ("given_name", "nickname") in {(field, level) for field, level, _weight in liz.fields}
    assert (liz.caution, twin.caution) == ((), ("given_name",))
    assert 0.99 < (liz.evidence.probability or 0) <= 1
    run = MatchRun.objects.get()
    assert (run.state, run.people, run.compared, run.suggested) == ("done", 7, 7, 5)
    assert "Grenmann" not in "".join(Entry.objects.values_list("body", flat=True))


def test_a_search_again_asks_nothing_twice(searched: House) -> None:
    before = list(MergeEvidence.objects.values_list("pk", flat=True))
    run = near_matching.start(
        actor=searched.responder, incident=searched.incident, party=searched.party, now=NOW
    )
    near_matching.look(run=run)

    assert list(MergeEvidence.objects.values_list("pk", flat=True)) == before
    with pytest.raises(Conflict, match="is done"):
        near_matching.look(run=run)


def test_a_second_search_waits_for_the_first(searched: House) -> None:
    near_matching.start(actor=searched.responder, incident=searched.incident, party=searched.party, now=NOW)

    with pytest.raises(Conflict, match="already"):
        near_matching.start(
            actor=searched.responder, incident=searched.incident, party=searched.party, now=NOW
        )


def accept(house: House, threshold: float = 0.9) -> MatchDecision:
    count = queries.counts(house.party)[f"{threshold:g}"]
    decision = suggestions.accept_from(
        actor=house.responder, party=house.party, threshold=threshold, count=count, now=NOW
    )
    while suggestions.carry_on(decision=decision, now=NOW):
        pass
    decision.refresh_from_db()
    return decision


def test_accepting_from_a_threshold_unites_people_and_counts_them_in_the_facts(searched: House) -> None:
    sources = set(SourceRecord.objects.values_list("pk", "file_id", "row"))

    decision = accept(searched)

    assert (decision.state, decision.united, decision.kept_apart) == ("done", 3, 0)
    active = Person.objects.filter(party=searched.party, state="active")
    assert sorted(one.sources.count() for one in active) == [1, 1, 2, 3]
    assert facts_of(searched.party).people_total == 4
    assert set(SourceRecord.objects.values_list("pk", "file_id", "row")) == sources
    (entry,) = entries(searched, "suggestions.decided")
    assert entry == {"joined": True, "threshold_ppm": 900_000, "count": decision.count, "root": decision.root}


def test_twins_wait_for_somebody_who_looks(searched: House) -> None:
    accept(searched, 0.5)

    left = queries.page(searched.party, cautioned=True).suggestions
    assert {one.younger.full_name for one in left} == {"Moritz Grenmann"}
    assert queries.counts(searched.party)["0.5"] == 0


def test_undoing_gives_everybody_back_as_they_were(searched: House) -> None:
    before = everybody(searched)
    waiting = queries.counts(searched.party)
    decision = accept(searched)
    assert everybody(searched) != before

    suggestions.undo(actor=searched.manager, decision=decision, now=NOW)

    assert everybody(searched) == before
    assert queries.counts(searched.party) == waiting
    assert facts_of(searched.party).people_total == 7
    (entry,) = entries(searched, "suggestions.undone")
    assert entry == {"count": decision.count, "root": decision.root}
    decision.refresh_from_db()
    assert (decision.state, decision.undone_by) == ("undone", searched.manager)
    with pytest.raises(Conflict, match="undone"):
        suggestions.undo(actor=searched.manager, decision=decision, now=NOW)


def test_killed_between_two_parts_it_ends_the_same(searched: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "AT_ONCE", 1)
    count = queries.counts(searched.party)["0.9"]
    decision = suggestions.accept_from(
        actor=searched.responder, party=searched.party, threshold=0.9, count=count, now=NOW
    )
    suggestions.carry_on(decision=decision, now=NOW)
    with pytest.raises(Conflict, match="not finished"):
        suggestions.undo(actor=searched.responder, decision=decision, now=NOW)

    assert suggestions.unfinished(silent_since=NOW.replace(year=2100)) == [decision.uid]
    while suggestions.carry_on(decision=decision, now=NOW):
        pass

    active = Person.objects.filter(party=searched.party, state="active")
    assert sorted(one.sources.count() for one in active) == [1, 1, 2, 3]


def test_two_whom_somebody_separated_stay_apart(searched: House) -> None:
    """Robert stands three times; that the first and the third are two people outweighs what joins both to the second."""
    pairs = {
        (one.older.uid, one.younger.uid): one.evidence
        for one in queries.page(searched.party).suggestions
        if "Robert" in one.older.full_name
    }
    assert len(pairs) == 3
    first, *_rest = pairs.values()
    suggestions.decide_one(actor=searched.responder, evidence=first, join=False, now=NOW)

    decision = accept(searched)

    assert decision.kept_apart == 1
    assert Person.objects.filter(party=searched.party, state="active").count() == 5


def test_the_number_shown_is_the_number_accepted(searched: House) -> None:
    with pytest.raises(Conflict, match="would be accepted"):
        suggestions.accept_from(
            actor=searched.responder, party=searched.party, threshold=0.9, count=1, now=NOW
        )
    with pytest.raises(BadInput):
        suggestions.accept_from(
            actor=searched.responder, party=searched.party, threshold=0.1, count=4, now=NOW
        )
    assert not MatchDecision.objects.exists()


def test_only_who_may_edit_people_decides(searched: House) -> None:
    evidence = queries.waiting(searched.party)[0]
    for user in (searched.auditor, searched.stranger, searched.admin):
        with pytest.raises(Forbidden):
            near_matching.start(actor=user, incident=searched.incident, party=searched.party, now=NOW)
        with pytest.raises(Forbidden):
            suggestions.accept_from(actor=user, party=searched.party, threshold=0.9, count=4, now=NOW)
        with pytest.raises(Forbidden):
            suggestions.decide_one(actor=user, evidence=evidence, join=True, now=NOW)
