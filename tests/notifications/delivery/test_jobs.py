"""Jobs and the sweep: the database holds the work, whatever becomes of the queue."""

from datetime import datetime, timedelta

import pytest

from breach.approvals import decide
from notifications import jobs
from notifications.delivery import outbox
from notifications.jobs import email_batch, prepare, print_batch, sweep
from notifications.models import Notice, PersonNotice
from notifications.queries.notices import reconcile
from notifications.services import notices
from notifications.totals import Totals
from tests.house import House
from tests.notifications import campaign
from tests.notifications.delivery.conftest import Mailroom


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What is enqueued, instead of a Redis."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda *call: found.append(call))
    return found


def test_from_release_to_the_last_letter(
    case: House, mailroom: Mailroom, now: datetime, queued: list[tuple[str, ...]]
) -> None:
    notice = campaign.released(case, now)
    prepare(notice.uid)
    assert queued == [("delivery.email_batch", notice.uid), ("delivery.print_batch", notice.uid)]
    email_batch(notice.uid)
    print_batch(notice.uid)
    assert reconcile(notice) == Totals(approved=5, delivered=3, pending=1, failed=1, unreachable=1)
    assert notice.print_runs.get().letters == 1


def test_a_flushed_queue_loses_nothing(
    case: House, mailroom: Mailroom, now: datetime, queued: list[tuple[str, ...]]
) -> None:
    notice = campaign.released(case, now)
    for expected in (["notices.prepare"], ["delivery.email_batch", "delivery.print_batch"]):
        queued.clear()
        sweep(now=datetime.now(now.tzinfo))
        assert [call[0] for call in queued] == expected
        if expected == ["notices.prepare"]:
            prepare(notice.uid)


def test_a_job_for_what_was_not_released_does_nothing(case: House, mailroom: Mailroom, now: datetime) -> None:
    notice = campaign.approved(case, now)
    for work in (prepare, email_batch, print_batch):
        work(notice.uid)
        work("0" * 20)
    assert mailroom.taken == []
    assert set(notice.people.values_list("state", flat=True)) == {"listed", "unreachable"}


def test_the_sweep_shows_stuck_letters_and_finishes_notices(
    notice: Notice, now: datetime, queued: list[tuple[str, ...]]
) -> None:
    row = PersonNotice.objects.filter(channel="email", state="pending").order_by("pk")[0]
    outbox.claim(row=row, transport="smtp", letter_date=now.date(), now=now)
    assert sweep(now=now + timedelta(hours=1)) == {"stuck": 1, "noted": 1, "queued": 2}
    row.refresh_from_db()
    assert row.state == "ambiguous"
    notice.people.exclude(state="unreachable").update(state="accepted")
    assert sweep(now=now + timedelta(hours=2)) == {"stuck": 0, "noted": 0, "queued": 0}
    notice.refresh_from_db()
    assert notice.state == "finished"


def test_the_sweep_follows_an_answer_given_on_the_page_of_all_approvals(case: House, now: datetime) -> None:
    notice = campaign.draft(case, now)
    approval = notices.submit(actor=case.responder, notice=notice, approvers=[case.manager], now=now)
    decide(actor=case.manager, approval=approval, digest=approval.digest, approve=True, reason="", now=now)
    sweep(now=now)
    notice.refresh_from_db()
    assert notice.state == "approved"
