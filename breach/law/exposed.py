"""How likely it is that somebody has the data who could misuse them, 0 (hardly) to 3 (has them, or means
harm).

EDPB 9/2022 section IV.B (severity of consequences: trusted and malicious recipients) and 01/2021.
"""

from __future__ import annotations

from breach.law import people
from breach.law.exposure import is_lost_thing, is_malicious, is_unintelligible
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding, number
from breach.law.steps import step

HARDLY, SMALL, REAL, CERTAIN = 0, 1, 2, 3


def exposure(facts: Facts) -> Axis:
    unintelligible = is_unintelligible(facts)
    if unintelligible:
        return Axis.known(HARDLY, Finding("unintelligible", step("risk.unintelligible")))
    axis = _reach(facts)
    if unintelligible is None:
        reason = Finding("unintelligible", step("risk.key_unknown", facts="key_compromised"))
        return Axis(HARDLY, axis.likely, axis.high, (*axis.reasons, reason), (*axis.needs, "key_compromised"))
    if facts.encryption == "all":
        reason = Finding("unintelligible", step("risk.encryption_fails"))
        return Axis(axis.low, axis.likely, axis.high, (*axis.reasons, reason), axis.needs)
    return axis


def is_large(facts: Facts) -> bool:
    total = people.total(facts)
    return total is not None and total >= number("large_scale")


def _reach(facts: Facts) -> Axis:  # noqa: PLR0911 - a ladder of cases, read from the top
    if facts.recipients in ("trusted", "known"):
        return _known_recipients(facts)
    if facts.recipients == "public":
        return Axis.known(CERTAIN, Finding("consequences", step("risk.published")))
    if facts.exfiltration in ("confirmed", "likely"):
        return _taken(facts)
    if facts.exfiltration == "excluded":
        seen = SMALL if facts.accessed else HARDLY
        return Axis.known(seen, Finding("exfiltration", step("risk.exfiltration_excluded")))
    if facts.recipients == "none":
        return Axis.known(HARDLY, Finding("consequences", step("risk.no_recipient")))
    if facts.exfiltration == "no_evidence" and not is_lost_thing(facts):
        return _no_evidence(facts)
    return _strangers(facts)


def _known_recipients(facts: Facts) -> Axis:
    if facts.recipients_malicious or is_malicious(facts):
        return Axis.known(CERTAIN, Finding("consequences", step("risk.recipients_malicious")))
    if facts.recipients == "trusted":
        return Axis.known(HARDLY, Finding("trusted", step("risk.trusted_recipient")))
    if (facts.recipients_number or 0) > number("many_recipients"):
        return Axis.known(
            REAL, Finding("consequences", step("risk.many_recipients", number=facts.recipients_number))
        )
    return Axis.known(SMALL, Finding("consequences", step("risk.known_recipients")))


def _taken(facts: Facts) -> Axis:
    if is_malicious(facts) is False and not facts.recipients_malicious:
        return Axis.known(REAL, Finding("exfiltration", step("risk.taken_by_accident")))
    return Axis.known(CERTAIN, Finding("exfiltration", step("risk.taken", exfiltration=facts.exfiltration)))


def _no_evidence(facts: Facts) -> Axis:
    seen = REAL if facts.accessed and is_malicious(facts) else SMALL
    return Axis.known(seen, Finding("exfiltration", step("risk.no_evidence_of_exfiltration")))


def _strangers(facts: Facts) -> Axis:
    """Lost things, unknown recipients, or nothing known: the less is known, the more is assumed."""
    malicious = is_malicious(facts)
    likely = CERTAIN if malicious or facts.recipients_malicious or facts.accessed else REAL
    if facts.recipients == "unknown" or is_lost_thing(facts):
        return Axis.known(likely, Finding("consequences", step("risk.unknown_recipients")))
    reason = Finding("doubt", step("risk.recipients_unknown", facts="exfiltration,recipients"))
    least = likely if facts.accessed else HARDLY
    return Axis(least, likely, CERTAIN, (reason,), ("exfiltration", "recipients"))
