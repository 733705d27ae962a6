"""Decisions that are to be looked at again on a day: one alarm for each of those who may decide, planned as a row.

breach/services/alarms.py sends them, once each. Another day calls off what was planned, which stays as history.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import (
    Decision,
    Incident,
    Membership,
    Party,
    Reminder,
    ReminderChannel,
    ReminderState,
    User,
)
from breach.permissions import require
from breach.queries.decisions import deciders, standing, stands
from breach.services.record import record
from breach.services.reminder_plans import review_mark
from breach.services.reminders import PERSONAL

# When in the day, in the incident's zone. A matter of attention, not of law.
MORNING = time(8)


def plan_review(*, decision: Decision, now: datetime) -> int:
    """Plan the alarms of the day on which a decision is looked at again, for everybody who may decide.

    What was planned for decisions about the same is called off. Returns how many. In the caller's transaction.
    """
    same = Decision.objects.filter(party=decision.party_id, about=decision.about)
    planned = Reminder.objects.filter(decision__in=same, state=ReminderState.PLANNED)
    planned.update(state=ReminderState.WITHDRAWN, settled_at=now, note="replanned")
    people = deciders(decision.incident).values_list("pk", flat=True)
    return _create(_rows(decision, people, now))


def include_member(*, member: Membership, now: datetime) -> int:
    """Plan the coming reviews for somebody who joins and may decide. Returns how many alarms."""
    if not deciders(member.incident).filter(pk=member.user_id).exists():
        return 0
    parties = Party.objects.filter(incident=member.incident).values_list("pk", flat=True)
    rows = [row for party in parties for row in standing(party)]
    coming = [row for row in rows if row.review_on and moment_of(row.review_on, row.incident) > now]
    return _create(one for row in coming for one in _rows(row, [member.user_id], now))


def move_review(*, actor: User, decision: Decision, review_on: date, now: datetime) -> Decision:
    """Give the decision that stands another day on which it is looked at again.

    Raises Conflict where another decision took its place, BadInput for a day that has passed.
    """
    require(actor, "decision.make", decision.incident)
    check_day(review_on, decision.incident, now)
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=decision.party_id)
        if not stands(decision):
            raise Conflict(_("Another decision has taken its place. Look at that one."))
        old, decision.review_on = decision.review_on, review_on
        decision.save(update_fields=["review_on"])
        planned = plan_review(decision=decision, now=now)
        data = {"old": old.isoformat() if old else None, "new": review_on.isoformat(), "alarms": planned}
        record(
            actor=actor,
            incident=decision.incident,
            action="decision.review_moved",
            subject=decision.uid,
            data=data,
            now=now,
        )
    return decision


def check_day(day: date, incident: Incident, now: datetime) -> None:
    """Refuse a day that is over where the incident is."""
    if day < now.astimezone(ZoneInfo(incident.zone)).date():
        raise BadInput(
            _("This day has passed"),
            place="review_on",
            mend=_("Give the day on which it is to be looked at again."),
        )


def moment_of(day: date, incident: Incident) -> datetime:
    """Return the instant at which a review on `day` alarms."""
    return datetime.combine(day, MORNING, ZoneInfo(incident.zone))


def _rows(decision: Decision, people: Iterable[int], now: datetime) -> Iterable[Reminder]:
    if decision.review_on is None:
        return
    # A drill stays inside the application: nothing of it leaves the house.
    channels = (ReminderChannel.IN_APP,) if decision.incident.drill else PERSONAL
    at = max(moment_of(decision.review_on, decision.incident), now)
    for person in people:
        for channel in channels:
            yield Reminder(
                decision=decision,
                mark=review_mark(at),
                due=at,
                next_try_at=at,
                channel=channel,
                user_id=person,
                created_at=now,
            )


def _create(rows: Iterable[Reminder]) -> int:
    # Whoever has the alarm already keeps it.
    return len(Reminder.objects.bulk_create(rows, ignore_conflicts=True))
