"""The pages of triage: the list with ages, one report, and every step that a page takes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from breach import clock
from breach.models import Entry, Incident, Suspicion
from breach.services import triage
from breach.services.suspicions import report
from tests.house import House

pytestmark = pytest.mark.django_db
WORDS = "The mailbox of the sales team sends mails that nobody wrote."


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=5))


@pytest.fixture
def row(house: House, now: datetime) -> Suspicion:
    return report(actor=house.auditor, link=None, text=WORDS, contact="4711", now=now).suspicion


def as_user(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def said(response: Any) -> str:
    return str(response.content.decode())


def opening(house: House) -> dict[str, str]:
    return {
        "title": "Mailbox taken over",
        "kind": "web_application",
        "organisation": str(house.shop.pk),
        "role": "controller",
        "establishment": "FR",
        "authority": "fr",
        "zone": "Europe/Paris",
        "why": "Addresses of customers are in it.",
    }


def test_home_says_how_many_wait(house: House, now: datetime, row: Suspicion) -> None:
    report(actor=house.auditor, link=None, text="Another.", now=now)
    for user in (house.manager, house.stranger, house.auditor):
        assert "2 reports wait for triage" in said(as_user(user).get("/"))
    assert "wait for triage" not in said(as_user(house.admin).get("/"))
    assert 'href="/report/"' in said(as_user(house.admin).get("/"))


def test_the_list_shows_the_longest_waiting_first_with_its_age(
    house: House, now: datetime, row: Suspicion
) -> None:
    report(actor=house.manager, link=None, text="Younger one.", now=now + timedelta(hours=3))
    text = said(as_user(house.responder).get("/triage/"))
    assert text.index(WORDS) < text.index("Younger one.")
    assert "5 h 0 min ago" in text
    assert "2 h 0 min ago" in text
    assert house.auditor.name in text
    decided = said(as_user(house.responder).get("/triage/?view=decided"))
    assert WORDS not in decided


def test_readings_are_entered_once_a_page(house: House, row: Suspicion) -> None:
    client = as_user(house.auditor)
    client.get("/triage/")
    client.get(f"/triage/{row.uid}/")
    found = Entry.objects.filter(chain="access/housereports").order_by("seq")
    assert [(one.actor_uid, one.subject, one.data) for one in found] == [
        (house.auditor.uid, "suspicions", {"count": 1}),
        (house.auditor.uid, f"suspicion/{row.uid}", {"count": 1}),
    ]


def test_the_list_costs_the_same_for_one_and_three(
    house: House, now: datetime, row: Suspicion, django_assert_max_num_queries: Any
) -> None:
    client = as_user(house.manager)
    client.get("/triage/")
    with django_assert_max_num_queries(100) as one:
        client.get("/triage/")
    for _time in range(2):
        report(actor=house.auditor, link=None, text="One more.", now=now)
    with django_assert_max_num_queries(len(one)) as three:
        assert said(client.get("/triage/")).count("One more.") == 2
    assert len(three) == len(one)


def test_an_incident_is_opened_from_the_page(house: House, now: datetime, row: Suspicion) -> None:
    client = as_user(house.responder)
    path = f"/triage/{row.uid}/incident/"
    assert WORDS in said(client.get(path))
    refused = client.post(path, opening(house) | {"why": ""})
    assert refused.status_code == 422
    assert "Mailbox taken over" in said(refused)
    answer = client.post(path, opening(house))
    incident = Incident.objects.get()
    assert answer.headers["Location"] == f"/incidents/{incident.uid}/"
    room = said(client.get(answer.headers["Location"]))
    assert (now + timedelta(hours=72)).strftime("%Y-%m-%dT%H:%M:%SZ") in room
    assert client.get(path).headers["Location"] == f"/triage/{row.uid}/"
    again = client.post(path, opening(house))
    assert again.status_code == 422
    assert "decided meanwhile" in said(again)
    assert Incident.objects.count() == 1
    seen = said(client.get(f"/triage/{row.uid}/"))
    assert f"/incidents/{incident.uid}/" in seen
    other = said(as_user(house.stranger).get(f"/triage/{row.uid}/"))
    assert incident.reference in other
    assert "Mailbox taken over" not in other
    assert f"/incidents/{incident.uid}/" not in other


def test_steps_from_the_page(house: House, now: datetime, row: Suspicion) -> None:
    incident = house.open(now)
    second = report(actor=house.manager, link=None, text="The same mails.", now=now).suspicion
    client, path = as_user(house.manager), f"/triage/{row.uid}/"

    def step(name: str, **values: str) -> Any:
        return client.post(path, {"step": name, "reasons": "Seen with the team."} | values)

    def state() -> tuple[str, Any, Any]:
        now_ = Suspicion.objects.get(pk=row.pk)
        return now_.state, now_.incident, now_.duplicate_of

    assert step("no_breach").status_code == 302
    assert state() == ("no_breach", None, None)
    assert step("reopen").status_code == 302
    assert step("merge", into=second.uid).status_code == 302
    assert state() == ("duplicate", None, second)
    assert step("reopen").status_code == 302
    assert step("join", incident=incident.uid).status_code == 302
    assert state() == ("incident", incident, None)
    text = said(client.get(path))
    assert text.count("Seen with the team.") == 5
    assert step("join", incident=incident.uid).status_code == 404, "not offered any more"


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("no_breach", {"reasons": ""}, "no_breach-reasons"),
        ("join", {"reasons": "Typed with care.", "incident": "x"}, "join-incident"),
        ("merge", {"reasons": "Typed with care.", "into": ""}, "merge-into"),
    ],
)
def test_a_refused_step_keeps_what_was_typed(
    house: House, row: Suspicion, step: str, values: dict[str, str], field: str
) -> None:
    answer = as_user(house.manager).post(f"/triage/{row.uid}/", {"step": step} | values)
    assert answer.status_code == 422
    text = said(answer)
    assert f'id="error_1_{field}"' in text or f'id="{field}_error"' in text
    assert values["reasons"] in text
    assert Suspicion.objects.get().state == "new"


def test_who_may_not(house: House, row: Suspicion) -> None:
    path, sent = f"/triage/{row.uid}/", {"step": "no_breach", "reasons": "Nothing."}
    page = said(as_user(house.responder).get(path))
    assert "is decided by a manager" in page
    assert 'value="no_breach"' not in page
    assert "<form" not in said(as_user(house.auditor).get(path)).split('id="main"')[1]
    for user in (house.responder, house.auditor, house.admin, house.guest):
        assert as_user(user).post(path, sent).status_code == 403
    for user in (house.admin, house.guest):
        for address in ("/triage/", path, f"{path}incident/"):
            assert as_user(user).get(address).status_code == 403
    assert as_user(house.manager).get("/triage/none/").status_code == 404


def test_the_state_on_the_receipt_follows_the_report_that_stays(
    house: House, now: datetime, row: Suspicion
) -> None:
    made = report(actor=house.manager, link=None, text="The same.", now=now)
    triage.merge(actor=house.manager, suspicion=made.suspicion, into=row, reasons="Same.", now=now)
    triage.rule_out(actor=house.manager, suspicion=row, reasons="A test.", now=now)
    text = said(Client().post("/report/receipt/", {"code": made.code}))
    assert "no personal data breach" in text
    for secret in ("A test.", "Same.", "merged", house.manager.name):
        assert secret not in text
