"""Filings from draft to receipt: two people, bound to the digest of exactly what the authority is told.

Nothing is sent from here. A person files by the authority's own channel and records the receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from breach import approvals
from breach.errors import BadInput, Conflict
from breach.law.places import is_within
from breach.models import Approval, Incident, Party, User, new_uid
from breach.models.ledger import Entry
from breach.permissions import require
from breach.vault import canonical_json, new_salt, salted_digest
from notifications.filings.complete import blocking, findings
from notifications.filings.content import FilingContent, ToFollow, Value
from notifications.filings.prefill import leave_open, prefill
from notifications.filings.profiles import Profile, profile_for
from notifications.filings.show import show_finding
from notifications.models import OPEN_STATES, Filing, FilingState
from notifications.queries.filings import KIND, clock_for, known_of, opened, profile_of
from notifications.services.filing_rows import DIGEST_LABEL, keep, locked, move, record, settle
from notifications.services.filing_submission import mark_submitted, render_filing

__all__ = [
    "draft_filing",
    "follow_up",
    "mark_submitted",
    "mark_to_follow",
    "render_filing",
    "set_fields",
    "settle",
    "submit_for_approval",
    "take_over_facts",
    "withdraw_draft",
]

WRITING = ("filing.drafted", "filing.edited", "filing.announced", "filing.refreshed")
COMPLETENESS = ("complete", "incomplete", "withdraw")


def draft_filing(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    now: datetime,
    authority: str = "",
    language: str = "",
    completeness: str = "incomplete",
    values: Mapping[str, Value] | None = None,
) -> Filing:
    """Start the first phase to one authority, filled with what the case knows, then with `values`.

    `authority` defaults to the party's lead authority, `language` to the one the authority reads. Raises
    Conflict when this authority was told already (follow up instead) or a phase is open, BadInput for a
    value that does not fit.
    """
    require(actor, "filing.draft", incident)
    _check_party(incident, party)
    key = authority or party.authority
    if not key:
        raise BadInput(
            "No authority is named", place="authority", mend="Choose the lead authority of the party."
        )
    if Filing.objects.filter(party=party, authority=key).exclude(state=FilingState.WITHDRAWN).exists():
        raise Conflict(
            "There is a filing to this authority already. Edit it, or follow it up once it is submitted."
        )
    profile = profile_for(key)
    blank = _blank(party, profile, language or profile.language, number=_next_number(party, key))
    blank = blank.with_value(profile.form, "notification_type", "new")
    return _draft(actor, party, key, profile, blank, None, completeness, values, now)


def follow_up(
    *,
    actor: User,
    filing: Filing,
    now: datetime,
    completeness: str = "complete",
    values: Mapping[str, Value] | None = None,
) -> Filing:
    """Start the next phase from the one before, brought up to what the case knows now, then with `values`.

    `completeness` is complete, incomplete or withdraw. Raises Conflict unless the phase before was
    submitted and is the last one.
    """
    require(actor, "filing.draft", filing.incident)
    if filing.state != FilingState.SUBMITTED:
        raise Conflict("Only a filing that was submitted can be followed up.")
    profile = profile_of(filing)
    before, _salt = opened(filing)
    content = replace(
        before, number=_next_number(filing.party, filing.authority), drill=filing.incident.drill
    )
    content = content.with_value(profile.form, "notification_type", "follow_up")
    content = content.with_value(profile.form, "earlier_id", filing.receipt)
    if Filing.objects.filter(follows=filing).exclude(state=FilingState.WITHDRAWN).exists():
        raise Conflict("This filing has been followed up already. Follow up the last one.")
    return _draft(actor, filing.party, filing.authority, profile, content, filing, completeness, values, now)


def set_fields(*, actor: User, filing: Filing, values: Mapping[str, Value], now: datetime) -> Filing:
    """Answer fields, or empty them with None. An approval, asked or given, is void after this.

    Raises BadInput for the first value that does not fit, with nothing changed; Conflict after submission.
    """
    require(actor, "filing.draft", filing.incident)
    profile = profile_of(filing)

    def edit(content: FilingContent) -> FilingContent:
        return _answered(content, profile, values)

    return _edit(actor, filing, edit, "filing.edited", {"fields": sorted(values)}, now)


def mark_to_follow(
    *, actor: User, filing: Filing, key: str, by: datetime, reason: str, now: datetime
) -> Filing:
    """Announce that a field follows by an instant (UTC), with the reason. Voids an approval like any edit."""
    require(actor, "filing.draft", filing.incident)
    if by <= now:
        raise BadInput("The announced time has passed", place="by", mend="Give a time that lies ahead.")
    form = profile_of(filing).form

    def edit(content: FilingContent) -> FilingContent:
        return content.with_promise(form, key, ToFollow(by, reason.strip()))

    return _edit(actor, filing, edit, "filing.announced", {"field": key, "by": by.isoformat()}, now)


def take_over_facts(*, actor: User, filing: Filing, now: datetime) -> Filing:
    """Fill the form again with what the case knows now; text that people wrote stays. Voids an approval."""
    require(actor, "filing.draft", filing.incident)
    profile = profile_of(filing)

    def edit(content: FilingContent) -> FilingContent:
        return _with_known(content, filing.party, profile, actor)

    return _edit(actor, filing, edit, "filing.refreshed", {}, now)


def submit_for_approval(
    *,
    actor: User,
    filing: Filing,
    approvers: Sequence[User],
    now: datetime,
    answer_within: timedelta = approvals.ANSWER_WITHIN,
) -> Approval:
    """Ask `approvers` in turn to approve exactly this content.

    Raises BadInput naming the first row that blocks, Conflict when the filing is no draft or its clock moved.
    """
    require(actor, "filing.submit", filing.incident)
    with transaction.atomic():
        row = locked(filing)
        content, _salt = opened(row)
        _refuse_findings(row, content, now)
        if content.clock != clock_for(row.party, profile_of(row)):
            raise Conflict(
                "Awareness or its clock changed since this was drafted. Take over the facts, then submit."
            )
        move(row, FilingState.ASKED)
        row.save(update_fields=["state"])
        approval = approvals.submit(
            actor=actor,
            incident=row.incident,
            kind=KIND,
            subject_uid=row.uid,
            digest=row.digest,
            summary=_summary(row, content),
            approvers=approvers,
            authors=_authors(row),
            now=now,
            answer_within=answer_within,
        )
        record(
            actor, row, "filing.submitted_for_approval", {"digest": row.digest, "approval": approval.uid}, now
        )
    return approval


def withdraw_draft(*, actor: User, filing: Filing, reason: str, now: datetime) -> Filing:
    """Give up a phase before it was submitted. Towards the authority, withdraw by a follow-up."""
    require(actor, "filing.draft", filing.incident)
    if not reason.strip():
        raise BadInput("Giving up a filing needs a reason", place="reason", mend="Say why.")
    with transaction.atomic():
        row = locked(filing)
        approvals.void(
            actor=actor, incident=row.incident, kind=KIND, subject_uid=row.uid, reason="withdrawn", now=now
        )
        move(row, FilingState.WITHDRAWN)
        row.follows = None
        row.save(update_fields=["state", "follows"])
        _content, salt = opened(row)
        # The reason is people's prose and may name somebody; the entry keeps its salted digest.
        digest = salted_digest(DIGEST_LABEL, canonical_json(reason.strip()), salt)
        record(actor, row, "filing.withdrawn", {"reason_digest": digest}, now)
    return row


# --- inside ----------------------------------------------------------------------------------------------


def _draft(
    actor: User,
    party: Party,
    authority: str,
    profile: Profile,
    content: FilingContent,
    before: Filing | None,
    completeness: str,
    values: Mapping[str, Value] | None,
    now: datetime,
) -> Filing:
    if completeness not in COMPLETENESS:
        mend = f"Choose one of {', '.join(COMPLETENESS)}."
        raise BadInput(f"{completeness!r} is not known here", place="completeness", mend=mend)
    if Filing.objects.filter(party=party, authority=authority, state__in=OPEN_STATES).exists():
        raise Conflict("A phase to this authority is open already. Finish or withdraw it first.")
    content = content.with_value(profile.form, "notification_subtype", completeness)
    # Given answers open rows that the case can fill, and win over what it fills.
    content = _answered(content, profile, values)
    content = _answered(_with_known(content, party, profile, actor), profile, values)
    content = leave_open(content, profile.form)
    with transaction.atomic():
        row = Filing(
            uid=new_uid(),
            incident=party.incident,
            party=party,
            authority=authority,
            profile=profile.key,
            form=profile.form.key,
            form_version=profile.form.version,
            number=content.number,
            follows=before,
            language=content.language,
            author=actor,
            created_at=now,
        )
        keep(row, content, new_salt())
        row.save()
        data = {"party": party.uid, "authority": authority, "number": row.number, "digest": row.digest}
        data |= {"form": f"{row.form} {row.form_version}", "completeness": row.completeness}
        record(actor, row, "filing.drafted", data, now)
    return row


def _edit(actor: User, filing: Filing, edit: Any, action: str, data: dict[str, Any], now: datetime) -> Filing:
    with transaction.atomic():
        row = locked(filing)
        if not row.is_open:
            raise Conflict("This filing was submitted or withdrawn. Follow it up instead of changing it.")
        content, salt = opened(row)
        changed = edit(content)
        if changed == content:
            return row
        old = row.digest
        approvals.void(
            actor=actor, incident=row.incident, kind=KIND, subject_uid=row.uid, reason="edited", now=now
        )
        if row.state != FilingState.DRAFT:
            move(row, FilingState.DRAFT)
        row.version += 1
        row.pdf = row.document = row.rendered_at = None
        keep(row, changed, salt)
        row.save()
        record(actor, row, action, data | {"old": old, "new": row.digest}, now)
    return row


def _blank(party: Party, profile: Profile, language: str, *, number: int) -> FilingContent:
    return FilingContent(
        form=profile.form.key,
        form_version=profile.form.version,
        profile=profile.key,
        reference=party.incident.reference,
        number=number,
        language=language,
        zone=party.incident.zone,
        established_in_eea=is_within(party.establishment or party.organisation.country, "EEA"),
        drill=party.incident.drill,
        clock=None,
    )


def _answered(content: FilingContent, profile: Profile, values: Mapping[str, Value] | None) -> FilingContent:
    for key, value in (values or {}).items():
        content = content.with_value(profile.form, key, value)
    return content


def _with_known(content: FilingContent, party: Party, profile: Profile, actor: User) -> FilingContent:
    content = replace(content, clock=clock_for(party, profile))
    known = known_of(party=party, profile=profile, actor=actor, language=content.language)
    return prefill(content, profile.form, known)


def _refuse_findings(filing: Filing, content: FilingContent, now: datetime) -> None:
    form = profile_of(filing).form
    found = blocking(findings(content, form, now))
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise BadInput(
            f"The filing is not ready: {show_finding(found[0], form, get_language() or 'en')}{more}",
            place=f"{filing}, row {found[0].row}",
            mend="Answer the rows that are marked, or announce when they follow.",
            code="filing_not_ready",
        )


def _summary(filing: Filing, content: FilingContent) -> dict[str, Any]:
    """What the approver sees beside the filing itself: counts and words of ours, no free text."""
    return {
        "authority": filing.authority,
        "phase": filing.phase,
        "number": filing.number,
        "completeness": filing.completeness,
        "language": filing.language,
        "fields": len(content.values),
        "to_follow": len(content.to_follow),
        "drill": content.drill,
    }


def _authors(filing: Filing) -> list[User]:
    """Everybody who drafted or changed this phase, as the ledger has it."""
    entries = Entry.objects.filter(chain=filing.incident.chain, subject=filing.uid, action__in=WRITING)
    return list(User.objects.filter(pk__in=entries.values("actor_id")))


def _next_number(party: Party, authority: str) -> int:
    last = Filing.objects.filter(party=party, authority=authority).order_by("-number").first()
    return last.number + 1 if last else 1


def _check_party(incident: Incident, party: Party) -> None:
    if party.incident_id != incident.pk:
        raise BadInput("This party is not of this incident", place="party", mend="Choose one of its parties.")
