"""Running clocks as a calendar (RFC 5545): reference and deadline, and nothing else of a case.

A calendar is copied to servers and telephones that the house does not hold, hence no title, law or name.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from breach import wording
from breach.models import ClockFeed, Incident, Obligation, ObligationState, User

RUNNING = (ObligationState.RUNNING, ObligationState.PROVISIONAL)
# A program that reads once a day or week still learns that a clock is over.
OVER_FOR = timedelta(days=14)
ALARM_BEFORE = timedelta(hours=1)
PRODUCT = "-//Tocsin//Running clocks//EN"


def feeds_of(user: User) -> QuerySet[ClockFeed]:
    """The account's own feeds: those that work first, the newest before the others."""
    return ClockFeed.objects.filter(user=user).order_by(F("revoked_at").asc(nulls_first=True), "-pk")


def clocks_in_feed(user: User, now: datetime) -> QuerySet[Obligation]:
    """Clocks with an hour that run, or ended in the last `OVER_FOR`, in incidents `user` may see; no drills."""
    since = now - OVER_FOR
    # What is done again under new facts never ran, and so was never called off.
    over = Q(called_off_at__gt=since) | Q(called_off_at=None, met_at__gt=since)
    visible = Incident.objects.visible_to(user).filter(drill=False, pk=OuterRef("incident_id"))
    rows = Obligation.objects.filter(
        Exists(visible), Q(state__in=RUNNING) | over, due__isnull=False, carries=True
    )
    return rows.select_related("incident").order_by("due", "pk")


def calendar_of(user: User, now: datetime) -> bytes:
    """Return the calendar of `user` at `now`, in their language; instants are UTC. One query."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    with translation.override(user.language):
        calendar.add("x-wr-calname", _("Tocsin: running clocks"))
        for row in clocks_in_feed(user, now):
            calendar.add_component(_event(row, user.zone))
    return bytes(calendar.to_ical())


def _event(row: Obligation, zone: str) -> Event:
    """A clock never changes in place: its event has two revisions, running and over (RFC 5545, 3.8.7.4)."""
    if row.due is None:
        raise ValueError("a clock of a calendar has an hour")
    over = row.state not in RUNNING
    event = Event()
    event.add("uid", f"{row.uid}@tocsin")
    event.add("dtstamp", ((row.called_off_at or row.met_at) if over else None) or row.created_at)
    event.add("dtstart", row.due)
    event.add("sequence", int(over))
    event.add("summary", _("%(reference)s: deadline") % {"reference": row.incident.reference})
    words = {"reference": row.incident.reference, "deadline": wording.local_time(row.due, zone)}
    event.add("description", _("%(reference)s is due: %(deadline)s") % words)
    event.add("status", "CANCELLED" if over else "CONFIRMED")
    if not over:
        event.add_component(_alarm(row.incident.reference))
    return event


def _alarm(reference: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -ALARM_BEFORE)
    alarm.add("description", _("%(reference)s: deadline") % {"reference": reference})
    return alarm
