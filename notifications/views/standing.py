"""What pages say while law enforcement's requests let letters wait."""

from datetime import datetime
from typing import Any

from breach.wording import country
from notifications.models import Notice
from notifications.queries import standstill


def stopped_page(one: Notice, now: datetime) -> dict[str, Any] | None:
    """Return the requests that let letters of the notice wait now, whose letters, until when (UTC), and how many; None where
    none wait.
    """
    found = standstill.standstill_of(one, now)
    if found is None:
        return None
    return {
        "requests": found.requests,
        "countries": [country(code) for code in sorted(found.countries or ())],
        "until": found.until,
        **standstill.waiting(one, found),
    }
