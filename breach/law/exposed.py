"""How likely it is that somebody has the data who could misuse them, 0 (hardly) to 3 (has them, or means
harm).

EDPB 9/2022 section IV.B (severity of consequences: trusted and malicious recipients) and 01/2021.
"""

from __future__ import annotations

from breach.law import people
from breach.law.exposure import is_lost_thing, is_malicious, is_unintelligible, recipients_number
from breach.law.facts import Facts
from breach.law.findings import Axis, Finding, number
from breach.law.steps import step

HARDLY, SMALL, REAL, CERTAIN = 0, 1, 2, 3
_READERS = ("trusted", "known", "public")


def exposure(facts: Facts) -> Axis:
    """Ask whether strangers have the data, then whether they can read them."""
    axis = _reach(facts)
    unintelligible = is_unintelligible(facts)
    if unintelligible:
        reason = Finding("unintelligible", step("risk.unintelligible"))
        if facts.unintelligible or facts.encryption_strong:
            return Axis.known(HARDLY, reason)
        return Axis(HARDLY, HARDLY, axis.high, (reason,), ("encryption_strong",))
    if unintelligible is None:
        reason = Finding("unintelligible", step("risk.key_unknown", facts="key_compromised"))
        return Axis(HARDLY, axis.likely, axis.high, (*axis.reasons, reason), (*axis.needs, "key_compromised"))
    if facts.encryption == "all":
        reason = Finding("unintelligible", step("risk.encryption_fails"))
        return Axis(axis.low, axis.likely, axis.high, (*axis.reasons, reason), axis.needs)
    if _may_be_encrypted(facts):
        reason = Finding("doubt", step("risk.encryption_unknown", facts="encryption"))
        return Axis(HARDLY, axis.likely, axis.high, (*axis.reasons, reason), (*axis.needs, "encryption"))
    return axis


def is_large(facts: Facts) -> bool | None:
    """Say whether very many people are concerned, by the number or as stated."""
    total = people.total(facts)
    if total is None:
        return facts.large_scale
    return bool(facts.large_scale) or total >= number("large_scale")


def _may_be_encrypted(facts: Facts) -> bool:
    """Nobody said whether the data were encrypted, and nobody is known to have read them."""
    is_open = facts.encryption is None and facts.unintelligible is None and not facts.accessed
    return is_open and facts.medium != "paper" and facts.recipients not in _READERS


def _reach(facts: Facts) -> Axis:  # noqa: PLR0911 - a ladder of cases, read from the top
    if facts.recipients in ("trusted", "known"):
        return _known_recipients(facts)
    if facts.recipients == "public":
        return _published(facts)
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
        return _trusted(facts)
    if recipients_number(facts) > number("many_recipients"):
        reason = step("risk.many_recipients", number=recipients_number(facts))
        return Axis.known(REAL, Finding("consequences", reason))
    if facts.deletion_confirmed and facts.accessed is False:
        return Axis.known(HARDLY, Finding("consequences", step("risk.returned_unread")))
    known = Finding("consequences", step("risk.known_recipients"))
    if facts.deletion_confirmed is None and facts.accessed is False:
        return Axis(HARDLY, SMALL, SMALL, (known,), ("deletion_confirmed",))
    return Axis.known(SMALL, known)


def _trusted(facts: Facts) -> Axis:
    """Trust that the data are not used rests on their return or deletion, once that was asked for."""
    reason = Finding("trusted", step("risk.trusted_recipient"))
    if facts.deletion_confirmed:
        return Axis.known(HARDLY, reason)
    if facts.deletion_confirmed is None:
        return Axis(HARDLY, HARDLY, SMALL, (reason,), ("deletion_confirmed",))
    return Axis.known(SMALL, Finding("trusted", step("risk.trusted_not_deleted")))


def _published(facts: Facts) -> Axis:
    """Published by mistake, anybody may find the data; published on purpose, they are meant to be used."""
    reason = Finding("consequences", step("risk.published"))
    malicious = True if facts.recipients_malicious else is_malicious(facts)
    if malicious is False:
        return Axis.known(REAL, reason)
    if malicious is None:
        return Axis(REAL, CERTAIN, CERTAIN, (reason,), ("cause",))
    return Axis.known(CERTAIN, reason)


def _taken(facts: Facts) -> Axis:
    if is_malicious(facts) is False and not facts.recipients_malicious:
        return Axis.known(REAL, Finding("exfiltration", step("risk.taken_by_accident")))
    return Axis.known(CERTAIN, Finding("exfiltration", step("risk.taken", exfiltration=facts.exfiltration)))


def _no_evidence(facts: Facts) -> Axis:
    seen = REAL if facts.accessed and is_malicious(facts) is not False else SMALL
    return Axis.known(seen, Finding("exfiltration", step("risk.no_evidence_of_exfiltration")))


def _strangers(facts: Facts) -> Axis:
    """Lost things, unknown recipients, or nothing known: the less is known, the more is assumed."""
    if is_lost_thing(facts) and "remote_wipe" in (facts.measures or ()) and not facts.accessed:
        likely = SMALL if facts.accessed is False else REAL
        return Axis(SMALL, likely, REAL, (Finding("exfiltration", step("risk.wiped")),), _unseen(facts))
    malicious = True if facts.recipients_malicious else is_malicious(facts)
    likely = CERTAIN if malicious or (facts.accessed and malicious is None) else REAL
    if facts.recipients == "unknown" or is_lost_thing(facts):
        return Axis.known(likely, Finding("consequences", step("risk.unknown_recipients")))
    reason = Finding("doubt", step("risk.recipients_unknown", facts="exfiltration,recipients"))
    least = likely if facts.accessed else HARDLY
    return Axis(least, likely, CERTAIN, (reason,), ("exfiltration", "recipients"))


def _unseen(facts: Facts) -> tuple[str, ...]:
    return () if facts.accessed is False else ("accessed",)
