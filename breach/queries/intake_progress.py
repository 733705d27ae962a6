"""How far a table is, how fast it goes, and how long it still takes; from stored marks."""

from dataclasses import dataclass
from datetime import timedelta

from breach.models import IntakeFile, IntakeState


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` rows; `rate` in rows a second and `remaining` since the worker of now began, None while
    that cannot be told.
    """

    done: int
    total: int
    rate: float | None
    remaining: timedelta | None


WORKING = frozenset({IntakeState.UPLOADED, IntakeState.TRYING, IntakeState.ACCEPTED, IntakeState.LOADING})


def is_working(file: IntakeFile) -> bool:
    """Say whether a worker has the file, or will take it: looking through, trying or loading."""
    return file.state in WORKING and file.progress_at is not None


def progress(file: IntakeFile) -> Progress:
    """Return how far the trial or the load of a file is."""
    is_trial = file.state == IntakeState.TRYING
    done = file.read if is_trial else file.loaded
    total = int((file.profile or {}).get("rows") or 0) if is_trial else file.accepted
    fresh = done - file.working_from
    if file.working_since is None or file.progress_at is None or fresh <= 0:
        return Progress(done, total, None, None)
    seconds = (file.progress_at - file.working_since).total_seconds()
    if seconds <= 0:
        return Progress(done, total, None, None)
    rate = fresh / seconds
    return Progress(done, total, rate, timedelta(seconds=max(0, total - done) / rate))
