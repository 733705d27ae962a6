"""What came back is told apart, matched to its person, and the next channel is taken."""

import io
import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given
from hypothesis import strategies as st

from breach.errors import BadInput
from breach.models import Entry
from breach.services.people import correct_contact
from notifications.delivery.bounces import Kind, read
from notifications.delivery.email import envelope_sender, message_id
from notifications.models import Attempt, Notice
from notifications.queries.notices import came_back, reconcile
from notifications.services.delivery import GAPS
from notifications.services.returns import BounceResult, record_bounce
from notifications.totals import Totals
from tests.notifications.delivery.bounced import complaint, dsn, out_of_office, plain
from tests.notifications.delivery.conftest import Mailroom
from tests.notifications.delivery.odd_bounces import NONE_OF_THEM, ODD, THEM
from tests.notifications.delivery.test_outbox import BRUNO, DORA, row_to, send

US = "bounce@rivage.example"


@pytest.mark.parametrize(
    ("raw", "kind", "code", "status"),
    [
        (dsn(to=US, recipient=BRUNO, status="5.1.1"), Kind.HARD, "mailbox_unknown", "5.1.1"),
        (dsn(to=US, recipient=BRUNO, status="5.2.2"), Kind.SOFT, "mailbox_full", "5.2.2"),
        (dsn(to=US, recipient=BRUNO, status="4.4.7"), Kind.SOFT, "server_busy", "4.4.7"),
        (dsn(to=US, recipient=BRUNO, status="5.7.1"), Kind.HARD, "policy", "5.7.1"),
        (dsn(to=US, recipient=BRUNO, status="4.0.0", action="delayed"), Kind.SOFT, "server_busy", "4.0.0"),
        (dsn(to=US, recipient=BRUNO, status="2.0.0", action="delivered"), Kind.OTHER, "other", ""),
        (
            dsn(to=US, recipient=BRUNO, status="5.0.0", diagnostic="550 5.1.1 no such user"),
            Kind.HARD,
            "mailbox_unknown",
            "5.1.1",
        ),
        (plain(to=US, recipient=BRUNO, message_id="<x@y>"), Kind.HARD, "mailbox_unknown", "5.1.1"),
        (out_of_office(to=US), Kind.ANSWER, "other", ""),
        (complaint(to=US, message_id="<x@y>"), Kind.COMPLAINT, "other", ""),
        (b"From: a@b.example\nSubject: Hello\n\nWho are you?\n", Kind.OTHER, "other", ""),
    ],
)
def test_kinds_are_told_apart(raw: bytes, kind: Kind, code: str, status: str) -> None:
    told = read(raw)
    assert (told.kind, told.code, told.status) == (kind, code, status)
    assert told.addresses == ((BRUNO,) if told.is_bounce else ())


@pytest.mark.parametrize(
    ("raw", "kind", "code", "status"), [one[1:] for one in ODD], ids=[one[0] for one in ODD]
)
def test_what_follows_no_standard_is_read_too(raw: bytes, kind: Kind, code: str, status: str) -> None:
    told = read(raw)
    assert (told.kind, told.code, told.status, told.addresses) == (kind, code, status, (THEM,))


@pytest.mark.parametrize(
    ("raw", "kind"), [one[1:] for one in NONE_OF_THEM], ids=[one[0] for one in NONE_OF_THEM]
)
def test_what_is_no_bounce_counts_as_none(raw: bytes, kind: Kind) -> None:
    told = read(raw)
    assert (told.kind, told.addresses) == (kind, ())


@given(
    st.lists(st.sampled_from([part for one in ODD for part in one[1].split(b"\n")]), max_size=40),
    st.binary(max_size=200),
)
@example([b"Content-Type: multipart/report; boundary=" + b"x" * 300], b"\xff")
def test_nothing_a_stranger_writes_makes_it_stumble(lines: list[bytes], junk: bytes) -> None:
    told = read(b"Subject: x\n" + b"\n".join(lines) + junk)
    assert told.is_bounce == bool(told.addresses or told.status) or told.kind == Kind.COMPLAINT


