"""Post: the letters of one run through the spool, as sealed print files with a manifest."""

from datetime import datetime

from breach.errors import BadInput
from breach.services.keys import vault_for
from notifications.addressing import Addressed, address, letter_salt
from notifications.contents import frozen_content
from notifications.letters.spool import SpoolLetter, manifest_csv, spool
from notifications.models import Notice, PrintRun
from notifications.services import printing
from notifications.services.printing import Laid, LaidOut
from notifications.states import PersonState

LETTERS_PER_RUN = 500


def print_some(*, notice: Notice, now: datetime, limit: int = LETTERS_PER_RUN) -> PrintRun | None:
    """Make one print run of up to `limit` letters that are due by post, or None when none are.

    A run that was left half made is laid out again first: nothing of it was printed.
    """
    run = printing.take_over(notice=notice, now=now) or printing.start_run(
        notice=notice, now=now, limit=limit
    )
    if run is None:
        return None
    letters = address(notice, list(run.people.filter(state=PersonState.CLAIMED).order_by("pk")))
    laid = lay_out(notice, run, letters, now)
    if laid is None:
        printing.drop_run(run=run, now=now)
        return run
    return printing.finish_run(run=run, laid=laid, now=now)


def lay_out(notice: Notice, run: PrintRun, letters: list[Addressed], now: datetime) -> Laid | None:
    """Lay out the run. A letter that fits no envelope leaves the run; the others are not held up by it."""
    content, vault = frozen_content(notice), vault_for(notice.incident)
    while letters:
        pieces = [SpoolLetter(one.recipient, letter_salt(vault, one.row.uid)) for one in letters]
        try:
            result = spool(content, pieces, date=run.letter_date)
        except BadInput as refusal:
            refused = [one for one in letters if one.row.uid == refusal.place]
            if not refused:
                raise
            printing.drop_letters(run=run, rows=[one.row for one in refused], now=now)
            letters = [one for one in letters if one.row.uid != refusal.place]
            continue
        return Laid(
            files=[LaidOut(one.window, one.pdf, one.pages, len(one.rows)) for one in result.batches],
            manifest=manifest_csv(result.rows).encode(),
            digests=[bytes.fromhex(row.digest) for row in result.rows],
        )
    return None
