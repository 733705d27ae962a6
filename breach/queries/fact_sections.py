"""Where each fact stands on the page of facts: sections in the order in which a responder learns things."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from breach.queries.fact_labels import SECTOR, sector_keys


@dataclass(frozen=True, slots=True)
class Section:
    """`facts` are keys of the facts document, parts as "sectors.public_body"; `is_open` before anybody asks."""

    key: str
    title: Any
    lead: Any
    facts: tuple[str, ...]
    is_open: bool = True


SECTIONS = (
    Section(
        "happened",
        _("What happened"),
        "",
        (
            "confidentiality", "integrity", "availability", "cyberattack", "cause", "natures", "medium", "exfiltration",
            "accessed", "recipients", "recipients_number", "recipients_malicious", "deletion_confirmed",
            "good_faith_employee", "integrity_effect", "backup", "restore_hours", "availability_harm",
        ),
    ),
    Section(
        "when",
        _("When"),
        _("When you became aware is decided under Obligations; what was noticed first comes from the timeline."),
        ("occurred_from", "occurred_to", "ongoing", "detected", "controller_aware"),
    ),
    Section(
        "data",
        _("Which data"),
        "",
        (
            "data_kinds", "records_total", "encryption", "encryption_strong", "encryption_bits", "key_compromised",
            "unintelligible", "hashes_broken", "redacted", "account_numbers_usable_alone",
        ),
    ),
    Section(
        "people",
        _("Which people"),
        "",
        (
            "people_total", "people_precision", "large_scale", "minors", "vulnerable", "subjects", "people_by_country",
            "people_by_region", "combinations",
        ),
    ),
    Section(
        "consequences",
        _("Consequences and measures"),
        "",
        (
            "harms", "harm_occurred", "misuse_likely", "enables_identity_theft", "serious_harm_likely",
            "people_can_protect_themselves", "measures", "high_risk_averted", "disproportionate_effort",
            "no_harm_determination",
        ),
    ),
    Section(
        "party",
        _("Who you are here"),
        "",
        (
            "role", "zone", "main_establishment", "lead_authority", "targets_eea", "targets_uk", "established_in",
        ),
        is_open=False,
    ),
    Section(
        "sectors",
        _("What the organisation is"),
        _("Each of these brings further laws, or takes some away."),
        tuple(f"{SECTOR}{key}" for key in sector_keys()),
        is_open=False,
    ),
    Section(
        "instants",
        _("Further instants"),
        _("Some laws count from one of these. Leave unknown what nobody needs."),
        (
            "should_have_known", "grounds_to_suspect", "grounds_to_believe", "attack_known", "processor_aware",
            "controller_told", "discovered", "confirmation", "determination", "assessment_complete", "classification",
            "materiality", "information_available", "people_identified", "payment_made", "fix_available",
            "handling_ended", "authority_request",
        ),
        is_open=False,
    ),
    Section(
        "findings",
        _("What some laws leave you to find"),
        _("Tests that only the organisation can answer."),
        (
            "significant_incident", "major_ict_incident", "client_financial_impact", "trust_service_impact",
            "exploited_vulnerability", "severe_product_incident", "serious_ai_incident",
            "ai_infrastructure_or_widespread", "ai_death", "material_incident",
            "reportable_cyber_incident",
        ),
        is_open=False,
    ),
    Section(
        "fine",
        _("Fine points of severity"),
        _("They move the ENISA score and a few rules."),
        (
            "identification", "data_depth", "data_public_before", "data_wrong", "controller_tells", "safety_critical",
            "adjustments",
        ),
        is_open=False,
    ),
    Section(
        "given",
        _("Reports given, notices held back"),
        _("They follow from what is recorded on other pages."),
        ("submissions", "holds"),
        is_open=False,
    ),
)  # fmt: skip


def section_of(fact: str) -> str:
    """Return the key of the section where `fact` stands. Raises KeyError for none."""
    return _WHERE[fact]


def is_a_fact(key: str) -> bool:
    return key in _WHERE


def asking_url(incident_uid: str, fact: str, *, back: str, at: str = "") -> str:
    """Return the address of one fact on the page of facts; `back` and `at` lead to where it was asked."""
    place = fact if is_a_fact(fact) else ""
    query = f"?back={back}" + (f"&at={at}" if at else "") + (f"&ask={place}" if place else "")
    return reverse("facts", args=[incident_uid]) + query + (f"#fact-{place}" if place else "")


_WHERE = {fact: section.key for section in SECTIONS for fact in section.facts}
