"""E-mail to a real server: exactly once, and shown as unclear where nobody can know."""

from datetime import datetime, timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest

from breach.models import Entry
from breach.services.people import remove
from notifications.delivery import outbox
from notifications.delivery.email import EmailTransport
from notifications.delivery.outbox import Sent, send_some, transport_for
from notifications.delivery.sink import DrillSink
from notifications.delivery.transport import Handover
from notifications.models import Attempt, Notice, PersonNotice
from notifications.queries.notices import reconcile
from notifications.services.delivery import (
    GAPS,
    claim,
    find_stuck,
    finish_if_done,
    note_outcomes,
    resolve,
)
from notifications.services.senders import set_sender
from notifications.totals import Totals
from tests.house import House
from tests.notifications.delivery.conftest import Mailroom, prepared

AMELIE, BRUNO, DORA = "amelie@mail.example", "bruno@mail.example", "dora@mail.example"


def send(notice: Notice, now: datetime, limit: int = 20) -> Sent:
    transport = transport_for(notice.incident)
    try:
        return send_some(notice=notice, transport=transport, now=now, limit=limit)
    finally:
        transport.close()


def row_to(notice: Notice, address: str) -> PersonNotice:
    """The rows to Amélie, Bruno and Dora, in the order in which they were added."""
    order = {AMELIE: 0, BRUNO: 1, DORA: 2}
    return notice.people.exclude(person__has_email=False).order_by("pk")[order[address]]


