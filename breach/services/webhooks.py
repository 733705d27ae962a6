"""Endpoints that are told of alarms: kept by administrators, sealed under the house's own key, tried by a button.

What is sent: reference, deadline, mark and lateness, a key that stays the same when it is sent again, and
whether it may be a second one. Nothing else of the case.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from breach import webhook
from breach.errors import BadInput, Conflict
from breach.keys import house_vault
from breach.models import Reminder, User, WebhookEndpoint, new_uid
from breach.permissions import require
from breach.services import reminders
from breach.services.alarm_values import Alarm, NotDelivered
from breach.services.record import record
from breach.vault import canonical_json
from breach.vault.mac import new_mac_key

MOST_ENDPOINTS = 10
TEST = "TEST"


@dataclass(frozen=True, slots=True)
class Added:
    """A new endpoint with the key (hexadecimal) that its messages are signed with; shown now and never again."""

    endpoint: WebhookEndpoint
    key: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How posting went: `HTTP 204`, or the kind of failure. `perhaps`: without an answer it may have arrived."""

    outcome: str
    perhaps: bool = False

    @property
    def taken(self) -> bool:
        """Whether the endpoint answered 2xx. A redirect is no yes: it is not followed."""
        return self.outcome.startswith("HTTP 2")


def add_endpoint(*, actor: User, name: str, url: str, now: datetime) -> Added:
    """Add an endpoint; the coming alarms of running clocks are planned for it. Raises BadInput."""
    require(actor, "settings.manage")
    if not name.strip():
        raise BadInput(_("The endpoint has no name"), place="name", mend=_("Say what it is."))
    parts = webhook.parse_target(url)
    if WebhookEndpoint.objects.filter(retired_at=None).count() >= MOST_ENDPOINTS:
        raise BadInput(
            _("There are %(most)d endpoints already") % {"most": MOST_ENDPOINTS},
            place="url",
            mend=_("Retire one first."),
        )
    key, uid = new_mac_key(), new_uid()
    blob = canonical_json({"url": parts.geturl(), "key": key.hex()})
    with transaction.atomic():
        row = WebhookEndpoint.objects.create(
            uid=uid,
            name=name.strip(),
            host=parts.hostname or "",
            sealed=house_vault().seal(blob, context=_context(uid)),
            created_by=actor,
            created_at=now,
        )
        planned = reminders.include_endpoint(endpoint=row, now=now)
        data = {"host": row.host, "planned": planned}
        record(actor=actor, incident=None, action="webhook.added", subject=uid, data=data, now=now)
    return Added(row, key.hex())


def retire_endpoint(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Tell it nothing more. Raises Conflict when it is retired already."""
    require(actor, "settings.manage")
    with transaction.atomic():
        if not WebhookEndpoint.objects.filter(pk=endpoint.pk, retired_at=None).update(retired_at=now):
            raise Conflict(_("This endpoint is retired already."))
        off = reminders.leave_out_endpoint(endpoint=endpoint, now=now)
        data = {"called_off": off}
        record(actor=actor, incident=None, action="webhook.retired", subject=endpoint.uid, data=data, now=now)


def try_endpoint(*, actor: User, endpoint: WebhookEndpoint, now: datetime) -> Tried:
    """Post a made-up alarm and return how it went."""
    require(actor, "settings.manage")
    if endpoint.retired_at:
        raise Conflict(_("This endpoint is retired already."))
    document = {"reference": TEST, "deadline": now.isoformat(), "mark": "test", "late": False, "test": True}
    tried = _post(endpoint, document | {"key": new_uid(), "again": False}, now)
    with transaction.atomic():
        data = {"taken": tried.taken}
        record(actor=actor, incident=None, action="webhook.tried", subject=endpoint.uid, data=data, now=now)
    return tried


class AlarmHook:
    """Carries alarms to endpoints; each message is a connection of its own."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        return None

    def hand_over(self, row: Reminder, alarm: Alarm) -> None:
        """Return when the endpoint answered 2xx. Raises NotDelivered."""
        if row.endpoint is None:
            raise ValueError("an alarm by webhook has an endpoint")
        tried = _post(row.endpoint, document_of(alarm), alarm.at)
        if not tried.taken:
            raise NotDelivered(tried.outcome, channel_down=True, perhaps=tried.perhaps)


def document_of(alarm: Alarm) -> dict[str, Any]:
    """Return what an endpoint is told: nothing of the case beyond reference and deadline (UTC)."""
    return {
        "reference": alarm.reference,
        "deadline": alarm.deadline.isoformat(),
        "mark": alarm.mark,
        "late": alarm.late,
        "key": alarm.key,
        "again": alarm.again,
    }


def _post(endpoint: WebhookEndpoint, document: dict[str, Any], at: datetime) -> Tried:
    """Post and note how it went."""
    opened = json.loads(house_vault().open(bytes(endpoint.sealed), context=_context(endpoint.uid)))
    target = webhook.Target(webhook.parse_target(opened["url"]), bytes.fromhex(opened["key"]))
    try:
        tried = Tried(f"HTTP {webhook.post(target, document, at=at)}")
    except webhook.NoAnswer as failure:
        tried = Tried(failure.kind[:40], perhaps=failure.sent)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(tried_at=at, outcome=tried.outcome)
    return tried


def _context(uid: str) -> str:
    return f"webhook/{uid}"
