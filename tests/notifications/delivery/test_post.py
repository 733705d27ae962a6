"""Print runs: one letter per person in a sealed file with its manifest, posted as people record it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest

from breach.errors import BadInput, Forbidden
from breach.files import open_sealed, path_of
from breach.models import Entry, SealedFile
from notifications.delivery import post
from notifications.delivery.post import print_some
from notifications.models import Notice, PersonNotice, PrintRun
from notifications.queries.notices import reconcile
from notifications.services.printing import mark_posted, mark_printed, start_run
from notifications.services.returns import record_returned
from notifications.totals import Totals
from tests.house import House


@pytest.fixture
def run(notice: Notice, now: datetime) -> PrintRun:
    made = print_some(notice=notice, now=now)
    assert made is not None
    return made


def posted(run: PrintRun, case: House, now: datetime) -> PersonNotice:
    mark_posted(actor=case.responder, run=run, posted_at=now, depot="Lyon PIC", count=1, now=now)
    return run.people.get()


def test_a_run_holds_the_letters_that_are_due_by_post(notice: Notice, run: PrintRun, now: datetime) -> None:
    assert (run.state, run.letters, run.letter_date, run.files.count()) == ("ready", 1, date(2026, 11, 24), 1)
    file = run.files.get()
    with open_sealed(file.file) as content, pikepdf.open(io.BytesIO(content.read())) as pdf:
        assert len(pdf.pages) == file.pages == run.pages
    with open_sealed(run.manifest) as content:  # type: ignore[arg-type]
        rows = list(csv.DictReader(io.StringIO(content.read().decode())))
    row = run.people.get()
    assert [(line["uid"], line["reference"]) for line in rows] == [(row.uid, row.reference)]
    assert (row.state, row.letter_date, print_some(notice=notice, now=now)) == (
        "rendered",
        run.letter_date,
        None,
    )


def test_files_are_sealed_and_carry_no_name(run: PrintRun) -> None:
    for file in SealedFile.objects.all():
        content = path_of(file.name).read_bytes()
        assert b"%PDF" not in content
        assert b"Martin" not in content
    assert "Martin" not in "\n".join(Entry.objects.values_list("body", flat=True))


def test_a_letter_counts_as_sent_when_it_was_posted(run: PrintRun, case: House, now: datetime) -> None:
    assert reconcile(run.notice).delivered == 0
    run = mark_printed(actor=case.responder, run=run, now=now)
    assert (run.people.get().state, reconcile(run.notice).delivered) == ("printed", 0)
    moment = now + timedelta(hours=3)
    run = mark_posted(
        actor=case.responder, run=run, posted_at=moment, depot=" Lyon PIC ", count=1, now=moment
    )
    row = run.people.get()
    assert (row.state, row.sent_at, row.attempts.get().outcome) == ("posted", moment, "success")
    assert (run.posted_on, run.depot, run.posted_count) == (date(2026, 11, 24), "Lyon PIC", 1)
    assert reconcile(run.notice) == Totals(approved=5, delivered=1, pending=3, failed=1, unreachable=1)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"count": 2}, "count"),
        ({"depot": " "}, "depot"),
        ({"posted_at": datetime(2026, 11, 25, tzinfo=UTC)}, "posted_at"),
        ({"posted_at": datetime(2026, 11, 23, tzinfo=UTC)}, "posted_at"),
    ],
)
def test_posting_that_cannot_be_is_refused(
    run: PrintRun, case: House, now: datetime, changes: dict[str, object], place: str
) -> None:
    values = {"posted_at": now, "depot": "Lyon", "count": 1} | changes
    with pytest.raises(BadInput) as refusal:
        mark_posted(actor=case.responder, run=run, now=now, **values)  # type: ignore[arg-type]
    assert refusal.value.place == place
    assert run.people.get().state == "rendered"


def test_an_auditor_records_nothing(run: PrintRun, case: House, now: datetime) -> None:
    with pytest.raises(Forbidden):
        mark_posted(actor=case.auditor, run=run, posted_at=now, depot="Lyon", count=1, now=now)


def test_killed_while_laying_out_is_taken_over_with_the_same_letters(
    notice: Notice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(post, "press", lambda *_args, **_names: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            print_some(notice=notice, now=now)
    assert print_some(notice=notice, now=now + timedelta(minutes=10)) is None
    later = now + timedelta(minutes=20)
    run = print_some(notice=notice, now=later)
    assert run is not None
    assert (run.number, run.state, run.letters, PrintRun.objects.count()) == (1, "ready", 1, 1)
    assert run.people.get().attempts.count() == 1


def test_a_letter_that_fits_no_window_leaves_the_run(
    notice: Notice, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = notice.people.get(channel="post")

    def refuse(*_args: object, **_names: object) -> object:
        raise BadInput("too long", place=row.uid)

    monkeypatch.setattr(post, "press", refuse)
    run = print_some(notice=notice, now=now)
    row.refresh_from_db()
    assert run is not None
    assert (run.state, run.letters, row.state, row.reason) == ("ready", 0, "unreachable", "no_channel_left")


def test_a_returned_letter_ends_where_no_channel_is_left(run: PrintRun, case: House, now: datetime) -> None:
    row = posted(run, case, now)
    typed = row.reference.lower().replace("-", " ")
    row = record_returned(
        actor=case.responder, incident=case.incident, reference=typed, reason="unknown_address", now=now
    )
    assert (row.state, row.reason, row.attempts.get().came_back_code) == (
        "unreachable",
        "no_channel_left",
        "unknown_address",
    )
    assert reconcile(run.notice) == Totals(approved=5, pending=3, failed=2, unreachable=2)


@pytest.mark.parametrize("reference", ["", "0000-0000-0001", "no", "ZZZZ-ZZZZ-ZZZZ"])
def test_an_unknown_reference_is_refused(case: House, run: PrintRun, now: datetime, reference: str) -> None:
    with pytest.raises(BadInput) as refusal:
        record_returned(
            actor=case.responder, incident=case.incident, reference=reference, reason="moved", now=now
        )
    assert refusal.value.place == "reference"


def test_a_run_is_claimed_once(notice: Notice, now: datetime) -> None:
    assert start_run(notice=notice, now=now, limit=10) is not None
    assert start_run(notice=notice, now=now, limit=10) is None
