"""Print runs on their way to the printer: sealed for the printer's key, each file noted before it leaves."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from breach.errors import BadInput
from breach.files import open_sealed
from breach.models import User
from breach.permissions import require
from breach.services.record import record_read
from notifications.delivery.post import print_some
from notifications.delivery.printer import Outbox, Parcel
from notifications.letters.document import Document
from notifications.letters.lint import lint
from notifications.letters.lint_people import addressable
from notifications.letters.spool import SpoolLetter, manifest_head, manifest_lines, spool_batches
from notifications.letters.values import Finding, Recipient
from notifications.models import Notice, PrintRun
from notifications.states import NoticeState, RunState

_SALT = 32


def spool_notice(
    *, notice: Notice, actor: User, outbox: Outbox, now: Callable[[], datetime], number: int | None = None
) -> list[dict[str, Any]]:
    """Lay out what is due by post, then put every run that was not printed yet into the outbox; or one run,
    by its number. Returns one report per run.

    Raises BadInput where the notice is not released, has no such run, or a file is there already.
    """
    require(actor, "delivery.record", notice.incident)
    runs = notice.print_runs.filter(letters__gt=0).select_related("notice__incident", "manifest__incident")
    if number is not None:
        chosen = list(runs.filter(number=number).exclude(state=RunState.MAKING))
        if not chosen:
            raise BadInput(
                "the notice has no such print run", place="--run", mend="See the page of the notice."
            )
    else:
        _print_due(notice, now)
        chosen = list(runs.filter(state=RunState.READY).order_by("number"))
    for run in chosen:
        for name in (*_names(run), _manifest_name(run)):
            outbox.check(name)
    return [_hand_out(run, actor, outbox, now()) for run in chosen]


def _print_due(notice: Notice, now: Callable[[], datetime]) -> None:
    if notice.state not in (NoticeState.RELEASED, NoticeState.FINISHED):
        raise BadInput("the notice is not released", place="--notice", mend="Have it approved and released.")
    while notice.state == NoticeState.RELEASED and print_some(notice=notice, now=now()):
        notice.refresh_from_db()


def _hand_out(run: PrintRun, actor: User, outbox: Outbox, now: datetime) -> dict[str, Any]:
    files = []
    rows = run.files.select_related("file__incident").order_by("number")
    for name, row in zip(_names(run), rows, strict=True):
        _note(run, actor, f"print_file/{run.uid}/{row.number}", row.letters, now)
        with open_sealed(row.file) as content:
            files.append(_file(outbox.put(name, content.read()), row.letters, row.pages, row.window))
    assert run.manifest is not None  # noqa: S101 - every finished run has one
    _note(run, actor, f"print_manifest/{run.uid}", run.letters, now)
    with open_sealed(run.manifest) as content:
        manifest = asdict(outbox.put(_manifest_name(run), content.read()))
    counts = {"run": run.number, "letters": run.letters, "pages": run.pages}
    return {**counts, "date": run.letter_date.isoformat(), "files": files, "manifest": manifest}


def _note(run: PrintRun, actor: User, what: str, count: int, now: datetime) -> None:
    with transaction.atomic():
        record_read(actor=actor, incident=run.notice.incident, what=what, count=count, now=now)


def _names(run: PrintRun) -> list[str]:
    return [f"{_stem(run)}-{row.number:04d}.pdf" for row in run.files.order_by("number")]


def _manifest_name(run: PrintRun) -> str:
    return f"{_stem(run)}-manifest.csv"


def _stem(run: PrintRun) -> str:
    return f"{run.notice.incident.reference}-{run.notice.number}-run-{run.number}"


def document_findings(document: Document, people: list[Recipient], *, date: dt.date) -> list[Finding]:
    """What speaks against printing the letters of a document to these people."""
    found = lint(document.content, people, date=date)
    content = document.content
    served = [one for one in people if one.uid not in {finding.place for finding in found}]
    return [*found, *(one for person in served if (one := addressable(person, content)))]


def spool_document(document: Document, outbox: Outbox, *, date: dt.date) -> dict[str, Any]:
    """A print run without a database. Raises BadInput where the law or the paper speaks against a letter."""
    findings = document_findings(document, list(document.recipients), date=date)
    legal = [finding for finding in findings if finding.level == "legal"]
    if legal:
        more = f" ({len(legal) - 1} more)" if len(legal) > 1 else ""
        first = legal[0]
        raise BadInput(first.message + more, place=first.place, mend=first.mend, code=first.code)
    letters = [SpoolLetter(one, secrets.token_bytes(_SALT)) for one in document.recipients]
    batches = list(spool_batches(document.content, letters, date=date))
    names = [f"letters-{batch.number:04d}.pdf" for batch in batches]
    for name in (*names, "letters-manifest.csv"):
        outbox.check(name)
    files = [
        _file(outbox.put(name, batch.pdf), len(batch.rows), batch.pages, batch.window)
        for name, batch in zip(names, batches, strict=True)
    ]
    lines = manifest_head() + "".join(manifest_lines(batch.rows) for batch in batches)
    manifest = asdict(outbox.put("letters-manifest.csv", lines.encode()))
    counts = {"run": 1, "letters": len(letters), "pages": sum(batch.pages for batch in batches)}
    return {**counts, "date": date.isoformat(), "files": files, "manifest": manifest}


def _file(parcel: Parcel, letters: int, pages: int, window: str) -> dict[str, Any]:
    return {**asdict(parcel), "letters": letters, "pages": pages, "window": window}
