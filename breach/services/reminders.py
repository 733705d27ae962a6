"""Alarms of clocks, planned as rows: one for each mark, recipient and channel. breach/services/alarms.py sends them.

A clock that appears or is corrected when part of its time has gone is announced at once by the last mark that
passed; earlier ones would say less. Rows that are no longer wanted are called off and stay as history.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from breach.models import (
    Incident,
    LawHold,
    Membership,
    Obligation,
    ObligationState,
    Party,
    Reminder,
    ReminderChannel,
    ReminderState,
    Role,
    User,
    WebhookEndpoint,
)
from breach.services.record import record
from breach.services.reminder_plans import HOLD, REVIEW, Marks, review_mark, standing_marks

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
    """Plan the alarms of one incident's clocks that have an end or are held back, for everybody in charge.

    Call in the caller's transaction.
    """
    ending = [one for one in clocks if one.due is not None or one.held]
    if not ending:
        return []
    to, marks, announced = _audience(ending[0].incident), standing_marks(), _announced(ending)
    reviews = _reviews(ending)
    return _create(
        row
        for one in ending
        for row in _rows(one, to, marks, now, review=reviews.get(one.party_id), announce=True)
        if (_same_end(one), row.mark, row.channel, row.user_id, row.endpoint_id) not in announced
    )


def plan_reviews(*, party: Party, now: datetime) -> int:
    """Plan anew when to ask whether requests without an end still stand. Returns how many alarms.

    Call in the caller's transaction, after a request was entered, extended or ended.
    """
    rows = Obligation.objects.filter(party=party, state__in=RUNNING, held=True, held_until=None)
    clocks = list(rows.select_related("incident"))
    if not clocks:
        return 0
    _call_off(Reminder.objects.filter(obligation__in=clocks, mark__startswith=REVIEW), "replanned", now)
    to, marks, review = _audience(clocks[0].incident), standing_marks(), _reviews(clocks).get(party.pk)
    wanted = (row for one in clocks for row in _rows(one, to, marks, now, review=review))
    return len(_create(row for row in wanted if row.mark.startswith(REVIEW)))


def withdraw(*, clocks: Sequence[Obligation], why: str, now: datetime) -> int:
    """Call off what has not been sent, because of the state that the clocks are in now; the rows stay as history."""
    Obligation.objects.filter(pk__in=[one.pk for one in clocks]).update(called_off_at=now)
    return _call_off(Reminder.objects.filter(obligation__in=clocks), why, now)


def include_member(*, member: Membership, now: datetime) -> int:
    """Plan the coming alarms of the incident's running clocks for somebody who joins. Returns how many."""
    if not in_charge(member.incident).filter(pk=member.user_id).exists():
        return 0
    own = [one for one in _audience(member.incident) if one.user_id == member.user_id]
    rows = Obligation.objects.filter(incident=member.incident, urgency__isnull=False).filter(_coming(now))
    return _include(rows.select_related("incident"), own, now)


