"""The only place that reads the time.

`now` is read once at the edge (a view, a command, a job) and passed down as an argument, so that every
answer can be computed again for any moment.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """Return seconds of a clock that never goes back, for measuring durations only."""
    return time.monotonic()
