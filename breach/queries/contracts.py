"""Contracts of the house as regimes for the law room, and consents that are still to be had."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from breach.law import private
from breach.law.facts import Facts
from breach.law.regimes import Regime
from breach.models import Contract, ContractVersion, Incident, Obligation, ObligationState, Party
from breach.queries.clocks import obligation_label

OPEN = (ObligationState.PROVISIONAL, ObligationState.RUNNING)


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that a contract wants before something is commissioned, sent, paid or said."""

    text: str
    citation: str
    url: str


def regimes_of(party: Party, facts: Facts) -> list[Regime]:
    """The clauses that bind `party`, each in the version that applied on the day of the incident."""
    day = day_of(party, facts)
    contracts = Contract.objects.filter(organisation=party.organisation_id, withdrawn_at=None)
    found: list[Regime] = []
    for contract in contracts.prefetch_related("versions"):
        version = version_on(contract, day)
        found += private.regimes_of(contract.uid, version.rule_version, version.document)
    return found


def version_on(contract: Contract, day: date) -> ContractVersion:
    """The newest version that was valid on `day`; the newest of all when none was."""
    versions = sorted(contract.versions.all(), key=lambda version: version.number, reverse=True)
    for version in versions:
        first = version.document.get("valid_from")
        if not first or date.fromisoformat(first) <= day:
            return version
    return versions[0]


def version_of(obligation: Obligation) -> ContractVersion | None:
    """The terms that a stored clock rested on; None for a law."""
    if not private.is_private(obligation.regime):
        return None
    uid, number = obligation.regime.partition("/")[0], obligation.rule_version.rpartition(".")[2]
    return ContractVersion.objects.filter(contract__uid=uid, number=int(number)).first()


def clause_of(obligation: Obligation) -> dict[str, Any] | None:
    version = version_of(obligation)
    key = obligation.regime.partition("/")[2]
    clauses = version.document["clause"] if version else ()
    return next((clause for clause in clauses if clause["key"] == key), None)


def open_consents(incident: Incident, act: str) -> list[Consent]:
    """What is to be asked before `act` (a word of `private.ACTS`) is commissioned, and was not yet agreed to."""
    rows = Obligation.objects.filter(incident=incident, phase="consent", state__in=OPEN)
    language = (get_language() or "en")[:2]
    found = []
    for row in rows.select_related("incident").order_by("pk"):
        clause = clause_of(row)
        if clause and act in clause.get("before", ()):
            url = reverse("obligation", args=[incident.uid, row.uid])
            found.append(Consent(obligation_label(row, language), row.citation, url))
    return found


def day_of(party: Party, facts: Facts) -> date:
    """The day by which a contract is chosen: the first sign of the incident."""
    signs: list[datetime | None] = [facts.detected, facts.grounds_to_suspect, facts.attack_known]
    known = [sign for sign in signs if sign]
    return min(known, default=party.incident.created_at).date()
