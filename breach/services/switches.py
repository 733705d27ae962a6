"""Switching a regime off and on for the whole house. It stays visible in every incident, with who and why."""

from datetime import datetime

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.law import regimes
from breach.models import RegimeSwitch, User
from breach.permissions import require
from breach.queries.switches import switches
from breach.services import law_changes
from breach.services.record import record
from breach.vault import canonical_json, new_salt, salted_digest

LONGEST = 500


def switch_off(*, actor: User, regime: str, reason: str, now: datetime) -> RegimeSwitch:
    """Let the house no longer follow `regime`. Raises BadInput without a reason, Conflict when it is off already."""
    return _switch(actor, regime, True, reason, now)


def switch_on(*, actor: User, regime: str, reason: str, now: datetime) -> RegimeSwitch:
    """Let the house follow `regime` again. Raises Conflict when it is on."""
    return _switch(actor, regime, False, reason, now)


def _switch(actor: User, regime: str, off: bool, reason: str, now: datetime) -> RegimeSwitch:
    require(actor, "law.manage")
    if regime not in regimes.load():
        raise BadInput(f"No regime {regime!r}", place="regime", mend="Choose one of the list.")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise BadInput("Say why", place="reason", mend=f"Give the reason in at most {LONGEST} characters.")
    with transaction.atomic():
        standing = switches().get(regime)
        if off == bool(standing and standing.off):
            raise Conflict(
                "This regime is switched off already." if off else "This regime is not switched off."
            )
        salt = new_salt()
        row = RegimeSwitch.objects.create(
            regime=regime,
            off=off,
            reason=reason,
            reason_salt=salt.hex(),
            created_by=actor,
            created_at=now,
        )
        digest = salted_digest("regime-switch", canonical_json({"reason": reason}), salt)
        record(
            actor=actor,
            incident=None,
            action="regime.switched_off" if off else "regime.switched_on",
            subject=row.uid,
            data={"regime": regime, "reason_digest": digest},
            now=now,
        )
        law_changes.note(kind="switch", subject=row.uid, now=now)
    return row
