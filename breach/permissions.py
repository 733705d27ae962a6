"""Who may. Rights are capabilities, roles bundle them, membership opens the incident; what is not listed is denied.

Pages, jobs, commands and API all end in a service, and each service asks here first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from breach import clock
from breach.errors import Forbidden, FreshFactorNeeded
from breach.models.access import GlassBreak
from breach.models.incidents import Incident, Membership
from breach.models.users import Role, User

READ = frozenset({"incident.view", "timeline.view", "people.count", "ledger.view"})
RESPONDER = READ | {
    "incident.open",
    "glass.break",
    "clocks.subscribe",
    "suspicion.report",
    "suspicion.view",
    "suspicion.triage",
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
    "law.view",
}
MANAGER = RESPONDER | {
    "suspicion.rule_out",
    "awareness.decide",
    "advice.give",
    "decision.make",
    "approve",
    "release",
    "people.export",
    "ledger.export",
    "members.manage",
    "readers.manage",
    "factors.confirm",
    "law.manage",
    "portfolio.view",
}
AUDITOR = READ | {
    "clocks.subscribe",
    "suspicion.report",
    "suspicion.view",
    "evidence.read",
    "ledger.export",
    "law.view",
    "portfolio.view",
}
ADMIN = frozenset(
    {
        "clocks.subscribe",
        "suspicion.report",
        "users.manage",
        "keys.manage",
        "settings.manage",
        "factors.confirm",
        "law.view",
        "law.manage",
    }
)
# Outside lawyer, insurer: what was given to them in one incident, and nothing that members see.
GUEST = frozenset({"asked.view", "asked.answer"})

CAPABILITIES: dict[str, frozenset[str]] = {
    Role.RESPONDER: frozenset(RESPONDER),
    Role.MANAGER: frozenset(MANAGER),
    Role.AUDITOR: frozenset(AUDITOR),
    Role.ADMIN: ADMIN,
    Role.GUEST: GUEST,
}
ALL_CAPABILITIES = frozenset().union(*CAPABILITIES.values())
# Rights that need no incident.
HOUSE_WIDE = frozenset(
    {
        "suspicion.report",
        "suspicion.view",
        "suspicion.triage",
        "suspicion.rule_out",
        "incident.open",
        "glass.break",
        "clocks.subscribe",
        "users.manage",
        "keys.manage",
        "settings.manage",
        "readers.manage",
        "factors.confirm",
        "law.view",
        "law.manage",
        "portfolio.view",
    }
)
# Asked for with a second factor not older than ten minutes: what leaves the house, and who may make it leave.
FRESH = frozenset(
    {
        "approve",
        "release",
        "people.export",
        "ledger.export",
        "members.manage",
        "readers.manage",
        "users.manage",
        "factors.confirm",
        "keys.manage",
        "glass.break",
    }
)
# What an emergency opens: to see and to work, not to decide, to send or to let others in.
IN_AN_EMERGENCY = frozenset(RESPONDER)


def sees_every_incident(user: User) -> bool:
    return user.role == Role.AUDITOR


_looked_up: ContextVar[dict[tuple[int, int], Membership | None] | None] = ContextVar(
    "memberships", default=None
)


@contextmanager
def one_look() -> Iterator[None]:
    """Read each membership once while this lasts. For work that changes none, such as showing a page: a page asks for
    a dozen rights, and all of them rest on the same row.
    """
    token = _looked_up.set({})
    try:
        yield
    finally:
        _looked_up.reset(token)


def membership(user: User, incident: Incident) -> Membership | None:
    known, key = _looked_up.get(), (user.pk, incident.pk)
    if known is not None and key in known:
        return known[key]
    found = Membership.objects.filter(user_id=user.pk, incident_id=incident.pk).first()
    if known is not None:
        known[key] = found
    return found


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
    if sees_every_incident(user):
        return True
    member = membership(user, incident)
    if member is None:
        return capability in IN_AN_EMERGENCY and open_glass(user, incident) is not None
    return _member_may(member, capability)


def open_glass(user: User, incident: Incident) -> GlassBreak | None:
    """Return the access that `user` took in an emergency and that still runs.

    The clock is read here and not passed down: the right ends by itself, also where no sweep runs.
    """
    rows = GlassBreak.objects.filter(user_id=user.pk, incident_id=incident.pk, ended_at=None)
    return rows.filter(ends_at__gt=clock.now()).first()


def _member_may(member: Membership, capability: str) -> bool:
    # Article 38(6) GDPR: the officer advises; taking the decision would be a conflict of interests.
    if member.is_dpo:
        return capability not in {"decision.make", "approve", "release"}
    return capability != "advice.give"


def require(user: Any, capability: str, incident: Incident | None = None) -> None:
    """Raise Forbidden unless `can` says yes; FreshFactorNeeded where the second factor has to be shown again."""
    if not can(user, capability, incident):
        raise Forbidden(f"You may not do this here ({capability}). Ask a manager of the incident.")
    if capability in FRESH:
        require_fresh(user)


def require_fresh(user: Any) -> None:
    """Raise FreshFactorNeeded when the request behind `user` changes something and its factor is stale."""
    proof = getattr(user, "proof", None)
    if proof is not None and not proof.is_fresh:
        raise FreshFactorNeeded
