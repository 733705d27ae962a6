"""Requests of law enforcement to hold back notices: entered, extended or put in writing, ended. Each step is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.law import places
from breach.law.facts_parts import LEGAL_RECIPIENTS
from breach.models import Incident, LawHold, Party, User
from breach.permissions import require
from breach.services import facts as facts_service
from breach.services.record import record

RIGHT = "facts.edit"


@dataclass(frozen=True, slots=True)
class Request:
    """What the document says. `since` and `until` are aware; `scope` None asks for all that the law lets be held back."""

    jurisdiction: str
    form: str
    official: str
    basis: str
    document: str
    since: datetime
    until: datetime | None = None
    scope: Sequence[str] | None = None


def enter_hold(
    *, actor: User, incident: Incident, party: Party, request: Request, zone: str, now: datetime
) -> LawHold:
    """Enter a request. Raises BadInput for a place that is none, an impossible time or a missing word."""
    require(actor, RIGHT, incident)
    _check(request, now)
    with transaction.atomic():
        row = _row(actor, incident, party, request, zone, now, step="entered", supersedes=None, reasons="")
        _follow(row, now)
    return row


def extend_hold(
    *,
    actor: User,
    hold: LawHold,
    until: datetime | None,
    form: str,
    document: str,
    reasons: str,
    now: datetime,
) -> LawHold:
    """Give a request another end, or put an oral one in writing; `document` is the one that says so."""
    require(actor, RIGHT, hold.incident)
    request = Request(
        hold.jurisdiction, form, hold.official, hold.basis, document, hold.since, until, hold.scope
    )
    _check(request, now)
    return _next(actor, hold, request, "extended", reasons, now)


def end_hold(*, actor: User, hold: LawHold, at: datetime, reasons: str, now: datetime) -> LawHold:
    """End a request at `at`: the notices it held back are due again, by the working of each clock."""
    require(actor, RIGHT, hold.incident)
    if at > now:
        raise BadInput("The end lies in the future", place="at", mend="Extend the hold to that day instead.")
    if not reasons.strip():
        raise BadInput(
            "Say who ended it", place="reasons", mend="Name the document or the call that ended it."
        )
    request = Request(
        hold.jurisdiction, hold.form, hold.official, hold.basis, hold.document, hold.since, at, hold.scope
    )
    _check(request, now, end_place="at")
    return _next(actor, hold, request, "ended", reasons, now)


def _next(actor: User, hold: LawHold, request: Request, step: str, reasons: str, now: datetime) -> LawHold:
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=hold.party_id)
        if LawHold.objects.filter(supersedes=hold).exists():
            raise Conflict("This hold was changed in the meantime. Look at its last step.")
        if hold.step == "ended":
            raise Conflict("This hold has ended. Enter a new request.")
        row = _row(
            actor,
            hold.incident,
            hold.party,
            request,
            hold.zone,
            now,
            step=step,
            supersedes=hold,
            reasons=reasons,
        )
        _follow(row, now)
    return row


def _row(
    actor: User,
    incident: Incident,
    party: Party,
    request: Request,
    zone: str,
    now: datetime,
    **more: Any,
) -> LawHold:
    reasons = more.pop("reasons")
    row = LawHold(
        incident=incident,
        party=party,
        jurisdiction=request.jurisdiction,
        form=request.form,
        document=request.document.strip(),
        basis=request.basis.strip(),
        scope=sorted(request.scope, key=LEGAL_RECIPIENTS.index) if request.scope else None,
        since=request.since,
        until=request.until,
        zone=zone,
        created_by=actor,
        created_at=now,
        **more,
    )
    row.seal_texts(official=request.official, reasons=reasons)
    row.save()
    return row


def _follow(row: LawHold, now: datetime) -> None:
    """Let the facts take it over, which computes every clock again, and enter it."""
    incident, party, actor = row.incident, row.party, row.created_by
    facts_service.refresh(actor=actor, incident=incident, party=party, reason=f"hold {row.step}", now=now)
    data = {
        "party": party.uid,
        "jurisdiction": row.jurisdiction,
        "form": row.form,
        "scope": row.scope,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "supersedes": row.supersedes.uid if row.supersedes else None,
        "texts_digest": row.texts_digest,
    }
    record(actor=actor, incident=incident, action=f"hold.{row.step}", subject=row.uid, data=data, now=now)


def _check(request: Request, now: datetime, *, end_place: str = "until") -> None:
    if not (places.is_country(request.jurisdiction) or places.is_region(request.jurisdiction)):
        raise BadInput(
            f"{request.jurisdiction!r} is no place",
            place="jurisdiction",
            mend="Use a country or state code, such as FR or US-CA.",
        )
    for place in ("official", "basis", "document"):
        if not getattr(request, place).strip():
            raise BadInput(
                "This is needed", place=place, mend="A hold needs official, legal basis and document."
            )
    if request.since > now:
        raise BadInput("The document is dated in the future", place="since", mend="Give the day it was made.")
    if request.until is not None and request.until < request.since:
        raise BadInput(
            "The hold ends before it begins",
            place=end_place,
            mend="Correct the end or the date of the document.",
        )
    unknown = set(request.scope or ()) - set(LEGAL_RECIPIENTS)
    if unknown:
        raise BadInput(
            f"Unknown notices: {', '.join(sorted(unknown))}",
            place="scope",
            mend=f"Use: {', '.join(LEGAL_RECIPIENTS)}.",
        )
