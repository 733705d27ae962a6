"""Decisions that a new version of the facts undermines are open again, and those who decide are told."""

from datetime import datetime

from breach.law import grounds
from breach.models import Decision, FactsVersion, InAppNotice
from breach.queries.decisions import deciders, standing
from breach.queries.switches import switched_off
from breach.services.record import record

REOPENED = "decision_reopened"


def reopen_where_undermined(*, version: FactsVersion, now: datetime) -> list[Decision]:
    """Open the party's standing decisions again that this version takes the ground from (`breach.law.grounds`).

    Each is compared with the facts that it was taken on, so that many small steps count as the large one that
    they make. In the caller's transaction.
    """
    rows = [row for row in standing(version.party_id) if row.reopened_at is None]
    off = switched_off() if rows else {}
    return [row for row in rows if _reopen(row, version, frozenset(off), now)]


def _reopen(row: Decision, version: FactsVersion, off: frozenset[str], now: datetime) -> bool:
    question = grounds.Question(row.about, row.outcome == "notify", now, off)
    found = grounds.undermined(row.facts.document, version.document, question)
    if found is None:
        return False
    row.reopened_at, row.reopened_by = now, version
    row.reopened_because, row.reopened_effect = list(found.because), grounds.to_json(found)
    row.save(update_fields=["reopened_at", "reopened_by", "reopened_because", "reopened_effect"])
    for user in deciders(version.incident):
        InAppNotice.objects.create(
            user=user,
            incident=version.incident,
            kind=REOPENED,
            values={"decision": row.uid},
            created_at=now,
        )
    # Names of facts and answers of the rules only: values may be free text.
    data = {"because": row.reopened_because, "facts": version.number, "effect": row.reopened_effect}
    record(
        actor=None, incident=version.incident, action="decision.reopened", subject=row.uid, data=data, now=now
    )
    return True
