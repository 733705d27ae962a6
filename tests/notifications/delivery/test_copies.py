"""A letter once more, by a real mail server: to the address we have, noted, and never as a hand-over of the notice."""

import io
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest

from breach.errors import Conflict, Forbidden
from breach.models import Entry, PersonChannel
from breach.services.holds import Request, enter_hold
from breach.services.people import mark_channel
from notifications.delivery.outbox import send_some, transport_for
from notifications.models import AskedBy, LetterCopy, Notice, PersonNotice
from notifications.queries.letters import read_letter
from notifications.queries.notices import reconcile
from notifications.services import copies
from notifications.services.keeping import keep_from_email
from notifications.services.notices import release
from notifications.services.prepare import prepare_some
from notifications.services.returns import find_letter, record_bounce
from notifications.states import Code, Outcome, PersonState
from tests.house import House
from tests.notifications import campaign
from tests.notifications.delivery.conftest import Mailroom

pytestmark = pytest.mark.django_db(transaction=True)


def sent(notice: Notice, now: datetime) -> PersonNotice:
    """Amélie's letter, accepted by the mail server."""
    transport = transport_for(notice.incident)
    send_some(notice=notice, transport=transport, now=now, limit=50)
    transport.close()
    return (
        PersonNotice.objects.select_related("notice__incident", "person")
        .filter(notice=notice, state=PersonState.ACCEPTED, language="fr")
        .get()
    )


def ask(case: House, row: PersonNotice, now: datetime, **changes: Any) -> LetterCopy:
    values: dict[str, Any] = {"asked_by": AskedBy.PHONE, "large_print": False}
    return copies.send_copy(actor=case.responder, row=row, now=now, **(values | changes))


