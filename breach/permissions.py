"""Who may. Rights are capabilities, roles bundle them, membership opens the incident; what is not listed is denied.

Pages, jobs, commands and API all end in a service, and each service asks here first.
"""

from typing import Any

from breach.errors import Forbidden
from breach.models.incidents import Incident, Membership
from breach.models.users import Role, User

READ = frozenset({"incident.view", "timeline.view", "people.count", "ledger.view"})
RESPONDER = READ | {
    "incident.open",
    "incident.edit",
    "timeline.add",
    "evidence.add",
    "evidence.read",
    "playbook.edit",
    "intake.load",
    "people.read",
    "people.edit",
    "awareness.suspect",
    "facts.edit",
    "assessment.make",
    "letters.draft",
    "letters.submit",
    "delivery.record",
    "filing.draft",
    "filing.submit",
    "report.make",
}
MANAGER = RESPONDER | {
    "awareness.decide",
    "advice.give",
    "decision.make",
    "approve",
    "release",
    "people.export",
    "ledger.export",
    "members.manage",
    "readers.manage",
}
AUDITOR = READ | {"evidence.read", "ledger.export"}
ADMIN = frozenset({"users.manage", "keys.manage", "settings.manage"})

CAPABILITIES: dict[str, frozenset[str]] = {
    Role.RESPONDER: frozenset(RESPONDER),
    Role.MANAGER: frozenset(MANAGER),
    Role.AUDITOR: frozenset(AUDITOR),
    Role.ADMIN: ADMIN,
}
ALL_CAPABILITIES = frozenset().union(*CAPABILITIES.values())
# Rights that need no incident.
HOUSE_WIDE = frozenset({"incident.open", "users.manage", "keys.manage", "settings.manage", "readers.manage"})


def sees_every_incident(user: User) -> bool:
    return user.role == Role.AUDITOR


def membership(user: User, incident: Incident) -> Membership | None:
    return Membership.objects.filter(user_id=user.pk, incident_id=incident.pk).first()


def can(user: Any, capability: str, incident: Incident | None = None) -> bool:
    """Say whether `user` holds `capability`, in `incident` where the right is one of an incident."""
    if capability not in ALL_CAPABILITIES:
        raise ValueError(f"unknown capability {capability!r}")
    if not isinstance(user, User) or not user.is_active:
        return False
    if capability not in CAPABILITIES.get(user.role, frozenset()):
        return False
    if incident is None:
        return capability in HOUSE_WIDE
    return sees_every_incident(user) or _member_may(membership(user, incident), capability)


def _member_may(member: Membership | None, capability: str) -> bool:
    if member is None:
        return False
    # Article 38(6) GDPR: the officer advises; taking the decision would be a conflict of interests.
    if member.is_dpo:
        return capability not in {"decision.make", "approve", "release"}
    return capability != "advice.give"


def require(user: Any, capability: str, incident: Incident | None = None) -> None:
    """Raise Forbidden unless `can` says yes."""
    if not can(user, capability, incident):
        raise Forbidden(f"You may not do this here ({capability}). Ask a manager of the incident.")
