"""The page of reports: signed in and by the link; the receipt; what a stranger cannot find out; its settings."""

import logging
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from breach import clock, logs
from breach.models import CountedLimit, Entry, ReportLink, Suspicion
from breach.services import report_links
from tests import factors
from tests.house import House

pytestmark = pytest.mark.django_db
WORDS = "Madame Quéméneur's file lay open on the printer."
CODE = re.compile(r'<code class="receipt-code">([0-9A-Z-]{19})</code>')


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def link(house: House, now: datetime) -> ReportLink:
    return report_links.make_link(actor=house.admin, now=now)


def address(link: ReportLink) -> str:
    return f"/report/{report_links.token_of(link)}/"


def as_user(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def said(response: Any) -> str:
    return str(response.content.decode())


def send(client: Client, path: str, **values: str) -> Any:
    return client.post(path, {"text": WORDS, "noticed": "", "contact": ""} | values)


def code_of(response: Any) -> str:
    found = CODE.search(said(response))
    assert found, said(response)
    return found[1]


def test_a_signed_in_report_shows_a_receipt_once(house: House) -> None:
    answer = send(as_user(house.responder), "/report/", noticed="8:30", contact="4711")
    assert answer.status_code == 200
    assert house.responder.name in said(answer)
    row = Suspicion.objects.get()
    assert (row.reporter, row.original_text, row.zone) == (house.responder, "8:30", "Europe/Paris")
    assert row.texts == {"text": WORDS, "contact": "4711"}
    assert WORDS not in said(answer)
    assert code_of(answer)


def test_without_a_name(house: House) -> None:
    answer = send(as_user(house.responder), "/report/", anonymous="on")
    assert "not kept" in said(answer)
    assert Suspicion.objects.get().reporter is None


def test_a_stranger_reports_by_the_link_and_nowhere_else(house: House, link: ReportLink) -> None:
    client = Client()
    assert client.get("/report/").headers["Location"].startswith("/account/login/")
    assert send(client, "/report/").headers["Location"].startswith("/account/login/")
    assert client.get(address(link)).status_code == 200
    assert code_of(send(client, address(link)))
    assert not client.session.keys(), "nothing is kept of somebody without an account"
    row = Suspicion.objects.get()
    assert (row.link, row.anonymous, row.reporter) == (link, True, None)


def test_by_the_link_nobody_has_a_name_even_when_signed_in(house: House, link: ReportLink) -> None:
    client = as_user(house.responder)
    assert 'name="anonymous"' not in said(client.get(address(link)))
    send(client, address(link))
    assert Suspicion.objects.get().reporter is None
    assert house.responder.uid not in Entry.objects.get(action="suspicion.reported").body


def test_an_account_without_a_second_factor_can_use_the_link(
    house: House, link: ReportLink, settings: Any
) -> None:
    settings.TOCSIN_SECOND_FACTOR = "required"
    assert as_user(house.responder).get(address(link)).status_code == 200
    assert as_user(house.responder).get("/triage/").status_code == 302


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ({"text": " "}, "text", "This field is required."),
        ({"noticed": "sometime"}, "noticed", "sometime"),
        ({"noticed": "2026-11-24 23:00"}, "noticed", "still to come"),
        ({"contact": "x" * 201}, "contact", "200"),
    ],
)
def test_errors_stand_beside_the_field_and_nothing_typed_is_lost(
    link: ReportLink, values: dict[str, str], place: str, words: str
) -> None:
    typed = {"text": "A strange screen.", "noticed": "8:30", "contact": "at the gate"} | values
    answer = Client().post(address(link), typed)
    assert answer.status_code == 422
    assert f'id="error_1_id_{place}"' in said(answer) or f"id_{place}_error" in said(answer)
    assert words in said(answer)
    for value in typed.values():
        assert value.strip() in said(answer)
    assert Suspicion.objects.count() == 0


def test_sent_twice_from_one_page_is_one_report(link: ReportLink) -> None:
    client = Client()
    once = re.search(r'name="once" value="([^"]+)"', said(client.get(address(link))))
    assert once
    codes = {code_of(send(client, address(link), once=once[1])) for _time in range(2)}
    assert (len(codes), Suspicion.objects.count()) == (1, 1)


def test_whatever_opens_nothing_gets_the_same_answer(house: House, link: ReportLink, now: datetime) -> None:
    path, client = address(link), Client()
    report_links.revoke_link(actor=house.admin, link=link, now=now)

    def plain(response: Any) -> tuple[int, str]:
        text = said(response).replace(response.request["PATH_INFO"], "")
        drawn = r'value="[^"]{30,}"|"X-CSRFToken": "[^"]+"|<code>[^<]+</code>'
        return response.status_code, re.sub(drawn, "", text)

    answers = {plain(client.get(one)) for one in (path, "/report/x/", f"/report/{'A' * 43}/")}
    assert {status for status, _text in answers} == {404}
    assert len(answers) == 1
    assert send(client, path).status_code == 404
    assert Suspicion.objects.count() == 0


