"""Claims, outcomes and what follows: the rows' side of delivery. Nothing here hands anything over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from breach.errors import Conflict
from breach.ledger import log
from breach.models import Obligation, ObligationState, User, new_uid
from breach.models import PersonState as Affected
from breach.permissions import require
from breach.services import facts, obligations
from breach.services.record import record
from breach.vault import canonical_json
from notifications.delivery.channels import may_email, next_channel, usable
from notifications.models import Attempt, Notice, PersonNotice
from notifications.queries.notices import reconcile
from notifications.queries.standstill import standstill_of
from notifications.services.moves import move_notice, move_people, move_person
from notifications.services.remarks import remark
from notifications.states import (
    LEFT_OUT,
    Channel,
    Code,
    KeptFromEmail,
    NoticeState,
    Outcome,
    PersonState,
    Withheld,
)

# After the n-th temporary failure the next try waits this long; after the last the channel is given up.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 120, 480, 1440))
# A mail server may hold a message for minutes; longer, and the worker that claimed it is gone.
STUCK_AFTER = timedelta(minutes=15)
NOTE_AT_ONCE = 1000
OWED = (ObligationState.RUNNING, ObligationState.PROVISIONAL)
PLAIN_ENDS = {Outcome.SUCCESS: PersonState.ACCEPTED, Outcome.AMBIGUOUS: PersonState.AMBIGUOUS}
ADDRESS_DEAD = frozenset({Code.MAILBOX_UNKNOWN, Code.DOMAIN_UNKNOWN, Code.BAD_ADDRESS, Code.MAILBOX_FULL})


@dataclass(frozen=True, slots=True)
class Result:
    """How a hand-over ended: an outcome, a word of `Code`, perhaps a status of RFC 3463."""

    outcome: Outcome
    code: Code
    status: str = ""


def due(notice: Notice, channel: Channel, now: datetime) -> Any:
    """Rows of a released notice whose letter should leave now by `channel`, as a queryset. Not those that wait because law
    enforcement asked for it.
    """
    rows = notice.people.filter(state=PersonState.PENDING, channel=channel, next_at__lte=now)
    if stopped := standstill_of(notice, now):
        rows = rows.exclude(stopped.rows) if stopped.countries else rows.none()
    return rows.filter(notice__state=NoticeState.RELEASED, notice__paused_at=None).order_by("next_at", "pk")


def claim(*, row: PersonNotice, transport: str, letter_date: date, now: datetime) -> Attempt | None:
    """Take one letter for one hand-over, or return None when it is not to be had. Hand over after the
    commit.
    """
    with transaction.atomic():
        stopped = standstill_of(row.notice, now)
        if stopped and stopped.concerns(row.country):
            return None
        rows = PersonNotice.objects.filter(
            pk=row.pk,
            state=PersonState.PENDING,
            channel=row.channel,
            notice__state=NoticeState.RELEASED,
            notice__paused_at=None,
        )
        if row.channel == Channel.EMAIL:
            rows = rows.exclude(notice__kept_from_email=KeptFromEmail.EVERYBODY)
        if not move_people(rows, PersonState.CLAIMED, letter_date=letter_date):
            return None
        return Attempt.objects.create(
            uid=new_uid(),
            person_notice=row,
            channel=row.channel,
            transport=transport,
            claimed_at=now,
            created_at=now,
        )


def record_outcome(*, attempt: Attempt, result: Result, now: datetime) -> None:
    """Write down how a hand-over ended and what follows for the person. Raises Conflict when a sweep was
    first.
    """
    with transaction.atomic():
        handed = now if result.outcome == Outcome.SUCCESS else None
        changed = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.OPEN).update(
            outcome=result.outcome, code=result.code, status=result.status, finished_at=now, handed_at=handed
        )
        if not changed:
            raise Conflict("Another process settled this attempt.")
        if result.outcome in PLAIN_ENDS:
            _end_plainly(attempt, result.outcome, now)
            return
        row = _row(attempt.person_notice_id)
        if result.outcome == Outcome.TEMPORARY:
            try_again(row=row, now=now)
        else:
            step_down(row=row, code=result.code, now=now)


def _end_plainly(attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    """Move the row without loading it: this happens once per letter, and there may be a million."""
    claimed = PersonNotice.objects.filter(pk=attempt.person_notice_id, state=PersonState.CLAIMED)
    sent_at = now if outcome == Outcome.SUCCESS else None
    if not move_people(claimed, PLAIN_ENDS[outcome], sent_at=sent_at, next_at=None):
        raise Conflict("This letter moved on meanwhile.")


def try_again(*, row: PersonNotice, now: datetime) -> PersonNotice:
    """Let a letter wait for the next try by the same channel, or step down when it was tried often enough."""
    if row.tries >= len(GAPS):
        return step_down(row=row, code=Code.GAVE_UP, now=now)
    return move_person(row, PersonState.PENDING, tries=row.tries + 1, next_at=now + GAPS[row.tries])


def step_down(*, row: PersonNotice, code: Code, now: datetime) -> PersonNotice:
    """Go on by the next channel of the policy. Voids no approval: the policy was approved.

    Without a channel left the row ends as unreachable where the address is dead, else as failed.
    """
    person = row.person
    email, address = usable(
        has_email=person.has_email,
        has_address=person.has_address,
        channel=person.channel,
        channel_why=person.channel_why,
    )
    email = email and may_email(row.notice.kept_from_email, person.kinds)
    tried = [*row.tried, row.channel]
    channel = next_channel(row.notice.policy, has_email=email, has_address=address, tried=tried)
    if channel:
        return move_person(
            row, PersonState.PENDING, channel=channel, tried=tried, tries=0, next_at=now, print_run=None
        )
    came_back = row.state in (PersonState.BOUNCED, PersonState.RETURNED)
    end = PersonState.UNREACHABLE if came_back or code in ADDRESS_DEAD else PersonState.FAILED
    return move_person(row, end, tried=tried, reason=Withheld.NO_CHANNEL_LEFT, next_at=None)


def leave_out_departed(notice: Notice) -> int:
    """Hold back the waiting letters to people who were removed or merged since release, or about whom something was
    marked that needs another letter. Returns how many.
    """
    waiting = notice.people.filter(state=PersonState.PENDING)
    gone = waiting.exclude(person__state=Affected.ACTIVE)
    count = move_people(gone, PersonState.WITHHELD, reason=Withheld.REMOVED, next_at=None)
    marked = waiting.exclude(person__addressee=F("addressee"))
    for addressee, reason in LEFT_OUT.items():
        these = marked.filter(person__addressee=addressee)
        count += move_people(these, PersonState.WITHHELD, reason=reason, next_at=None)
    return count + move_people(marked, PersonState.WITHHELD, reason=Withheld.OTHER_ADDRESSEE, next_at=None)


def find_stuck(*, now: datetime, older_than: timedelta = STUCK_AFTER) -> int:
    """Mark hand-overs that nobody finished as ambiguous, and return how many. They are never repeated by
    themselves.
    """
    stuck = Attempt.objects.filter(
        outcome=Outcome.OPEN, channel=Channel.EMAIL, claimed_at__lt=now - older_than
    ).select_related("person_notice__notice__incident")
    count = 0
    for attempt in stuck.order_by("pk"):
        try:
            result = Result(Outcome.AMBIGUOUS, Code.INTERRUPTED)
            record_outcome(attempt=attempt, result=result, now=now)
        except Conflict:
            continue
        count += 1
    return count


def resolve(*, actor: User, row: PersonNotice, left: bool, reason: str, now: datetime) -> PersonNotice:
    """Say, as a person who looked, whether an ambiguous letter left. If not, it waits to leave again.

    Raises BadInput without a reason, Conflict when the letter is not ambiguous.
    """
    incident = row.notice.incident
    require(actor, "delivery.record", incident)
    if row.state != PersonState.AMBIGUOUS:
        raise Conflict("It is clear what became of this letter.")
    with transaction.atomic():
        if left:
            claimed = row.attempts.order_by("-pk").first()
            sent_at = claimed.claimed_at if claimed else now
            row = move_person(row, PersonState.ACCEPTED, sent_at=sent_at)
        else:
            row = move_person(row, PersonState.PENDING, next_at=now)
        said = remark(
            actor=actor,
            notice=row.notice,
            action="delivery.resolved",
            subject=row.uid,
            reason=reason,
            now=now,
        )
        data = {"notice": row.notice.uid, "left": left, "reasons_digest": said.texts_digest}
        record(
            actor=actor, incident=incident, action="delivery.resolved", subject=row.uid, data=data, now=now
        )
    finish_if_done(notice=row.notice, now=now)
    return row


def note_outcomes(*, notice: Notice, now: datetime, limit: int = NOTE_AT_ONCE) -> int:
    """Append one ledger entry for the finished attempts that none covers yet: counts and a Merkle root over
    them.

    An item is the canonical JSON of attempt, row, channel, outcome and code. Returns how many were noted.
    """
    with transaction.atomic():
        fresh = Attempt.objects.select_for_update(of=("self",)).filter(
            person_notice__notice=notice, is_noted=False
        )
        attempts = list(
            fresh.exclude(outcome=Outcome.OPEN).select_related("person_notice").order_by("pk")[:limit]
        )
        if not attempts:
            return 0
        Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts]).update(is_noted=True)
        log.append_many(
            chain=notice.incident.chain,
            actor_id=None,
            actor_uid="system",
            action="delivery.noted",
            subject=notice.uid,
            items=[attempt_leaf(attempt) for attempt in attempts],
            data={"outcomes": _tally(attempts)},
            now=now,
        )
    return len(attempts)


def attempt_leaf(attempt: Attempt) -> bytes:
    return canonical_json(
        {
            "attempt": attempt.uid,
            "row": attempt.person_notice.uid,
            "channel": attempt.channel,
            "transport": attempt.transport,
            "outcome": attempt.outcome,
            "code": attempt.code,
        }
    )


def finish_if_done(*, notice: Notice, now: datetime) -> bool:
    """Follow the rows: finished when nothing waits and nothing is unclear, released again when something
    does.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(of=("self",))
            .select_related("incident", "party", "released_by")
            .get(pk=notice.pk)
        )
        totals = reconcile(notice)
        if notice.state == NoticeState.RELEASED and totals.is_done:
            move_notice(notice, NoticeState.FINISHED, finished_at=now)
            _people_told(notice, now)
        elif notice.state == NoticeState.FINISHED and not totals.is_done:
            move_notice(notice, NoticeState.RELEASED, finished_at=None)
        else:
            return False
        data: Mapping[str, Any] = totals.to_json()
        action = f"notice.{'finished' if notice.state == NoticeState.FINISHED else 'resumed'}"
        record(actor=None, incident=notice.incident, action=action, subject=notice.uid, data=data, now=now)
    return True


def _people_told(notice: Notice, now: datetime) -> None:
    """What was owed to the people is met by the sending of the last letter, never by making it."""
    sent_at = notice.people.aggregate(last=Max("sent_at"))["last"]
    if sent_at is None or notice.released_by is None:
        return
    owed = Obligation.objects.filter(party=notice.party, to="individuals", state__in=OWED)
    for row in list(owed):
        obligations.mark_met(
            actor=notice.released_by,
            incident=notice.incident,
            party=notice.party,
            regime=row.regime,
            to=row.to,
            phase=row.phase,
            at=sent_at,
            now=now,
        )
    facts.refresh(
        actor=notice.released_by,
        incident=notice.incident,
        party=notice.party,
        reason="The people were told",
        now=now,
    )


def _row(pk: int) -> PersonNotice:
    return PersonNotice.objects.select_related("notice__incident", "person").get(pk=pk)


def _tally(attempts: Iterable[Attempt]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for attempt in attempts:
        key = f"{attempt.channel}/{attempt.outcome}/{attempt.code}"
        counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))
