"""Jobs of the outward side: they carry ids, read the clock, and call the same services as the pages."""

from datetime import datetime

import structlog

from breach import clock
from breach.errors import Conflict
from breach.jobs import enqueue, job
from notifications.delivery.mailbox import MailboxUnreachable, account, collect
from notifications.delivery.outbox import send_some, transport_for
from notifications.delivery.pace import room_for
from notifications.delivery.post import print_some
from notifications.models import Notice, PrintRun
from notifications.services.delivery import due, find_stuck, finish_if_done, note_outcomes
from notifications.services.notices import settle
from notifications.services.portal import forget_counts
from notifications.services.prepare import prepare_some
from notifications.services.printing import REMAKE_AFTER
from notifications.states import Channel, NoticeState, PersonState, RunState

log = structlog.get_logger(__name__)

# The clock is read again after so many messages, so that a slow server cannot make a living claim look dead.
EMAILS_PER_READING = 20
# One job ends after so many messages and queues the rest: a worker stays free to be stopped.
EMAILS_PER_JOB = 500
JOB_OF = {Channel.EMAIL: "delivery.email_batch", Channel.POST: "delivery.print_batch"}


@job("notices.prepare")
def prepare(notice_uid: str) -> None:
    """Make a released notice's letters due, then queue their delivery."""
    notice = _released(notice_uid)
    if notice is None:
        return
    try:
        while prepare_some(notice=notice, now=clock.now()):
            pass
    except Conflict:
        log.warning("a notice without its approval was not prepared", notice=notice_uid)
        return
    queue_due(notice, clock.now())


@job("delivery.email_batch")
def email_batch(notice_uid: str) -> None:
    """Send what is due by e-mail, note the outcomes, and queue the rest."""
    notice = _released(notice_uid)
    if notice is None:
        return
    transport, sent, is_paced = transport_for(notice.incident), 0, False
    try:
        while sent < EMAILS_PER_JOB:
            now = clock.now()
            room = room_for(Channel.EMAIL, now)
            limit = EMAILS_PER_READING if room is None else min(EMAILS_PER_READING, room)
            if limit <= 0:
                is_paced = True  # the next sweep goes on
                break
            done = send_some(notice=notice, transport=transport, now=now, limit=limit)
            sent += done.total
            if not done.total or done.must_stop:
                break
    finally:
        transport.close()
    _note_all(notice, clock.now())
    finish_if_done(notice=notice, now=clock.now())
    if sent and not done.must_stop and not is_paced:
        queue_due(notice, clock.now())


@job("delivery.print_batch")
def print_batch(notice_uid: str) -> None:
    """Lay out one print run of what is due by post, and queue the rest."""
    notice = _released(notice_uid)
    if notice is None:
        return
    run = print_some(notice=notice, now=clock.now())
    now = clock.now()
    _note_all(notice, now)
    finish_if_done(notice=notice, now=now)
    if run is not None:
        queue_due(notice, now)


@job("bounces.collect")
def collect_bounces() -> None:
    """Collect what came back to the mailbox, where one is set up, and queue what became due by it."""
    box = account()
    if box is None:
        return
    try:
        counts = collect(box, clock.now)
    except MailboxUnreachable as failure:
        log.warning("the mailbox for bounces could not be read", error=str(failure))
        return
    if counts:
        log.info("bounces were collected", **counts)
        sweep(now=clock.now())


@job("delivery.sweep")
def sweep_delivery() -> None:
    """Find what is due, stuck or not noted, and queue it again; forget what the public page counted."""
    sweep(now=clock.now())
    forget_counts(now=clock.now())


def sweep(*, now: datetime) -> dict[str, int]:
    """Do so for every notice that is out, and return counts: `stuck`, `noted`, `queued`. Safe to call at any
    time.
    """
    counts = {"stuck": find_stuck(now=now), "noted": 0, "queued": 0}
    for notice in Notice.objects.filter(state=NoticeState.SUBMITTED).select_related("incident"):
        settle(notice=notice, actor=None, now=now)
    out = Notice.objects.filter(state__in=[NoticeState.RELEASED, NoticeState.FINISHED])
    for notice in out.select_related("incident"):
        counts["noted"] += _note_all(notice, now)
        finish_if_done(notice=notice, now=now)
        if notice.people.filter(state=PersonState.LISTED).exists():
            enqueue("notices.prepare", notice.uid)
            counts["queued"] += 1
        else:
            counts["queued"] += queue_due(notice, now)
    return counts


def queue_due(notice: Notice, now: datetime) -> int:
    """Queue one job per channel in which letters of the notice are due. Returns how many jobs."""
    channels = [channel for channel in JOB_OF if due(notice, channel, now).exists()]
    if Channel.POST not in channels and _has_silent_run(notice, now):
        channels.append(Channel.POST)
    for channel in channels:
        enqueue(JOB_OF[channel], notice.uid)
    return len(channels)


def _has_silent_run(notice: Notice, now: datetime) -> bool:
    runs = PrintRun.objects.filter(notice=notice, state=RunState.MAKING)
    return runs.filter(claimed_at__lt=now - REMAKE_AFTER).exists()


def _note_all(notice: Notice, now: datetime) -> int:
    noted = 0
    while count := note_outcomes(notice=notice, now=now):
        noted += count
    return noted


def _released(uid: str) -> Notice | None:
    rows = Notice.objects.filter(uid=uid, state=NoticeState.RELEASED)
    return rows.select_related("incident", "party__organisation").first()
