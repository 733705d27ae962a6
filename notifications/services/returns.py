"""What comes back: bounces, complaints and returned post, matched to the person, and the next channel
taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.intake.contact import email_key
from breach.intake.match import EMAIL
from breach.keys import vault_for
from breach.models import Incident, PersonChannel, User
from breach.models import PersonState as Affected
from breach.permissions import require
from breach.queries.blind_keys import holders
from breach.services.people import COMPLAINED, mark_channel
from breach.services.record import record
from notifications.codes import read_reference
from notifications.delivery.bounces import ComeBack, Kind, read
from notifications.models import Attempt, PersonNotice
from notifications.services import copies
from notifications.services.delivery import ADDRESS_DEAD, finish_if_done, step_down, try_again
from notifications.services.moves import move_person
from notifications.states import RETURN_CODES, Channel, Code, PersonState

CAN_BOUNCE = (PersonState.ACCEPTED, PersonState.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class BounceResult:
    """What a message in the bounce mailbox was, whose it is, and where that person's letter stands now."""

    kind: Kind
    matched: bool = False
    row_uid: str = ""
    state: str = ""
    channel: str = ""
    is_news: bool = False


def record_bounce(*, raw: bytes, now: datetime, envelope_to: str = "") -> BounceResult:
    """Read one message of the bounce mailbox and do what follows. Nothing of the message is kept but a code.

    A hard bounce takes the next channel, a soft one waits for another try, automatic answers change nothing,
    and a
    complaint takes the next channel, for that mailbox wants no more of us. Giving the same message twice
    changes
    nothing. Raises BadInput for what is no message.
    """
    told = read(raw, envelope_to=envelope_to)
    if (
        told.is_bounce
        and told.token
        and copies.bounced(token=told.token, code=told.code, status=told.status, now=now)
    ):
        return BounceResult(told.kind, matched=True)
    attempt = _attempt_of(told)
    if attempt is None:
        return BounceResult(told.kind)
    row = attempt.person_notice
    if not told.is_bounce and told.kind != Kind.COMPLAINT:
        return BounceResult(told.kind, True, row.uid, row.state, row.channel)
    code = Code.POLICY if told.kind == Kind.COMPLAINT else told.code
    with transaction.atomic():
        row, is_news = _bounced(attempt, told.kind, code, told.status, now)
    finish_if_done(notice=row.notice, now=now)
    return BounceResult(told.kind, True, row.uid, row.state, row.channel, is_news)


def record_returned(
    *, actor: User, incident: Incident, reference: str, reason: str, now: datetime
) -> PersonNotice:
    """Record a letter that the post brought back, by its printed reference; the next channel is taken.

    `reason` is one of RETURN_CODES. Raises BadInput for a reference that no posted letter of the incident
    has.
    """
    require(actor, "delivery.record", incident)
    if reason not in RETURN_CODES:
        raise BadInput(
            f"{reason!r} is no reason for a return", place="reason", mend="Choose one of the list."
        )
    row = find_letter(incident, reference)
    if row.state != PersonState.POSTED:
        raise Conflict(
            f"This letter is “{row.get_state_display()}”. Only a posted letter can come back; "
            "record the posting of its print run first."
        )
    with transaction.atomic():
        attempt = row.attempts.filter(channel=Channel.POST).order_by("-pk").first()
        if attempt:
            Attempt.objects.filter(pk=attempt.pk).update(came_back_at=now, came_back_code=reason)
        row = move_person(row, PersonState.RETURNED, next_at=None)
        row = step_down(row=row, code=Code(reason), now=now)
        data = {"notice": row.notice.uid, "code": reason, "state": row.state, "channel": row.channel}
        record(
            actor=actor, incident=incident, action="delivery.returned", subject=row.uid, data=data, now=now
        )
    finish_if_done(notice=row.notice, now=now)
    return row


def find_letter(incident: Incident, reference: str) -> PersonNotice:
    """Return the row whose reference was typed or scanned. Raises BadInput when there is none in the
    incident.
    """
    known = read_reference(reference)
    rows = PersonNotice.objects.filter(notice__incident=incident, reference=known or "")
    row = rows.select_related("notice__incident", "person").first()
    if row is None:
        why = (
            "No letter has this reference"
            if known
            else "This is no reference: a character is wrong or missing"
        )
        raise BadInput(
            why, place="reference", mend="Read it again from the letter, above the address or at its end."
        )
    return row


def _bounced(
    attempt: Attempt, kind: Kind, code: Code, status: str, now: datetime
) -> tuple[PersonNotice, bool]:
    row = PersonNotice.objects.select_related("notice__incident", "person").get(pk=attempt.person_notice_id)
    fresh = Attempt.objects.filter(pk=attempt.pk, came_back_at__isnull=True)
    if not fresh.update(came_back_at=now, came_back_code=code, status=status):
        return row, False
    is_last = not row.attempts.filter(pk__gt=attempt.pk).exists()
    if is_last and row.state in CAN_BOUNCE:
        row = move_person(row, PersonState.BOUNCED, next_at=None)
        row = try_again(row=row, now=now) if kind == Kind.SOFT else step_down(row=row, code=code, now=now)
    if kind == Kind.COMPLAINT or (kind == Kind.HARD and code in ADDRESS_DEAD):
        _remember(row, kind, now)
    data: Mapping[str, Any] = {
        "notice": row.notice.uid,
        "attempt": attempt.uid,
        "kind": kind.value,
        "code": code,
        "status": status,
        "state": row.state,
        "channel": row.channel,
    }
    record(
        actor=None,
        incident=row.notice.incident,
        action="delivery.bounced",
        subject=row.uid,
        data=data,
        now=now,
    )
    return row, True


def _remember(row: PersonNotice, kind: Kind, now: datetime) -> None:
    """Let no later notice go to a dead mailbox, or to one that wants no more mail of us; a corrected address ends it."""
    person = row.person
    if person.state != Affected.ACTIVE or not person.has_email:
        return
    channel = PersonChannel.POST if person.has_address else PersonChannel.NONE
    why = COMPLAINED if kind == Kind.COMPLAINT else "mail_bounced"
    if (person.channel, person.channel_why) != (channel, why):
        mark_channel(actor=None, person=person, channel=channel, why=why, now=now)


def _attempt_of(told: ComeBack) -> Attempt | None:
    attempts = Attempt.objects.filter(channel=Channel.EMAIL).select_related("person_notice__notice__incident")
    if told.token:
        return attempts.filter(uid=told.token).first()
    found = {attempt.pk: attempt for address in told.addresses for attempt in _sent_to(address)}
    # Two people, or two notices, behind one address: nobody can tell which letter this is about.
    return next(iter(found.values())) if len(found) == 1 else None


def _sent_to(address: str) -> list[Attempt]:
    """Return the newest e-mail attempt of every row that was sent to this address and not come back."""
    found = []
    open_rows = PersonNotice.objects.filter(state__in=CAN_BOUNCE, channel=Channel.EMAIL)
    for incident in Incident.objects.filter(letter_notices__people__in=open_rows).distinct():
        index = vault_for(incident).blind(email_key(address), kind=EMAIL)
        people = holders(incident, "email_index", index).values("person")
        for row in open_rows.filter(notice__incident=incident, person__in=people):
            attempt = row.attempts.select_related("person_notice__notice__incident").order_by("-pk").first()
            if attempt and attempt.came_back_at is None:
                found.append(attempt)
    return found
