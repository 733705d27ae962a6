"""The public page: equal answers, nothing personal, counted questions, no cookies."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from breach import clock
from notifications.codes import new_code
from notifications.delivery.post import print_some
from notifications.models import PersonNotice, PortalCount
from notifications.portal.words import choose, words
from notifications.services import portal
from notifications.services.portal import QUESTIONS, TooMany, Verdict, check_code, forget_counts, origin_mark
from notifications.services.prepare import prepare_some
from tests.house import House
from tests.notifications import campaign
from tests.notifications.delivery.conftest import opened_code


@pytest.fixture
def letter(house: House, now: datetime) -> PersonNotice:
    """A letter in a print file."""
    house.open(now)
    campaign.add_people(house, now)
    notice = campaign.released(house, now)
    while prepare_some(notice=notice, now=now):
        pass
    print_some(notice=notice, now=now)
    return notice.people.get(state="rendered")


@pytest.fixture
def visitor(settings: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser before the public process."""
    from notifications.portal import settings as public  # noqa: PLC0415 - reads the environment of this test

    monkeypatch.setattr(clock, "now", lambda: now)
    for name in (
        "ROOT_URLCONF",
        "MIDDLEWARE",
        "TEMPLATES",
        "CONTENT_SECURITY_POLICY",
        "FILE_UPLOAD_HANDLERS",
    ):
        setattr(settings, name, getattr(public, name))
    settings.STATICFILES_DIRS = public.STATICFILES_DIRS
    return Client(enforce_csrf_checks=True)


def test_a_code_of_ours_is_genuine_however_it_is_typed(letter: PersonNotice, now: datetime) -> None:
    code = opened_code(letter)
    for typed in (code, code.lower(), code.replace("-", " "), f" {code.replace('-', '')}\n"):
        assert check_code(text=typed, origin="192.0.2.1", now=now) == Verdict(True, "Rivage", now.date())


def test_what_never_left_or_does_not_exist_is_not_genuine(letter: PersonNotice, now: datetime) -> None:
    waiting = PersonNotice.objects.filter(state="pending").first()
    assert waiting is not None
    for typed in (opened_code(waiting), new_code(), "", "x" * 500, letter.reference):
        assert check_code(text=typed, origin="192.0.2.1", now=now) == Verdict(False)


def test_every_question_costs_one_look_up(
    letter: PersonNotice, now: datetime, django_assert_num_queries: Any
) -> None:
    check_code(text="", origin="192.0.2.1", now=now)
    costs = []
    for typed in (opened_code(letter), new_code(), "nonsense"):
        with django_assert_num_queries(5) as seen:
            check_code(text=typed, origin="192.0.2.1", now=now)
        costs.append(len(seen))
    assert len(set(costs)) == 1


def test_questions_are_limited_by_origin_and_window(letter: PersonNotice, now: datetime) -> None:
    code = opened_code(letter)
    for _ in range(QUESTIONS):
        check_code(text="guess", origin="192.0.2.1", now=now)
    with pytest.raises(TooMany):
        check_code(text=code, origin="192.0.2.1", now=now)
    assert check_code(text=code, origin="192.0.2.2", now=now).is_genuine
    assert check_code(text=code, origin="192.0.2.1", now=now + portal.WINDOW).is_genuine


def test_counts_keep_no_address_and_are_forgotten(db: None, now: datetime) -> None:
    check_code(text="guess", origin="2001:db8::1", now=now)
    assert origin_mark("2001:db8::1", now) == origin_mark("2001:db8::ffff", now)
    assert origin_mark("2001:db8::1", now) != origin_mark("2001:db8:0:1::1", now)
    assert origin_mark("192.0.2.1", now) != origin_mark("192.0.2.1", now + timedelta(days=1))
    assert "2001" not in PortalCount.objects.get().origin
    assert forget_counts(now=now + timedelta(days=2)) == 1


def test_the_page_answers_yes_without_saying_who(letter: PersonNotice, visitor: Client) -> None:
    answer = visitor.post("/?language=fr", {"code": opened_code(letter)})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Oui, ce courrier est authentique." in text
    assert "Il a été envoyé par Rivage et porte la date du 24 novembre 2026." in text
    assert "Martin" not in text
    assert letter.reference not in text


def test_yes_and_no_have_one_form(letter: PersonNotice, visitor: Client) -> None:
    answers = [visitor.post("/", {"code": code}) for code in (opened_code(letter), new_code(), "<script>")]
    shapes = {tuple(re.findall(r"</?[a-z0-9]+", answer.content.decode())) for answer in answers}
    assert len(shapes) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert {tuple(sorted(answer.headers)) for answer in answers} == {tuple(sorted(answers[0].headers))}
    assert b"<script>" not in answers[2].content


def test_no_cookie_no_store_no_foreign_address(letter: PersonNotice, visitor: Client) -> None:
    for answer in (visitor.get("/"), visitor.post("/", {"code": "guess"})):
        assert answer.cookies == {}
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", answer.content.decode()) == []


def test_the_limit_answers_alike_for_every_code(letter: PersonNotice, visitor: Client) -> None:
    for _ in range(QUESTIONS):
        visitor.post("/", {"code": "guess"})
    answers = [visitor.post("/", {"code": code}) for code in (opened_code(letter), new_code())]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert answers[0].content == answers[1].content


def test_a_letter_of_a_drill_says_so(letter: PersonNotice, visitor: Client) -> None:
    incident = letter.notice.incident
    incident.drill = True
    incident.save()
    assert b"exercise" in visitor.post("/?language=en", {"code": opened_code(letter)}).content


def test_pages_of_the_case_side_do_not_exist_here(db: None, visitor: Client) -> None:
    for path in ("/account/login/", "/incidents/new/", "/admin/"):
        assert visitor.get(path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("de", "fr", "de"),
        ("", "fr-BE,nl;q=0.8", "fr"),
        ("", "sv, nl;q=0.5", "nl"),
        ("xx", "", "en"),
        ("", "*", "en"),
    ],
)
def test_language_is_asked_for_or_the_browsers(asked: str, accepted: str, language: str) -> None:
    assert choose(asked, accepted) == language


def test_every_language_has_every_text() -> None:
    assert set(words()) == {"en", "fr", "de", "nl", "es", "it", "pl", "pt"}
    assert all(
        "{organisation}" in texts["yes_text"] and "{day}" in texts["yes_text"] for texts in words().values()
    )
