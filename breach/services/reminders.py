"""Alarms of clocks: planned as rows, asked for with "due and not sent?", so that a missed run loses nothing."""

from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation

from breach.models import InAppNotice, Membership, Obligation, Reminder, Role, User
from breach.services.record import record

log = structlog.get_logger(__name__)

SHARES = {"50": 50, "75": 75, "90": 90}  # percent of the time from start to due
BEFORE_END = timedelta(hours=1)
LATE_AFTER = timedelta(minutes=10)
CLAIM_HOLDS = timedelta(minutes=10)


def plan(*, obligation: Obligation, now: datetime) -> list[Reminder]:
    """Plan the alarms of a clock that has an end. Marks that have already passed are not planned, except the last."""
    if obligation.due is None:
        return []
    start = obligation.runs_from or now
    length = obligation.due - start
    marks = {name: start + length * share / 100 for name, share in SHARES.items()}
    marks["hour"] = obligation.due - BEFORE_END
    marks["end"] = obligation.due
    ahead = {name: due for name, due in marks.items() if due > now or name == "end"}
    rows = [
        Reminder(obligation=obligation, mark=name, due=due, created_at=now) for name, due in ahead.items()
    ]
    return Reminder.objects.bulk_create(rows)


def withdraw(*, obligation: Obligation, now: datetime) -> int:
    """Call off what has not been sent; the rows stay as history."""
    return Reminder.objects.filter(obligation=obligation, sent_at=None, withdrawn_at=None).update(
        withdrawn_at=now
    )


def send_due(*, now: datetime) -> int:
    """Send every alarm that is due and not sent, once each, however many sweeps run. Returns how many."""
    sent = 0
    # A sweep that died between claiming and sending leaves its claim; a second alarm is better than none.
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_HOLDS)
    due = Reminder.objects.filter(free, due__lte=now, sent_at=None, withdrawn_at=None)
    for row in due.select_related("obligation__incident").order_by("due"):
        # Zero rows changed: another sweep has it.
        if not Reminder.objects.filter(free, pk=row.pk, sent_at=None).update(claimed_at=now):
            continue
        _send(row, now)
        sent += 1
    return sent


def people_in_charge(obligation: Obligation) -> list[User]:
    members = Membership.objects.filter(incident=obligation.incident, user__is_active=True).exclude(
        user__role__in=(Role.AUDITOR, Role.GUEST)
    )
    return [member.user for member in members.select_related("user").order_by("pk")]


def _send(row: Reminder, now: datetime) -> None:
    obligation = row.obligation
    incident = obligation.incident
    users = people_in_charge(obligation)
    row.sent_at, row.late = now, now - row.due > LATE_AFTER
    values = {
        "obligation": obligation.uid,
        "mark": row.mark,
        "due": obligation.due.isoformat() if obligation.due else "",
    }
    with transaction.atomic():
        row.save(update_fields=["sent_at", "late"])
        for user in users:
            InAppNotice.objects.create(
                user=user, incident=incident, kind="clock", values=values, created_at=now
            )
        data = {
            "mark": row.mark,
            "due": row.due.isoformat(),
            "late": row.late,
            "to": [user.uid for user in users],
        }
        record(
            actor=None, incident=incident, action="reminder.sent", subject=obligation.uid, data=data, now=now
        )
    if not incident.drill:
        for user in users:
            _mail(user, obligation)


def _mail(user: User, obligation: Obligation) -> None:
    """Say reference and deadline only: the attacker may still read our mail."""
    values = {"reference": obligation.incident.reference, "due": obligation.due, "zone": user.zone}
    with translation.override(user.language):
        subject = render_to_string("emails/reminder/subject.txt", values).strip()
        body = render_to_string("emails/reminder/body.txt", values)
    try:
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
    except (SMTPException, OSError) as failure:
        # The notice in the application stands; a mail server that is down must not stop the other alarms.
        log.warning("reminder mail failed", obligation=obligation.uid, kind=type(failure).__name__)
