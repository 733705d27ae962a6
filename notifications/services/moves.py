"""The only place that assigns a state. Every move is a conditional update whose changed rows are counted."""

from itertools import islice
from typing import Any

from django.db.models import QuerySet

from breach.errors import Conflict
from notifications.models import Notice, PersonNotice, PrintRun
from notifications.states import NOTICE_MOVES, PERSON_MOVES, RUN_MOVES, NoticeState, PersonState, RunState

AT_ONCE = 500


def move_people(rows: QuerySet[PersonNotice], to: PersonState, **changes: Any) -> int:
    """Move those of `rows` that may go to `to`, and return how many did. Zero means somebody else was
    first.

    `rows` may join other tables, so it only finds the rows: in an UPDATE with a subquery PostgreSQL would not look
    again at a row that another transaction has just moved, and two workers would both take it. The update asks the
    row's own state.
    """
    sources = [source for source, target in PERSON_MOVES if target == to]
    found = iter(list(rows.filter(state__in=sources).values_list("pk", flat=True)))
    moved = 0
    while part := list(islice(found, AT_ONCE)):
        moved += PersonNotice.objects.filter(pk__in=part, state__in=sources).update(state=to, **changes)
    return moved


def move_person(row: PersonNotice, to: PersonState, **changes: Any) -> PersonNotice:
    """Move one row from the state it was read in and return it fresh. Raises Conflict when it moved on."""
    if (row.state, to) not in PERSON_MOVES:
        raise Conflict(f"A letter that is “{row.get_state_display()}” cannot become “{to.label}”.")
    if not PersonNotice.objects.filter(pk=row.pk, state=row.state).update(state=to, **changes):
        raise Conflict("This letter moved on meanwhile. Load the page again.")
    row.refresh_from_db()
    return row


def move_notice(notice: Notice, to: NoticeState, **changes: Any) -> Notice:
    """Move a notice from the state it was read in and return it fresh. Raises Conflict when it moved on."""
    if (notice.state, to) not in NOTICE_MOVES:
        raise Conflict(f"A notice that is “{notice.get_state_display()}” cannot become “{to.label}”.")
    if not Notice.objects.filter(pk=notice.pk, state=notice.state).update(state=to, **changes):
        raise Conflict("This notice moved on meanwhile. Load the page again.")
    notice.refresh_from_db()
    return notice


def move_run(run: PrintRun, to: RunState, **changes: Any) -> PrintRun:
    """Move a print run from the state it was read in and return it fresh. Raises Conflict when it moved
    on.
    """
    if (run.state, to) not in RUN_MOVES:
        raise Conflict(f"A print run that is “{run.get_state_display()}” cannot become “{to.label}”.")
    if not PrintRun.objects.filter(pk=run.pk, state=run.state).update(state=to, **changes):
        raise Conflict("This print run moved on meanwhile. Load the page again.")
    run.refresh_from_db()
    return run
