"""What the loss or the alteration of data does to people: 0 (unlikely to harm), 1 (risk), 2 (high risk).

EDPB 01/2021 cases 1 to 4 and 9/2022 annex B, examples iii, iv and viii.
"""

from __future__ import annotations

from breach.law import kinds
from breach.law.exposure import all_kinds
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding, number
from breach.law.steps import step

UNLIKELY, RISK, HIGH_RISK = 0, 1, 2


def availability(facts: Facts) -> Axis:  # noqa: PLR0911 - a ladder of cases, read from the top
    if facts.availability is False:
        return Axis.known(UNLIKELY)
    if facts.availability is None:
        # Whoever knows of a leak need not say that nothing was lost; a breach of unknown type leaves it open.
        return Axis.known(UNLIKELY) if facts.confidentiality or facts.integrity else _unknown_type()
    if facts.availability_harm and depends_on_data(facts):
        return Axis.known(HIGH_RISK, Finding("availability", step("risk.people_depend_on_data")))
    if facts.backup == "complete":
        return _restored(facts)
    if facts.availability_harm:
        return Axis.known(RISK, Finding("availability", step("risk.outage_harms")))
    if facts.backup is None:
        return _backup_unknown(facts)
    high = depends_on_data(facts) and facts.availability_harm is not False
    return Axis.known(
        HIGH_RISK if high else RISK, Finding("availability", step("risk.no_backup", backup=facts.backup))
    )


def integrity(facts: Facts) -> Axis:
    if not facts.integrity or facts.integrity_effect == "recovered":
        return Axis.known(UNLIKELY)
    if facts.integrity_effect == "used_not_recoverable" and depends_on_data(facts):
        return Axis.known(HIGH_RISK, Finding("integrity", step("risk.altered_for_good")))
    low = UNLIKELY if facts.integrity_effect is None else RISK
    needs = ("integrity_effect",) if facts.integrity_effect is None else ()
    return Axis(low, RISK, RISK, (Finding("integrity", step("risk.altered")),), needs)


def depends_on_data(facts: Facts) -> bool:
    """Say whether health or safety hangs on having the data, or the people can least bear the loss."""
    found = all_kinds(facts) or frozenset()
    health = any(kind.edpb == "health" for kind in kinds.known(found))
    patients = "patients" in (facts.subjects or ())
    return bool(
        health or patients or facts.is_sector("health_provider") or facts.safety_critical or facts.vulnerable
    )


def _unknown_type() -> Axis:
    reason = Finding("doubt", step("risk.type_unknown", facts="confidentiality,integrity,availability"))
    return Axis(UNLIKELY, UNLIKELY, RISK, (reason,), ("confidentiality", "availability"))


def _restored(facts: Facts) -> Axis:
    hours = facts.restore_hours
    if hours is None:
        if not facts.availability_harm:
            return Axis.known(UNLIKELY, Finding("availability", step("risk.backup_complete")))
        return Axis.known(RISK, Finding("availability", step("risk.outage_harms")))
    if hours >= number("long_outage") and depends_on_data(facts) and facts.availability_harm is not False:
        return Axis.known(HIGH_RISK, Finding("availability", step("risk.long_outage", hours=hours)))
    if facts.availability_harm or hours > number("short_outage"):
        return Axis.known(RISK, Finding("availability", step("risk.outage", hours=hours)))
    return Axis.known(UNLIKELY, Finding("availability", step("risk.restored", hours=hours)))


def _backup_unknown(facts: Facts) -> Axis:
    hours = facts.restore_hours
    if hours is not None and hours <= number("short_outage") and not depends_on_data(facts):
        return Axis.known(UNLIKELY, Finding("availability", step("risk.restored", hours=hours)))
    reason = Finding("doubt", step("risk.backup_unknown", facts="backup"))
    return Axis(UNLIKELY, RISK, HIGH_RISK if depends_on_data(facts) else RISK, (reason,), ("backup",))
