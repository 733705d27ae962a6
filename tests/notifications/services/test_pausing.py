"""A delivery that stands still lets nothing leave, and goes on where it stood."""

from datetime import datetime

import pytest

from breach.errors import BadInput, Conflict, Forbidden
from breach.models import Entry
from notifications.delivery.outbox import Sent
from notifications.models import Notice
from notifications.services.delivery import claim, due
from notifications.services.pausing import pause, resume
from notifications.states import Channel
from tests.house import House
from tests.notifications.delivery.conftest import Mailroom, case, mailroom, notice  # noqa: F401 - fixtures
from tests.notifications.delivery.test_outbox import AMELIE, row_to, send


def test_nothing_leaves_while_it_stands_still(
    notice: Notice,  # noqa: F811
    case: House,  # noqa: F811
    mailroom: Mailroom,  # noqa: F811
    now: datetime,
) -> None:
    row = row_to(notice, AMELIE)
    pause(actor=case.responder, notice=notice, reason="the wording names a wrong day", now=now)
    assert send(notice, now) == Sent({})
    assert not due(notice, Channel.POST, now).exists()
    # A worker that chose the row before the pause does not get it any more.
    assert claim(row=row, transport="smtp", letter_date=now.date(), now=now) is None
    resume(actor=case.manager, notice=notice, reason="it was right after all", now=now)
    assert send(notice, now) == Sent({"success": 3})
    assert [row.reasons for row in notice.remarks.order_by("pk")] == [
        "the wording names a wrong day",
        "it was right after all",
    ]
    actions = Entry.objects.filter(chain=case.incident.chain, action__startswith="delivery.")
    assert list(actions.order_by("seq").values_list("action", flat=True)) == [
        "delivery.paused",
        "delivery.resumed",
    ]


def test_who_records_may_stop_and_only_who_releases_lets_go_on(
    notice: Notice,  # noqa: F811
    case: House,  # noqa: F811
    now: datetime,
) -> None:
    with pytest.raises(Forbidden):
        pause(actor=case.auditor, notice=notice, reason="x", now=now)
    with pytest.raises(BadInput):
        pause(actor=case.responder, notice=notice, reason=" ", now=now)
    notice.refresh_from_db()
    assert notice.paused_at is None
    with pytest.raises(Conflict):
        resume(actor=case.manager, notice=notice, reason="x", now=now)
    pause(actor=case.responder, notice=notice, reason="x", now=now)
    with pytest.raises(Conflict):
        pause(actor=case.responder, notice=notice, reason="x", now=now)
    with pytest.raises(Forbidden):
        resume(actor=case.responder, notice=notice, reason="x", now=now)
