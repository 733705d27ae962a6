"""Pages of the clients an incident concerns: chosen in four ways, recorded many at once, at one cost for one and many."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from breach import clock
from breach.models import AffectedClient, Client
from tests.breach.services.clocked import START, begin
from tests.house import House

pytestmark = pytest.mark.django_db


def enter(count: int, prefix: str = "K", **values: object) -> None:
    fields = {
        "email": "a@client.example",
        "window_value": 24,
        "window_unit": "hours",
        "window_from": "processor_awareness",
        "created_at": START,
        "changed_at": START,
    }
    Client.objects.bulk_create(
        Client(reference=f"{prefix}-{n:03}", name=f"{prefix} {n}", **(fields | values)) for n in range(count)
    )


@pytest.fixture
def desk(client: Browser, house: House, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The responder's browser, an hour after awareness was decided."""
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(hours=1))
    begin(house)
    client.force_login(house.responder)
    return client


def address(house: House, name: str = "affected-clients", *more: str) -> str:
    return reverse(name, args=[house.incident.uid, *more])


def choose(desk: Browser, house: House, **data: object) -> int:
    answer = desk.post(address(house, "affected-choose"), data)
    return answer.status_code


def references() -> list[str]:
    return sorted(AffectedClient.objects.values_list("client__reference", flat=True))


def test_clients_are_chosen_by_a_pasted_list(desk: Browser, house: House) -> None:
    enter(4)
    pasted = {
        "way": "references",
        "references": "K-001, K-003\nK-001;\n",
        "services": "Hosting",
        "people": "40",
    }
    assert choose(desk, house, **pasted, kinds=["email"]) == 302
    assert references() == ["K-001", "K-003"]
    row = AffectedClient.objects.first()
    assert row is not None
    assert (row.services, row.kinds, row.people) == ("Hosting", ["email"], 40)


def test_clients_are_chosen_by_what_they_have_in_common(desk: Browser, house: House) -> None:
    enter(2)
    enter(3, "N", window_value=None, language="fr")
    assert choose(desk, house, way="filter", window="no", language="fr") == 302
    assert references() == ["N-000", "N-001", "N-002"]
    assert choose(desk, house, way="all") == 302
    assert len(references()) == 5


