"""Sessions: where an account is signed in, and ending that."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction

from breach.errors import BadInput
from breach.models import User
from breach.permissions import require
from breach.services.record import record


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One signed-in browser: its row's id, what it calls itself, when it came in and when it last did something."""

    id: int
    agent: str
    began: datetime
    seen: datetime
    is_current: bool


def sessions_of(user: User, *, current: str = "") -> list[SessionLine]:
    """Return the sessions that still stand, the newest first. `current` is the reader's own session key."""
    rows = UserSession.objects.purge_and_list(user)
    lines = [
        SessionLine(
            row.pk,
            browser_of(row.user_agent),
            row.created_at,
            row.last_seen_at,
            bool(current) and row.session_key == current,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.began, reverse=True)


def end_session(*, user: User, session: int, now: datetime) -> None:
    """End one of one's own sessions, at once. Raises BadInput when it is not there any more."""
    row = UserSession.objects.filter(user=user, pk=session).first()
    if row is None:
        raise BadInput("That session has ended already", mend="Load the page again.")
    with transaction.atomic():
        row.end()
        record(
            actor=user, incident=None, action="session.ended", subject=user.uid, data={"count": 1}, now=now
        )


def end_sessions(*, actor: User, user: User, now: datetime) -> int:
    """End every session of `user`; one's own, or somebody's by an administrator. Returns how many."""
    if actor.pk != user.pk:
        require(actor, "users.manage")
    with transaction.atomic():
        return end_all(actor=actor, user=user, now=now)


def end_all(*, actor: User | None, user: User, now: datetime) -> int:
    """End every session of `user` in the caller's transaction, whoever's right that is."""
    rows = list(UserSession.objects.filter(user=user))
    for row in rows:
        row.end()
    data = {"count": len(rows)}
    record(actor=actor, incident=None, action="session.ended", subject=user.uid, data=data, now=now)
    return len(rows)


def browser_of(agent: str) -> str:
    """Name browser and system as people do. Agents are made up by clients: only known words come out."""
    browsers = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "curl")
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    names = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}
    found = [next((one for one in words if one in agent), "") for words in (browsers, systems)]
    return ", ".join(names.get(one, one) for one in found if one) or "?"
