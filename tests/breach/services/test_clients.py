"""The register of clients: one by one and from tables; nothing is stored before it is accepted."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Client, ClientImport, Entry, LawChange
from breach.queries.clients import client_page, export_rows, narrowed, reason_text
from breach.services.clients import accept_table, check_table, discard_table, end_client, save_client
from breach.spreadsheet import csv_lines
from tests.house import House

NORD = {"reference": "K-1", "name": "Atelier Nord", "email": "alerte@nord.example"}
FULL = {
    **NORD,
    "second_email": "direction@nord.example",
    "phone": "+33 1 00 00 00 00",
    "language": "fr",
    "zone": "Europe/Paris",
    "window_value": "48",
    "window_unit": "heures",
    "window_from": "soupçon",
    "clause": "Annexe 2, 7.1",
    "dpo_name": "Inès Faure",
    "dpo_email": "dpo@nord.example",
}


def given(house: House, now: datetime, text: str | bytes, name: str = "clients.csv") -> ClientImport:
    content = text.encode() if isinstance(text, str) else text
    return check_table(actor=house.manager, stream=io.BytesIO(content), filename=name, now=now)


def values_of(client: Client) -> dict[str, Any]:
    return {key: getattr(client, key) for key in FULL}


def test_a_client_is_stored_in_the_registers_own_words(house: House, now: datetime) -> None:
    made = save_client(actor=house.manager, client=None, values=FULL, now=now)
    stored = FULL | {"window_value": 48, "window_unit": "hours", "window_from": "suspicion"}
    assert values_of(Client.objects.get()) == stored
    entry = Entry.objects.get(action="client.added")
    assert (entry.chain, entry.subject) == ("house", made.uid)
    assert "nord" not in str(entry.body).lower()


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        ({"reference": ""}, "reference", "missing"),
        ({"email": "alerte@"}, "email", "email"),
        ({"second_email": "x"}, "second_email", "email"),
        ({"language": "de"}, "language", "language"),
        ({"zone": "Paris"}, "zone", "zone"),
        ({"zone": "../etc/passwd"}, "zone", "zone"),
        ({"window_value": "0"}, "window_value", "period"),
        ({"window_value": "²"}, "window_value", "period"),
        ({"window_value": "8761"}, "window_value", "period"),
        ({"window_value": "2", "window_unit": "moons"}, "window_unit", "unit"),
        ({"window_value": "2", "window_from": "dawn"}, "window_from", "trigger"),
        ({"name": "x" * 121}, "name", "too_long"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    house: House, now: datetime, change: dict[str, str], place: str, reason: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        save_client(actor=house.manager, client=None, values=NORD | change, now=now)
    assert (refusal.value.place, refusal.value.message) == (place, reason_text(reason))
    assert not Client.objects.exists()


def test_a_reference_belongs_to_one_client(house: House, now: datetime) -> None:
    save_client(actor=house.manager, client=None, values=NORD, now=now)
    with pytest.raises(BadInput, match="reference"):
        save_client(actor=house.manager, client=None, values=NORD, now=now)


def test_changed_terms_count_and_other_changes_do_not(house: House, now: datetime) -> None:
    row = save_client(actor=house.manager, client=None, values=FULL, now=now)
    later = now + timedelta(days=1)
    row = save_client(actor=house.manager, client=row, values=FULL | {"phone": ""}, now=later)
    assert (row.terms, row.changed_at, LawChange.objects.count()) == (1, now, 0)
    row = save_client(actor=house.manager, client=row, values=FULL | {"window_value": "24"}, now=later)
    assert (row.terms, row.changed_at, row.window_value) == (2, later, 24)
    assert LawChange.objects.get().kind == "client"


def test_responders_and_auditors_do_not_write(house: House, now: datetime) -> None:
    for user in (house.responder, house.auditor, house.guest):
        with pytest.raises(Forbidden):
            save_client(actor=user, client=None, values=NORD, now=now)
        with pytest.raises(Forbidden):
            check_table(actor=user, stream=io.BytesIO(b"reference\nA"), filename="a.csv", now=now)


TABLE = (
    "N° client;Nom;Courriel;Langue;Délai;Unité;À compter de;Umsatz\n"
    "K-1;Atelier Nord SA;alerte@nord.example;français;2;jours ouvrés;soupçon;12\n"
    "K-2;Quai Sud;alerte@;fr;24;;;\n"
    "K-3;Port Est;alerte@est.example;fr;24;;;\n"
    "K-3;Port Est;alerte@est.example;fr;24;;;\n"
    "K-4;;;de;;;;\n"
)


def test_a_table_is_read_and_waits(house: House, now: datetime) -> None:
    save_client(actor=house.manager, client=None, values=FULL, now=now)
    found = given(house, now, TABLE.encode("cp1252"))
    assert (found.read, found.accepted_rows, found.refused_rows) == (5, 2, 3)
    assert [(one["row"], one["column"], one["reason"]) for one in found.refused] == [
        (1, "Umsatz", "column_unknown"),
        (3, "Courriel", "email"),
        (5, "N° client", "twice"),
        (6, "Nom", "missing"),
        (6, "Courriel", "missing"),
        (6, "Langue", "language"),
    ]
    assert values_of(Client.objects.get()) == FULL | {
        "window_value": 48,
        "window_unit": "hours",
        "window_from": "suspicion",
    }


def test_an_accepted_table_changes_by_reference_and_keeps_what_it_does_not_name(
    house: House, now: datetime
) -> None:
    save_client(actor=house.manager, client=None, values=FULL, now=now)
    found = accept_table(actor=house.manager, table=given(house, now, TABLE), now=now)
    assert (found.state, found.rows) == ("accepted", [])
    nord, est = Client.objects.order_by("reference")
    assert values_of(nord) == FULL | {
        "name": "Atelier Nord SA",
        "window_value": 2,
        "window_unit": "business_days",
        "window_from": "suspicion",
    }
    assert (est.name, est.window_value, est.window_unit, est.window_from, est.clause) == (
        "Port Est",
        24,
        "hours",
        "processor_awareness",
        "",
    )
    entry = Entry.objects.get(action="clients.imported")
    data = entry.data
    assert (data["clients"], data["read"], data["refused"]) == (2, 5, 3)


def test_a_table_is_decided_once_and_an_older_one_not_at_all(house: House, now: datetime) -> None:
    first = given(house, now, TABLE)
    second = given(house, now, TABLE)
    with pytest.raises(Conflict):
        accept_table(actor=house.manager, table=first, now=now)
    accept_table(actor=house.manager, table=second, now=now)
    for decide in (accept_table, discard_table):
        with pytest.raises(Conflict):
            decide(actor=house.manager, table=second, **({"now": now} if decide is accept_table else {}))
    assert Client.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("name,email\nNord,a@nord.example\n", "reference"),
        ("reference,name\nK-1,Nord\n", "email"),
        ("reference,client,name,email\nK-1,K-1,Nord,a@nord.example\n", "mean the same"),
    ],
)
def test_what_is_no_table_of_clients_is_refused_as_a_whole(
    house: House, now: datetime, text: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        given(house, now, text)
    assert not ClientImport.objects.exists()


def test_the_register_goes_out_and_comes_back_unchanged(house: House, now: datetime) -> None:
    save_client(actor=house.manager, client=None, values=FULL, now=now)
    save_client(
        actor=house.manager,
        client=None,
        values=NORD | {"reference": "K-2", "name": "=cmd|' /C calc'!A0"},
        now=now,
    )
    out = io.StringIO()
    out.writelines(csv_lines(export_rows()))
    assert "'=cmd" in out.getvalue()
    assert "'+33" in out.getvalue()
    before = list(Client.objects.order_by("pk").values())
    found = given(house, now, out.getvalue())
    assert (found.read, found.refused) == (2, [])
    accept_table(actor=house.manager, table=found, now=now + timedelta(hours=1))
    assert list(Client.objects.order_by("pk").values()) == before


def test_a_client_that_ended_leaves_the_register_and_a_table_brings_it_back(
    house: House, now: datetime
) -> None:
    row = save_client(actor=house.manager, client=None, values=FULL, now=now)
    end_client(actor=house.manager, client=row, now=now)
    assert not narrowed().exists()
    with pytest.raises(Conflict):
        end_client(actor=house.manager, client=row, now=now)
    accept_table(actor=house.manager, table=given(house, now, "reference,name\nK-1,Nord\n"), now=now)
    assert narrowed().get().name == "Nord"


def test_many_rows_go_in_by_the_fifty(house: House, now: datetime) -> None:
    def cost(count: int, prefix: str) -> int:
        rows = "".join(f"{prefix}{n},Client {n},c{n}@client.example,24\n" for n in range(count))
        table = given(house, now, "reference,name,email,period\n" + rows)
        with CaptureQueriesContext(connection) as queries:
            accept_table(actor=house.manager, table=table, now=now)
        return len(queries)

    few, many = cost(5, "A"), cost(655, "B")
    # SQLite takes so many values at once; each statement carries a good fifty rows.
    assert many <= few + 655 // 50 + 2
    page = client_page(narrowed(window="yes"), size=500)
    assert (len(page.clients), page.total, page.after) == (500, 660, page.clients[-1].reference)
    last = client_page(narrowed(window="yes"), page.after, size=500)
    assert (len(last.clients), last.after) == (160, "")
