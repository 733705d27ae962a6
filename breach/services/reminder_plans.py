"""When clocks alarm: the house's own marks, as versions; the newest stands, and without one the usual marks do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput
from breach.models import ReminderPlan, User
from breach.permissions import require
from breach.services.record import record

USUAL_SHARES = (50, 75, 90)  # per cent of the time from start to end
USUAL_HOURS = (1,)  # before the end
MOST_MARKS = 8
LONGEST = 30 * 24  # hours
WHOLE = 100
END = "end"
# Marks of what law enforcement holds back: the hold runs out, and the day to ask whether one without an end still stands.
# A clock may be asked about several times: that mark has its minute behind it (UTC).
HOLD, REVIEW = "hold", "review"


def review_mark(at: datetime) -> str:
    return f"{REVIEW} {at.astimezone(UTC):%Y%m%d%H%M}"


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks that stand. `version` is None for the usual ones."""

    shares: tuple[int, ...]
    hours_before: tuple[int, ...]
    version: ReminderPlan | None

    def instants(self, start: datetime, due: datetime) -> dict[str, datetime]:
        """Return when a clock from `start` to `due` alarms, by mark, in the order of time; the end is the last."""
        length = due - start
        found = {str(share): start + length * share / WHOLE for share in self.shares}
        found |= {f"{hours}h": due - timedelta(hours=hours) for hours in self.hours_before}
        # A mark before the clock begins says nothing: an hour before the end of a clock of half an hour.
        ahead = {mark: at for mark, at in found.items() if start < at < due}
        return dict(sorted(ahead.items(), key=lambda item: item[1])) | {END: due}


def standing_marks() -> Marks:
    """Return the marks that new alarms are planned by."""
    version = ReminderPlan.objects.order_by("-pk").first()
    if version is None:
        return Marks(USUAL_SHARES, USUAL_HOURS, None)
    return Marks(tuple(version.shares), tuple(version.hours_before), version)


def set_marks(
    *, actor: User, shares: Sequence[int], hours_before: Sequence[int], now: datetime
) -> ReminderPlan:
    """Set the house's marks. The sweep plans the coming alarms of running clocks anew by them.

    Raises BadInput for a share outside 1 to 99 per cent, hours outside 1 to 720, a mark given twice, or more
    than eight of a kind.
    """
    require(actor, "settings.manage")
    chosen = {
        "shares": _checked("shares", shares, WHOLE - 1),
        "hours_before": _checked("hours_before", hours_before, LONGEST),
    }
    with transaction.atomic():
        old = standing_marks()
        row = ReminderPlan.objects.create(**chosen, created_by=actor, created_at=now)
        data = {
            "old": {"shares": list(old.shares), "hours_before": list(old.hours_before)},
            "new": chosen,
        }
        record(actor=actor, incident=None, action="reminders.marks_set", subject=row.uid, data=data, now=now)
    return row


def _checked(place: str, numbers: Sequence[int], most: int) -> list[int]:
    if len(numbers) > MOST_MARKS:
        raise BadInput(
            _("There are more than %(most)d marks") % {"most": MOST_MARKS},
            place=place,
            mend=_("Leave the important ones: many alarms are read as none."),
        )
    if len(set(numbers)) < len(numbers):
        raise BadInput(_("A mark stands there twice"), place=place, mend=_("Give each mark once."))
    wrong = [number for number in numbers if not 1 <= number <= most]
    if wrong:
        raise BadInput(
            _("%(number)d is no mark") % {"number": wrong[0]},
            place=place,
            mend=_("Give whole numbers from 1 to %(most)d.") % {"most": most},
        )
    return sorted(numbers)
