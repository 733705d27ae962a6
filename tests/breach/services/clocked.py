"""An incident whose 72 hours run, for tests of what hangs on clocks."""

from datetime import UTC, datetime

from breach.models import Obligation, Reminder
from breach.services.awareness import set_awareness
from tests.house import House

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def begin(house: House, **changes: object) -> House:
    """Open an incident and decide awareness at START: the authority's clock ends 72 hours later."""
    house.open(START, **changes)
    decide(house, START, START)
    return house


def decide(house: House, instant: datetime, now: datetime, state: str = "decided") -> None:
    set_awareness(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        state=state,
        instant=instant,
        zone="Europe/Paris",
        reasons="Logs.",
        now=now,
    )


def authority_clock(house: House) -> Obligation:
    """The clock of Article 33(1) that runs now."""
    return Obligation.objects.get(
        party=house.party,
        regime="eu_gdpr_controller",
        to="authority",
        phase="initial",
        state__in=["running", "provisional"],
    )


def rows(obligation: Obligation, channel: str = "in_app", user: object = None) -> list[tuple[str, str, bool]]:
    """Mark, state and lateness of the clock's alarms, in the order of time."""
    found = Reminder.objects.filter(obligation=obligation, channel=channel)
    if user is not None:
        found = found.filter(user=user)
    return [(one.mark, one.state, one.late) for one in found.order_by("due", "pk")]
