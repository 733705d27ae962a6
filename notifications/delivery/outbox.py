"""E-mail from rows to the server: claim, commit, hand over, record; the record of one and the claim of the
next share
a transaction. A worker that dies between leaves one claimed row, which a sweep shows as ambiguous.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.models import Incident
from breach.services.person_rows import local_day
from notifications.addressing import Addressed, address
from notifications.contents import frozen_content
from notifications.delivery.email import EmailTransport
from notifications.delivery.sink import DrillSink
from notifications.delivery.transport import (
    Ambiguous,
    DeliveryFailure,
    Handover,
    PermanentFailure,
    TemporaryFailure,
    Transport,
)
from notifications.letters.compose import address_letter, compose_body, variant_of
from notifications.letters.emailing import render_email
from notifications.letters.values import Body, EmailValue, NoticeContent, VariantKey
from notifications.models import Attempt, Notice
from notifications.services.delivery import Result, claim, due, leave_out_departed, record_outcome
from notifications.services.keeping import lead_on
from notifications.states import Channel, Code, Outcome

OUTCOMES: dict[type[DeliveryFailure], Outcome] = {
    TemporaryFailure: Outcome.TEMPORARY,
    PermanentFailure: Outcome.PERMANENT,
    Ambiguous: Outcome.AMBIGUOUS,
}
# Our own server or line is the trouble: going on would only use up everybody's tries.
STOPS = frozenset({Code.NO_CONNECTION, Code.SENDER_REFUSED})
UNWRITABLE = Result(Outcome.PERMANENT, Code.OTHER)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one call did: hand-overs by outcome, and whether the line to our own server is the trouble."""

    outcomes: dict[str, int]
    must_stop: bool = False

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())


def transport_for(incident: Incident) -> Transport:
    """Return the way out for e-mail. A drill's letters end in a sink whatever the settings say."""
    return DrillSink() if incident.drill else EmailTransport()


def send_some(*, notice: Notice, transport: Transport, now: datetime, limit: int) -> Sent:
    """Hand over up to `limit` letters that are due by e-mail. `now` should be fresh: call with small
    limits.
    """
    if notice.incident.drill and not isinstance(transport, DrillSink):
        raise ValueError("a drill hands nothing over")
    leave_out_departed(notice)
    lead_on(notice=notice, now=now)
    rows = list(due(notice, Channel.EMAIL, now)[:limit])
    if not rows:
        return Sent({})
    outcomes: Counter[str] = Counter()
    before: tuple[Attempt, Result] | None = None
    must_stop = False
    day = local_day(notice.incident, now)
    content = frozen_content(notice)
    composer = _Composer(content, day)
    for one in address(notice, rows):
        email = composer.email(one)
        attempt = _next(before, one, transport.name, day, now)
        before = None
        if attempt is None:
            continue
        result = UNWRITABLE if email is None else _hand_over(transport, content, attempt, one, email)
        before = (attempt, result)
        outcomes[result.outcome] += 1
        must_stop = result.code in STOPS
        if must_stop:
            break
    _settle(before, now)
    return Sent(dict(outcomes), must_stop)


class _Composer:
    """Composes the letters of one call; what a variant shares is composed once."""

    def __init__(self, content: NoticeContent, day: date) -> None:
        self._content, self._day = content, day
        self._bodies: dict[VariantKey, Body] = {}

    def email(self, one: Addressed) -> EmailValue | None:
        """Return the message, or None where the letter cannot be written in words."""
        try:
            key = variant_of(self._content, one.recipient)
            if key not in self._bodies:
                self._bodies[key] = compose_body(self._content, key, date=self._day)
            return render_email(address_letter(self._content, self._bodies[key], one.recipient))
        except BadInput:
            return None


def _next(
    before: tuple[Attempt, Result] | None, one: Addressed, transport: str, day: date, now: datetime
) -> Attempt | None:
    """Record the hand-over before and claim the next letter, in one transaction."""
    with transaction.atomic():
        _settle(before, now)
        return claim(row=one.row, transport=transport, letter_date=day, now=now)


def _settle(before: tuple[Attempt, Result] | None, now: datetime) -> None:
    if before is None:
        return
    try:
        record_outcome(attempt=before[0], result=before[1], now=now)
    except Conflict:
        return  # a sweep held this worker for dead and showed the letter as unclear; that stands


def message_to(
    address: str,
    content: NoticeContent,
    email: EmailValue,
    *,
    token: str,
    attachment: tuple[str, bytes] | None = None,
) -> Handover:
    """Return the message to one address, from the sender that the notice was approved with."""
    mail = content.mail_sender
    name, answers = content.display_name(email.language), mail.reply_to or content.sender.email
    return Handover(token, address, email, name, answers, mail.address, attachment)


def _hand_over(
    transport: Transport, content: NoticeContent, attempt: Attempt, one: Addressed, email: EmailValue
) -> Result:
    if not one.person.email:
        return Result(Outcome.PERMANENT, Code.BAD_ADDRESS)
    message = message_to(one.person.email, content, email, token=attempt.uid)
    try:
        return Result(Outcome.SUCCESS, transport.deliver(message))
    except DeliveryFailure as failure:
        return Result(OUTCOMES[type(failure)], failure.code, failure.status)
