"""What the loss or the alteration of data does to people: 0 (unlikely to harm), 1 (risk), 2 (high risk).

EDPB 01/2021 cases 1 to 4 and 9/2022 annex B, examples iii, iv and viii.
"""

from __future__ import annotations

from collections.abc import Callable

from breach.law import kinds
from breach.law.exposure import all_kinds, has_lost_access, has_vulnerable
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding, number
from breach.law.steps import step

UNLIKELY, RISK, HIGH_RISK = 0, 1, 2


def availability(facts: Facts) -> Axis:
    return _with_open_kinds(facts, _availability)


def integrity(facts: Facts) -> Axis:
    return _with_open_kinds(facts, _integrity)


def _with_open_kinds(facts: Facts, judge: Callable[[Facts], Axis]) -> Axis:
    """While the kinds of data are not known, they may be such that somebody's health hangs on them."""
    axis = judge(facts)
    if all_kinds(facts) is not None:
        return axis
    worst = judge(facts.replace(data_kinds=("health",)))
    needs = (*axis.needs, "data_kinds") if worst.high > axis.high else axis.needs
    return Axis(axis.low, axis.likely, max(axis.high, worst.high), axis.reasons, needs)


def _availability(facts: Facts) -> Axis:  # noqa: PLR0911 - a ladder of cases, read from the top
    lost = has_lost_access(facts)
    if lost is False:
        return Axis.known(UNLIKELY)
    if lost is None:
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


def _integrity(facts: Facts) -> Axis:
    """Wrong data harm where they are used: most where health, safety or a living hangs on them."""
    if not facts.integrity or facts.integrity_effect == "recovered":
        return Axis.known(UNLIKELY)
    worst = HIGH_RISK if depends_on_data(facts) else RISK
    if facts.integrity_effect is None:
        reason = Finding("integrity", step("risk.altered"))
        return Axis(UNLIKELY, RISK, worst, (reason,), ("integrity_effect",))
    code = "risk.altered_for_good" if worst == HIGH_RISK else "risk.altered"
    return Axis.known(worst, Finding("integrity", step(code)))


def depends_on_data(facts: Facts) -> bool:
    """Say whether health or safety hangs on having the data, or the people can least bear the loss."""
    found = all_kinds(facts) or frozenset()
    health = any(kind.edpb == "health" for kind in kinds.known(found))
    return bool(
        health or facts.is_sector("health_provider") or facts.safety_critical or has_vulnerable(facts)
    )


def _unknown_type() -> Axis:
    reason = Finding("doubt", step("risk.type_unknown", facts="confidentiality,integrity,availability"))
    return Axis(UNLIKELY, UNLIKELY, RISK, (reason,), ("confidentiality", "availability"))


def _restored(facts: Facts) -> Axis:
    hours = facts.restore_hours
    if depends_on_data(facts) and facts.availability_harm is None and hours != 0:
        return _patients_waited(facts)
    if hours is None:
        if not facts.availability_harm:
            return Axis.known(UNLIKELY, Finding("availability", step("risk.backup_complete")))
        return Axis.known(RISK, Finding("availability", step("risk.outage_harms")))
    if facts.availability_harm or hours > number("short_outage"):
        return Axis.known(RISK, Finding("availability", step("risk.outage", hours=hours)))
    return Axis.known(UNLIKELY, Finding("availability", step("risk.restored", hours=hours)))


def _patients_waited(facts: Facts) -> Axis:
    """Health or safety hangs on the data, and nobody said whether being without them harmed anybody."""
    hours, needs = facts.restore_hours, ("availability_harm",)
    if hours is None:
        reason = Finding("availability", step("risk.backup_complete"))
        return Axis(UNLIKELY, UNLIKELY, HIGH_RISK, (reason,), needs)
    if hours >= number("long_outage"):
        low = RISK if hours > number("short_outage") else UNLIKELY
        reason = Finding("availability", step("risk.long_outage", hours=hours))
        return Axis(low, HIGH_RISK, HIGH_RISK, (reason,), needs)
    reason = Finding("availability", step("risk.outage", hours=hours))
    return Axis(UNLIKELY, RISK, HIGH_RISK, (reason,), needs)


def _backup_unknown(facts: Facts) -> Axis:
    hours = facts.restore_hours
    if hours is not None and hours <= number("short_outage") and not depends_on_data(facts):
        # Back soon, as is said; without a full backup something may still be missing.
        reason = Finding("availability", step("risk.restored", hours=hours))
        return Axis(UNLIKELY, UNLIKELY, RISK, (reason,), ("backup",))
    reason = Finding("doubt", step("risk.backup_unknown", facts="backup"))
    return Axis(UNLIKELY, RISK, HIGH_RISK if depends_on_data(facts) else RISK, (reason,), ("backup",))
