"""What a page that is open asks every other second: has anything changed since?"""

from datetime import datetime
from typing import cast

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from breach.models import Incident, User
from breach.models.ledger import ChainHead

LOOK_AGAIN = 60  # seconds; what only the hour changes, such as a task that is late now, shows within that


def visible_with_head(user: User, uid: str) -> QuerySet[Incident]:
    """Return the incident if `user` may see it, with where its ledger stands as `ledger_size`, in one query.

    Everything that changes an incident ends in its chain, so the length of the chain is the version of all its pages.
    """
    heads = ChainHead.objects.filter(chain=Concat(Value("incident/"), OuterRef("uid")))
    rows = Incident.objects.visible_to(user).filter(uid=uid)
    return cast("QuerySet[Incident]", rows.annotate(ledger_size=Subquery(heads.values("size")[:1])))


def mark_of(ledger_size: int | None, now: datetime) -> str:
    """Return what a page carries as the state it was made from; another text means that it has to be made again."""
    return f"{ledger_size or 0}-{int(now.timestamp()) // LOOK_AGAIN}"


def is_unchanged(user: User, uid: str, seen: str, now: datetime) -> bool:
    """Say whether a page that carries `seen` still shows how things stand; False for an incident that is not visible."""
    row = visible_with_head(user, uid).only("pk").first()
    return row is not None and mark_of(row.ledger_size, now) == seen  # type: ignore[attr-defined]
