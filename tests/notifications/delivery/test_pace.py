"""No more letters begin within a minute than the mail server lets us hand over."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from breach import clock
from notifications import jobs
from notifications.delivery.pace import room_for
from notifications.jobs import email_batch
from notifications.models import Notice
from notifications.queries.notices import reconcile
from notifications.states import Channel
from tests.notifications.delivery.conftest import Mailroom


def test_a_minute_takes_so_many_and_the_next_one_the_rest(
    notice: Notice, mailroom: Mailroom, now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TOCSIN_MAIL_PER_MINUTE = 2
    hands = {"now": now}
    monkeypatch.setattr(clock, "now", lambda: hands["now"])
    queued: list[tuple[str, ...]] = []
    monkeypatch.setattr(jobs, "enqueue", lambda *call: queued.append(call))

    email_batch(notice.uid)
    assert (reconcile(notice).delivered, len(mailroom.taken)) == (2, 2)
    # It does not queue itself in circles: the next sweep goes on.
    assert queued == []
    assert room_for(Channel.EMAIL, now) == 0

    hands["now"] = now + timedelta(seconds=59)
    email_batch(notice.uid)
    assert len(mailroom.taken) == 2

    hands["now"] = now + timedelta(seconds=61)
    assert room_for(Channel.EMAIL, hands["now"]) == 2
    email_batch(notice.uid)
    assert (reconcile(notice).delivered, len(mailroom.taken)) == (3, 3)


def test_without_a_limit_and_by_post_nothing_is_counted(now: datetime, settings: Any) -> None:
    assert room_for(Channel.EMAIL, now) is None
    settings.TOCSIN_MAIL_PER_MINUTE = 2
    assert room_for(Channel.POST, now) is None
