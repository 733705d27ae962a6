"""Risk to people, and both duties of the GDPR, from facts by general rules (EDPB 9/2022 section IV.B,
01/2021).

Three questions are asked apart: how bad are the data in strange hands (`harm.py`), how likely are they there
(`exposed.py`), and what does the loss or change of the data do (`loss.py`). The worst answer counts. ENISA's
score is computed beside it and never overrides it; where the two disagree, both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from breach.law import exposed, harm, loss
from breach.law.datafiles import read
from breach.law.exposure import is_malicious, is_unintelligible
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding
from breach.law.severity import Enisa, enisa
from breach.law.steps import step

RISKS = ("unlikely", "risk", "high_risk")
_LETTERS = {"u": "unlikely", "r": "risk", "h": "high_risk"}
# What ENISA's levels are commonly taken to mean: low, register; medium, authority; high and above, people.
_ENISA_MEANS = {"low": "unlikely", "medium": "risk", "high": "high_risk", "very_high": "high_risk"}


@dataclass(frozen=True, slots=True)
class Assessment:
    """`risk` is the judgement on what is known; `risk_low`, `risk_high` what unknown facts could make of it.

    `notify_individuals` is False where Art 34(3)(b) holds; under (c) it stays True, by a public communication
    (`public_communication`). Under (a) nobody else can read the data, so that no high risk comes from them.
    `needs` are the unknown facts that could change the result.
    """

    enisa: Enisa
    risk: str
    risk_low: str
    risk_high: str
    notify_authority: bool
    notify_individuals: bool
    public_communication: bool
    reasons: tuple[Finding, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Judgement:
    low: int
    likely: int
    high: int
    reasons: tuple[Finding, ...]
    needs: tuple[str, ...]


def assess(facts: Facts) -> Assessment:
    """Judge the risk of a breach and whom to tell, with a source for every rule that was used."""
    score = enisa(facts)
    parts = (_of_disclosure(facts), _of(loss.availability(facts)), _of(loss.integrity(facts)))
    risk = RISKS[max(part.likely for part in parts)]
    findings = [reason for part in parts for reason in part.reasons]
    findings += _duties(risk)
    told, public, exceptions = _individuals(facts, risk)
    findings += exceptions
    if is_unintelligible(facts) and facts.confidentiality is not False:
        findings.append(Finding("exception_a", step("risk.exception.a")))
    findings += _disagreement(score, risk)
    needs = dict.fromkeys(need for part in parts for need in part.needs)
    return Assessment(
        enisa=score,
        risk=risk,
        risk_low=RISKS[max(part.low for part in parts)],
        risk_high=RISKS[max(part.high for part in parts)],
        notify_authority=risk != "unlikely",
        notify_individuals=told,
        public_communication=public,
        reasons=tuple(findings),
        needs=tuple(needs),
    )


def _of_disclosure(facts: Facts) -> _Judgement:
    if facts.confidentiality is False:
        return _Judgement(0, 0, 0, (Finding("type", step("risk.no_disclosure")),), ())
    if _is_only_about_loss(facts):
        reason = Finding("doubt", step("risk.disclosure_open", facts="confidentiality"))
        return _Judgement(0, 0, RISKS.index("high_risk"), (reason,), ("confidentiality",))
    reach, damage = exposed.exposure(facts), harm.harm(facts)
    matrix = read("data/risk.toml")["matrix"]

    def outcome(row: int, column: int) -> int:
        return RISKS.index(_LETTERS[matrix[row][column]])

    low, likely, high = (
        outcome(damage.low, reach.low),
        outcome(damage.likely, reach.likely),
        outcome(damage.high, reach.high),
    )
    reasons = [*damage.reasons, *reach.reasons]
    raised = _raised(facts, damage.likely, reach.likely)
    if raised:
        reasons.append(raised)
        likely = min(likely + 1, len(RISKS) - 1)
        high = max(high, likely)
    if facts.harm_occurred and damage.likely:
        reasons.append(Finding("harm_done", step("risk.harm_done")))
        likely = high = RISKS.index("high_risk")
    return _Judgement(min(low, likely), likely, high, tuple(reasons), (*damage.needs, *reach.needs))


def _is_only_about_loss(facts: Facts) -> bool:
    """Say whether all that is known is a loss or change by accident, and nothing hints at strange eyes."""
    hints = (facts.confidentiality, facts.exfiltration, facts.recipients, facts.accessed)
    lost = facts.availability or facts.integrity
    return bool(lost) and is_malicious(facts) is False and all(hint is None for hint in hints)


def _raised(facts: Facts, damage: int, reach: int) -> Finding | None:
    """Large numbers raise a middling result by one step; they never make a risk out of harmless data."""
    if not damage or not reach or not exposed.is_large(facts):
        return None
    matrix = read("data/risk.toml")["matrix"]
    is_raised = matrix[damage][reach] == "u" or (damage > 1 and damage + reach >= len(matrix))
    return Finding("scale", step("risk.large_scale", number=facts.people_total)) if is_raised else None


def _of(axis: Axis) -> _Judgement:
    return _Judgement(axis.low, axis.likely, axis.high, axis.reasons, axis.needs)


def _duties(risk: str) -> Iterable[Finding]:
    yield Finding("authority", step(f"risk.authority.{risk}"))
    yield Finding("individuals", step(f"risk.individuals.{risk}"))


def _individuals(facts: Facts, risk: str) -> tuple[bool, bool, list[Finding]]:
    """Return whether to tell people, whether by public communication, and findings on Art 34(3)."""
    if risk != "high_risk":
        return False, False, []
    if facts.high_risk_averted:
        return False, False, [Finding("exception_b", step("risk.exception.b"))]
    if facts.disproportionate_effort:
        return True, True, [Finding("exception_c", step("risk.exception.c"))]
    return True, False, []


def _disagreement(score: Enisa, risk: str) -> Iterable[Finding]:
    low, high = (RISKS.index(_ENISA_MEANS[word]) for word in score.level)
    if not low <= RISKS.index(risk) <= high:
        values = {"level": ",".join(dict.fromkeys(score.level)), "risk": risk}
        yield Finding("convention", step("risk.enisa_disagrees", **values))


def to_json(assessment: Assessment) -> dict[str, Any]:
    """Return the assessment as stored: reasons as rule, source, code and values, worded when read."""
    return {
        "enisa": assessment.enisa.to_json(),
        "risk": assessment.risk,
        "risk_low": assessment.risk_low,
        "risk_high": assessment.risk_high,
        "notify_authority": assessment.notify_authority,
        "notify_individuals": assessment.notify_individuals,
        "public_communication": assessment.public_communication,
        "needs": list(assessment.needs),
        "reasons": [reason.to_json() for reason in assessment.reasons],
        "enisa_reasons": [reason.to_json() for reason in assessment.enisa.reasons],
        "rule_version": read("data/risk.toml")["version"],
    }
