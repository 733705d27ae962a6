"""After a switch or a change of contract: every running incident is computed again, whatever happens to the queue."""

from datetime import datetime

from breach.jobs import enqueue
from breach.models import LawChange, Party
from breach.queries.facts import latest_version
from breach.queries.law_changes import behind, newest_change
from breach.services import obligations

BATCH = 50


def note(*, kind: str, subject: str, now: datetime) -> LawChange:
    """Note that the law of the house changed. Call after the entry in the house's chain, which holds the lock until
    the commit: so numbers come in the order of their commits, and no party can overtake one it has not seen.
    """
    change = LawChange.objects.create(kind=kind, subject=subject, created_at=now)
    enqueue("law.sweep")
    return change


def recompute_some(*, now: datetime, most: int = BATCH) -> int:
    """Compute up to `most` parties again that have not seen the newest change. Returns how many are left."""
    for party in behind().select_related("incident", "organisation")[:most]:
        recompute(party=party, now=now)
    return behind().count()


def recompute(*, party: Party, now: datetime) -> None:
    """Compute one party again on the facts that stand; what was stored is superseded, never changed."""
    version = latest_version(party)
    if version is None:
        Party.objects.filter(pk=party.pk).update(law_seen=newest_change())
        return
    obligations.refresh(actor=None, incident=party.incident, party=party, version=version, now=now)
