"""A case in which awareness is decided and a filing can be written, for tests of its pages."""

from datetime import UTC, datetime

from django.test import Client

from breach.models import User
from breach.services.awareness import set_awareness
from breach.services.facts import update_facts
from notifications.models import Filing
from notifications.services.filings import draft_filing
from tests.house import House

AWARE = datetime(2026, 11, 24, 7, 40, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FACTS = {
    "role": "controller",
    "established_in": ["FR"],
    "zone": "Europe/Paris",
    "occurred_from": "2026-11-23T18:00:00+00:00",
    "occurred_to": "2026-11-23T23:00:00+00:00",
    "confidentiality": True,
    "exfiltration": "confirmed",
    "encryption": "none",
    "cause": "external_malicious",
    "natures": ["hacking", "exfiltration"],
    "data_kinds": ["name", "email", "iban"],
    "subjects": ["customers"],
    "harms": ["fraud"],
    "measures": ["access_closed", "vulnerability_fixed"],
}
WRITTEN = {
    "sector": "private",
    "size": "sme",
    "discovered_by": "controller",
    "discovery_text": "Alerte du pare-feu applicatif.",
    "nature_text": "Copie de tables de la base des clients.",
    "systems": "Boutique en ligne, hébergée à Lyon.",
    "people_text": "Clients de la boutique.",
    "measures_before": ["encryption", "logical_access"],
    "measures_before_text": "Accès nominatifs.",
    "confidentiality_consequences": ["misused"],
    "severity": "to_be_determined",
    "risk_text": "Évaluation en cours.",
    "measures_preventive": ["audits"],
    "measures_preventive_text": "Audit de l'application.",
    "police": "no",
    "other_authorities": "no",
    "cross_border": "unknown",
}


def decide(house: House) -> House:
    """Open an incident, tell its facts, decide awareness: the 72 hours run."""
    incident = house.open(AWARE)
    update_facts(
        actor=house.responder, incident=incident, party=house.party, changes=FACTS, reason="known", now=NOW
    )
    set_awareness(
        actor=house.manager,
        incident=incident,
        party=house.party,
        state="decided",
        instant=AWARE,
        zone="Europe/Paris",
        reasons="Le journal prouve la copie.",
        now=NOW,
    )
    return house


def drafted(house: House, **changes: object) -> Filing:
    """A first filing to the lead authority, ready to be submitted unless `values` says otherwise."""
    values = {"actor": house.responder, "values": WRITTEN, "now": NOW} | changes
    return draft_filing(incident=house.incident, party=house.party, **values)  # type: ignore[arg-type]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
