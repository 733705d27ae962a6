"""A made-up house for tests: a shop in Lyon and the people who look after its incidents."""

from dataclasses import dataclass, field
from datetime import datetime

from breach.models import Incident, Organisation, Party, User
from breach.services.accounts import create_account, create_organisation
from breach.services.incidents import PartyData, add_member, open_incident

PASSWORD = "korrekt-pferd-batterie-7"


@dataclass
class House:
    shop: Organisation
    responder: User
    manager: User
    second_manager: User
    deputy: User
    officer: User
    auditor: User
    admin: User
    stranger: User
    guest: User
    incident: Incident = field(init=False)
    party: Party = field(init=False)

    def open(self, now: datetime, **changes: object) -> Incident:
        """Open an incident with everybody but stranger and administrator as members, and remember it."""
        values: dict[str, object] = {
            "title": "Web shop broken into",
            "kind": "web_application",
            "zone": "Europe/Paris",
            "parties": [PartyData(self.shop, establishment="FR", authority="fr")],
        }
        self.incident = open_incident(actor=self.responder, now=now, **(values | changes))  # type: ignore[arg-type]
        self.party = self.incident.lead_party()
        for user in (self.manager, self.second_manager):
            add_member(actor=self.responder, incident=self.incident, user=user, now=now)
        add_member(actor=self.manager, incident=self.incident, user=self.deputy, is_deputy=True, now=now)
        add_member(actor=self.manager, incident=self.incident, user=self.officer, is_dpo=True, now=now)
        if not self.guest.memberships.exists():  # a guest sees one incident
            add_member(actor=self.manager, incident=self.incident, user=self.guest, now=now)
        return self.incident


def build_house(now: datetime) -> House:
    def account(name: str, role: str) -> User:
        email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
        return create_account(actor=None, email=email, name=name, role=role, password=PASSWORD, now=now)

    shop = create_organisation(
        actor=None,
        name="Rivage",
        legal_name="Rivage Boutique SAS",
        street="12 rue des Tanneurs",
        postcode="69001",
        city="Lyon",
        country="FR",
        website="https://www.rivage.example",
        contact_name="Service clients",
        contact_email="incident@rivage.example",
        contact_phone="+33 4 00 00 00 00",
        dpo_name="Claire Morel",
        dpo_email="dpo@rivage.example",
        now=now,
    )
    return House(
        shop=shop,
        responder=account("Robin Petit", "responder"),
        manager=account("Maud Laurent", "manager"),
        second_manager=account("Samir Haddad", "manager"),
        deputy=account("Dora Nilsen", "manager"),
        officer=account("Claire Morel", "manager"),
        auditor=account("Anton Weiss", "auditor"),
        stranger=account("Stella Marin", "responder"),
        guest=account("Gwen Avocat", "guest"),
        admin=account("Ada Keller", "admin"),
    )