@pytest.mark.parametrize("raw", [b"", b"  \n", b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read(raw)


@pytest.fixture
def sent(notice: Notice, mailroom: Mailroom, now: datetime) -> Notice:
    send(notice, now)
    return notice


def attempt_to(notice: Notice, address: str) -> Attempt:
    return row_to(notice, address).attempts.order_by("-pk")[0]


def test_a_hard_bounce_goes_to_post_and_counts_once(sent: Notice, now: datetime) -> None:
    to = envelope_sender(attempt_to(sent, BRUNO).uid)
    raw = dsn(to=to, recipient=BRUNO, status="5.1.1")
    row = row_to(sent, BRUNO)
    assert record_bounce(raw=raw, now=now) == BounceResult(
        Kind.HARD, True, row.uid, "pending", "post", is_news=True
    )
    assert record_bounce(raw=raw, now=now).is_news is False
    row.refresh_from_db()
    assert (row.state, row.channel, row.tried) == ("pending", "post", ["email"])
    assert came_back(sent) == {"mailbox_unknown": 1}
    assert reconcile(sent) == Totals(approved=5, delivered=2, pending=2, failed=1, unreachable=1)
    assert Entry.objects.filter(action="delivery.bounced").count() == 1
    assert "mail.example" not in "\n".join(Entry.objects.values_list("body", flat=True))


def test_a_hard_bounce_without_address_ends_unreachable(sent: Notice, now: datetime) -> None:
    to = envelope_sender(attempt_to(sent, DORA).uid)
    record_bounce(raw=dsn(to=to, recipient=DORA, status="5.1.1"), now=now)
    assert row_to(sent, DORA).state == "unreachable"


def test_a_soft_bounce_is_tried_again_later(sent: Notice, mailroom: Mailroom, now: datetime) -> None:
    to = envelope_sender(attempt_to(sent, BRUNO).uid)
    record_bounce(raw=dsn(to=to, recipient=BRUNO, status="5.2.2"), now=now)
    row = row_to(sent, BRUNO)
    assert (row.state, row.channel, row.next_at) == ("pending", "email", now + GAPS[0])
    send(sent, now + timedelta(hours=1))
    assert (row_to(sent, BRUNO).state, mailroom.to(BRUNO)) == ("accepted", 2)
    # The first message bounces again, late: it is no longer the one that counts.
    first = row.attempts.order_by("pk")[0]
    record_bounce(raw=dsn(to=envelope_sender(first.uid), recipient=BRUNO, status="5.1.1"), now=now)
    assert row_to(sent, BRUNO).state == "accepted"


def test_without_the_token_the_message_id_tells(sent: Notice, now: datetime) -> None:
    raw = plain(to=US, recipient=BRUNO, message_id=message_id(attempt_to(sent, BRUNO).uid))
    assert record_bounce(raw=raw, now=now).channel == "post"


def test_without_either_the_address_tells(sent: Notice, now: datetime) -> None:
    result = record_bounce(raw=dsn(to=US, recipient=BRUNO.upper(), status="5.1.1"), now=now)
    assert (result.row_uid, result.channel) == (row_to(sent, BRUNO).uid, "post")


def test_an_unknown_address_changes_nothing(sent: Notice, now: datetime) -> None:
    result = record_bounce(raw=dsn(to=US, recipient="else@mail.example", status="5.1.1"), now=now)
    assert result == BounceResult(Kind.HARD)
    assert reconcile(sent).delivered == 3


def test_an_automatic_answer_changes_nothing(sent: Notice, now: datetime) -> None:
    to = envelope_sender(attempt_to(sent, BRUNO).uid)
    result = record_bounce(raw=out_of_office(to=to), now=now)
    assert (result.kind, result.matched, result.state) == (Kind.ANSWER, True, "accepted")
    assert reconcile(sent).delivered == 3


def test_a_complaint_stops_email_to_that_person(sent: Notice, now: datetime) -> None:
    raw = complaint(to=US, message_id=message_id(attempt_to(sent, BRUNO).uid))
    assert record_bounce(raw=raw, now=now).channel == "post"
    person = row_to(sent, BRUNO).person
    assert (person.channel, person.channel_why) == ("post", "mail_complaint")
    # Another notice goes by post from the start; only another address ends it.
    correct = {"actor": sent.author, "person": person, "reason": "called", "now": now}
    assert correct_contact(values={"phone": "030 901820"}, **correct).channel_why == "mail_complaint"
    assert correct_contact(values={"email": "bruno@else.example"}, **correct).channel == "email"


def test_a_dead_mailbox_is_remembered_for_the_next_notice(sent: Notice, now: datetime) -> None:
    for address in (BRUNO, DORA):
        to = envelope_sender(attempt_to(sent, address).uid)
        record_bounce(raw=dsn(to=to, recipient=address, status="5.1.1"), now=now)

    people = [row_to(sent, address).person for address in (BRUNO, DORA)]
    assert [(one.channel, one.channel_why) for one in people] == [
        ("post", "mail_bounced"),
        ("none", "mail_bounced"),
    ]


def test_a_full_mailbox_or_a_policy_is_not_remembered(sent: Notice, now: datetime) -> None:
    to = envelope_sender(attempt_to(sent, BRUNO).uid)
    record_bounce(raw=dsn(to=to, recipient=BRUNO, status="5.7.1"), now=now)

    assert row_to(sent, BRUNO).person.channel_why == ""


def test_a_bounce_of_an_unclear_letter_settles_it(notice: Notice, mailroom: Mailroom, now: datetime) -> None:
    mailroom.hang_up.add(BRUNO)
    send(notice, now)
    to = envelope_sender(attempt_to(notice, BRUNO).uid)
    record_bounce(raw=dsn(to=to, recipient=BRUNO, status="5.1.1"), now=now)
    assert (row_to(notice, BRUNO).channel, reconcile(notice).ambiguous) == ("post", 0)


def test_the_command_reads_standard_input(sent: Notice, monkeypatch: pytest.MonkeyPatch) -> None:
    to = envelope_sender(attempt_to(sent, BRUNO).uid)
    stdin = SimpleNamespace(buffer=io.BytesIO(dsn(to=US, recipient=BRUNO, status="5.1.1")))
    monkeypatch.setattr("sys.stdin", stdin)
    out = io.StringIO()
    call_command("receive_bounce", "--json", "--to", to, stdout=out)
    assert json.loads(out.getvalue()) == {
        "kind": "hard",
        "matched": True,
        "letter": row_to(sent, BRUNO).uid,
        "state": "pending",
        "channel": "post",
        "news": True,
    }
    with pytest.raises(CommandError) as refusal:
        call_command("receive_bounce", "no-such-file.eml")
    assert refusal.value.returncode == 2
