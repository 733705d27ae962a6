"""The alarms of one clock as its page lists them: planned, sent, late, to whom, by which channel, called off and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from breach.models import Obligation, Reminder, ReminderState

TONES = {
    ReminderState.PLANNED: "info",
    ReminderState.HANDING_OVER: "info",
    ReminderState.SENT: "good",
    ReminderState.COVERED: "neutral",
    ReminderState.FAILED: "bad",
    ReminderState.WITHDRAWN: "neutral",
}
WHY = {
    "met": gettext_lazy("what was owed is done"),
    "superseded": gettext_lazy("the clock was computed again and has alarms of its own"),
    "replanned": gettext_lazy("planned anew by other marks"),
    "ended": gettext_lazy("nothing is owed any more"),
    "carried": gettext_lazy("another clock of the same end speaks for it"),
    "left": gettext_lazy("no longer in charge of the incident"),
    "retired": gettext_lazy("the endpoint was retired"),
}


@dataclass(frozen=True, slots=True)
class Copy:
    """The same alarm by one channel with one outcome, to these recipients. `late`: it left later than planned.

    `settled` is when it left, failed or was called off; `why` says why it was called off or what failed.
    """

    channel: str
    state: str
    tone: str
    late: bool
    settled: datetime | None
    why: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One mark of the clock, when it was to alarm, and what became of it."""

    label: str
    due: datetime
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class ClockAlarms:
    """`standing`: to come, or gone out. `called_off`: history, of this clock and of those it superseded."""

    standing: tuple[Alarm, ...]
    called_off: tuple[Alarm, ...]

    def __bool__(self) -> bool:
        return bool(self.standing or self.called_off)


def alarms_of(owed: Obligation) -> ClockAlarms:
    """Return the alarms of what `owed` asks for, over all its computations, in the order of time. One query."""
    rows = list(_rows(owed))
    off = [row for row in rows if row.state == ReminderState.WITHDRAWN]
    return ClockAlarms(_alarms(row for row in rows if row.state != ReminderState.WITHDRAWN), _alarms(off))


def _rows(owed: Obligation) -> QuerySet[Reminder]:
    """Clients' clocks that end together have one alarm: that of the row that carries them."""
    same = Q(
        obligation__regime=owed.regime, obligation__phase=owed.phase, obligation__affected=owed.affected_id
    )
    if owed.affected_id and not owed.carries:
        same = Q(obligation__affected__isnull=False, obligation__carries=True, obligation__due=owed.due)
    rows = Reminder.objects.filter(same, obligation__party=owed.party_id, obligation__to=owed.to)
    return rows.select_related("user", "endpoint").order_by(
        "due", "mark", "channel", "state", "settled_at", "pk"
    )


def _alarms(rows: Iterable[Reminder]) -> tuple[Alarm, ...]:
    marks = groupby(rows, key=lambda row: (row.due, row.mark))
    return tuple(Alarm(mark_label(mark), due, _copies(found)) for (due, mark), found in marks)


def _copies(rows: Iterable[Reminder]) -> tuple[Copy, ...]:
    def key(row: Reminder) -> tuple[str, str, bool, datetime | None, str]:
        at = row.settled_at.replace(second=0, microsecond=0) if row.settled_at else None
        return (row.channel, row.state, row.late, at, row.note)

    return tuple(
        Copy(
            channel=str(found[0].get_channel_display()),
            state=str(found[0].get_state_display()),
            tone=TONES[ReminderState(state)],
            late=late,
            settled=at,
            why=str(WHY.get(note, note)),
            to=tuple(_name(row) for row in found),
        )
        for (_channel, state, late, at, note), group in groupby(rows, key=key)
        if (found := list(group))
    )


def _name(row: Reminder) -> str:
    if row.user is not None:
        return row.user.name
    return row.endpoint.name if row.endpoint is not None else ""


def mark_label(mark: str) -> str:
    """Say a mark in words: `50 % of the time`, `1 hour before the end`."""
    kind = mark.partition(" ")[0]
    if mark == "end":
        return _("the end")
    if kind == "hold":
        return _("the hold of law enforcement ends")
    if kind == "review":
        return _("ask whether the hold still stands")
    if mark.endswith("h"):
        hours = int(mark[:-1])
        return ngettext("%(count)d hour before the end", "%(count)d hours before the end", hours) % {
            "count": hours
        }
    return _("%(share)s %% of the time") % {"share": mark}