def words_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_copy_goes_to_the_known_address_with_the_letter_that_was_sent(
    case: House, notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    row = sent(notice, now)
    sums = reconcile(notice)
    first = next(message for _from, to, message in mailroom.taken if to == "amelie@mail.example")
    mailroom.taken.clear()
    later = now + timedelta(days=9)

    copy = ask(case, row, later)

    ((envelope, to, message),) = mailroom.taken
    text, html, pdf = [part for part in message.walk() if not part.is_multipart()]
    told = [part for part in first.walk() if not part.is_multipart()]
    assert (to, copy.outcome, copy.code) == ("amelie@mail.example", Outcome.SUCCESS, Code.ACCEPTED)
    assert copy.uid in envelope
    assert message["Subject"] == first["Subject"]
    assert text.get_payload(decode=True) == told[0].get_payload(decode=True)
    assert html.get_payload(decode=True) == told[1].get_payload(decode=True)
    assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", "letter.pdf")
    content = pdf.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "Amélie Durand" in words_of(content)
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.Lang == "fr"
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    row.refresh_from_db()
    assert (row.state, row.attempts.count()) == (PersonState.ACCEPTED, 1)
    assert reconcile(notice) == sums
    entries = Entry.objects.filter(chain=case.incident.chain, action__startswith="letter.copy").order_by("pk")
    assert [(one.action, one.subject) for one in entries] == [
        ("letter.copy_asked", row.uid),
        ("letter.copy_sent", row.uid),
    ]


def test_large_print_says_the_same_on_more_room(
    case: House, notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    row = sent(notice, now)
    usual = copies.take_pdf(actor=case.responder, row=row, large_print=False, now=now)
    large = copies.take_pdf(actor=case.responder, row=row, large_print=True, now=now)

    body = read_letter(row, now=now).letter.body
    for pdf in (usual, large):
        said = " ".join(words_of(pdf).split())
        assert [one.heading for one in body.sections if one.heading not in said] == []
    with pikepdf.open(io.BytesIO(usual)) as one, pikepdf.open(io.BytesIO(large)) as other:
        assert len(other.pages) > len(one.pages)
    reads = Entry.objects.filter(chain=case.incident.access_chain, subject=f"letter_pdf/{row.uid}")
    assert reads.count() == 2


def test_second_press_sends_nothing(case: House, notice: Notice, mailroom: Mailroom, now: datetime) -> None:
    row = sent(notice, now)
    ask(case, row, now)
    mailroom.taken.clear()

    with pytest.raises(Conflict, match="a moment ago"):
        ask(case, row, now + timedelta(seconds=60))
    assert mailroom.taken == []
    ask(case, row, now + timedelta(minutes=3), large_print=True)
    assert len(mailroom.taken) == 1


def test_refused_copy_is_shown_and_changes_no_letter(
    case: House, notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    row = sent(notice, now)
    mailroom.answers["amelie@mail.example"] = "550 5.1.1 no such user"

    copy = ask(case, row, now)

    assert (copy.outcome, copy.code, copy.status) == (Outcome.PERMANENT, Code.MAILBOX_UNKNOWN, "5.1.1")
    row.refresh_from_db()
    assert row.state == PersonState.ACCEPTED


def test_bounce_of_a_copy_is_noted_with_the_copy(
    case: House, notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    row = sent(notice, now)
    copy = ask(case, row, now)
    raw = (
        f"From: MAILER-DAEMON@mail.example\r\nTo: bounce+{copy.uid}@example.org\r\nSubject: failed\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; amelie@mail.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
    envelope = f"bounce+{copy.uid}@example.org"

    result = record_bounce(raw=raw, envelope_to=envelope, now=now)
    record_bounce(raw=raw, envelope_to=envelope, now=now)

    copy.refresh_from_db()
    row.refresh_from_db()
    assert result.matched
    assert (copy.came_back_code, row.state) == (Code.MAILBOX_UNKNOWN, PersonState.ACCEPTED)
    assert Entry.objects.filter(action="letter.copy_bounced").count() == 1


def test_what_speaks_against_a_copy(case: House, notice: Notice, mailroom: Mailroom, now: datetime) -> None:
    row = sent(notice, now)
    assert copies.refusal(row, now) == copies.Refusal()

    cleo = PersonNotice.objects.get(notice=notice, person__has_email=False, person__has_address=True)
    assert copies.refusal(cleo, now) == copies.Refusal(email="We have no e-mail address of this person.")
    mark_channel(actor=None, person=row.person, channel=PersonChannel.POST, why="mail_bounced", now=now)
    row.person.refresh_from_db()
    assert copies.refusal(row, now).email.startswith("E-mail to this person came back")
    keep_from_email(actor=case.manager, notice=notice, reason="Our server was taken over", now=now)
    assert "somebody else may read it" in copies.refusal(find_letter(case.incident, row.reference), now).email
    with pytest.raises(Conflict, match="somebody else may read it"):
        ask(case, find_letter(case.incident, row.reference), now)
    assert LetterCopy.objects.count() == 0


def test_nothing_is_given_out_before_release_or_while_law_enforcement_asks(
    case: House, now: datetime
) -> None:
    notice = campaign.approved(case, now)

    def first() -> PersonNotice:
        rows = PersonNotice.objects.select_related("notice__incident", "person")
        return rows.filter(notice=notice, language="fr").order_by("pk")[0]

    with pytest.raises(Conflict, match="has not left"):
        copies.take_pdf(actor=case.responder, row=first(), large_print=False, now=now)
    notice = release(actor=case.manager, notice=notice, now=now)
    while prepare_some(notice=notice, now=now):
        pass
    enter_hold(
        actor=case.responder,
        incident=case.incident,
        party=case.party,
        request=Request(
            jurisdiction="FR",
            form="written",
            official="Commissaire Lenoir",
            basis="Code de procédure pénale, art. 11",
            document="Parquet de Lyon, PV 2026/118",
            since=now - timedelta(hours=1),
        ),
        zone="Europe/Paris",
        now=now,
    )
    with pytest.raises(Conflict, match="Law enforcement"):
        copies.take_pdf(actor=case.responder, row=first(), large_print=True, now=now)


def test_auditors_neither_read_nor_send(
    case: House, notice: Notice, mailroom: Mailroom, now: datetime
) -> None:
    row = sent(notice, now)
    with pytest.raises(Forbidden):
        copies.take_pdf(actor=case.auditor, row=row, large_print=False, now=now)
    with pytest.raises(Forbidden):
        copies.send_copy(actor=case.auditor, row=row, asked_by=AskedBy.PHONE, large_print=False, now=now)
    assert LetterCopy.objects.count() == 0
