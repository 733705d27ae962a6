"""Letters that wait because law enforcement asked for it (breach/services/holds.py), whole or by country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from breach.models import LawHold
from breach.queries.holds import stopping_letters
from notifications.models import Notice
from notifications.states import PersonState

# Letters that have not left the house: what a request can still stop.
_INSIDE = (PersonState.LISTED, PersonState.PENDING, PersonState.RENDERED, PersonState.PRINTED)


@dataclass(frozen=True, slots=True)
class Standstill:
    """What waits at one moment: the requests behind it, and in `countries` whose letters, None for everybody's.

    `until` (UTC) is when the last of them ends, None while one has no end.
    """

    requests: tuple[LawHold, ...]
    countries: frozenset[str] | None
    until: datetime | None

    def concerns(self, country: str) -> bool:
        """Say whether the letter to somebody in `country` (ISO 3166-1, "" where not known) waits."""
        return self.countries is None or country in self.countries

    @property
    def rows(self) -> Q:
        """The rows of people on a notice (models.PersonNotice) whose letters wait."""
        return Q() if self.countries is None else Q(country__in=sorted(self.countries))


def standstill_of(notice: Notice, now: datetime) -> Standstill | None:
    """Return what stops letters of the notice at `now`, or None."""
    requests = stopping_letters(notice.party_id, now)
    return _standstill(requests) if requests else None


def waiting(notice: Notice, found: Standstill) -> dict[str, int]:
    """Count the letters of a notice that wait: `listed` not given to anybody yet, `printed` those in print runs that the
    post has not taken.
    """
    rows = notice.people.filter(found.rows, state__in=_INSIDE)
    printed = rows.filter(state__in=[PersonState.RENDERED, PersonState.PRINTED]).count()
    return {"listed": rows.count() - printed, "printed": printed}


def _standstill(requests: Sequence[LawHold]) -> Standstill:
    named = [one.people_in for one in requests]
    ends = [one.until for one in requests]
    return Standstill(
        requests=tuple(requests),
        countries=frozenset().union(*(one for one in named if one)) if all(named) else None,
        until=None if None in ends else max(end for end in ends if end is not None),
    )
