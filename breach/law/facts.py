"""Everything that the law asks about one party's breach, as one frozen value.

Every fact may be unknown (None), which is not the same as no. Instants are aware UTC. The list of fields is
meant to be complete: stored versions of a facts document are never changed. Sources of the separate instants:
GDPR Art 33, EDPB Guidelines 9/2022 section II.A, and the starting events of `regimes/`.
"""

# ruff: noqa: RUF009 - `known` declares a field, as dataclasses.field does
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from breach.law.facts_fields import (
    AuthorityKey,
    Choice,
    Count,
    CountsBy,
    Flag,
    Instant,
    KindKey,
    ListOf,
    Part,
    Place,
    Regions,
    Zone,
    known,
    object_schema,
    read_fields,
    write_fields,
)
from breach.law.facts_order import check_order
from breach.law.facts_parts import Adjustment, Combination, Hold, Sectors, Submission
from breach.law.facts_words import CAUSES, HARMS, MEASURES, NATURES, ROLES, SUBJECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    # who
    role: str | None = known(
        Choice(ROLES), "Role of this party for the data concerned (GDPR Art 4(7)-(8), Art 26)."
    )
    sectors: Sectors | None = known(Part(Sectors), "What the organisation is; flags that bring further laws.")
    established_in: tuple[str, ...] | None = known(
        ListOf(Place(regions=True)),
        "Countries (or US states, provinces) where the party has an establishment.",
    )
    main_establishment: str | None = known(
        Place(regions=True), "Main establishment (GDPR Art 4(16)): leads to the lead authority under Art 56."
    )
    lead_authority: str | None = known(
        AuthorityKey(),
        "Key of the authority in charge (breach/law/authorities), where the establishment does "
        "not settle it.",
    )
    targets_eea: bool | None = known(
        Flag(),
        "For a party outside the EEA: offers goods or services to people there, or monitors them (Art 3(2)).",
    )
    targets_uk: bool | None = known(Flag(), "The same for people in the United Kingdom (UK GDPR Art 3(2)).")
    zone: str | None = known(
        Zone(), "Time zone in which days begin and end for this party, e.g. Europe/Paris."
    )

    # when
    occurred_from: datetime | None = known(Instant(), "When the breach began.")
    occurred_to: datetime | None = known(Instant(), "When the breach ended; null while unknown or ongoing.")
    ongoing: bool | None = known(Flag(), "Whether the breach still goes on.")
    detected: datetime | None = known(
        Instant(), "First alert or report: starts the investigation, not the GDPR clock."
    )
    should_have_known: datetime | None = known(
        Instant(), "When reasonable diligence would have shown the breach, if earlier than it was noticed."
    )
    grounds_to_suspect: datetime | None = known(
        Instant(), "When there were reasonable grounds to suspect a breach."
    )
    grounds_to_believe: datetime | None = known(
        Instant(), "When there were reasonable grounds to believe in a breach."
    )
    processor_aware: datetime | None = known(Instant(), "When the processor became aware (GDPR Art 33(2)).")
    attack_known: datetime | None = known(
        Instant(),
        "When the organisation learned of the attack on its systems; insurance cover may ask for a criminal "
        "complaint from there (France: Code des assurances L12-10-1).",
    )
    controller_told: datetime | None = known(Instant(), "When the processor told the controller.")
    controller_aware: datetime | None = known(
        Instant(),
        "Awareness of the controller, as decided by a named person: starts the 72 hours (GDPR Art 33(1)).",
    )
    discovered: datetime | None = known(
        Instant(),
        "Discovery as US statutes use the word, if another instant than the controller's awareness.",
    )
    determination: datetime | None = known(
        Instant(), "When it was determined that a notifiable breach occurred."
    )
    confirmation: datetime | None = known(Instant(), "When the breach was confirmed.")
    assessment_complete: datetime | None = known(
        Instant(), "When the assessment found the breach notifiable."
    )
    classification: datetime | None = known(Instant(), "When the incident was classified as major (DORA).")
    materiality: datetime | None = known(Instant(), "When the incident was determined to be material (SEC).")
    information_available: datetime | None = known(
        Instant(), "When missing information became available (SEC 8-K/A)."
    )
    people_identified: datetime | None = known(Instant(), "When the people concerned were identified.")
    payment_made: datetime | None = known(Instant(), "When a ransom was paid.")
    fix_available: datetime | None = known(
        Instant(), "When a corrective or mitigating measure became available (CRA)."
    )
    handling_ended: datetime | None = known(Instant(), "When the handling of the incident ended.")
    authority_request: datetime | None = known(Instant(), "When an authority asked for a report.")
    submissions: tuple[Submission, ...] | None = known(
        ListOf(Part(Submission)), "Reports and notices already given; some start the next clock."
    )

    # what happened
    confidentiality: bool | None = known(
        Flag(), "Data were or may have been seen or taken by someone without a right."
    )
    integrity: bool | None = known(Flag(), "Data were altered.")
    availability: bool | None = known(Flag(), "Data were lost, destroyed or could not be used for a time.")
    cause: str | None = known(Choice(CAUSES), "Inside or outside, on purpose or not.")
    natures: tuple[str, ...] | None = known(
        ListOf(Choice(NATURES)), "What kind of incident it was; several may hold."
    )
    medium: str | None = known(Choice(("electronic", "paper", "both")), "In what form the data were.")
    accessed: bool | None = known(
        Flag(), "Somebody without a right could be shown to have looked at the data."
    )
    exfiltration: str | None = known(
        Choice(("confirmed", "likely", "no_evidence", "excluded")),
        "Data taken away or copied: confirmed; likely; no evidence of it; excluded by reasonable "
        "evidence such as full logs.",
    )
    recipients: str | None = known(
        Choice(("none", "trusted", "known", "unknown", "public")),
        "Who got the data: nobody; someone trusted to give back or delete (bound by secrecy, long"
        " relation); known persons; "
        "unknown persons; published.",
    )
    recipients_number: int | None = known(
        Count(),
        "How many persons got the data of one person, if known: 1 where each letter went to one wrong address.",
    )
    recipients_malicious: bool | None = known(
        Flag(), "Those who hold the data mean harm or mean to use them."
    )
    deletion_confirmed: bool | None = known(
        Flag(), "The recipients confirmed that they deleted or returned the data."
    )
    good_faith_employee: bool | None = known(
        Flag(), "An employee or agent got the data in good faith, within the work, and they went no further."
    )
    integrity_effect: str | None = known(
        Choice(("recovered", "used_recoverable", "used_not_recoverable")),
        "Altered data: original recovered and no wrong use; possibly used but recoverable; "
        "possibly used, not recoverable.",
    )
    backup: str | None = known(
        Choice(("complete", "partial", "none")),
        "Backup, or another copy, from which the data can be restored.",
    )
    restore_hours: int | None = known(Count(), "Hours for which the data could not be used, or will not be.")
    availability_harm: bool | None = known(
        Flag(),
        "Being without the data harmed or may harm people: treatment delayed, payments missed, "
        "services refused.",
    )

    # which data
    data_kinds: tuple[str, ...] | None = known(
        ListOf(KindKey()), "All data kinds concerned, over all people."
    )
    combinations: tuple[Combination, ...] | None = known(
        ListOf(Part(Combination)),
        "Which kinds were exposed together, by place. US statutes ask for combinations; without "
        "this list, `data_kinds` is "
        "taken as exposed together for everybody.",
    )
    records_total: int | None = known(Count(), "Number of records.")
    encryption: str | None = known(
        Choice(("all", "part", "none")), "How much of the exposed data was encrypted by the party itself."
    )
    encryption_strong: bool | None = known(Flag(), "State-of-the-art encryption, properly used.")
    encryption_bits: int | None = known(Count(), "Length of the key in bits.")
    key_compromised: bool | None = known(Flag(), "The key was taken too, or may have been.")
    unintelligible: bool | None = known(
        Flag(),
        "Data unintelligible to others by another measure: tokens, redaction, keyed hash with the key safe.",
    )
    redacted: bool | None = known(Flag(), "Identifiers redacted or truncated so far as the statutes ask.")
    hashes_broken: bool | None = known(Flag(), "Password hashes were or can be turned back.")
    account_numbers_usable_alone: bool | None = known(
        Flag(), "Exposed account or card numbers give access to money without any further code."
    )
    enables_identity_theft: bool | None = known(
        Flag(), "The exposed elements alone would let someone commit identity theft."
    )
    data_depth: str | None = known(
        Choice(("none", "little", "usual", "detailed")),
        "How much the data say about one person: no substantial insight; general assumptions "
        "only; as usual for the kind; "
        "long or detailed enough for a profile.",
    )
    data_public_before: bool | None = known(Flag(), "The same data were public before the breach.")
    data_wrong: bool | None = known(Flag(), "The data are known to be invalid or outdated.")
    controller_tells: bool | None = known(
        Flag(),
        "That a person is known to this organisation tells something sensitive: clinic, party, dating site.",
    )
    safety_critical: bool | None = known(
        Flag(), "Disclosure endangers personal safety: shelters, officers under cover, witnesses."
    )
    identification: str | None = known(
        Choice(("negligible", "limited", "significant", "maximum")),
        "How easily the people can be identified by those who hold the data; null: judged from "
        "the data kinds.",
    )
    adjustments: tuple[Adjustment, ...] | None = known(
        ListOf(Part(Adjustment)), "Steps of the assessor within ENISA table 1, each with its reason."
    )

    # which people
    people_total: int | None = known(Count(), "Number of people concerned.")
    people_precision: str | None = known(Choice(("exact", "approximate")), "Whether the number is exact.")
    people_by_country: Mapping[str, int] | None = known(
        CountsBy(Place()), 'People by country of residence, all of them; "ZZ" where the country is not known.'
    )
    people_by_region: Mapping[str, int] | None = known(
        CountsBy(Regions()), "People by US state and Canadian province (other regions may be given too)."
    )
    large_scale: bool | None = known(
        Flag(), "The breach is on a large scale, in the sense of laws that give no number (Brazil)."
    )
    subjects: tuple[str, ...] | None = known(
        ListOf(Choice(SUBJECTS)), "Categories of people (EDPB template, row 65)."
    )
    minors: bool | None = known(Flag(), "Children are among the people.")
    vulnerable: bool | None = known(
        Flag(), "Other vulnerable people are among them: patients, asylum seekers, elderly."
    )

    # consequences, measures
    harm_occurred: bool | None = known(
        Flag(), "Harm to people has already happened: misuse, fraud, threats, exposure."
    )
    harms: tuple[str, ...] | None = known(ListOf(Choice(HARMS)), "Harms that are possible or have happened.")
    serious_harm_likely: bool | None = known(
        Flag(), "Serious or significant harm is likely, in the sense of laws outside the GDPR family."
    )
    misuse_likely: bool | None = known(
        Flag(),
        "Misuse (identity theft, fraud) has happened or is reasonably likely, in the sense of US statutes.",
    )
    no_harm_determination: bool | None = known(
        Flag(), "A written determination after investigation finds no reasonable likelihood of harm."
    )
    people_can_protect_themselves: bool | None = known(
        Flag(), "People need to know in order to protect themselves."
    )
    measures: tuple[str, ...] | None = known(ListOf(Choice(MEASURES)), "Measures taken since.")
    high_risk_averted: bool | None = known(
        Flag(), "Measures taken since make sure that the high risk is no longer likely (GDPR Art 34(3)(b))."
    )
    disproportionate_effort: bool | None = known(
        Flag(), "Telling each person would take disproportionate effort (GDPR Art 34(3)(c))."
    )
    holds: tuple[Hold, ...] | None = known(
        ListOf(Part(Hold)), "Requests of law enforcement to hold back notices."
    )

    # findings that some laws leave to the organisation
    significant_incident: bool | None = known(Flag(), "Significant incident (NIS2 Art 23(3)).")
    major_ict_incident: bool | None = known(Flag(), "Major ICT-related incident (DORA).")
    client_financial_impact: bool | None = known(
        Flag(), "Impact on the financial interests of clients (DORA Art 19(3))."
    )
    trust_service_impact: bool | None = known(
        Flag(), "Significant impact on a trust service or the data in it (eIDAS)."
    )
    exploited_vulnerability: bool | None = known(
        Flag(), "Actively exploited vulnerability in a product (CRA)."
    )
    severe_product_incident: bool | None = known(
        Flag(), "Severe incident with impact on a product's security (CRA)."
    )
    serious_ai_incident: bool | None = known(
        Flag(), "Serious incident of a high-risk AI system (AI Act Art 3(49))."
    )
    ai_infrastructure_or_widespread: bool | None = known(
        Flag(), "Of such an incident: widespread infringement, or critical infrastructure disrupted."
    )
    ai_death: bool | None = known(Flag(), "Of such an incident: somebody died.")
    material_incident: bool | None = known(
        Flag(), "Material cybersecurity incident (SEC Form 8-K Item 1.05)."
    )
    reportable_cyber_incident: bool | None = known(
        Flag(),
        "Incident that meets the sector's own test: US banking, credit unions, New York DFS, CIRCIA, China.",
    )
    cyberattack: bool | None = known(Flag(), "The incident was a cyberattack.")

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Facts:
        """Read a facts document. BadInput names the key and what to do about it."""
        facts = cls(**read_fields(cls, document, ""))
        check_order(facts)
        return facts

    def to_json(self) -> dict[str, Any]:
        """Return every field, unknown ones as None; `from_json` gives an equal value."""
        return write_fields(self)

    def replace(self, **changes: Any) -> Facts:
        """Return these facts with some fields changed, checked again. BadInput for impossible instants."""
        facts = replace(self, **changes)
        check_order(facts)
        return facts

    def is_sector(self, name: str) -> bool | None:
        return None if self.sectors is None else getattr(self.sectors, name)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the facts document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts of one party's breach",
        "description": "Every key may be left out or null: unknown is not the same as no.",
        **object_schema(Facts),
    }
