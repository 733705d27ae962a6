"""Readings of the facts that severity, risk and the conditions of the regimes share."""

from __future__ import annotations

from breach.law.facts import Facts

LOST_THINGS = frozenset(
    {"device_lost", "device_stolen", "paper_lost", "paper_stolen", "mail_lost", "e_waste"}
)
# What kind of incident it was often says whether somebody meant it; asked only where the cause is not given.
ON_PURPOSE = frozenset({
    "privilege_abuse", "ransomware", "hacking", "malware", "phishing", "credential_stuffing",
    "vulnerability_exploited", "device_stolen", "paper_stolen", "impersonation",
})  # fmt: skip
BY_MISTAKE = frozenset({
    "wrong_person_shown", "device_lost", "e_waste", "paper_disposal", "mail_lost", "misdirected_post",
    "misdirected_email", "misconfiguration", "wrong_permissions", "paper_lost", "wrong_recipient_display",
    "open_distribution_list", "technical_fault", "unintended_publication", "verbal_disclosure",
})  # fmt: skip


def all_kinds(facts: Facts) -> frozenset[str] | None:
    """Return every data kind named anywhere in the facts; None when none is known."""
    if facts.data_kinds is None and facts.combinations is None:
        return None
    return frozenset(facts.data_kinds or ()).union(*(one.kinds for one in facts.combinations or ()))


def is_malicious(facts: Facts) -> bool | None:
    """Say whether somebody meant it: by the cause, else by what kind of incident it was."""
    if facts.cause is not None:
        return facts.cause.endswith("_malicious")
    natures = frozenset(facts.natures or ())
    if natures & ON_PURPOSE:
        return True
    return False if natures and natures <= BY_MISTAKE else None


def is_unintelligible(facts: Facts) -> bool | None:
    """Say whether strangers can make nothing of the data, because of encryption or an equal measure.

    EDPB 9/2022 section IV.B and GDPR Art 34(3)(a): strong encryption, the key not taken. None when encrypted
    data's key may or may not be safe.
    """
    if facts.unintelligible:
        return True
    if facts.encryption != "all":
        return False
    if facts.encryption_strong is False or facts.key_compromised:
        return False
    return True if facts.key_compromised is False else None


def is_lost_thing(facts: Facts) -> bool:
    """Say whether a device or paper was lost or stolen, rather than data copied from a system."""
    return not LOST_THINGS.isdisjoint(facts.natures or ())


def has_minors(facts: Facts) -> bool:
    return bool(facts.minors) or "minors" in (facts.subjects or ())


def has_vulnerable(facts: Facts) -> bool:
    """EDPB 9/2022 section IV.B and WP248 name patients, asylum seekers and the elderly among the vulnerable."""
    return bool(facts.vulnerable) or not {"patients", "asylum_seekers", "vulnerable"}.isdisjoint(
        facts.subjects or ()
    )


def has_lost_access(facts: Facts) -> bool | None:
    """Say whether data could not be used: as stated, else by ransomware or deletion."""
    if facts.availability is None and not {"ransomware", "deletion"}.isdisjoint(facts.natures or ()):
        return True
    return facts.availability


def recipients_number(facts: Facts) -> int:
    """How many got the data. Everybody on an open distribution list sees everybody else's address."""
    if facts.recipients_number is None and "open_distribution_list" in (facts.natures or ()):
        return facts.people_total or 0
    return facts.recipients_number or 0
