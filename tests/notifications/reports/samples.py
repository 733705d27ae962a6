"""A made-up incident report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from breach.law.steps import Step
from notifications.reports.values import (
    Advised,
    Approved,
    Aware,
    Decided,
    Event,
    Filed,
    IncidentReport,
    Judged,
    Letters,
    Owed,
    People,
)

AWARE = datetime(2026, 11, 20, 17, 40, tzinfo=UTC)
EARLIER = AWARE - timedelta(hours=2)
MADE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CNIL = "Commission nationale de l'informatique et des libertés (CNIL)"
ICO = "Information Commissioner's Office (ICO)"


def owed(recipient: str, phase: str, due: datetime | None, **changes: object) -> Owed:
    values = {
        "party": "Rivage Boutique SAS",
        "regime": "GDPR",
        "to": "authority",
        "recipient": recipient,
        "phase": phase,
        "state": "running",
        "due": due,
        "outer": None,
        "standard": "",
        "met_at": None,
        "lateness": "",
        "citation": "Regulation (EU) 2016/679 Article 33(1)",
        "confidence": "verified",
        "working": (Step("add_hours", {"hours": "72"}),),
    }
    return Owed(**(values | changes))  # type: ignore[arg-type]


def report(language: str = "en") -> IncidentReport:
    return IncidentReport(
        reference="2026-001",
        title="Web shop broken into",
        phase="open",
        zone="Europe/Paris",
        language=language,
        drill=False,
        made_at=MADE,
        made_by="Maud Laurent",
        organisations=("Rivage Boutique SAS",),
        readers=("Hélène Roux", "Marc Olivier"),
        events=(
            Event(
                EARLIER - timedelta(hours=6),
                EARLIER,
                "range",
                "observed",
                "Unusual queries to the customer database.",
                AWARE,
                "Robin Petit",
            ),
            Event(
                EARLIER, EARLIER, "exact", "detected", "The firewall raised an alert.", EARLIER, "Robin Petit"
            ),
            Event(
                AWARE,
                AWARE,
                "about",
                "contained",
                "The web application was taken off line.",
                AWARE,
                "Robin Petit",
            ),
        ),
        awareness=(
            Aware(
                "decided",
                AWARE,
                "The access log shows a copy of the table.",
                "Maud Laurent",
                AWARE + timedelta(hours=72),
                stands=False,
            ),
            Aware(
                "corrected",
                EARLIER,
                "The alert already named the table.",
                "Maud Laurent",
                EARLIER + timedelta(hours=72),
                stands=True,
            ),
        ),
        owed=(
            owed(
                CNIL,
                "initial",
                EARLIER + timedelta(hours=72),
                state="met",
                met_at=MADE - timedelta(hours=30),
                lateness="on_time",
            ),
            owed(CNIL, "intermediate", None, standard="without_undue_further_delay"),
            owed(
                ICO,
                "initial",
                EARLIER + timedelta(hours=72),
                regime="UK GDPR",
                citation="UK GDPR Article 33(1)",
            ),
            owed(
                "",
                "initial",
                None,
                to="individuals",
                standard="without_undue_delay",
                citation="Regulation (EU) 2016/679 Article 34(1)",
            ),
            owed(
                "California Attorney General",
                "initial",
                MADE + timedelta(days=11),
                regime="California",
                citation="Civ. Code 1798.82(f)",
            ),
        ),
        ruled_out=(("Texas", Step("no_residents", {"place": "US-TX"})),),
        assessment=Judged(
            {"dpc": 3.0, "ei": 1.0, "cb": 0.5, "se": {"low": 3.25, "high": 3.5}, "level": "high"},
            "risk",
            "high_risk",
            "IBAN and clear-text passwords of some people.",
            "Robin Petit",
            AWARE + timedelta(hours=20),
        ),
        advice=(
            Advised(
                "notify",
                "Tell the people; passwords are in clear for some.",
                "Claire Morel",
                AWARE + timedelta(hours=21),
            ),
        ),
        decisions=(
            Decided(
                "individuals",
                "notify",
                "A high risk; letters by e-mail, else post.",
                "",
                "Maud Laurent",
                AWARE + timedelta(hours=22),
            ),
        ),
        people=People(
            total=1432,
            minors=12,
            unreachable=3,
            by_country={"FR": 1012, "DE": 180, "BE": 160, "ES": 60, "GB": 12, "US": 8},
            by_language={"fr": 1100, "de": 180, "nl": 72, "es": 60, "en": 20},
            by_kind={
                "name": 1432,
                "email": 1400,
                "postal_address": 1350,
                "iban": 420,
                "password_hash_salted": 1424,
                "password_clear": 8,
            },
        ),
        letters=(
            Letters(
                "First notice",
                MADE - timedelta(hours=20),
                1431,
                1425,
                3,
                0,
                1,
                2,
                {"email": 1280, "post": 145},
            ),
            Letters("Found late", MADE - timedelta(hours=2), 1, 1, 0, 0, 0, 0, {"email": 1}),
        ),
        filings=(
            Filed(
                CNIL,
                1,
                "initial",
                "incomplete",
                "submitted",
                MADE - timedelta(hours=30),
                "CNIL-114477",
                "on_time",
                "9f" * 32,
            ),
            Filed(CNIL, 2, "follow_up", "complete", "approved", None, "", "", "8e" * 32),
        ),
        approvals=(
            Approved(
                "filing",
                "approved",
                "Robin Petit",
                MADE - timedelta(hours=36),
                ("Samir Haddad", "Dora Nilsen"),
                "Dora Nilsen",
                MADE - timedelta(hours=31),
                "9f" * 32,
            ),
            Approved(
                "letters",
                "approved",
                "Robin Petit",
                MADE - timedelta(hours=22),
                ("Samir Haddad",),
                "Samir Haddad",
                MADE - timedelta(hours=21),
                "7d" * 32,
            ),
        ),
        checkpoint="ABCD-EFGH-IJKL-MNOP",
        checkpoint_number=7,
    )
