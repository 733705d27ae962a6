"""No more e-mail from a notice that is out, because our own mail turned out not to be safe: the next channel takes over.

A step down the channels that were approved voids nothing. The mark is set first; what waits is led on in batches before
each hand-over, so that a worker killed in between sends nothing either.
"""

from datetime import datetime

from django.db import transaction

from breach.errors import Conflict
from breach.models import User
from breach.permissions import require
from notifications.delivery.channels import next_channel, usable
from notifications.models import Notice, PersonNotice
from notifications.services.moves import move_person
from notifications.services.pausing import say
from notifications.states import Channel, KeptFromEmail, NoticeState, PersonState, Withheld

AT_ONCE = 200


def keep_from_email(*, actor: User, notice: Notice, reason: str, now: datetime) -> Notice:
    """Let nothing more of a released notice leave by e-mail. Raises BadInput without a reason, Conflict when it is not out or
    kept from e-mail already.
    """
    require(actor, "release", notice.incident)
    with transaction.atomic():
        out = Notice.objects.filter(pk=notice.pk, state=NoticeState.RELEASED)
        if not out.exclude(kept_from_email=KeptFromEmail.EVERYBODY).update(
            kept_from_email=KeptFromEmail.EVERYBODY
        ):
            raise Conflict("No e-mail leaves from this notice.")
        say(actor, notice, "delivery.kept_from_email", reason, now)
    notice.refresh_from_db()
    lead_on(notice=notice, now=now)
    return notice


def lead_on(*, notice: Notice, now: datetime) -> int:
    """Give the letters that wait for an e-mail which may not leave any more their next channel. Returns how many."""
    if notice.kept_from_email != KeptFromEmail.EVERYBODY:
        return 0
    done = 0
    waiting = notice.people.filter(state=PersonState.PENDING, channel=Channel.EMAIL).select_related("person")
    while rows := list(waiting.order_by("pk")[:AT_ONCE]):
        with transaction.atomic():
            for row in rows:
                _lead_on(row, notice, now)
        done += len(rows)
    return done


def _lead_on(row: PersonNotice, notice: Notice, now: datetime) -> None:
    person, tried = row.person, [*row.tried, Channel.EMAIL]
    _email, address = usable(
        has_email=person.has_email,
        has_address=person.has_address,
        channel=person.channel,
        channel_why=person.channel_why,
    )
    channel = next_channel(notice.policy, has_email=False, has_address=address, tried=tried)
    if channel is None:
        move_person(row, PersonState.UNREACHABLE, tried=tried, reason=Withheld.NO_CHANNEL_LEFT, next_at=None)
        return
    same = PersonNotice.objects.filter(pk=row.pk, state=PersonState.PENDING, channel=Channel.EMAIL)
    if not same.update(channel=channel, tried=tried, tries=0, next_at=now):
        raise Conflict("This letter moved on meanwhile.")
