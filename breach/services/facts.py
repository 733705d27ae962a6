"""Facts in immutable versions; every new version computes the clocks again and re-opens decisions it undermines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.law.facts import Facts
from breach.models import FactsVersion, Incident, Party, User
from breach.permissions import require
from breach.queries.facts import FIRM, counted_facts, latest_version
from breach.services import obligations, reopening
from breach.services.record import record

# Keys that other rows decide; a person changes those rows instead.
DERIVED_ALWAYS = ("controller_aware", "detected", "submissions")


class Stale(Conflict):
    """Somebody recorded another version meanwhile."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a person says: `changes` to the document, and `overruled` facts with the reason for each.

    `overruled` is None where nothing is said about it; `expected` is the number of the version that was seen.
    """

    changes: Mapping[str, Any]
    overruled: Mapping[str, str] | None = None
    expected: int | None = None


def update_facts(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    changes: Mapping[str, Any],
    reason: str,
    now: datetime,
    overruled: Mapping[str, str] | None = None,
    expected: int | None = None,
) -> FactsVersion:
    """Store a new version with `changes` (keys of the facts document, JSON values; None makes a fact unknown).

    `overruled` names every fact that is to stand against what other rows count, with the reason; left out, those
    of the last version go on. Raises BadInput naming key and mend when the document does not fit, and Stale when
    `expected`, the number of the version that was seen, is not the last one (0: there was none).
    """
    require(actor, "facts.edit", incident)
    for key, why in (overruled or {}).items():
        if not why.strip():
            raise BadInput(
                _("A count is overruled without a reason"), place=key, mend=_("Say why it is not right.")
            )
    return _store(actor, incident, party, _Said(changes, overruled, expected), reason, now)


def refresh(
    *, actor: User | None, incident: Incident, party: Party, reason: str, now: datetime
) -> FactsVersion:
    """Take over what other rows say now (awareness, people, submissions). For services that have checked their right."""
    return _store(actor, incident, party, _Said({}), reason, now)


def _store(
    actor: User | None, incident: Incident, party: Party, said: _Said, reason: str, now: datetime
) -> FactsVersion:
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        last = latest_version(party)
        if said.expected is not None and said.expected != (last.number if last else 0):
            raise Stale(_("The facts were changed meanwhile."))
        old = dict(last.document) if last else Facts().to_json()
        given = {key: value for key, value in said.changes.items() if key not in DERIVED_ALWAYS}
        counted = counted_facts(party)
        overruled = _overruled(said, last, counted, {**old, **given})
        taken = {key: value for key, value in counted.items() if key not in overruled}
        document = Facts.from_json({**old, **given, **taken}).to_json()
        changed = sorted(key for key in document if document[key] != old.get(key))
        if last and not changed and overruled == last.overruled:
            obligations.refresh(actor=actor, incident=incident, party=party, version=last, now=now)
            return last
        version = FactsVersion.objects.create(
            incident=incident,
            party=party,
            number=last.number + 1 if last else 1,
            document=document,
            reason=reason[:300],
            overruled=overruled,
            created_by=actor,
            created_at=now,
        )
        reopening.reopen_where_undermined(version=version, now=now)
        obligations.refresh(actor=actor, incident=incident, party=party, version=version, now=now)
        # Names of facts only: values may be free text.
        data: dict[str, Any] = {"party": party.uid, "number": version.number, "changed": changed}
        if overruled:
            data["overruled"] = sorted(overruled)
        record(
            actor=actor, incident=incident, action="facts.changed", subject=version.uid, data=data, now=now
        )
    return version


def _overruled(
    said: _Said, last: FactsVersion | None, counted: Mapping[str, Any], wanted: Mapping[str, Any]
) -> dict[str, str]:
    """Return what stands against the counts. Where both say the same, nothing is overruled."""
    named = said.overruled if said.overruled is not None else (last.overruled if last else {})
    return {
        key: why[:300]
        for key, why in named.items()
        if key in counted and key not in FIRM and wanted.get(key) != counted[key]
    }
