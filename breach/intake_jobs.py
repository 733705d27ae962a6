"""Jobs of the intake: load an accepted file, and find loads that lost their worker."""

import contextlib

from breach import clock
from breach.errors import Conflict
from breach.jobs import enqueue, job
from breach.models import IntakeFile, IntakeState, MatchDecision, MatchRun
from breach.services import intake, loading, near_matching, suggestions, trial


@job("people.load")
def load_people(uid: str) -> None:
    """Load the rest of an accepted file. A file that another worker holds, or that is done, is left alone."""
    file = IntakeFile.objects.select_related("incident", "party", "file__incident", "accepted_by").get(
        uid=uid
    )
    with contextlib.suppress(Conflict):
        loading.load_all(file=file, now=clock.now)


@job("people.look")
def look_through(uid: str) -> None:
    """Look an uploaded file through; one that was looked through meanwhile is left alone."""
    file = IntakeFile.objects.select_related("incident", "party", "file__incident", "created_by").get(uid=uid)
    if file.state == IntakeState.UPLOADED and file.created_by:
        intake.profile(actor=file.created_by, file=file, now=clock.now())


@job("people.try")
def try_mapping(uid: str) -> None:
    """Go on with a trial. One that was given up, or that another worker goes on with, is left alone."""
    file = IntakeFile.objects.select_related("incident", "party", "file__incident", "tried_by").get(uid=uid)
    with contextlib.suppress(Conflict):
        trial.go_on(file=file, now=clock.now)


@job("people.sweep")
def sweep_loads() -> None:
    intake.enqueue_silent(now=clock.now())


@job("people.match")
def match_people(uid: str) -> None:
    """Look for near matches. A search that another worker has, or that is done, is left alone."""
    run = MatchRun.objects.select_related("incident", "party", "created_by").get(uid=uid)
    with contextlib.suppress(Conflict):
        near_matching.look(run=run)


@job("people.unite")
def unite_people(uid: str) -> None:
    """Carry out, or take back, the rest of a decision about suggestions."""
    decision = MatchDecision.objects.select_related("incident", "party").get(uid=uid)
    while suggestions.carry_on(decision=decision, now=clock.now()):
        pass


@job("people.match_sweep")
def sweep_matching() -> None:
    """Queue again the searches and decisions that lost their worker."""
    now = clock.now()
    near_matching.enqueue_silent(now=now)
    for uid in suggestions.unfinished(silent_since=now - near_matching.SILENT):
        enqueue("people.unite", uid)
