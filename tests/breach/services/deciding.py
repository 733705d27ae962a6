"""An incident with facts to decide on, for tests of decisions."""

from datetime import date, datetime
from typing import Any

from breach.models import Decision, FactsVersion
from breach.services.decisions import decide
from breach.services.facts import update_facts
from tests.house import House

STOLEN: dict[str, Any] = {
    "confidentiality": True,
    "cause": "external_malicious",
    "exfiltration": "confirmed",
    "recipients": "unknown",
    "data_kinds": ["name", "email", "postal_address", "password_hash_salted", "iban"],
    "people_total": 90,
    "people_precision": "approximate",
}


def tell(house: House, now: datetime, **facts: Any) -> FactsVersion:
    return update_facts(
        actor=house.responder,
        incident=house.incident,
        party=house.party,
        changes=facts,
        reason="logs",
        now=now,
    )


def open_with_facts(house: House, now: datetime, **changes: Any) -> House:
    house.open(now, **changes)
    tell(house, now, **STOLEN)
    return house


def take(
    house: House,
    now: datetime,
    outcome: str = "do_not_notify",
    about: str = "individuals",
    review_on: date | None = None,
    why_not_followed: str = "",
) -> Decision:
    return decide(
        actor=house.manager,
        incident=house.incident,
        party=house.party,
        about=about,
        outcome=outcome,
        reasons="Weighed.",
        review_on=review_on,
        why_not_followed=why_not_followed,
        now=now,
    )
