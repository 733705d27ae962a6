"""The rows of the Article 33(5) register: every incident, notified or not, but no drills."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import QuerySet

from breach.law import kinds
from breach.models import (
    Assessment,
    Decision,
    Discharge,
    Incident,
    Party,
    PhaseChange,
    User,
)
from breach.permissions import can
from breach.queries.clocks import obligation_label
from breach.queries.discharges import standing_of
from breach.queries.facts import current_awareness, facts_of
from breach.queries.people import counts
from breach.vault import Destroyed
from notifications.filings.prefill import mapping
from notifications.filings.profiles import load_profiles
from notifications.models import Filing, FilingState, Notice
from notifications.moments import say_moment, say_number
from notifications.queries.filings import content_of
from notifications.queries.notices import notices_of, sent_by_channel, totals_by_notice
from notifications.queries.register_filter import DECIDED
from notifications.reports import page, register
from notifications.reports.register import RegisterRow
from notifications.totals import Totals
from notifications.wording import pick

CAPABILITY = "ledger.export"
TYPES = ("confidentiality", "integrity", "availability")


def register_incidents(user: User) -> list[Incident]:
    """The incidents whose register entries `user` may take out."""
    rows = Incident.objects.visible_to(user).filter(drill=False).order_by("created_at", "pk")
    return [incident for incident in rows if can(user, CAPABILITY, incident)]


def register_rows(parties: Iterable[Party], language: str) -> list[RegisterRow]:
    """One row per party, in the given order, worded in `language`."""
    return [_Entry(party, language).row() for party in parties]


class _Entry:
    """One entry being worded: the party, its facts, and the words of the register and of reports."""

    def __init__(self, party: Party, language: str) -> None:
        self.party, self.incident, self.language = party, party.incident, language
        self.w, self.words = register.words(language), page.words(language)
        self.facts = facts_of(party)

    def row(self) -> RegisterRow:
        house, facts = self.party.organisation, self.facts
        data_kinds = kinds.known(facts.data_kinds or ())
        return RegisterRow(
            reference=self.incident.reference,
            title=self.incident.title,
            controller=house.legal_name or house.name,
            role=self.w[f"role.{self.party.role}"],
            phase=self.words[f"phase.{self.incident.phase}"],
            occurred_from=self.moment(facts.occurred_from),
            occurred_to=self.moment(facts.occurred_to),
            detected=self.moment(facts.detected),
            cause=self.w[f"cause.{facts.cause}"] if facts.cause else "",
            breach_type=", ".join(self.w[name] for name in TYPES if getattr(facts, name)),
            data_categories=", ".join(kind.label(self.language) for kind in data_kinds),
            people=self.people(),
            records=self.number(facts.records_total),
            processors=self.others(),
            consequences=", ".join(self.consequences()),
            exception=self.exception(),
            measures=" ".join(self.measures()),
            filings="; ".join([*map(self.filing, self.filed()), *self.outside("authority")]),
            delay_reasons=self.sealed(self.delay_reasons),
            letters=self.letters(),
            lessons=self.sealed(self.lessons),
            closed=self.moment(self.incident.closed_at),
            **self.awareness(),
            **self.risk(),
            **self.decision("authority", "authority"),
            **self.decision("people", "individuals"),
        )

    # --- ways of saying ----------------------------------------------------------------------------------

    def moment(self, at: datetime | None) -> str:
        return say_moment(at, self.incident.zone, self.language) if at else ""

    def number(self, number: int | None) -> str:
        return "" if number is None else say_number(number, self.language)

    def sealed(self, read: Callable[[], str]) -> str:
        """Read what is sealed; after erasure the register says so and keeps the rest."""
        try:
            return read()
        except Destroyed:
            return self.w["erased"]

    # --- parts -------------------------------------------------------------------------------------------

    def awareness(self) -> dict[str, str]:
        row = current_awareness(self.party)
        if row is None:
            return {"aware": "", "aware_by": "", "aware_reasons": ""}
        at = self.moment(row.instant)
        return {
            "aware": at if row.state in DECIDED else f"{self.words[f'aware.{row.state}']} {at}",
            "aware_by": row.created_by.name if row.created_by else "",
            "aware_reasons": self.sealed(lambda: row.reasons),
        }

    def risk(self) -> dict[str, str]:
        rows = Assessment.objects.filter(party=self.party).select_related("incident")
        row = rows.order_by("-pk").first()
        if row is None:
            return {"risk": "", "severity": "", "risk_reasons": ""}
        return {
            "risk": self.words[f"risk.{row.conclusion}"],
            "severity": page.severity_line(row.document["enisa"], self.language),
            "risk_reasons": self.sealed(lambda: row.reasons),
        }

    def decision(self, column: str, about: str) -> dict[str, str]:
        rows = Decision.objects.filter(party=self.party, about=about).select_related("incident", "created_by")
        row = rows.order_by("-pk").first()
        if row is None:
            return {f"{column}_decision": "", f"{column}_reasons": ""}
        outcome, who = self.words[f"outcome.{row.outcome}"], row.created_by.name if row.created_by else ""
        signed = self.w["by"].format(text=outcome, who=who, at=self.moment(row.created_at))
        return {f"{column}_decision": signed, f"{column}_reasons": self.sealed(lambda: row.reasons)}

    def people(self) -> str:
        loaded = counts(self.incident, self.party).total
        return self.number(loaded or self.facts.people_total)

    def others(self) -> str:
        rows = self.incident.parties.exclude(pk=self.party.pk).select_related("organisation").order_by("pk")
        return "; ".join(f"{other.organisation.name} ({self.w[f'role.{other.role}']})" for other in rows)

    def consequences(self) -> list[str]:
        impacts = load_profiles()["generic"].form.field("impacts")
        options = (impacts.option(mapping()["harm"][harm]) for harm in self.facts.harms or ())
        return [pick(option.text, self.language) for option in options if option]

    def measures(self) -> list[str]:
        return [pick(mapping()["measure"][key], self.language) for key in self.facts.measures or ()]

    def exception(self) -> str:
        if self.facts.unintelligible:
            return self.w["exception.unintelligible"]
        if self.facts.high_risk_averted:
            return self.w["exception.averted"]
        return self.w["exception.effort"] if self.facts.disproportionate_effort else ""

    def filed(self) -> QuerySet[Filing]:
        rows = Filing.objects.filter(party=self.party).exclude(state=FilingState.WITHDRAWN)
        return rows.select_related("incident").order_by("authority", "number")

    def filing(self, row: Filing) -> str:
        text = self.w["filing"].format(
            authority=pick(load_profiles()[row.profile].name, self.language),
            number=row.number,
            completeness=self.words[f"filed.{row.completeness}"],
            state=self.words[f"filing.{row.state}"],
            at=self.moment(row.submitted_at),
            receipt=row.receipt,
            lateness=self.words[f"late.{row.lateness}"] if row.lateness else "",
        )
        return " ".join(text.split())

    def outside(self, to: str) -> list[str]:
        """What was done outside this system, by the records that stand."""
        return [self.done(row) for row in standing_of(self.party, to=[to])]

    def done(self, row: Discharge) -> str:
        owed = row.obligation
        text = self.w["outside"].format(
            what=obligation_label(owed, self.language),
            at=say_moment(row.at, row.zone, self.language),
            way=self.w[f"way.{row.way}"],
            reference=self.sealed(lambda: row.reference),
            lateness=self.words[f"late.{owed.lateness}"] if owed.lateness else "",
        )
        return " ".join(text.split())

    def delay_reasons(self) -> str:
        reasons = (content_of(row).values.get("late_reasons") for row in self.filed())
        return " ".join(dict.fromkeys(reason for reason in reasons if reason))

    def letters(self) -> str:
        rows = [row for row in notices_of(self.incident) if row.recipients and row.party_id == self.party.pk]
        totals = totals_by_notice(rows)
        sent = (self.letter(row, totals[row.pk]) for row in rows)
        return "; ".join([*sent, *self.outside("individuals")])

    def letter(self, row: Notice, totals: Totals) -> str:
        sent = sent_by_channel(row).items()
        return self.w["letter"].format(
            title=str(row),
            delivered=self.number(totals.delivered),
            approved=self.number(totals.approved),
            at=self.moment(row.released_at),
            channels=", ".join(f"{self.words[f'channel.{key}']} {self.number(n)}" for key, n in sent),
        )

    def lessons(self) -> str:
        rows = PhaseChange.objects.filter(incident=self.incident).select_related("incident").order_by("pk")
        return " ".join(row.reasons for row in rows if row.reasons)
