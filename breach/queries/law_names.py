"""Names of laws and of clauses of contracts, by the keys that stored clocks and answers carry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from breach.law import private, words
from breach.law.regimes import Regime
from breach.models import Contract
from breach.queries.clocks import law_name
from breach.queries.contracts import version_on


@dataclass(frozen=True, slots=True)
class ClauseName:
    """What a clause asks, with the other side's name before it, and to whom it is owed, in words."""

    name: str
    recipient: str


def law_names(keys: Iterable[str], language: str) -> dict[str, str]:
    """Name laws and clauses by key. A key that nothing stands behind stays as it is. One query, if any."""
    wanted = set(keys)
    clauses = clause_names(wanted, language)
    return {key: clauses[key].name if key in clauses else law_name(key, language) for key in wanted}


def clause_names(keys: Iterable[str], language: str, day: date | None = None) -> dict[str, ClauseName]:
    """Name the clauses among `keys`, in the version that applied on `day`, else in the newest that holds them."""
    wanted = {key for key in keys if private.is_private(key)}
    if not wanted:
        return {}
    found = {}
    uids = {key.partition("/")[0] for key in wanted}
    for contract in Contract.objects.filter(uid__in=uids).prefetch_related("versions"):
        versions = sorted(contract.versions.all(), key=lambda one: one.number)
        if day is not None:
            versions.append(version_on(contract, day))
        # The last one named counts: the newest, or the one of the day.
        for version in versions:
            for regime in private.regimes_of(contract.uid, version.rule_version, version.document):
                if regime.key in wanted:
                    found[regime.key] = _named(regime, version.document["counterparty"], language)
    return found


def _named(regime: Regime, counterparty: str, language: str) -> ClauseName:
    (duty,) = regime.duties
    to = words.name("to", duty.to, language)
    other = f" ({duty.recipient})" if duty.recipient != counterparty else ""
    return ClauseName(regime.name(language), to + other)
