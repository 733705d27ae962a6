"""The one way from a service to the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from breach.ledger import log
from breach.models import Incident, User


def record(
    *,
    actor: User | None,
    incident: Incident | None,
    action: str,
    subject: str,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry to the incident's chain (or the house's), last in the caller's transaction.

    `data` holds ids, counts, states and digests; never anything of an affected person.
    `actor` is None only for what the system does on a schedule, and for a report whose author gives no name.
    """
    log.append(
        chain=incident.chain if incident else "house",
        actor_id=actor.pk if actor else None,
        actor_uid=actor.uid if actor else "system",
        action=action,
        subject=subject,
        data=dict(data or {}),
        now=now,
    )


def record_read(*, actor: User, incident: Incident, what: str, count: int, now: datetime) -> None:
    """Note in the incident's access chain that `actor` looked at `count` rows of `what`; once per page view."""
    log.append(
        chain=incident.access_chain,
        actor_id=actor.pk,
        actor_uid=actor.uid,
        action="read",
        subject=what,
        data={"count": count},
        now=now,
    )


def record_house_read(*, actor: User, what: str, count: int, now: datetime) -> None:
    """Note in the house's access chain that `actor` looked at `count` rows of `what`; once per page view."""
    log.append(
        chain="access/housereports",  # no incident has this id: theirs have twenty characters
        actor_id=actor.pk,
        actor_uid=actor.uid,
        action="read",
        subject=what,
        data={"count": count},
        now=now,
    )


def record_account(user: User, action: str, data: Mapping[str, Any], now: datetime) -> None:
    """Enter in the house's chain what an account did to itself; opens the transaction that this needs."""
    with transaction.atomic():
        record(actor=user, incident=None, action=action, subject=user.uid, data=data, now=now)
