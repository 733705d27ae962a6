"""Risk to people, and both duties of the GDPR, from facts by general rules (EDPB 9/2022 section IV.B,
01/2021).

Three questions are asked apart: how bad are the data in strange hands (`harm.py`), how likely are they there
(`exposed.py`), and what does the loss or change of the data do (`loss.py`). The worst answer counts. ENISA's
score is computed beside it and never overrides it; where the two disagree, both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from breach.law import exposed, harm, loss, people
from breach.law.datafiles import read
from breach.law.exposure import (
    has_lost_access,
    has_minors,
    has_vulnerable,
    is_lost_thing,
    is_malicious,
    is_unintelligible,
    recipients_number,
)
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding, number
from breach.law.severity import Enisa, enisa
from breach.law.steps import step

RISKS = ("unlikely", "risk", "high_risk")
_LETTERS = {"u": "unlikely", "r": "risk", "h": "high_risk"}
# What ENISA's levels are commonly taken to mean: low, register; medium, authority; high and above, people.
ENISA_MEANS = {"low": "unlikely", "medium": "risk", "high": "high_risk", "very_high": "high_risk"}


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
    parts: tuple[_Judgement, ...] = (
        _of_disclosure(facts),
        _of(loss.availability(facts)),
        _of(loss.integrity(facts)),
    )
    if _has_harmed(facts):
        worst = RISKS.index("high_risk")
        parts = (*parts, _Judgement(worst, worst, worst, (Finding("harm_done", step("risk.harm_done")),), ()))
    risk = RISKS[max(part.likely for part in parts)]
    findings = [reason for part in parts for reason in part.reasons]
    risk_high = RISKS[max(part.high for part in parts)]
    needs = tuple(dict.fromkeys(need for part in parts for need in part.needs))
    findings += _duties(risk, risk_high, needs)
    told, public, exceptions = _individuals(facts, risk)
    findings += exceptions
    if is_unintelligible(facts) and facts.confidentiality is not False:
        findings.append(Finding("exception_a", step("risk.exception.a")))
    findings += _disagreement(facts, score, risk)
    return Assessment(
        enisa=score,
        risk=risk,
        risk_low=RISKS[max(part.low for part in parts)],
        risk_high=risk_high,
        notify_authority=risk != "unlikely",
        notify_individuals=told,
        public_communication=public,
        reasons=tuple(findings),
        needs=needs,
    )


def _of_disclosure(facts: Facts) -> _Judgement:
    if facts.confidentiality is False:
        return _Judgement(0, 0, 0, (Finding("type", step("risk.no_disclosure")),), ())
    if _is_only_about_loss(facts):
        reason = Finding("doubt", step("risk.disclosure_open", facts="confidentiality"))
        return _Judgement(0, 0, RISKS.index("high_risk"), (reason,), ("confidentiality",))
    reach, damage = exposed.exposure(facts), harm.harm(facts)
    large = exposed.is_large(facts)
    low, _ = _outcome(_kindest(facts), damage.low, reach.low, large=bool(large))
    likely, raised = _outcome(facts, damage.likely, reach.likely, large=bool(large))
    high, _ = _outcome(facts, damage.high, reach.high, large=large is not False)
    needs = (*damage.needs, *reach.needs)
    if low < _outcome(facts, damage.low, reach.low, large=bool(large))[0]:
        needs = (*needs, "deletion_confirmed")
    if large is None and high > _outcome(facts, damage.high, reach.high, large=False)[0]:
        needs = (*needs, "people_total")
    reasons = (*damage.reasons, *reach.reasons, *raised)
    if facts.confidentiality is None and not _is_seen(facts):
        low, needs = RISKS.index("unlikely"), (*needs, "confidentiality")
    return _Judgement(min(low, likely), likely, max(high, likely), reasons, needs)


def _kindest(facts: Facts) -> Facts:
    """Suppose for the lower end that known recipients deleted the data, while nobody has said whether they did."""
    is_open = facts.recipients == "known" and facts.deletion_confirmed is None
    return replace(facts, deletion_confirmed=True) if is_open else facts


def _outcome(facts: Facts, damage: int, reach: int, *, large: bool) -> tuple[int, tuple[Finding, ...]]:
    """Read the table of harm and exposure, then let numbers raise a middling result by one step."""
    matrix = read("data/risk.toml")["matrix"]
    level = RISKS.index(_LETTERS[matrix[damage][reach]])
    raised = tuple(_raised(facts, damage, reach, level, large=large)) if damage and reach else ()
    return min(level + bool(raised), len(RISKS) - 1), raised


def _has_harmed(facts: Facts) -> bool:
    """Harm already done settles the likelihood, whatever kind of breach it came from."""
    nothing = facts.confidentiality is False and facts.integrity is False and facts.availability is False
    return bool(facts.harm_occurred) and not nothing


def _is_seen(facts: Facts) -> bool:
    """Say whether other facts show that somebody else has or saw the data."""
    taken = facts.exfiltration in ("confirmed", "likely")
    return taken or bool(facts.accessed) or facts.recipients in ("trusted", "known", "unknown", "public")


def _is_only_about_loss(facts: Facts) -> bool:
    """Say whether all that is known is a loss or change by accident, and nothing hints at strange eyes."""
    hints = (facts.confidentiality, facts.exfiltration, facts.recipients, facts.accessed)
    lost = has_lost_access(facts) or facts.integrity
    return bool(lost) and is_malicious(facts) is False and all(hint is None for hint in hints)


def _raised(facts: Facts, damage: int, reach: int, level: int, *, large: bool) -> Iterable[Finding]:
    """Large numbers raise a middling result by one step; they never make a risk out of harmless data.

    A risk becomes a high one by numbers only where somebody holds the data who was not trusted with them.
    """
    held = reach > exposed.SMALL or (facts.recipients == "known" and not facts.deletion_confirmed)
    middling = damage > harm.LOW and damage + reach > harm.HIGH and held
    if large and (level == 0 or middling):
        yield Finding("scale", step("risk.large_scale", number=people.total(facts) or 0))
    several = recipients_number(facts)
    if damage == harm.HIGH and reach == exposed.SMALL and held and several > number("several_recipients"):
        yield Finding("consequences", step("risk.many_recipients", number=several))


def _of(axis: Axis) -> _Judgement:
    return _Judgement(axis.low, axis.likely, axis.high, axis.reasons, axis.needs)


def _duties(risk: str, risk_high: str, needs: tuple[str, ...]) -> Iterable[Finding]:
    yield Finding("authority", step(f"risk.authority.{risk}"))
    if risk == "unlikely" != risk_high:
        yield Finding("doubt", step("risk.not_excluded", facts=needs))
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


def _disagreement(facts: Facts, score: Enisa, risk: str) -> Iterable[Finding]:
    """Show where the score and the rules part, and what the one weighs that the other does not."""
    low, high = (RISKS.index(ENISA_MEANS[word]) for word in score.level)
    if low <= RISKS.index(risk) <= high:
        return
    values = {"level": ",".join(dict.fromkeys(score.level)), "risk": risk}
    yield Finding("convention", step("risk.enisa_disagrees", **values))
    causes = _enisa_is_higher(facts) if RISKS.index(risk) < low else _enisa_is_lower(facts)
    for cause in causes:
        yield Finding("convention", step(f"risk.enisa_why.{cause}"))


def _enisa_is_higher(facts: Facts) -> Iterable[str]:
    """What lowers a risk in law and not, or less, in the score."""
    if is_unintelligible(facts):
        yield "unintelligible"
    elif facts.recipients in ("trusted", "known", "none") or facts.exfiltration in (
        "no_evidence",
        "excluded",
    ):
        yield "reach"
    else:
        yield "sum"


def _enisa_is_lower(facts: Facts) -> Iterable[str]:
    """What raises a risk in law and not, or less, in the score."""
    found = tuple(_unscored(facts))
    yield from found or ("sum",)


def _unscored(facts: Facts) -> Iterable[str]:
    if facts.harm_occurred:
        yield "harm_done"
    if is_lost_thing(facts):
        yield "lost"
    if exposed.is_large(facts):
        yield "scale"
    if has_minors(facts) or has_vulnerable(facts):
        yield "people"
    if facts.availability and loss.depends_on_data(facts):
        yield "availability"
    if harm.has_usable_credentials(facts):
        yield "credentials"


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
