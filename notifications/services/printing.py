"""Print runs: claimed as a batch, laid out, sealed, then printed and posted as people record it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from django.db import transaction
from django.db.models import Max, QuerySet

from breach.errors import BadInput, Conflict
from breach.files import seal_file
from breach.ledger import log
from breach.models import SealedFile, User, new_uid
from breach.permissions import require
from breach.services.person_rows import local_day
from breach.services.record import record
from notifications.models import Attempt, Notice, PersonNotice, PrintFile, PrintRun
from notifications.services.delivery import due, finish_if_done, leave_out_departed, step_down
from notifications.services.moves import AT_ONCE, move_people, move_run
from notifications.states import Channel, Code, NoticeState, Outcome, PersonState, RunState

PURPOSE_FILE, PURPOSE_MANIFEST = "print-file", "print-manifest"
REMAKE_AFTER = timedelta(minutes=15)
CLAIMED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LaidOut:
    """One file of a run as it came from the press, sealed already: kind of envelope, the row of the sealed
    file (not saved yet), pages, letters.
    """

    window: str
    file: SealedFile
    pages: int
    letters: int


@dataclass(frozen=True, slots=True)
class Laid:
    """A whole run: its files, its manifest as CSV, one digest (32 bytes) per letter in its order, and how
    many letters were drawn by lot and proven to be stamped rightly.
    """

    files: Sequence[LaidOut]
    manifest: bytes
    digests: Sequence[bytes]
    proven: int = 0


def start_run(*, notice: Notice, now: datetime, limit: int) -> PrintRun | None:
    """Claim up to `limit` letters that are due by post for a new run. None when there are none.

    Laying out repeats without harm, so a run that was left half made is taken over instead (see `take_over`).
    """
    run: PrintRun | None = None
    claimed = 0
    while claimed < limit:
        with transaction.atomic():
            Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
            if run is None:
                leave_out_departed(notice)
            waiting = due(notice, Channel.POST, now).select_for_update(of=("self",))
            rows = list(waiting[: min(CLAIMED_AT_ONCE, limit - claimed)])
            if not rows:
                break
            run = run or _new_run(notice, now)
            _claim(run, rows, now)
        claimed += len(rows)
    return run


def _new_run(notice: Notice, now: datetime) -> PrintRun:
    last = PrintRun.objects.filter(notice=notice).aggregate(last=Max("number"))["last"] or 0
    return PrintRun.objects.create(
        uid=new_uid(),
        notice=notice,
        number=last + 1,
        claimed_at=now,
        letter_date=local_day(notice.incident, now),
        created_at=now,
    )


def _claim(run: PrintRun, rows: list[PersonNotice], now: datetime) -> None:
    chosen = PersonNotice.objects.filter(pk__in=[row.pk for row in rows])
    move_people(chosen, PersonState.CLAIMED, print_run=run, letter_date=run.letter_date)
    attempts = [
        Attempt(
            uid=new_uid(),
            person_notice=row,
            channel=Channel.POST,
            transport="drill" if run.notice.incident.drill else "print",
            print_run=run,
            claimed_at=now,
            created_at=now,
        )
        for row in rows
    ]
    Attempt.objects.bulk_create(attempts, batch_size=500)


def letters_of(run: PrintRun) -> QuerySet[PersonNotice]:
    """Rows whose letters belong in the files of a run that is being made.

    Some may count as printed to file already, where the making was killed while its end was written down.
    """
    return run.people.filter(state__in=[PersonState.CLAIMED, PersonState.RENDERED]).order_by("pk")


def take_over(*, notice: Notice, now: datetime) -> PrintRun | None:
    """Return a run that was being laid out and is silent for long, claimed for this caller; None when there
    is none.
    """
    silent = PrintRun.objects.filter(notice=notice, state=RunState.MAKING, claimed_at__lt=now - REMAKE_AFTER)
    for run in silent.order_by("pk"):
        if PrintRun.objects.filter(pk=run.pk, claimed_at=run.claimed_at, state=RunState.MAKING).update(
            claimed_at=now
        ):
            run.refresh_from_db()
            return run
    return None


def drop_letters(*, run: PrintRun, rows: Iterable[PersonNotice], now: datetime) -> int:
    """Take letters out of a run that cannot be laid out, each to what follows for it. Returns how many."""
    count = 0
    for row in rows:
        with transaction.atomic():
            ended = Attempt.objects.filter(person_notice=row, print_run=run, outcome=Outcome.OPEN)
            ended.update(outcome=Outcome.PERMANENT, code=Code.BAD_ADDRESS, finished_at=now)
            fresh = PersonNotice.objects.select_related("notice__incident", "person").get(pk=row.pk)
            step_down(row=fresh, code=Code.BAD_ADDRESS, now=now)
            PersonNotice.objects.filter(pk=row.pk).update(print_run=None)
        count += 1
    return count


def finish_run(*, run: PrintRun, laid: Laid, now: datetime) -> PrintRun:
    """Seal the files and the manifest of a run and note it in the ledger. Its letters are then in a print
    file.
    """
    incident = run.notice.incident
    # Sealed before the transaction, and moved in small ones: on SQLite all other writers wait for its end.
    manifest = seal_file(incident=incident, stream=BytesIO(laid.manifest), purpose=PURPOSE_MANIFEST, now=now)
    while part := list(run.people.filter(state=PersonState.CLAIMED).values_list("pk", flat=True)[:AT_ONCE]):
        move_people(run.people.filter(pk__in=part), PersonState.RENDERED, next_at=None)
    with transaction.atomic():
        manifest.save()
        for number, one in enumerate(laid.files, start=1):
            one.file.save()
            PrintFile.objects.create(
                run=run,
                number=number,
                window=one.window,
                letters=one.letters,
                pages=one.pages,
                file=one.file,
                created_at=now,
            )
        letters = run.people.filter(state=PersonState.RENDERED).count()
        if letters != len(laid.digests):
            raise Conflict("The letters of this print run changed while it was laid out.")
        run = move_run(
            run,
            RunState.READY,
            letters=letters,
            pages=sum(one.pages for one in laid.files),
            manifest=manifest,
            ready_at=now,
        )
        log.append_many(
            chain=incident.chain,
            actor_id=None,
            actor_uid="system",
            action="delivery.laid_out",
            subject=run.uid,
            items=laid.digests,
            data={
                "notice": run.notice.uid,
                "run": run.number,
                "pages": run.pages,
                "manifest": manifest.digest,
                "proven": laid.proven,
            },
            now=now,
        )
    return run


def drop_run(*, run: PrintRun, now: datetime) -> None:
    """Give a run without letters up; its row stays as ready with none, so that numbers have no gap."""
    if not run.people.exists():
        move_run(run, RunState.READY, ready_at=now)


def mark_printed(*, actor: User, run: PrintRun, now: datetime) -> PrintRun:
    """Record that the printer has printed the run."""
    require(actor, "delivery.record", run.notice.incident)
    with transaction.atomic():
        day = local_day(run.notice.incident, now)
        run = move_run(run, RunState.PRINTED, printed_on=day, recorded_by=actor)
        count = move_people(run.people.all(), PersonState.PRINTED)
        _record(actor, run, "delivery.printed", {"letters": count}, now)
    return run


def mark_posted(
    *, actor: User, run: PrintRun, posted_at: datetime, depot: str, count: int, now: datetime
) -> PrintRun:
    """Record that the post took `count` letters of the run at `posted_at`: from then on they are sent.

    Raises BadInput when the count differs from the letters of the run that nobody pulled, or the moment
    cannot be.
    """
    incident = run.notice.incident
    require(actor, "delivery.record", incident)
    if posted_at > now or (run.ready_at and posted_at < run.ready_at):
        raise BadInput(
            "The letters cannot have been posted then",
            place="posted_at",
            mend="Give a moment after printing, not ahead.",
        )
    if not depot.strip():
        raise BadInput(
            "The place of posting is missing", place="depot", mend="Name the depot or post office."
        )
    with transaction.atomic():
        letters = run.people.filter(state__in=[PersonState.RENDERED, PersonState.PRINTED])
        expected = letters.count()
        if count != expected:
            raise BadInput(
                f"{count} posted letters do not fit the {expected} of this run",
                place="count",
                mend="Count again; take letters that were pulled out of the run first.",
            )
        attempts = Attempt.objects.filter(print_run=run, person_notice__in=letters, outcome=Outcome.OPEN)
        attempts.update(outcome=Outcome.SUCCESS, code=Code.POSTED, handed_at=posted_at, finished_at=now)
        move_people(letters, PersonState.POSTED, sent_at=posted_at)
        run = move_run(
            run,
            RunState.POSTED,
            posted_on=local_day(incident, posted_at),
            depot=depot.strip(),
            posted_count=count,
            recorded_by=actor,
        )
        data = {"notice": run.notice.uid, "letters": count, "posted_at": posted_at.isoformat()}
        data["depot_sha256"] = hashlib.sha256(run.depot.encode()).hexdigest()
        _record(actor, run, "delivery.posted", data, now)
    if run.notice.state == NoticeState.RELEASED:
        finish_if_done(notice=run.notice, now=now)
    return run


def _record(actor: User, run: PrintRun, action: str, data: dict[str, object], now: datetime) -> None:
    record(actor=actor, incident=run.notice.incident, action=action, subject=run.uid, data=data, now=now)