def include_endpoint(*, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Plan the coming alarms of all running clocks, drills left out, for a new endpoint. Returns how many."""
    to = [Recipient(ReminderChannel.WEBHOOK, endpoint_id=endpoint.pk)]
    rows = Obligation.objects.filter(urgency__isnull=False, incident__drill=False).filter(_coming(now))
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
    coming = Reminder.objects.filter(
        obligation__isnull=False, state=ReminderState.PLANNED, next_try_at__gt=now, due__gt=now
    )
    return coming.exclude(plan=marks.version).order_by().values_list("obligation", flat=True).distinct()


def _replan(incident: Incident, clocks: Sequence[Obligation], marks: Marks, now: datetime) -> None:
    coming = Reminder.objects.filter(obligation__in=clocks, due__gt=now)
    off = _call_off(coming, "replanned", now)
    to = _audience(incident)
    live = [one for one in clocks if one.state in RUNNING]
    reviews = _reviews(live)
    made = _create(
        row for one in live for row in _rows(one, to, marks, now, review=reviews.get(one.party_id))
    )
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


def _coming(now: datetime) -> Q:
    """Clocks that may still alarm."""
    return Q(due__gt=now) | Q(held=True)


def _reviews(clocks: Sequence[Obligation]) -> dict[int, datetime]:
    """The earliest day to ask again, of each party that has a request without an end."""
    parties = {one.party_id for one in clocks if one.held and one.held_until is None}
    if not parties:
        return {}
    holds = LawHold.objects.filter(party__in=parties, superseded_by=None, until=None, review_at__isnull=False)
    return dict(holds.order_by().values_list("party").annotate(at=Min("review_at")))


def _announced(clocks: Sequence[Obligation]) -> set[tuple[Any, ...]]:
    """What was said already, by these clocks or by those they supersede with the same ends: it is not said again."""
    found = _said_of_groups(clocks)
    line = {one.supersedes_id: one for one in clocks if one.supersedes_id}
    while line:
        same = {
            old.pk: (line[old.pk], old.supersedes_id)
            for old in Obligation.objects.filter(pk__in=line).only("due", "held", "held_until", "supersedes")
            if _ends_as(old, line[old.pk])
        }
        said = Reminder.objects.filter(
            obligation__in=same, state__in=[ReminderState.SENT, ReminderState.COVERED]
        )
        for pk, mark, channel, user, endpoint in said.values_list(
            "obligation_id", "mark", "channel", "user_id", "endpoint_id"
        ):
            found.add((same[pk][0].pk, mark, channel, user, endpoint))
        line = {before: one for one, before in same.values() if before}
    return found


def _said_of_groups(clocks: Sequence[Obligation]) -> set[tuple[Any, ...]]:
    """What was said of clients' clocks that were to end with these."""
    own = [one for one in clocks if one.affected_id]
    if not own:
        return set()
    sent = Reminder.objects.filter(
        state__in=[ReminderState.SENT, ReminderState.COVERED],
        obligation__party__in={one.party_id for one in own},
        obligation__affected__isnull=False,
        obligation__due__in={one.due for one in own},
    )
    rows = sent.values_list("obligation__to", "obligation__due", "mark", "channel", "user_id", "endpoint_id")
    return {((to, due), *rest) for to, due, *rest in rows}


def _same_end(one: Obligation) -> Any:
    """What a clock takes the place of: those it supersedes or, for clients, any that was to end with it."""
    return (one.to, one.due) if one.affected_id else one.pk


def _ends_as(old: Obligation, one: Obligation) -> bool:
    return (old.due, old.held, old.held_until) == (one.due, one.held, one.held_until)


def _instants(
    obligation: Obligation, marks: Marks, review: datetime | None, now: datetime
) -> dict[str, datetime]:
    """When the clock alarms, by mark, in the order of time. The end of a hold that is the end of the clock is one."""
    found = marks.instants(obligation.runs_from or now, obligation.due) if obligation.due else {}
    if obligation.held_until and obligation.held_until != obligation.due:
        found[HOLD] = obligation.held_until
    if obligation.held and obligation.held_until is None and review and review > now:
        found[review_mark(review)] = review
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _rows(
    obligation: Obligation,
    to: Sequence[Recipient],
    marks: Marks,
    now: datetime,
    *,
    review: datetime | None = None,
    announce: bool = False,
) -> Iterator[Reminder]:
    """Yield the alarms that are to come and, where `announce` says so, the last one that passed."""
    instants = _instants(obligation, marks, review, now)
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
    marks, clocks = standing_marks(), list(obligations)
    reviews = _reviews(clocks)
    return len(
        _create(row for one in clocks for row in _rows(one, to, marks, now, review=reviews.get(one.party_id)))
    )


def _create(rows: Iterable[Reminder]) -> list[Reminder]:
    # Whoever has the alarm already keeps it.
    return Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def _call_off(rows: QuerySet[Reminder], why: str, now: datetime) -> int:
    return rows.filter(state=ReminderState.PLANNED).update(
        state=ReminderState.WITHDRAWN, settled_at=now, note=why
    )
