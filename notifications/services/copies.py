"""A letter once more, because its reader asked: as an accessible PDF to be saved, or by e-mail to the address we have.

Somebody who is blind, or lost the letter, calls. Nothing goes to an address that the caller names: that would hand the
letter to whoever asks. A wrong address is corrected with its person first (breach/services/people.py). A copy tells
nobody for the first time, so it neither moves the row of the notice nor counts in any sum.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import Conflict
from breach.models import User
from breach.permissions import require
from breach.services.record import record, record_read
from notifications.contents import frozen_content
from notifications.delivery.channels import may_email, usable
from notifications.delivery.outbox import OUTCOMES, message_to, transport_for
from notifications.delivery.transport import DeliveryFailure
from notifications.letters.emailing import render_email
from notifications.letters.render import render_pdf
from notifications.models import LetterCopy, PersonNotice
from notifications.queries.letters import ReadLetter, read_letter
from notifications.queries.standstill import standstill_of
from notifications.services.delivery import Result
from notifications.states import Code, Outcome, PersonState

# A second press of the button, or two colleagues on one call.
ONCE_IN = timedelta(minutes=2)
# The letter is not theirs, or not theirs any more.
_NOT_GIVEN = (PersonState.LISTED, PersonState.WITHHELD, PersonState.SUPERSEDED)
FILENAME = "letter.pdf"  # in every language, and without a word about the person


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a letter is not given out, or not by e-mail; worded for the page."""

    pdf: str = ""
    email: str = ""


def refusal(row: PersonNotice, now: datetime) -> Refusal:
    """Say what speaks against a copy of this letter now. Pure reading."""
    if not row.notice.is_out or row.state in _NOT_GIVEN:
        words = _("This letter has not left: it waits, or was held back.")
        return Refusal(words, words)
    stopped = standstill_of(row.notice, now)
    if stopped and stopped.concerns(row.country):
        words = _("Law enforcement asked that letters to these people wait.")
        return Refusal(words, words)
    return Refusal(email=_no_email(row))


def _no_email(row: PersonNotice) -> str:
    person = row.person
    has_email, _address = usable(
        has_email=person.has_email,
        has_address=person.has_address,
        channel=person.channel,
        channel_why=person.channel_why,
    )
    if not person.has_email:
        return _("We have no e-mail address of this person.")
    if not may_email(row.notice.kept_from_email, person.kinds):
        return _("No e-mail goes to this person: somebody else may read it. Send the PDF by post.")
    if not has_email:
        return _(
            "E-mail to this person came back or is not wanted. Correct the address first, or send the PDF by post."
        )
    return ""


def take_pdf(*, actor: User, row: PersonNotice, large_print: bool, now: datetime) -> bytes:
    """Return the letter as tagged PDF (PDF/UA-1), with the date it bears, and note the reading.

    Raises Forbidden, and Conflict where it may not be given out.
    """
    require(actor, "people.read", row.notice.incident)
    if words := refusal(row, now).pdf:
        raise Conflict(words)
    with transaction.atomic():
        record_read(actor=actor, incident=row.notice.incident, what=f"letter_pdf/{row.uid}", count=1, now=now)
    return render_pdf(read_letter(row, now=now, large_print=large_print).letter)


def send_copy(
    *, actor: User, row: PersonNotice, asked_by: str, large_print: bool, now: datetime
) -> LetterCopy:
    """Send the letter with its PDF to the person's own address. The claim is committed before anything leaves; a copy
    that was interrupted stays without outcome and is shown so, never repeated by itself.

    Raises Forbidden, and Conflict where no e-mail may go to this person or one has just gone.
    """
    incident = row.notice.incident
    require(actor, "people.read", incident)
    require(actor, "delivery.record", incident)
    copy = _claim(actor, row, asked_by, large_print, now)
    return _settle(copy, _hand_over(copy, read_letter(row, now=now, large_print=large_print)), now)


def _claim(actor: User, row: PersonNotice, asked_by: str, large_print: bool, now: datetime) -> LetterCopy:
    with transaction.atomic():
        PersonNotice.objects.select_for_update().get(pk=row.pk)
        if words := refusal(row, now).email:
            raise Conflict(words)
        if row.copies.filter(created_at__gt=now - ONCE_IN).exists():
            raise Conflict(_("A copy of this letter was sent a moment ago."))
        copy = LetterCopy.objects.create(
            person_notice=row, asked_by=asked_by, large_print=large_print, created_by=actor, created_at=now
        )
        record(
            actor=actor,
            incident=row.notice.incident,
            action="letter.copy_asked",
            subject=row.uid,
            data={"copy": copy.uid, "asked_by": asked_by, "large_print": large_print},
            now=now,
        )
    return copy


def _hand_over(copy: LetterCopy, read: ReadLetter) -> Result:
    notice = copy.person_notice.notice
    if not read.email:
        return Result(Outcome.PERMANENT, Code.BAD_ADDRESS)
    message = message_to(
        read.email,
        frozen_content(notice),
        render_email(read.letter),
        token=copy.uid,
        attachment=(FILENAME, render_pdf(read.letter)),
    )
    transport = transport_for(notice.incident)
    try:
        return Result(Outcome.SUCCESS, transport.deliver(message))
    except DeliveryFailure as failure:
        return Result(OUTCOMES[type(failure)], failure.code, failure.status)
    finally:
        transport.close()


def _settle(copy: LetterCopy, result: Result, now: datetime) -> LetterCopy:
    copy.outcome, copy.code, copy.status = result.outcome, result.code, result.status
    copy.finished_at = now
    with transaction.atomic():
        copy.save(update_fields=["outcome", "code", "status", "finished_at"])
        record(
            actor=copy.created_by,
            incident=copy.person_notice.notice.incident,
            action="letter.copy_sent",
            subject=copy.person_notice.uid,
            data={"copy": copy.uid, "outcome": copy.outcome, "code": copy.code},
            now=now,
        )
    return copy


def bounced(*, token: str, code: Code, status: str, now: datetime) -> bool:
    """Note that a copy came back; returns whether `token` is one. The letter itself is not touched by it."""
    copy = LetterCopy.objects.select_related("person_notice__notice__incident").filter(uid=token).first()
    if copy is None:
        return False
    with transaction.atomic():
        fresh = LetterCopy.objects.filter(pk=copy.pk, came_back_at=None)
        if fresh.update(came_back_at=now, came_back_code=code, status=status):
            record(
                actor=None,
                incident=copy.person_notice.notice.incident,
                action="letter.copy_bounced",
                subject=copy.person_notice.uid,
                data={"copy": copy.uid, "code": code},
                now=now,
            )
    return True