def test_a_table_says_it_for_each(desk: Browser, house: House) -> None:
    enter(3)
    table = io.BytesIO(
        b"reference;kinds;people;services\nK-000;E-mail address, iban;1 200;\nK-002;;;Payroll\n"
    )
    table.name = "clients.csv"
    assert choose(desk, house, way="table", table=table, services="Hosting", people="5") == 302
    rows = {
        row.client.reference: (row.services, row.kinds, row.people)
        for row in AffectedClient.objects.select_related("client")
    }
    assert rows == {"K-000": ("Hosting", ["email", "iban"], 1200), "K-002": ("Payroll", [], 5)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("reference;people\nK-000;many\n", "row 2, people"),
        ("reference;kinds\nK-000;shoe size\n", "no kind of data"),
        ("reference;people\nK-000;1\nK-000;2\n", "row 3, reference"),
        ("reference;people\nK-000;1\nK-9;2\n", "is not in the register: K-9"),
        ("client name;people\nNord;1\n", "There is no column"),
    ],
)
def test_a_table_that_does_not_fit_lists_nobody_and_says_where(
    desk: Browser, house: House, content: str, words: str
) -> None:
    enter(1)
    table = io.BytesIO(content.encode())
    table.name = "clients.csv"
    answer = desk.post(
        address(house, "affected-choose"), {"way": "table", "table": table, "services": "Hosting"}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Hosting"' in answer.content.decode()
    assert not AffectedClient.objects.exists()


def test_typed_references_stay_when_one_is_unknown(desk: Browser, house: House) -> None:
    enter(1)
    answer = desk.post(address(house, "affected-choose"), {"way": "references", "references": "K-000\nK-9"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "K-000\nK-9</textarea>" in text
    assert "1 reference is not in the register: K-9" in text


def test_ticked_clients_are_recorded_as_told(desk: Browser, house: House) -> None:
    enter(3)
    choose(desk, house, way="all")
    first = AffectedClient.objects.order_by("pk")[0]
    sent = {"step": "told", "whom": "ticked", "at": "2026-11-24 10:30", "how": "By telephone."}
    answer = desk.post(address(house), sent)
    assert answer.status_code == 422
    assert "No client is ticked" in answer.content.decode()
    assert 'value="By telephone."' in answer.content.decode()
    assert desk.post(address(house), sent | {"member": [first.uid]}).status_code == 302
    assert AffectedClient.objects.filter(state="told").get() == first
    assert desk.post(address(house), sent | {"whom": "all"}).status_code == 302
    assert AffectedClient.objects.filter(state="told").count() == 3
    text = desk.get(address(house), {"view": "told"}).content.decode()
    assert text.count('name="member"') == 3


def test_states_are_counted_and_narrow_the_list(
    desk: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(2)
    enter(3, "N", window_value=None)
    choose(desk, house, way="all")
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(hours=30))
    desk.force_login(house.responder)
    answer = desk.get(address(house), {"view": "overdue"})
    assert [line.row.client.reference for line in answer.context["page"].lines] == ["K-000", "K-001"]
    counts = answer.context["page"].counts
    assert (counts.total, counts.to_tell, counts.overdue, counts.told) == (5, 5, 2, 0)
    found = desk.get(address(house), {"text": "N-002"}).context["page"].lines
    assert [line.row.client.reference for line in found] == ["N-002"]


def test_one_client_opens_to_its_clocks_and_takes_what_happened(desk: Browser, house: House) -> None:
    enter(1)
    choose(desk, house, way="all", services="Hosting")
    row = AffectedClient.objects.get()
    here = address(house, "affected-client", row.uid)
    text = desk.get(here).content.decode()
    for words in (
        "a@client.example",
        "Hosting",
        "K 0: tell the controller of the breach",
        "How this was computed",
    ):
        assert words in text
    assert desk.post(here, {"step": "told", "at": "", "how": "x"}).status_code == 422
    assert desk.post(here, {"step": "told", "at": "2026-11-24 10:30", "how": "Call."}).status_code == 302
    confirmed = {
        "step": "acknowledged",
        "at": "2026-11-24 10:45",
        "who": "Desk",
        "controller_told_at": "2026-11-24 10:31",
    }
    assert desk.post(here, confirmed).status_code == 302
    text = desk.get(here).content.decode()
    assert "Desk" in text
    row.refresh_from_db()
    assert (row.state, row.controller_told_at) == ("acknowledged", START + timedelta(minutes=31))
    assert desk.post(here, {"step": "nonsense"}).status_code == 422 or desk.get(here).status_code == 200


def test_the_list_leaves_as_a_table_without_formulas(desk: Browser, house: House) -> None:
    enter(1)
    Client.objects.update(name="=1+1")
    choose(desk, house, way="all", kinds=["email"], people="12")
    answer = desk.get(address(house, "affected-export"), {"view": "to_tell"})
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert dict(zip(header, row, strict=True)) == {
        "reference": "K-000",
        "name": "'=1+1",
        "services": "",
        "kinds": "e-mail address",
        "people": "12",
        "state": "To tell",
        "due": "2026-11-25T09:00:00+00:00",
        "told": "",
        "acknowledge_by": "",
        "acknowledged": "",
        "controller_told": "",
    }


def test_a_page_costs_the_same_for_one_and_for_five_hundred(desk: Browser, house: House) -> None:
    def cost(*addresses: str) -> list[int]:
        found = []
        for one in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(one).status_code == 200
            found.append(len(queries))
        return found

    pages = [
        address(house),
        address(house) + "?view=to_tell&text=K",
        address(house, "affected-export"),
        address(house, "obligations"),
        address(house, "overview"),
        reverse("clocks"),
        reverse("home"),
    ]
    enter(1)
    choose(desk, house, way="all")
    cost(*pages)
    few = cost(*pages)
    enter(500, "N", window_value=24)
    choose(desk, house, way="all")
    desk.get(address(house))  # what was to be said once is said
    assert cost(*pages) == few
    first = desk.get(address(house)).context["page"]
    second = desk.get(address(house), {"after": first.after}).context["page"]
    seen = [line.row.pk for line in (*first.lines, *second.lines)]
    assert len(seen) == len(set(seen)) == 100
    assert seen == sorted(seen)
