"""Reports of a suspicion: what is kept, what is not, who is told, and what a link and a code open."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry, InAppNotice, ReportLink, Suspicion, User
from breach.services import report_links, suspicions
from breach.services.suspicions import Reported, add_word, find_by_code, report
from breach.timewords import read_moment
from tests.house import House

pytestmark = pytest.mark.django_db
WORDS = "Madame Quéméneur's file lay open on the printer."
PARIS = "Europe/Paris"


@pytest.fixture
def link(house: House, now: datetime) -> ReportLink:
    return report_links.make_link(actor=house.admin, now=now)


def send(now: datetime, **values: Any) -> Reported:
    return report(**({"actor": None, "link": None, "text": WORDS, "now": now} | values))


def entry(action: str) -> Entry:
    return Entry.objects.get(chain="house", action=action)


def test_a_signed_in_report_keeps_name_words_and_moment(house: House, now: datetime) -> None:
    moment = read_moment("about 8:30", now=now, zone=PARIS)
    made = send(now, actor=house.responder, moment=moment, contact=" 4711 ")
    row = Suspicion.objects.get()
    assert (row.texts, row.moment, row.reporter, row.anonymous) == (
        {"text": WORDS, "contact": "4711"}, moment, house.responder, False,
    )  # fmt: skip
    assert (row.state, row.created_at, row.link, row.incident, row.duplicate_of) == (
        "new", now, None, None, None,
    )  # fmt: skip
    kept = entry("suspicion.reported")
    assert (kept.actor_uid, kept.subject) == (house.responder.uid, row.uid)
    assert kept.data == {"by_link": False, "anonymous": False, "digest": row.texts_digest}
    assert find_by_code(made.code) == row


def test_without_a_name_nothing_leads_to_who_it_was(house: House, now: datetime, link: ReportLink) -> None:
    send(now, actor=house.responder, anonymous=True)
    send(now, link=link, actor=None)
    assert set(Suspicion.objects.values_list("reporter", "anonymous")) == {(None, True)}
    kept = Entry.objects.filter(chain="house", action="suspicion.reported")
    assert [(one.actor_id, one.actor_uid) for one in kept] == [(None, "system")] * 2
    assert not any(house.responder.uid in one.body for one in kept)


def test_the_database_refuses_a_name_on_an_anonymous_report(house: House, now: datetime) -> None:
    row = send(now, actor=house.responder, anonymous=True).suspicion
    row.reporter = house.responder
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_words_and_code_stand_nowhere_in_clear(house: House, now: datetime) -> None:
    made = send(now, actor=house.responder, contact="quemeneur@example.org")
    row = Suspicion.objects.get()
    stored = bytes(row.sealed_texts) + bytes(row.receipt)
    told = "".join(Entry.objects.values_list("body", flat=True)).encode()
    for secret in ("Quéméneur", "quemeneur@", made.code, made.code.replace("-", "")):
        assert secret.encode() not in stored + told


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 5_001}, "text"),
        ({"contact": "x" * 201}, "contact"),
        ({"moment": "tomorrow"}, "noticed"),
    ],
)
def test_a_refused_report_leaves_nothing(
    house: House, now: datetime, values: dict[str, Any], place: str
) -> None:
    if "moment" in values:
        ahead = now + timedelta(hours=2)
        values = {"moment": read_moment("14:00", now=ahead + timedelta(hours=4), zone=PARIS)}
    with pytest.raises(BadInput) as refusal:
        send(now, actor=house.responder, **values)
    assert refusal.value.place == place
    assert (Suspicion.objects.count(), InAppNotice.objects.count()) == (0, 0)


def test_guests_do_not_report(house: House, now: datetime) -> None:
    with pytest.raises(Forbidden):
        send(now, actor=house.guest)
    with pytest.raises(Forbidden):
        send(now)


def test_sending_twice_is_one_report_with_one_receipt(house: House, now: datetime) -> None:
    once = "a" * 43
    first, second = (send(now, actor=house.responder, once=once) for _time in range(2))
    assert (first.suspicion, first.code) == (second.suspicion, second.code)
    assert Suspicion.objects.count() == 1
    assert send(now, actor=house.responder, once="short").code != first.code


def test_triagers_are_told_once_an_hour_and_without_a_detail(
    house: House, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    told = {"robin", "maud", "samir", "dora", "claire", "stella"}
    with django_capture_on_commit_callbacks(execute=True):
        send(now, actor=house.auditor)
        send(now + timedelta(minutes=59), actor=house.auditor)
    assert {one.to[0].split("@")[0] for one in mail.outbox} == told
    assert len(mail.outbox) == len(told)
    assert {one.subject for one in mail.outbox} == {"A report waits for triage"}
    assert not any("Quéméneur" in one.body or house.auditor.name in one.body for one in mail.outbox)
    assert [(one.kind, one.values) for one in InAppNotice.objects.all()] == [
        ("suspicion_reported", {})
    ] * len(told)
    with django_capture_on_commit_callbacks(execute=True):
        send(now + timedelta(minutes=60), actor=house.auditor)
    assert len(mail.outbox) == 2 * len(told)
    InAppNotice.objects.filter(user=house.manager).update(read_at=now)
    with django_capture_on_commit_callbacks(execute=True):
        send(now + timedelta(minutes=70), actor=house.auditor)
    assert [one.to for one in mail.outbox[2 * len(told) :]] == [[house.manager.email]]


def test_the_link_takes_so_many_a_day(
    house: House, now: datetime, link: ReportLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspicions, "MOST_A_DAY", 2)
    for minutes in range(2):
        send(now + timedelta(minutes=minutes), link=link)
    with pytest.raises(BadInput) as refusal:
        send(now + timedelta(hours=23), link=link)
    assert refusal.value.code == "too_many_reports"
    send(now, actor=house.responder)  # an account is never shut out by strangers
    send(now + timedelta(days=1, minutes=2), link=link)


def test_a_code_is_read_as_it_was_said(house: House, now: datetime) -> None:
    made = send(now, actor=house.responder)
    spoken = made.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert find_by_code(spoken) == made.suspicion
    other = "0" if made.code[-1] != "0" else "1"
    for wrong in ("", "x", made.code[:-1], made.code[:-1] + other, "ÄÖÜß" * 4, "u" * 16):
        assert find_by_code(wrong) is None, wrong


def test_words_are_added_without_a_name_and_only_so_many(
    house: House, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(now, actor=house.responder).suspicion
    word = add_word(suspicion=row, text="It was the red binder.", now=now)
    assert (word.texts, word.suspicion) == ({"text": "It was the red binder."}, row)
    kept = entry("suspicion.added_to")
    assert (kept.actor_uid, kept.subject) == ("system", row.uid)
    assert kept.data == {"word": word.uid, "digest": word.texts_digest}
    assert add_word(suspicion=row, text=" It was the red binder. ", now=now) == word
    with pytest.raises(BadInput):
        add_word(suspicion=row, text=" ", now=now)
    with pytest.raises(BadInput):
        add_word(suspicion=row, text="x" * 2_001, now=now)
    monkeypatch.setattr(suspicions, "MOST_WORDS", 1)
    with pytest.raises(Conflict):
        add_word(suspicion=row, text="And another thing.", now=now)
    assert row.words.count() == 1


# --- the link --------------------------------------------------------------------------------------------


def test_one_link_works_and_a_new_one_ends_it(house: House, now: datetime, link: ReportLink) -> None:
    token = report_links.token_of(link)
    assert report_links.open_link(token) == link
    report_links.show_on_sign_in(actor=house.admin, link=link, shown=True, now=now)
    new = report_links.make_link(actor=house.admin, now=now)
    assert report_links.open_link(token) is None
    assert report_links.open_link(report_links.token_of(new)) == new
    assert new.on_sign_in, "the house said once that the page for signing in shows it"
    report_links.revoke_link(actor=house.admin, link=new, now=now)
    assert report_links.live_link() is None
    with pytest.raises(Conflict):
        report_links.revoke_link(actor=house.admin, link=new, now=now)
    with pytest.raises(Conflict):
        report_links.show_on_sign_in(actor=house.admin, link=new, shown=True, now=now)
    actions = Entry.objects.filter(chain="house", action__startswith="report_link").order_by("seq")
    assert [one.action for one in actions] == [
        "report_link.made", "report_link.shown", "report_link.revoked", "report_link.made",
        "report_link.revoked",
    ]  # fmt: skip
    assert token not in "".join(Entry.objects.values_list("body", flat=True))


def test_the_database_keeps_it_to_one_link(house: House, now: datetime, link: ReportLink) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportLink.objects.create(
            digest="0" * 64, sealed=b"x", zone=PARIS, created_by=house.admin, created_at=now
        )


@pytest.mark.parametrize("who", ["responder", "manager", "auditor", "guest"])
def test_only_an_administrator_keeps_the_link(
    house: House, now: datetime, link: ReportLink, who: str
) -> None:
    user: User = getattr(house, who)
    with pytest.raises(Forbidden):
        report_links.make_link(actor=user, now=now)
    with pytest.raises(Forbidden):
        report_links.revoke_link(actor=user, link=link, now=now)
    with pytest.raises(Forbidden):
        report_links.show_on_sign_in(actor=user, link=link, shown=True, now=now)


def test_no_other_token_opens_anything(link: ReportLink) -> None:
    for token in ("", "x", "A" * 43, report_links.token_of(link) + "A", link.digest):
        assert report_links.open_link(token) is None
