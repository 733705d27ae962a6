"""How bad the exposed data are in strange hands, 0 (trivial) to 3 (high).

EDPB 9/2022 section IV.B: nature, sensitivity and volume; ease of identification; characteristics of the
people and of the controller. The combination of data counts, not the longest list.
"""

from __future__ import annotations

from breach.law import kinds
from breach.law.datafiles import read
from breach.law.exposure import all_kinds, has_minors, has_vulnerable, is_malicious
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding, number
from breach.law.kinds import Kind
from breach.law.steps import step

LOW, MEDIUM, HIGH = 1, 2, 3
_LOGINS = frozenset({"username", "email", "customer_number", "phone"})
_SECRETS = frozenset({"password_clear", "security_answer"})
_HASHES = frozenset({"password_hash_salted", "password_hash_unsalted"})


def harm(facts: Facts) -> Axis:
    found = all_kinds(facts)
    if not found:
        reason = Finding("doubt", step("risk.kinds_unknown", facts="data_kinds"))
        return Axis(0, MEDIUM, HIGH, (reason,), ("data_kinds",))
    axis = _credentials_open(facts, found)
    return _identification_open(facts, found, axis)


def has_usable_credentials(facts: Facts) -> bool:
    """Say whether somebody could sign in with what was exposed."""
    found = all_kinds(facts) or frozenset()
    credentials = {kind.key for kind in kinds.known(found) if kind.edpb == "credentials"} - {"username"}
    return bool(credentials) and _of_credentials(facts, found, credentials)[0] == HIGH


def _credentials_open(facts: Facts, found: frozenset[str]) -> Axis:
    """Judge the data; while nobody knows whether the hashes hold, judge them both ways."""
    value, reasons = _judged(facts, found)
    if facts.hashes_broken is not None or not found & _HASHES:
        return Axis.known(value, *reasons)
    low, high = (_judged(facts.replace(hashes_broken=broken), found)[0] for broken in (False, True))
    needs = ("hashes_broken",) if low != high else ()
    return Axis(low, value, high, tuple(reasons), needs)


def _identification_open(facts: Facts, found: frozenset[str], axis: Axis) -> Axis:
    """Data with nothing that leads to a person may turn out to say nothing about anybody."""
    leads = any(kind.identifies != "none" for kind in kinds.known(found))
    if facts.identification or leads or axis.low <= LOW:
        return axis
    reason = Finding("identification", step("risk.identification_unknown", facts="identification"))
    return Axis(LOW, axis.likely, axis.high, (*axis.reasons, reason), (*axis.needs, "identification"))


def _judged(facts: Facts, found: frozenset[str]) -> tuple[int, list[Finding]]:
    value, reasons = _of_kinds(facts, found)
    value = _known_before(facts, value, reasons)
    return _circumstances(facts, value, reasons), reasons


def _of_kinds(facts: Facts, found: frozenset[str]) -> tuple[int, list[Finding]]:
    """Start from the worst kind, reading credentials together with what they open."""
    credentials = {kind.key for kind in kinds.known(found) if kind.edpb == "credentials"} - {"username"}
    others = [kind for kind in kinds.known(sorted(found)) if kind.key not in credentials]
    levels = {kind.key: _level(facts, kind) for kind in others}
    value = max(levels.values(), default=0)
    reasons = [Finding("nature", step("risk.kinds", kinds=_worst(levels, value), harm=value))]
    if any(kind.article_9 for kind in others):
        special = [kind.key for kind in others if kind.article_9]
        reasons.append(Finding("special", step("risk.special_categories", kinds=special)))
    if facts.data_depth in ("none", "little", "detailed"):
        reasons.append(Finding("nature", step(f"risk.depth_{facts.data_depth}")))
    together = [key for key, level in levels.items() if level == MEDIUM]
    if value == MEDIUM and len(together) >= number("combination"):
        reasons.append(Finding("combination", step("risk.combination", kinds=together)))
        value = HIGH
    if credentials:
        level, finding = _of_credentials(facts, found, credentials)
        value = max(value, level)
        reasons.append(finding)
    return value, reasons


def _level(facts: Facts, kind: Kind) -> int:
    """The harm of one kind, by how much it says about one person."""
    level = int(read("data/risk.toml")["harm"][kind.harm])
    if facts.data_depth == "none" and level <= LOW and is_malicious(facts) is False:
        return 0  # names that tell nothing, with people who did not ask for them
    if facts.data_depth in ("none", "little") and level > LOW:
        return LOW if facts.data_depth == "none" or kind.article_9 else level - 1
    if facts.data_depth == "detailed" and LOW <= level < HIGH:
        return level + 1
    return level


def _worst(levels: dict[str, int], value: int) -> list[str]:
    return [key for key, level in levels.items() if level == value]


def _of_credentials(facts: Facts, found: frozenset[str], credentials: set[str]) -> tuple[int, Finding]:
    listed = sorted(credentials)
    opened = bool(found & _LOGINS) or "name" in found
    hashes = credentials & _HASHES
    usable = credentials - hashes - (frozenset() if opened else _SECRETS)
    if hashes and facts.hashes_broken and opened:
        usable |= hashes
    if usable:
        return HIGH, Finding("credentials", step("risk.credentials_usable", kinds=sorted(usable)))
    if "password_hash_unsalted" in credentials and opened and facts.hashes_broken is None:
        return MEDIUM, Finding("credentials", step("risk.hashes_weak", kinds=listed))
    if credentials & _SECRETS:
        return LOW, Finding("credentials", step("risk.password_without_account", kinds=listed))
    if "password_hash_unsalted" in credentials and opened:
        return LOW, Finding("credentials", step("risk.hashes_hold", kinds=listed))
    return 0, Finding("credentials", step("risk.hashes_salted", kinds=listed))


def _known_before(facts: Facts, value: int, reasons: list[Finding]) -> int:
    """Data that were public before tell nothing new (EDPB 9/2022 section IV.A); wrong data tell little."""
    if facts.data_public_before:
        reasons.append(Finding("public", step("risk.public_before")))
        return 0
    if facts.data_wrong:
        reasons.append(Finding("nature", step("risk.data_wrong")))
        return min(value, LOW)
    return value


def _circumstances(facts: Facts, value: int, reasons: list[Finding]) -> int:
    if facts.safety_critical:
        reasons.append(Finding("people", step("risk.safety")))
        return HIGH
    # Whoever has the key or the reference list knows the people.
    # A password opens its account whoever that belongs to.
    hidden = facts.identification == "negligible" and not facts.key_compromised
    if hidden and not has_usable_credentials(facts):
        if value:
            reasons.append(Finding("identification", step("risk.hardly_identifiable")))
        return min(value, LOW)
    if facts.controller_tells:
        reasons.append(Finding("controller", step("risk.controller_tells")))
        value = HIGH
    if (has_minors(facts) or has_vulnerable(facts)) and LOW <= value < HIGH:
        reasons.append(Finding("people", step("risk.minors" if has_minors(facts) else "risk.vulnerable")))
        value += 1
    return value
