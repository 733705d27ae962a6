"""Values inside the facts: sector flags, sets of people, earlier submissions, holds, adjustments."""

# ruff: noqa: RUF009 - `known` declares a field, as dataclasses.field does
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from breach.law.facts_fields import Choice, Count, Flag, Instant, KindKey, ListOf, Place, Text, known

PHASES = (
    "early_warning", "initial", "intermediate", "final", "assessment", "annual", "payment", "consent",
    "complaint",
)  # fmt: skip
LEGAL_RECIPIENTS = ("authority", "individuals", "controller", "consumer_reporting_agencies", "media")
# To whom contracts and the conditions of insurance send people (breach/law/private.py).
PRIVATE_RECIPIENTS = ("insurer", "acquirer", "card_scheme", "customer", "police", "contract_partner")
RECIPIENTS = LEGAL_RECIPIENTS + PRIVATE_RECIPIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sectors:
    """What the organisation is. Each flag is yes, no or unknown."""

    public_body: bool | None = known(Flag(), "Public body, federal, regional or local.")
    law_enforcement_authority: bool | None = known(
        Flag(), "Competent authority under the Law Enforcement Directive (EU) 2016/680."
    )
    eu_institution: bool | None = known(Flag(), "Institution or body of the European Union (Reg 2018/1725).")
    telecom_provider: bool | None = known(
        Flag(),
        "Provider of public electronic communications services; in the US: carrier, "
        "interconnected VoIP, relay.",
    )
    essential_or_important_entity: bool | None = known(Flag(), "Essential or important entity under NIS2.")
    critical_infrastructure: bool | None = known(Flag(), "Operator of critical infrastructure.")
    financial_entity: bool | None = known(Flag(), "Financial entity under DORA Art 2.")
    bank_ccp_or_trading_venue: bool | None = known(
        Flag(), "Credit institution, central counterparty or trading venue: no weekend rule for DORA reports."
    )
    qualified_trust_service_provider: bool | None = known(Flag(), "Qualified trust service provider (eIDAS).")
    trust_service_provider: bool | None = known(
        Flag(), "Trust service provider without qualification (eIDAS)."
    )
    product_manufacturer: bool | None = known(
        Flag(), "Manufacturer of products with digital elements (Cyber Resilience Act)."
    )
    high_risk_ai_provider: bool | None = known(Flag(), "Provider of a high-risk AI system (AI Act).")
    health_provider: bool | None = known(
        Flag(), "Hospital, doctor, pharmacy or another organisation that treats or cares for people."
    )
    hipaa_entity: bool | None = known(
        Flag(), "Covered entity or, as processor, business associate under HIPAA."
    )
    phr_vendor: bool | None = known(
        Flag(), "Vendor of personal health records or related entity (16 CFR Part 318), outside HIPAA."
    )
    us_nonbank_financial: bool | None = known(
        Flag(), "Non-bank financial institution (GLBA Safeguards Rule)."
    )
    us_banking_organization: bool | None = known(
        Flag(), "US banking organisation or, as processor, its provider."
    )
    us_credit_union: bool | None = known(Flag(), "Federally insured credit union.")
    us_securities_firm: bool | None = known(
        Flag(), "Broker-dealer, investment company, registered adviser or transfer agent (Regulation S-P)."
    )
    us_listed_company: bool | None = known(Flag(), "Registrant with the SEC that files Form 8-K.")
    nydfs_entity: bool | None = known(
        Flag(), "Covered entity of the New York Department of Financial Services."
    )
    information_broker: bool | None = known(
        Flag(), "Information broker (Maine), or public data collector (Georgia)."
    )
    small_agent: bool | None = known(Flag(), "Small-scale processing agent (Brazil: doubled periods).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """People of one place whose same kinds of data were exposed together."""

    place: str = known(Place(regions=True), "Country, or US state or Canadian province.", must=True)
    kinds: tuple[str, ...] = known(ListOf(KindKey()), "The data kinds exposed together.", must=True)
    people: int | None = known(Count(), "How many people; null when not counted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A report or notice already given. It may start the clock of the next phase."""

    regime: str | None = known(Text(80), "Key of the regime; null: counts for every regime.")
    to: str = known(Choice(RECIPIENTS), "To whom.", must=True)
    phase: str = known(Choice(PHASES), "Which phase was submitted.", must=True)
    at: datetime = known(Instant(), "When it was submitted.", must=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A request of law enforcement to hold back notice to people."""

    jurisdiction: str = known(Place(regions=True), "Country or region whose law allows the hold.", must=True)
    since: datetime = known(Instant(), "Date of the document.", must=True)
    until: datetime | None = known(Instant(), "When it ends; null while open.")
    document: str = known(Text(200), "Who asked, and the reference of the document.", must=True)
    form: str | None = known(
        Choice(("written", "oral")), "How it was asked; some laws let an oral request hold for a time only."
    )
    basis: str | None = known(Text(200), "The legal basis that the document names.")
    scope: tuple[str, ...] | None = known(
        ListOf(Choice(LEGAL_RECIPIENTS)),
        "Notices to whom it asks to hold back; null: all that the law lets it.",
    )
    regimes: tuple[str, ...] | None = known(
        ListOf(Text(80)), "Keys of the regimes that it names; null: every law of its place."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A step of the assessor within ENISA table 1, with the written reason the method asks for."""

    data_class: str = known(
        Choice(("simple", "behavioural", "financial", "sensitive")), "Data class.", must=True
    )
    steps: int = known(Count(least=-3), "Whole steps up or down.", must=True)
    reason: str = known(Text(), "Why.", must=True)
