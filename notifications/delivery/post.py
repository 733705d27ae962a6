"""Post: the letters of one run through the press, as sealed print files with a manifest."""

import io
import os
from dataclasses import dataclass
from datetime import datetime

import django

from breach.errors import BadInput
from breach.files import seal_file
from breach.models import Incident, SealedFile
from notifications.addressing import NoticeLetters
from notifications.contents import frozen_content
from notifications.letters.press import Order, press
from notifications.letters.spool import LETTERS_PER_FILE, manifest_head
from notifications.models import Notice, PrintRun
from notifications.services import printing
from notifications.services.printing import Laid, LaidOut, letters_of

LETTERS_PER_RUN = 50_000
_WORTH_A_PROCESS = 2 * LETTERS_PER_FILE  # starting one takes as long as printing some thousand letters


@dataclass(frozen=True, slots=True)
class SealedShelf:
    """Seals each finished file under the incident's key, in the process that wrote it."""

    incident: Incident
    now: datetime

    def keep(self, _number: int, _window: str, pdf: bytes, /) -> SealedFile:
        """Return the row of the sealed file, for the caller to save."""
        return seal_file(
            incident=self.incident, stream=io.BytesIO(pdf), purpose=printing.PURPOSE_FILE, now=self.now
        )


def print_some(*, notice: Notice, now: datetime, limit: int = LETTERS_PER_RUN) -> PrintRun | None:
    """Make one print run of up to `limit` letters that are due by post, or None when none are.

    A run that was left half made is laid out again first: nothing of it was printed. Raises StampingError when a letter
    of the sample is not what was approved; the run then stays in the making.
    """
    run = printing.take_over(notice=notice, now=now) or printing.start_run(
        notice=notice, now=now, limit=limit
    )
    if run is None:
        return None
    laid = lay_out(notice, run, now)
    if laid is None:
        printing.drop_run(run=run, now=now)
        return run
    return printing.finish_run(run=run, laid=laid, now=now)


def lay_out(notice: Notice, run: PrintRun, now: datetime) -> Laid | None:
    """Lay out the run. A letter that fits no envelope leaves the run; the others are not held up by it."""
    while ids := list(letters_of(run).values_list("pk", flat=True)):
        order = Order(
            content=frozen_content(notice),
            date=run.letter_date,
            source=NoticeLetters.of(notice),
            shelf=SealedShelf(notice.incident, now),
            start=django.setup,
            processes=processes_for(len(ids)),
        )
        try:
            files = list(press(order, ids))
        except BadInput as refusal:
            refused = list(letters_of(run).filter(uid=refusal.place))
            if not refused:
                raise
            printing.drop_letters(run=run, rows=refused, now=now)
            continue
        return Laid(
            files=[LaidOut(one.window, one.kept, one.pages, one.letters) for one in files],
            manifest="".join([manifest_head(), *(one.manifest for one in files)]).encode(),
            digests=[digest for one in files for digest in one.digests],
            proven=sum(one.proven for one in files),
        )
    return None


def processes_for(letters: int) -> int:
    """How many processes are worth their start for so many letters."""
    return 1 if letters <= _WORTH_A_PROCESS else min(os.cpu_count() or 1, 1 + letters // _WORTH_A_PROCESS)
