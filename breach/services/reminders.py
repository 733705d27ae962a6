"""Alarms of clocks, planned as rows: one for each mark, recipient and channel. breach/services/alarms.py sends them.

A clock that appears or is corrected when part of its time has gone is announced at once by the last mark that
passed; earlier ones would say less. Rows that are no longer wanted are called off and stay as history.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from breach.models import (
    Incident,
    Membership,
    Obligation,
    ObligationState,
    Reminder,
    ReminderChannel,
    ReminderState,
    Role,
    User,
    WebhookEndpoint,
)
from breach.services.record import record
from breach.services.reminder_plans import Marks, standing_marks

RUNNING = (ObligationState.PROVISIONAL, ObligationState.RUNNING)
PERSONAL = (ReminderChannel.IN_APP, ReminderChannel.EMAIL)
# They watch or are shown something; the work is not theirs.
NOT_ALARMED = (Role.AUDITOR, Role.GUEST)
BATCH = 50  # clocks planned anew in one transaction


@dataclass(frozen=True, slots=True)
class Recipient:
    """One channel to one person or endpoint."""

    channel: str
    user_id: int | None = None
    endpoint_id: int | None = None


def in_charge(incident: Incident) -> QuerySet[User]:
    """The people whom the incident's clocks alarm: active members who work on it."""
    members = Membership.objects.filter(incident=incident)
    return User.objects.filter(is_active=True, memberships__in=members).exclude(role__in=NOT_ALARMED)


def plan(*, clocks: Sequence[Obligation], now: datetime) -> list[Reminder]:
    """Plan the alarms of one incident's clocks that have an end, for everybody in charge.

    Call in the caller's transaction.
    """
    ending = [one for one in clocks if one.due is not None]
    if not ending:
        return []
    to, marks, announced = _audience(ending[0].incident), standing_marks(), _announced(ending)
    return _create(
        row
        for one in ending
        for row in _rows(one, to, marks, now, announce=True)
        if (_same_end(one), row.mark, row.channel, row.user_id, row.endpoint_id) not in announced
    )


def withdraw(*, clocks: Sequence[Obligation], why: str, now: datetime) -> int:
    """Call off what has not been sent, because of the state that the clocks are in now; the rows stay as history."""
    Obligation.objects.filter(pk__in=[one.pk for one in clocks]).update(called_off_at=now)
    return _call_off(Reminder.objects.filter(obligation__in=clocks), why, now)


def include_member(*, member: Membership, now: datetime) -> int:
    """Plan the coming alarms of the incident's running clocks for somebody who joins. Returns how many."""
    if not in_charge(member.incident).filter(pk=member.user_id).exists():
        return 0
    own = [one for one in _audience(member.incident) if one.user_id == member.user_id]
    rows = Obligation.objects.filter(incident=member.incident, urgency__isnull=False, due__gt=now)
    return _include(rows.select_related("incident"), own, now)


