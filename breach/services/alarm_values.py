"""What an alarm says, and the one contract of those who carry it out of the house."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from breach.models import AffectedClient, AffectedState, Obligation, Reminder

LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it leaves: reference and deadline (UTC), nothing of the case.

    `key` is the same whenever this alarm is handed over again, so that a receiver can tell. `again` says that
    an earlier hand-over was broken off and may have arrived. `at` is when it is handed over. `clients` counts the
    clients that are still to be told within a time, where the clock is theirs.
    """

    key: str
    reference: str
    deadline: datetime
    mark: str
    late: bool
    again: bool
    at: datetime
    clients: int = 0


class NotDelivered(Exception):  # noqa: N818
    """The hand-over failed. `channel_down`: nobody else can be reached this way now either.

    `perhaps`: it broke off so late that the other side may have taken the alarm all the same.
    """

    def __init__(self, kind: str, *, channel_down: bool, perhaps: bool = False) -> None:
        self.kind, self.channel_down, self.perhaps = kind, channel_down, perhaps
        super().__init__(kind)


class Transport(AbstractContextManager["Transport"], Protocol):
    """Carries alarms by one channel; holds its connection for one sweep."""

    def hand_over(self, row: Reminder, alarm: Alarm) -> None:
        """Return when the other side has taken it. Raises NotDelivered."""


def alarm_of(row: Reminder, moment: datetime) -> Alarm:
    """Return what the row says when it leaves at `moment`. What it is about and the incident are loaded."""
    clock = row.obligation
    return Alarm(
        key=row.uid,
        reference=row.subject.incident.reference,
        deadline=(clock and (clock.due or clock.held_until)) or row.due,
        mark=row.mark,
        late=moment - row.due > LATE_AFTER,
        again=row.interrupted > 0,
        at=moment,
        clients=_clients(clock) if clock and clock.affected_id else 0,
    )


def _clients(clock: Obligation) -> int:
    waiting = AffectedClient.objects.filter(
        incident=clock.incident, state=AffectedState.TO_TELL, due__isnull=False
    )
    return waiting.count()
