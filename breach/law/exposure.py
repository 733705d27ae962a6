"""Readings of the facts that severity and risk share."""

from __future__ import annotations

from breach.law.facts import Facts


def all_kinds(facts: Facts) -> frozenset[str] | None:
    """Return every data kind named anywhere in the facts; None when none is known."""
    if facts.data_kinds is None and facts.combinations is None:
        return None
    return frozenset(facts.data_kinds or ()).union(*(one.kinds for one in facts.combinations or ()))


def is_malicious(facts: Facts) -> bool | None:
    return None if facts.cause is None else facts.cause.endswith("_malicious")


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
    natures = set(facts.natures or ())
    return bool(
        natures & {"device_lost", "device_stolen", "paper_lost", "paper_stolen", "mail_lost", "e_waste"}
    )
