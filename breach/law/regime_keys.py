"""The keys that a regime file may hold, table by table. docs/adding-a-regime.md says what each means."""

from __future__ import annotations

from collections.abc import Mapping

PERIOD = frozenset({"value", "unit"})
LIMIT = PERIOD | {"from"}

# The way to a table, "" for the file itself, and its keys.
KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset({
        "key", "version", "name", "jurisdiction", "citation", "status", "applies_from", "applies_until", "confidence",
        "counting", "calendar", "reasons_if_late", "notes", "trigger", "scope", "register", "hold", "duty", "covered",
        "source", "replaces",
    }),
    "name": frozenset({"en", "fr"}),
    "trigger": frozenset({"word", "event"}),
    "scope": frozenset({"link", "territory", "targets", "sectors", "not_sectors", "not_sectors_as"}),
    "register": frozenset({"required", "keep"}),
    "register/keep": PERIOD,
    "hold": frozenset({"to", "citation", "confidence", "oral", "open", "longest", "written_only"}),
    "hold/oral": PERIOD,
    "hold/open": PERIOD,
    "hold/longest": PERIOD,
    "duty": frozenset({
        "by", "to", "phase", "from", "period", "standard", "when", "recipient", "cap", "limit", "sooner", "noon",
        "noon_except", "guidance", "only_for", "without_harm", "confidence",
    }),
    "duty/period": PERIOD,
    "duty/cap": LIMIT,
    "duty/limit": LIMIT,
    "covered": frozenset({
        "name_plus", "alone", "alone_needs_identifier", "any_if_identity_theft", "name_may_be_any_identifier",
        "usable_alone_only", "public_body_only", "encryption_exempt", "key_must_be_safe", "encryption_strength",
        "redaction_exempt", "unusable_exempt", "paper", "act", "harm", "no_harm_test_for", "determination_kept",
        "determination_with", "confidence",
    }),
    "covered/encryption_strength": PERIOD,
    "covered/unusable_exempt": frozenset({"citation", "confidence"}),
    "covered/determination_kept": PERIOD,
    "source": frozenset({"text", "confidence", "covers"}),
    "replaces": frozenset({"regime", "to"}),
}  # fmt: skip

# What a condition takes beside its test.
VALUES: Mapping[str, frozenset[str]] = {
    "all": frozenset({"of"}),
    "any": frozenset({"of"}),
    "not": frozenset({"of"}),
    "risk": frozenset({"level"}),
    "count": frozenset({"of", "operator", "number"}),
    "fact": frozenset({"name", "is", "assume"}),
    "sector": frozenset({"name", "assume"}),
    "kinds": frozenset({"group"}),
    "special_category": frozenset(),
    "malicious": frozenset({"assume"}),
    "serious_harm": frozenset(),
    "protection_needed": frozenset(),
    "unprotected": frozenset(),
    "established": frozenset({"place"}),
}
COUNTED = ("people", "residents", "residents_of_one_state")
# The parts of a regime that a source may have been read for.
PARTS = (
    "citation", "trigger", "who", "scope", "recipient", "authority_duty", "authority_number", "authority_final",
    "authority_threshold", "authority_content", "people_duty", "people_threshold", "controller_duty",
    "consumer_reporting_agencies", "covered", "exceptions", "delay", "register", "guidance", "start",
)  # fmt: skip