def test_guesses_of_links_reports_and_codes_are_counted_in_the_database(link: ReportLink) -> None:
    client = Client()
    for _time in range(30):
        assert client.get("/report/x/").status_code == 404
    refused = client.get("/report/x/")
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert client.get(address(link)).status_code == 200, "the link itself still works"
    for _time in range(30):
        assert send(client, address(link)).status_code == 200
    last = send(client, address(link))
    assert last.status_code == 422
    assert "Wait ten minutes" in said(last)
    assert WORDS.split("'", maxsplit=1)[0] in said(last)
    assert Suspicion.objects.count() == 30
    for _time in range(20):
        assert "opens no report" in said(client.post("/report/receipt/", {"code": "0" * 16}))
    assert "Wait ten minutes" in said(client.post("/report/receipt/", {"code": "0" * 16}))
    kept = [one for one in CountedLimit.objects.values_list("cache_key", flat=True) if ":report:" in one]
    assert kept
    assert not any("127.0.0.1" in one for one in kept)


# --- the receipt -----------------------------------------------------------------------------------------


def test_the_receipt_shows_the_state_and_nothing_that_was_written(link: ReportLink, now: datetime) -> None:
    client = Client()
    code = code_of(send(client, address(link), contact="at the gate"))
    answer = client.post("/report/receipt/", {"code": code.lower()})
    assert answer.status_code == 200
    assert "nobody has decided yet" in said(answer)
    for secret in ("Quéméneur", "at the gate", Suspicion.objects.get().uid):
        assert secret not in said(answer)
    added = client.post("/report/receipt/", {"code": code, "step": "word", "word": "It was a red file."})
    assert "has arrived" in said(added)
    assert "red file" not in said(added)
    assert [one.texts["text"] for one in Suspicion.objects.get().words.all()] == ["It was a red file."]
    empty = client.post("/report/receipt/", {"code": code, "step": "word", "word": ""})
    assert empty.status_code == 422


@pytest.mark.parametrize("code", ["", "x", "0000-0000-0000-0000", "ÄÄÄÄ-ÄÄÄÄ-ÄÄÄÄ-ÄÄÄÄ"])
def test_a_wrong_code_opens_nothing(link: ReportLink, code: str) -> None:
    send(Client(), address(link))
    answer = Client().post("/report/receipt/", {"code": code, "step": "word", "word": "x"})
    assert answer.status_code == 422
    assert Suspicion.objects.get().words.count() == 0


# --- headers, logs, the page for signing in ---------------------------------------------------------------


def test_pages_are_stored_nowhere_and_send_no_referrer(house: House, link: ReportLink) -> None:
    client = Client()
    code = code_of(send(client, address(link)))
    for answer in (
        client.get(address(link)),
        send(client, address(link)),
        client.get("/report/receipt/"),
        client.post("/report/receipt/", {"code": code}),
        client.get("/report/x/"),
    ):
        assert "no-store" in answer["Cache-Control"] or answer.status_code == 404
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "tocsin" not in answer.cookies, "no session is begun"


def test_log_lines_leave_the_token_out(link: ReportLink) -> None:
    path = address(link)
    for line in (f"GET {path} 200", f'"GET {path}?x=1 HTTP/1.1"', f"next=%2Freport%2F{path[8:]}"):
        told = logs.without_tokens(line)
        assert path[8:-1] not in told
    assert logs.without_tokens("/incidents/abc/reports/7/") == "/incidents/abc/reports/7/"
    assert logging.getLogger("django.request").filters


def test_the_page_for_signing_in_shows_the_link_only_where_the_house_wants_it(house: House) -> None:
    admin, stranger = as_user(house.admin), Client()

    def step(name: str) -> None:
        assert admin.post("/settings/report/", {"step": name}).status_code == 302

    def shown() -> bool:
        link = report_links.live_link()
        return link is not None and address(link) in said(stranger.get("/account/login/"))

    assert "call your data protection officer" in said(stranger.get("/account/login/"))
    step("make")
    assert not shown()
    link = report_links.live_link()
    assert link is not None
    assert address(link) in said(admin.get("/settings/report/"))
    step("show")
    assert shown()
    step("hide")
    assert not shown()
    step("show")
    step("revoke")
    assert not shown()
    assert "/report/" not in said(stranger.get("/account/login/"))
    assert admin.post("/settings/report/", {"step": "show"}).status_code == 404


def test_a_new_link_asks_for_no_fresh_factor_and_others_may_not_make_one(house: House) -> None:
    factors.give_app(house.admin)
    assert as_user(house.admin).post("/settings/report/", {"step": "make"}).status_code == 302
    assert as_user(house.manager).post("/settings/report/", {"step": "make"}).status_code == 403


def test_in_french(link: ReportLink) -> None:
    answer = Client().get(address(link), headers={"Accept-Language": "fr"})
    assert "Qu’avez-vous vu ou entendu\u00a0?" in said(answer)


def test_a_day_later_the_receipt_still_opens(
    link: ReportLink, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of(send(Client(), address(link)))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=400))
    assert Client().post("/report/receipt/", {"code": code}).status_code == 200
