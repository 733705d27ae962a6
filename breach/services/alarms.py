"""Sending what is due and not sent: claimed by a conditional update, handed over after it, recorded, once.

- In the application: notices, rows and ledger entry are one transaction.
- E-mail and webhook: the row is claimed, then handed over, then recorded. A hand-over that fails is tried again
  after growing gaps, MOST_TRIES times in about three days. A sweep that was killed in between leaves its claim;
  the alarm then goes out once more and says that it may be a second one: an alarm lost is worse than one heard
  twice.
- Marks of one clock that were missed in an outage go out as one late message, that of the last mark; the others
  are settled as covered by it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet

from breach import clock
from breach.models import InAppNotice, Obligation, Reminder, ReminderChannel, ReminderState, Role, User
from breach.queries.decisions import deciders, stands
from breach.services.alarm_mail import AlarmMail
from breach.services.alarm_values import LATE_AFTER, NotDelivered, Transport, alarm_of
from breach.services.record import record
from breach.services.reminder_plans import HOLD, REVIEW
from breach.services.reminders import RUNNING, in_charge
from breach.services.webhooks import AlarmHook

log = structlog.get_logger(__name__)

CLAIM_HOLDS = timedelta(minutes=10)
RUN_FOR = timedelta(minutes=4)  # well below CLAIM_HOLDS; the next sweep goes on
FIRST_GAP, LONGEST_GAP = timedelta(minutes=1), timedelta(minutes=30)
MOST_TRIES = 150  # with these gaps a good three days
BATCH = 50  # clocks looked at together

TRANSPORTS: Mapping[str, Callable[[], Transport]] = {
    ReminderChannel.EMAIL: AlarmMail,
    ReminderChannel.WEBHOOK: AlarmHook,
}


@dataclass(frozen=True, slots=True)
class Due:
    """The alarm to send, and the older ones of the same clock and recipient that it covers."""

    row: Reminder
    older: tuple[Reminder, ...]


def send_due(*, now: datetime) -> int:
    """Send every alarm that is due and not sent, once each, however many sweeps run. Returns how many left."""
    _free_stuck(now)
    sent = sum(_notify(rows, now) for rows in _by_subject(now))
    with ExitStack() as held:
        return sent + _Outward(now, held).send()


def gap(tries: int) -> timedelta:
    """Return how long to wait after the failed try number `tries`."""
    doublings = min(tries - 1, 10)  # more would only make a number too large to wait
    return min(FIRST_GAP * (1 << doublings), LONGEST_GAP)


def _free_stuck(now: datetime) -> None:
    """Give back what a dead sweep had claimed; nobody knows whether it was handed over."""
    stuck = Reminder.objects.filter(state=ReminderState.HANDING_OVER, claimed_at__lt=now - CLAIM_HOLDS)
    freed = stuck.update(
        state=ReminderState.PLANNED, claimed_at=None, next_try_at=now, interrupted=F("interrupted") + 1
    )
    if freed:
        log.warning("alarms were broken off while they were handed over", count=freed)


def _waiting(now: datetime) -> QuerySet[Reminder]:
    return Reminder.objects.filter(state=ReminderState.PLANNED, due__lte=now)


def _found(now: datetime, channels: tuple[str, ...]) -> Iterator[Due]:
    """Yield what is due by these channels: reviews, then clock by clock, the longest waiting first."""
    ready = _waiting(now).filter(channel__in=channels, next_try_at__lte=now).order_by("due", "obligation")
    reviews = list(dict.fromkeys(ready.exclude(decision=None).values_list("decision", flat=True)))
    for start in range(0, len(reviews), BATCH):
        yield from _lines(now, channels, Q(decision__in=reviews[start : start + BATCH]))
    clocks = list(dict.fromkeys(ready.exclude(obligation=None).values_list("obligation", flat=True)))
    # One message stands for all clocks of clients: they are looked at together, whatever their number.
    together = set(
        Obligation.objects.filter(pk__in=clocks, affected__isnull=False).values_list("pk", flat=True)
    )
    alone = [pk for pk in clocks if pk not in together]
    batches = [list(together)] if together else []
    batches += [alone[start : start + BATCH] for start in range(0, len(alone), BATCH)]
    for batch in batches:
        yield from _lines(now, channels, Q(obligation__in=batch))


def _lines(now: datetime, channels: tuple[str, ...], of: Q) -> Iterator[Due]:
    rows = _waiting(now).filter(of, channel__in=channels)
    rows = rows.select_related("obligation__incident", "decision__incident", "user", "endpoint")
    ordered = sorted(rows, key=lambda one: (*_line(one), one.due, one.pk))
    for _key, line in groupby(ordered, key=_line):
        *older, last = line
        # A row that failed waits for its next try; a newer mark does not wait for an older one's.
        if last.next_try_at <= now:
            yield Due(last, tuple(older))


def _line(row: Reminder) -> tuple[int, int, str, int, int]:
    """What makes alarms one line of messages: subject (all clocks of an incident's clients are one), channel, recipient."""
    clock = row.obligation
    clock_key = -clock.incident_id if clock and clock.affected_id else row.obligation_id or 0
    return (clock_key, row.decision_id or 0, row.channel, row.user_id or 0, row.endpoint_id or 0)


# --- in the application ----------------------------------------------------------------------------------


def _by_subject(now: datetime) -> Iterator[list[Due]]:
    found = _found(now, (ReminderChannel.IN_APP,))
    for _pk, group in groupby(found, key=lambda one: (one.row.obligation_id, one.row.decision_id)):
        yield list(group)


def _notify(rows: list[Due], now: datetime) -> int:
    """Put the notices of one clock or review into the application, and record it, in one transaction."""
    with transaction.atomic():
        running = _runs(rows[0].row)
        wanted = set(_wanted(rows[0].row).values_list("pk", flat=True)) if running else set()
        told: list[Due] = []
        for one in rows:
            if one.row.user_id not in wanted:
                _call_off(one, "left" if running else "ended", now)
            elif _settle(one, ReminderState.SENT, now, was=ReminderState.PLANNED):
                told.append(one)
        for row, user in ((one.row, one.row.user) for one in told):
            if user is not None:
                _put(user, row, now)
        if told:
            _record(told, now)
    return len(told)


def _put(user: User, row: Reminder, now: datetime) -> None:
    clock, subject = row.obligation, row.subject
    values = {
        _what(row): subject.uid,
        "mark": row.mark,
        "due": ((clock and clock.due) or row.due).isoformat(),
        "late": now - row.due > LATE_AFTER,
    }
    InAppNotice.objects.create(
        user=user, incident=subject.incident, kind=_kind(row), values=values, created_at=now
    )


def _kind(row: Reminder) -> str:
    """The kind of notice (breach/queries/told.py) that a row becomes."""
    clock = row.obligation
    if clock is None:
        return "decision_review"
    usual = "clients_untold" if clock.affected_id else "clock"
    return {HOLD: "hold_over", REVIEW: "hold_review"}.get(row.mark.partition(" ")[0], usual)


def _what(row: Reminder) -> str:
    return "decision" if row.obligation is None else "obligation"


def _runs(row: Reminder) -> bool:
    """Whether what it alarms about still asks for somebody: a clock that runs, the decision that stands."""
    if row.decision is not None:
        return stands(row.decision)
    return Obligation.objects.filter(pk=row.subject.pk, state__in=RUNNING).exists()


def _wanted(row: Reminder) -> QuerySet[User]:
    """Those whom it is for: a review those who may decide, a clock everybody in charge."""
    incident = row.subject.incident
    return in_charge(incident) if row.decision is None else deciders(incident)


# --- out of the house ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Outward:
    """One sweep's hand-overs. `down` are channels that failed: the next sweep asks them again."""

    now: datetime
    held: ExitStack
    started: float = field(default_factory=clock.ticks)
    down: set[tuple[str, int]] = field(default_factory=set)
    transports: dict[str, Transport] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """Now, as the sweep goes on: a claim made late holds from then."""
        return self.now + timedelta(seconds=clock.ticks() - self.started)

    def send(self) -> int:
        sent = 0
        for one in _found(self.now, tuple(TRANSPORTS)):
            if self.moment - self.now > RUN_FOR:
                break
            if self._way(one) not in self.down and self._claim(one):
                sent += self._hand_over(one)
        return sent

    def _claim(self, one: Due) -> bool:
        row, moment = one.row, self.moment
        free = Reminder.objects.filter(pk=row.pk, state=ReminderState.PLANNED, next_try_at__lte=moment)
        # Zero rows changed: another sweep has it.
        if not free.update(state=ReminderState.HANDING_OVER, claimed_at=moment):
            return False
        row.claimed_at = moment
        return True

    def _hand_over(self, one: Due) -> bool:
        row = one.row
        if why := _unwanted(row):
            _call_off(one, why, self.moment)
            return False
        try:
            self._transport(row.channel).hand_over(row, alarm_of(row, self.moment))
        except NotDelivered as failure:
            if failure.channel_down:
                self.down.add(self._way(one))
            self._failed(one, failure)
            return False
        with transaction.atomic():
            if not _settle(one, ReminderState.SENT, self.moment, was=ReminderState.HANDING_OVER):
                log.warning("an alarm was handed over after its claim had run out", reminder=row.uid)
                return False
            _record([one], self.moment)
        return True

    def _failed(self, one: Due, failure: NotDelivered) -> None:
        row, moment = one.row, self.moment
        row.tries += 1
        log.warning("an alarm was not delivered", reminder=row.uid, kind=failure.kind, tries=row.tries)
        if row.tries < MOST_TRIES:
            _held(row).update(
                state=ReminderState.PLANNED,
                claimed_at=None,
                tries=row.tries,
                interrupted=row.interrupted + failure.perhaps,
                next_try_at=moment + gap(row.tries),
                note=failure.kind,
            )
            return
        with transaction.atomic():
            if _settle(one, ReminderState.FAILED, moment, was=ReminderState.HANDING_OVER):
                _give_up(one, failure, moment)

    def _transport(self, channel: str) -> Transport:
        if channel not in self.transports:
            self.transports[channel] = self.held.enter_context(TRANSPORTS[channel]())
        return self.transports[channel]

    @staticmethod
    def _way(one: Due) -> tuple[str, int]:
        """The mail server is one way for all; each endpoint is a way of its own."""
        return (one.row.channel, one.row.endpoint_id or 0)


def _unwanted(row: Reminder) -> str:
    """Say why an alarm that is due should not leave after all; "" when it should."""
    if not _runs(row):
        return "ended"
    if row.subject.incident.drill:
        return "drill"
    if row.endpoint is not None:
        return "retired" if row.endpoint.retired_at else ""
    return "" if row.user_id in _wanted(row).values_list("pk", flat=True) else "left"


# --- settling --------------------------------------------------------------------------------------------


def _held(row: Reminder) -> QuerySet[Reminder]:
    return Reminder.objects.filter(pk=row.pk, state=ReminderState.HANDING_OVER, claimed_at=row.claimed_at)


def _settle(one: Due, state: ReminderState, moment: datetime, *, was: ReminderState) -> bool:
    """Move the alarm to its last state, and the older ones with it. False when somebody else had it."""
    row = one.row
    mine = _held(row) if was == ReminderState.HANDING_OVER else Reminder.objects.filter(pk=row.pk, state=was)
    late = moment - row.due > LATE_AFTER
    done = {"state": state, "settled_at": moment, "claimed_at": None, "late": late}
    if not mine.update(**done, tries=row.tries, note=""):
        return False
    older = Reminder.objects.filter(pk__in=[old.pk for old in one.older], state=ReminderState.PLANNED)
    covered = ReminderState.COVERED if state == ReminderState.SENT else state
    older.update(state=covered, settled_at=moment, late=True, covered_by=row)
    return True


def _call_off(one: Due, why: str, moment: datetime) -> None:
    rows = Reminder.objects.filter(pk__in=[one.row.pk, *(old.pk for old in one.older)])
    rows.filter(state__in=[ReminderState.PLANNED, ReminderState.HANDING_OVER]).update(
        state=ReminderState.WITHDRAWN, settled_at=moment, claimed_at=None, note=why
    )


def _record(told: list[Due], moment: datetime) -> None:
    """Enter one hand-over, or the notices of one clock or review, in the incident's chain."""
    first = told[0].row
    data = {
        "mark": first.mark,
        "due": first.due.isoformat(),
        "late": moment - first.due > LATE_AFTER,
        "channel": first.channel,
        "to": [_name(one.row) for one in told],
        "covers": sorted({old.mark for one in told for old in one.older}),
        "failed_tries": first.tries,
        "again": first.interrupted > 0,
    }
    record(
        actor=None,
        incident=first.subject.incident,
        action="reminder.sent",
        subject=first.subject.uid,
        data=data,
        now=moment,
    )


def _give_up(one: Due, failure: NotDelivered, moment: datetime) -> None:
    """Record that an alarm was not delivered in the end, and tell the managers in charge."""
    row, subject = one.row, one.row.subject
    data = {"mark": row.mark, "channel": row.channel, "to": _name(row), "tries": row.tries}
    for manager in in_charge(subject.incident).filter(role=Role.MANAGER):
        InAppNotice.objects.create(
            user=manager,
            incident=subject.incident,
            kind="alarm_failed",
            values={_what(row): subject.uid, "channel": row.channel, "to": _name(row)},
            created_at=moment,
        )
    record(
        actor=None,
        incident=subject.incident,
        action="reminder.failed",
        subject=subject.uid,
        data=data | {"kind": failure.kind},
        now=moment,
    )


def _name(row: Reminder) -> str:
    return row.user.uid if row.user else row.endpoint.uid if row.endpoint else ""
