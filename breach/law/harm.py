"""How bad the exposed data are in strange hands, 0 (trivial) to 3 (high).

EDPB 9/2022 section IV.B: nature, sensitivity and volume; ease of identification; characteristics of the
people and of the controller. The combination of data counts, not the longest list.
"""

from __future__ import annotations

from breach.law import kinds
from breach.law.datafiles import read
from breach.law.exposure import all_kinds
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding
from breach.law.steps import step

LOW, MEDIUM, HIGH = 1, 2, 3
_LOGINS = frozenset({"username", "email", "customer_number", "phone"})
_SECRETS = frozenset({"password_clear", "security_answer"})


def harm(facts: Facts) -> Axis:
    found = all_kinds(facts)
    if not found:
        reason = Finding("doubt", step("risk.kinds_unknown", facts="data_kinds"))
        return Axis(0, MEDIUM, HIGH, (reason,), ("data_kinds",))
    value, reasons = _of_kinds(facts, found)
    value = _depth(facts, found, value, reasons)
    value = _circumstances(facts, value, reasons)
    return Axis.known(value, *reasons)


def _of_kinds(facts: Facts, found: frozenset[str]) -> tuple[int, list[Finding]]:
    """Start from the worst kind, reading credentials together with what they open."""
    levels = read("data/risk.toml")["harm"]
    credentials = {kind.key for kind in kinds.known(found) if kind.edpb == "credentials"} - {"username"}
    others = [kind for kind in kinds.known(sorted(found)) if kind.key not in credentials]
    value = max((levels[kind.harm] for kind in others), default=0)
    worst = [kind.key for kind in others if levels[kind.harm] == value]
    reasons = [Finding("nature", step("risk.kinds", kinds=worst, harm=value))]
    if any(kind.article_9 for kind in others):
        special = [kind.key for kind in others if kind.article_9]
        reasons.append(Finding("special", step("risk.special_categories", kinds=special)))
    if credentials:
        level, finding = _of_credentials(facts, found, credentials)
        value = max(value, level)
        reasons.append(finding)
    return value, reasons


def _of_credentials(facts: Facts, found: frozenset[str], credentials: set[str]) -> tuple[int, Finding]:
    listed = sorted(credentials)
    opened = bool(found & _LOGINS) or "name" in found
    hashes = credentials & {"password_hash_salted", "password_hash_unsalted"}
    usable = credentials - hashes - (frozenset() if opened else _SECRETS)
    if hashes and facts.hashes_broken and opened:
        usable |= hashes
    if usable:
        return HIGH, Finding("credentials", step("risk.credentials_usable", kinds=sorted(usable)))
    if "password_hash_unsalted" in credentials and opened:
        return MEDIUM, Finding("credentials", step("risk.hashes_weak", kinds=listed))
    if credentials & _SECRETS:
        return LOW, Finding("credentials", step("risk.password_without_account", kinds=listed))
    return 0, Finding("credentials", step("risk.hashes_salted", kinds=listed))


def _depth(facts: Facts, found: frozenset[str], value: int, reasons: list[Finding]) -> int:
    """Lower or raise by how much the data tell about one person, and whether that is new or true."""
    special = kinds.has_special_category(found)
    if facts.data_public_before or facts.data_wrong:
        code = "risk.public_before" if facts.data_public_before else "risk.data_wrong"
        reasons.append(Finding("nature", step(code)))
        return min(value, LOW)
    if facts.data_depth in ("none", "little") and value > LOW:
        reasons.append(Finding("nature", step(f"risk.depth_{facts.data_depth}")))
        return LOW if facts.data_depth == "none" or special else value - 1
    if facts.data_depth == "detailed" and LOW <= value < HIGH:
        reasons.append(Finding("nature", step("risk.depth_detailed")))
        return value + 1
    return value


def _circumstances(facts: Facts, value: int, reasons: list[Finding]) -> int:
    if facts.safety_critical:
        reasons.append(Finding("people", step("risk.safety")))
        return HIGH
    if facts.controller_tells and facts.identification != "negligible":
        reasons.append(Finding("controller", step("risk.controller_tells")))
        value = HIGH
    if facts.identification == "negligible" and value:
        reasons.append(Finding("identification", step("risk.hardly_identifiable")))
        value -= 1
    if (facts.minors or facts.vulnerable) and LOW <= value < HIGH:
        reasons.append(Finding("people", step("risk.minors" if facts.minors else "risk.vulnerable")))
        value += 1
    return value