def include_endpoint(*, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Plan the coming alarms of all running clocks, drills left out, for a new endpoint. Returns how many."""
    to = [Recipient(ReminderChannel.WEBHOOK, endpoint_id=endpoint.pk)]
    rows = Obligation.objects.filter(urgency__isnull=False, due__gt=now, incident__drill=False)
    return _include(rows, to, now)


def leave_out_endpoint(*, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Call off what a retired endpoint would still have been told."""
    return _call_off(Reminder.objects.filter(endpoint=endpoint), "retired", now)


def replan_outdated(*, now: datetime) -> int:
    """Plan the coming alarms of running clocks anew where the house has changed its marks. Returns how many clocks.

    In batches, each a transaction of its own: a broken-off run is taken up by the next.
    """
    marks = standing_marks()
    if marks.version is None:
        return 0
    done = 0
    while ids := list(_outdated(marks, now)[:BATCH]):
        with transaction.atomic():
            rows = Obligation.objects.select_for_update(of=("self",)).filter(pk__in=ids)
            for incident, clocks in _by_incident(rows.select_related("incident").order_by("incident", "pk")):
                _replan(incident, clocks, marks, now)
        done += len(ids)
    return done


def _outdated(marks: Marks, now: datetime) -> QuerySet[Reminder, int]:
    coming = Reminder.objects.filter(state=ReminderState.PLANNED, next_try_at__gt=now, due__gt=now)
    return coming.exclude(plan=marks.version).order_by().values_list("obligation", flat=True).distinct()


def _replan(incident: Incident, clocks: Sequence[Obligation], marks: Marks, now: datetime) -> None:
    coming = Reminder.objects.filter(obligation__in=clocks, due__gt=now)
    off = _call_off(coming, "replanned", now)
    to = _audience(incident)
    live = [one for one in clocks if one.state in RUNNING]
    made = _create(row for one in live for row in _rows(one, to, marks, now))
    data = {"clocks": len(clocks), "called_off": off, "planned": len(made)}
    record(
        actor=None,
        incident=incident,
        action="reminders.replanned",
        subject=incident.uid,
        data=data,
        now=now,
    )


def _by_incident(rows: Iterable[Obligation]) -> Iterator[tuple[Incident, list[Obligation]]]:
    found: dict[int, list[Obligation]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(row)
    for clocks in found.values():
        yield clocks[0].incident, clocks


def _audience(incident: Incident) -> list[Recipient]:
    """Everybody to alarm. A drill stays inside the application: nothing of it leaves the house."""
    people = list(in_charge(incident).order_by("pk").values_list("pk", flat=True))
    channels = (ReminderChannel.IN_APP,) if incident.drill else PERSONAL
    found = [Recipient(channel, user_id=person) for person in people for channel in channels]
    if not incident.drill:
        endpoints = WebhookEndpoint.objects.filter(retired_at=None).values_list("pk", flat=True)
        found += [Recipient(ReminderChannel.WEBHOOK, endpoint_id=one) for one in endpoints]
    return found


def _announced(clocks: Sequence[Obligation]) -> set[tuple[Any, ...]]:
    """What was said of clocks that these take the place of with the same end: it is not said again."""
    sent = Reminder.objects.filter(state__in=[ReminderState.SENT, ReminderState.COVERED])
    whom = ("mark", "channel", "user_id", "endpoint_id")
    same = [one.supersedes for one in clocks if one.supersedes and one.supersedes.due == one.due]
    found: set[tuple[Any, ...]] = set()
    if same:
        found |= set(sent.filter(obligation__in=same).values_list("obligation_id", *whom))
    parties = {one.party_id for one in clocks if one.affected_id}
    if parties:
        ends = {one.due for one in clocks if one.affected_id}
        group = sent.filter(obligation__party__in=parties, obligation__affected__isnull=False)
        rows = group.filter(obligation__due__in=ends).values_list("obligation__to", "obligation__due", *whom)
        found |= {((to, due), *rest) for to, due, *rest in rows}
    return found


def _same_end(one: Obligation) -> Any:
    """What a clock takes the place of: the one it supersedes or, for clients, any that was to end with it."""
    return (one.to, one.due) if one.affected_id else one.supersedes_id


def _rows(
    obligation: Obligation, to: Sequence[Recipient], marks: Marks, now: datetime, *, announce: bool = False
) -> Iterator[Reminder]:
    """Yield the alarms that are to come and, where `announce` says so, the last one that passed."""
    if obligation.due is None:
        return
    instants = marks.instants(obligation.runs_from or now, obligation.due)
    wanted = {mark: at for mark, at in instants.items() if at > now}
    passed = [mark for mark, at in instants.items() if at <= now]
    if announce and passed:
        wanted = {passed[-1]: now} | wanted
    for mark, at in wanted.items():
        for one in to:
            yield Reminder(
                obligation=obligation,
                plan=marks.version,
                mark=mark,
                due=at,
                next_try_at=at,
                channel=one.channel,
                user_id=one.user_id,
                endpoint_id=one.endpoint_id,
                created_at=now,
            )


def _include(obligations: Iterable[Obligation], to: Sequence[Recipient], now: datetime) -> int:
    marks = standing_marks()
    return len(_create(row for one in obligations for row in _rows(one, to, marks, now)))


def _create(rows: Iterable[Reminder]) -> list[Reminder]:
    # Whoever has the alarm already keeps it.
    return Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def _call_off(rows: QuerySet[Reminder], why: str, now: datetime) -> int:
    return rows.filter(state=ReminderState.PLANNED).update(
        state=ReminderState.WITHDRAWN, settled_at=now, note=why
    )
