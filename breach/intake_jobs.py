"""Jobs of the intake: load an accepted file, and find loads that lost their worker."""

import contextlib

from breach import clock
from breach.errors import Conflict
from breach.jobs import job
from breach.models import IntakeFile
from breach.services import intake, loading


@job("people.load")
def load_people(uid: str) -> None:
    """Load the rest of an accepted file. A file that another worker holds, or that is done, is left alone."""
    file = IntakeFile.objects.select_related("incident", "party", "file__incident", "accepted_by").get(
        uid=uid
    )
    with contextlib.suppress(Conflict), loading.opened(file) as load:
        for batch in load.batches:
            loading.load_batch(load=load, batch=batch, now=clock.now())
        loading.finish(load=load, now=clock.now())


@job("people.sweep")
def sweep_loads() -> None:
    intake.enqueue_silent(now=clock.now())