def test_everybody_with_email_gets_one_over_one_connection(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    assert send(notice, now) == Sent({"success": 3})
    assert send(notice, now) == Sent({})
    assert [mailroom.to(address) for address in (AMELIE, BRUNO, DORA)] == [1, 1, 1]
    assert mailroom.sessions == 1
    assert reconcile(notice) == Totals(approved=5, delivered=3, pending=1, failed=1, unreachable=1)


def test_the_message_is_in_the_persons_language_and_bounces_name_the_attempt(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    send(notice, now)
    sender, recipient, message = mailroom.taken[0]
    attempt = Attempt.objects.get(person_notice=row_to(notice, AMELIE))
    assert (sender, recipient) == (f"bounce+{attempt.uid}@rivage.example", AMELIE)
    headers = {
        name: message[name]
        for name in ("From", "Reply-To", "Message-ID", "Auto-Submitted", "Content-Language")
    }
    assert headers == {
        "From": "Rivage <incident@rivage.example>",
        "Reply-To": "incident@rivage.example",
        "Message-ID": f"<{attempt.uid}@rivage.example>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "fr",
    }
    text, html = (part.get_payload(decode=True).decode() for part in message.get_payload())  # type: ignore[union-attr]
    assert "Amélie Durand" in text
    assert "copié des données" in text
    assert "Durand" not in str(message["Subject"])
    assert "<img" not in html


def test_a_temporary_refusal_waits_longer_each_time_and_ends_on_paper(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    mailroom.answers[BRUNO] = "451 4.3.0 try later"
    moment, waits = now, []
    for _ in GAPS:
        send(notice, moment)
        row = row_to(notice, BRUNO)
        assert (row.state, row.channel) == ("pending", "email")
        waits.append(row.next_at - moment)  # type: ignore[operator]
        assert send(notice, row.next_at - timedelta(seconds=1)) == Sent({})  # type: ignore[operator]
        moment = row.next_at  # type: ignore[assignment]
    assert waits == list(GAPS)
    send(notice, moment)
    row = row_to(notice, BRUNO)
    assert (row.state, row.channel, row.tried, mailroom.to(BRUNO)) == ("pending", "post", ["email"], 0)
    assert set(row.attempts.values_list("outcome", "code", "status")) == {
        ("temporary", "server_busy", "4.3.0")
    }


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 5.1.1 unknown", "mailbox_unknown"),
        ("554 5.7.1 no", "policy"),
        ("553 odd address", "bad_address"),
    ],
)
def test_a_permanent_refusal_takes_the_next_channel_without_a_new_approval(
    notice: Notice, mailroom: Mailroom, now: datetime, answer: str, code: str
) -> None:
    mailroom.answers[BRUNO] = answer
    digest = notice.digest
    send(notice, now)
    row = row_to(notice, BRUNO)
    assert (row.state, row.channel, row.attempts.get().code) == ("pending", "post", code)
    notice.refresh_from_db()
    assert (notice.state, notice.digest) == ("released", digest)


def test_without_another_channel_the_person_counts_as_unreachable(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    mailroom.answers[DORA] = "550 5.1.1 unknown"
    send(notice, now)
    row = row_to(notice, DORA)
    assert (row.state, row.reason) == ("unreachable", "no_channel_left")
    assert reconcile(notice) == Totals(approved=5, delivered=2, pending=1, failed=2, unreachable=2)


def test_a_line_cut_after_the_content_is_unclear_and_never_repeated(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    mailroom.hang_up.add(AMELIE)
    assert send(notice, now) == Sent({"ambiguous": 1, "success": 2})
    assert send(notice, now + timedelta(days=3)) == Sent({})
    assert (row_to(notice, AMELIE).state, mailroom.to(AMELIE)) == ("ambiguous", 1)
    assert reconcile(notice).ambiguous == 1
    assert mailroom.sessions == 2


def test_no_server_stops_the_batch_and_costs_one_try(
    notice: Notice, mailroom: Mailroom, now: datetime, settings: object
) -> None:
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined] # nobody listens there
    assert send(notice, now) == Sent({"temporary": 1}, must_stop=True)
    assert Attempt.objects.count() == 1


def test_a_refused_sender_is_our_trouble_and_no_verdict_on_the_person(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    mailroom.sender_answer = "550 5.7.1 not allowed"
    assert send(notice, now) == Sent({"temporary": 1}, must_stop=True)
    assert row_to(notice, AMELIE).channel == "email"


class Killed(BaseException):
    """Stands for kill -9: nothing below may catch it and tidy up."""


def test_killed_between_hand_over_and_record_is_unclear_and_sent_once(
    notice: Notice, mailroom: Mailroom, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EmailTransport.deliver

    def deliver_and_die(self: EmailTransport, message: Handover) -> object:
        real(self, message)
        raise Killed

    monkeypatch.setattr(EmailTransport, "deliver", deliver_and_die)
    with pytest.raises(Killed):
        send(notice, now)
    monkeypatch.undo()
    assert row_to(notice, AMELIE).state == "claimed"
    assert send(notice, now) == Sent({"success": 2})
    assert find_stuck(now=now + timedelta(minutes=14)) == 0
    assert find_stuck(now=now + timedelta(minutes=16)) == 1
    assert find_stuck(now=now + timedelta(minutes=16)) == 0
    assert send(notice, now + timedelta(days=9)) == Sent({})
    assert row_to(notice, AMELIE).state == "ambiguous"
    assert [mailroom.to(address) for address in (AMELIE, BRUNO, DORA)] == [1, 1, 1]


def test_killed_after_the_first_record_loses_only_the_letter_in_hand(
    notice: Notice, mailroom: Mailroom, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = EmailTransport.deliver, []

    def die_on_second(self: EmailTransport, message: Handover) -> object:
        calls.append(message.token)
        if len(calls) == 2:
            raise Killed
        return real(self, message)

    monkeypatch.setattr(EmailTransport, "deliver", die_on_second)
    with pytest.raises(Killed):
        send(notice, now)
    assert [row_to(notice, address).state for address in (AMELIE, BRUNO, DORA)] == [
        "accepted",
        "claimed",
        "pending",
    ]


def test_a_person_says_what_became_of_an_unclear_letter(
    notice: Notice, case: House, mailroom: Mailroom, now: datetime
) -> None:
    mailroom.hang_up.add(AMELIE)
    send(notice, now)
    row = row_to(notice, AMELIE)
    resolve(actor=case.responder, row=row, left=False, reason="no line in the server's log", now=now)
    mailroom.hang_up.clear()
    assert send(notice, now) == Sent({"success": 1})
    assert (row_to(notice, AMELIE).state, mailroom.to(AMELIE)) == ("accepted", 2)
    assert notice.remarks.get().reasons == "no line in the server's log"


def test_only_one_of_two_claims_is_granted(notice: Notice, now: datetime) -> None:
    row = row_to(notice, AMELIE)
    first, second = (claim(row=row, transport="smtp", letter_date=now.date(), now=now) for _ in range(2))
    assert first is not None
    assert second is None
    assert Attempt.objects.count() == 1


def test_a_dead_worker_that_comes_back_does_not_overrule_the_sweep(
    notice: Notice, mailroom: Mailroom, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EmailTransport.deliver

    def slow(self: EmailTransport, message: Handover) -> object:
        find_stuck(now=now + timedelta(hours=1))
        return real(self, message)

    monkeypatch.setattr(EmailTransport, "deliver", slow)
    send(notice, now, limit=1)
    assert row_to(notice, AMELIE).state == "ambiguous"


def test_a_removed_person_is_not_written_to(
    notice: Notice, case: House, mailroom: Mailroom, now: datetime
) -> None:
    remove(actor=case.responder, person=row_to(notice, AMELIE).person, reason="not affected", now=now)
    assert send(notice, now) == Sent({"success": 2})
    assert (row_to(notice, AMELIE).state, mailroom.to(AMELIE)) == ("withheld", 0)


def test_a_drill_reaches_nobody(case: House, mailroom: Mailroom, now: datetime) -> None:
    case.incident.drill = True
    case.incident.save()
    notice = prepared(case, now)
    assert isinstance(transport_for(notice.incident), DrillSink)
    assert send(notice, now) == Sent({"success": 3})
    assert (mailroom.taken, reconcile(notice).delivered) == ([], 3)
    with pytest.raises(ValueError, match="drill"):
        send_some(notice=notice, transport=EmailTransport(), now=now, limit=1)


def test_outcomes_are_noted_once_as_one_entry_and_nothing_personal_is(
    notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    mailroom.answers[BRUNO] = "550 5.1.1 bruno@mail.example unknown"
    send(notice, now)
    assert [note_outcomes(notice=notice, now=now) for _ in range(2)] == [3, 0]
    entry = Entry.objects.get(action="delivery.noted")
    assert '"count":3' in entry.body
    assert "mail.example" not in "\n".join(Entry.objects.values_list("body", flat=True))


def test_finished_when_nothing_waits(notice: Notice, mailroom: Mailroom, now: datetime) -> None:
    send(notice, now)
    assert finish_if_done(notice=notice, now=now) is False
    notice.people.filter(state="pending").update(state="posted")
    assert finish_if_done(notice=notice, now=now) is True
    notice.refresh_from_db()
    assert notice.state == "finished"
    assert finish_if_done(notice=notice, now=now) is False


def test_outcome_words_cover_every_failure() -> None:
    assert {cls.__name__ for cls in outbox.OUTCOMES} == {"TemporaryFailure", "PermanentFailure", "Ambiguous"}


def test_a_letter_leaves_as_the_sender_that_was_approved(
    case: House, mailroom: Mailroom, now: datetime
) -> None:
    mail: dict[str, Any] = {
        "from_email": "data@rivage.example",
        "reply_to": "answers@rivage.example",
        "return_lines": [],
    }
    set_sender(actor=case.admin, organisation=case.shop, names={"fr": "Rivage données"}, now=now, **mail)
    notice = prepared(case, now)
    mail |= {"from_email": "later@rivage.example", "reply_to": ""}
    set_sender(actor=case.admin, organisation=case.shop, names={}, now=now, **mail)
    send(notice, now)
    [message] = [message for _sender, to, message in mailroom.taken if to == AMELIE]
    assert str(make_header(decode_header(message["From"]))) == "Rivage données <data@rivage.example>"
    assert message["Reply-To"] == "answers@rivage.example"
