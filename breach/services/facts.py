"""Facts in immutable versions; every new version computes the clocks again and re-opens decisions it undermines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from breach.law.facts import Facts
from breach.models import FactsVersion, Incident, Party, User
from breach.permissions import require
from breach.queries.facts import derived_facts, latest_version
from breach.services import decisions, obligations
from breach.services.record import record

# Keys that other rows decide; a person changes those rows instead.
DERIVED_ALWAYS = ("controller_aware", "detected", "submissions")


def update_facts(
    *, actor: User, incident: Incident, party: Party, changes: Mapping[str, Any], reason: str, now: datetime
) -> FactsVersion:
    """Store a new version with `changes` (keys of the facts document, JSON values; None makes a fact unknown).

    Raises BadInput naming key and mend when the document does not fit.
    """
    require(actor, "facts.edit", incident)
    return _store(actor, incident, party, changes, reason, now)


def refresh(
    *, actor: User | None, incident: Incident, party: Party, reason: str, now: datetime
) -> FactsVersion:
    """Take over what other rows say now (awareness, people, submissions). For services that have checked their right."""
    return _store(actor, incident, party, {}, reason, now)


def _store(
    actor: User | None,
    incident: Incident,
    party: Party,
    changes: Mapping[str, Any],
    reason: str,
    now: datetime,
) -> FactsVersion:
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        last = latest_version(party)
        old = dict(last.document) if last else Facts().to_json()
        given = {key: value for key, value in changes.items() if key not in DERIVED_ALWAYS}
        facts = Facts.from_json({**old, **given, **derived_facts(party)})
        document = facts.to_json()
        changed = sorted(key for key in document if document[key] != old.get(key))
        if last and not changed:
            obligations.refresh(actor=actor, incident=incident, party=party, version=last, now=now)
            return last
        version = FactsVersion.objects.create(
            incident=incident,
            party=party,
            number=last.number + 1 if last else 1,
            document=document,
            reason=reason[:300],
            created_by=actor,
            created_at=now,
        )
        decisions.reopen_where_undermined(version=version, changed=changed, now=now)
        obligations.refresh(actor=actor, incident=incident, party=party, version=version, now=now)
        # Names of facts only: values may be free text.
        data = {"party": party.uid, "number": version.number, "changed": changed}
        record(
            actor=actor, incident=incident, action="facts.changed", subject=version.uid, data=data, now=now
        )
    return version
