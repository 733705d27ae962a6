"""Filings from draft to receipt: two people, bound to the digest of exactly what the authority is told.

Nothing is sent from here. A person files by the authority's own channel and records the receipt.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from breach import approvals
from breach.errors import BadInput, Conflict
from breach.files import store_sealed
from breach.law.places import is_within
from breach.law.words import word
from breach.ledger import log
from breach.models import Approval, ApprovalState, Incident, Obligation, ObligationState, Party, User, new_uid
from breach.permissions import require
from breach.services import facts as facts_service
from breach.services import obligations
from breach.services.keys import signer, vault_for
from breach.services.record import record
from breach.vault import canonical_json, new_salt, salted_digest
from notifications.filings.complete import blocking, findings
from notifications.filings.content import FilingContent, ToFollow, Value
from notifications.filings.document import filing_json
from notifications.filings.prefill import leave_open, prefill
from notifications.filings.profiles import Profile, profile_for
from notifications.filings.render import filing_pdf
from notifications.filings.show import show_finding
from notifications.models import FILING_MOVES, OPEN_STATES, Filing, FilingState
from notifications.queries.filings import (
    KIND,
    clock_for,
    context_of,
    known_of,
    opened,
    print_of,
    profile_of,
)

DIGEST_LABEL = "tocsin/filing/1"
COMPLETENESS = ("complete", "incomplete", "withdraw")
LONGEST_RECEIPT = 80


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
        row = _locked(filing)
        content, _salt = opened(row)
        _refuse_findings(row, content, now)
        if content.clock != clock_for(row.party, profile_of(row)):
            raise Conflict(
                "Awareness or its clock changed since this was drafted. Take over the facts, then submit."
            )
        _move(row, FilingState.ASKED)
        row.save(update_fields=["state"])
        approval = approvals.submit(
            actor=actor,
            incident=row.incident,
            kind=KIND,
            subject_uid=row.uid,
            digest=row.digest,
            summary=_summary(row, content),
            approvers=approvers,
            now=now,
            answer_within=answer_within,
        )
        _record(
            actor, row, "filing.submitted_for_approval", {"digest": row.digest, "approval": approval.uid}, now
        )
    return approval


def settle(*, filing: Filing, actor: User | None, now: datetime) -> Filing:
    """Follow what the approver decided, here or on the page of all approvals. May be called at any time."""
    with transaction.atomic():
        row = _locked(filing)
        if row.state != FilingState.ASKED:
            return row
        last = Approval.objects.filter(kind=KIND, subject_uid=row.uid).order_by("-pk").first()
        if last is None or last.state == ApprovalState.ASKED:
            return row
        approved = last.state == ApprovalState.APPROVED and last.digest == row.digest
        _move(row, FilingState.APPROVED if approved else FilingState.DRAFT)
        row.save(update_fields=["state"])
        _record(
            actor,
            row,
            "filing.settled",
            {"approval": last.uid, "state": row.state, "digest": row.digest},
            now,
        )
    return row


def render_filing(*, actor: User, filing: Filing, now: datetime) -> Filing:
    """Make PDF and JSON of the approved content and keep them sealed; a ledger checkpoint is made for the
    print.

    Raises Conflict when the content is not approved, BadInput when a system library is missing.
    """
    require(actor, "filing.submit", filing.incident)
    row = settle(filing=filing, actor=actor, now=now)
    _require_approved(row)
    with transaction.atomic():
        log.checkpoint(signer=signer(), now=now, actor_id=actor.pk, actor_uid=actor.uid)
    # Laying out takes a second: no lock is held meanwhile, and the digest is compared again below.
    printed = print_of(row, now)
    pdf, document = filing_pdf(printed, word), filing_json(printed, word)
    with transaction.atomic():
        fresh = _locked(row)
        if fresh.digest != row.digest or fresh.state != FilingState.APPROVED:
            raise Conflict("This filing changed while it was rendered. Look at it again.")
        fresh.pdf = _store(fresh, pdf, "pdf", now)
        fresh.document = _store(fresh, document, "json", now)
        fresh.rendered_at = now
        fresh.save(update_fields=["pdf", "document", "rendered_at"])
        data = {"digest": fresh.digest, "pdf": fresh.pdf.digest, "json": fresh.document.digest}
        mark = printed.seals.checkpoint
        _record(actor, fresh, "filing.rendered", data | {"checkpoint": mark.digest if mark else ""}, now)
    return fresh


def mark_submitted(
    *, actor: User, filing: Filing, receipt: str, at: datetime, channel: str, now: datetime
) -> Filing:
    """Record that a person filed this by `channel` at `at` (UTC) and got `receipt`. Ends the clock it
    answers.

    Renders first where nobody did. Raises Conflict unless exactly this content is approved, BadInput for an
    instant in the future or before the approval.
    """
    require(actor, "filing.submit", filing.incident)
    row = settle(filing=filing, actor=actor, now=now)
    approval = _require_approved(row)
    _check_submission(approval, receipt, at, now)
    if row.pdf is None:
        row = render_filing(actor=actor, filing=row, now=now)
    with transaction.atomic():
        row = _locked(row)
        _require_approved(row)
        _move(row, FilingState.SUBMITTED)
        row.submitted_at, row.submitted_by = at, actor
        row.receipt, row.channel = receipt.strip(), channel.strip()
        row.lateness = _end_clock(actor, row, at, now)
        row.save(update_fields=["state", "submitted_at", "submitted_by", "receipt", "channel", "lateness"])
        data = {"digest": row.digest, "at": at.isoformat(), "receipt": row.receipt, "channel": row.channel}
        _record(actor, row, "filing.submitted", data | {"lateness": row.lateness}, now)
    return row


def withdraw_draft(*, actor: User, filing: Filing, reason: str, now: datetime) -> Filing:
    """Give up a phase before it was submitted. Towards the authority, withdraw by a follow-up."""
    require(actor, "filing.draft", filing.incident)
    if not reason.strip():
        raise BadInput("Giving up a filing needs a reason", place="reason", mend="Say why.")
    with transaction.atomic():
        row = _locked(filing)
        approvals.void(
            actor=actor, incident=row.incident, kind=KIND, subject_uid=row.uid, reason="withdrawn", now=now
        )
        _move(row, FilingState.WITHDRAWN)
        row.follows = None
        row.save(update_fields=["state", "follows"])
        _content, salt = opened(row)
        # The reason is people's prose and may name somebody; the entry keeps its salted digest.
        digest = salted_digest(DIGEST_LABEL, canonical_json(reason.strip()), salt)
        _record(actor, row, "filing.withdrawn", {"reason_digest": digest}, now)
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
        _keep(row, content, new_salt())
        row.save()
        data = {"party": party.uid, "authority": authority, "number": row.number, "digest": row.digest}
        data |= {"form": f"{row.form} {row.form_version}", "completeness": row.completeness}
        _record(actor, row, "filing.drafted", data, now)
    return row


def _edit(actor: User, filing: Filing, edit: Any, action: str, data: dict[str, Any], now: datetime) -> Filing:
    with transaction.atomic():
        row = _locked(filing)
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
            _move(row, FilingState.DRAFT)
        row.version += 1
        row.pdf = row.document = row.rendered_at = None
        _keep(row, changed, salt)
        row.save()
        _record(actor, row, action, data | {"old": old, "new": row.digest}, now)
    return row


def _keep(row: Filing, content: FilingContent, salt: bytes) -> None:
    """Seal content and salt into the row and set what of it stands in clear."""
    document = content.to_json()
    row.digest = salted_digest(DIGEST_LABEL, canonical_json(document), salt)
    row.phase, row.completeness = content.phase, content.completeness
    blob = canonical_json({"content": document, "salt": salt.hex()})
    row.sealed_content = vault_for(row.incident).seal(blob, context=context_of(row))


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


def _require_approved(filing: Filing) -> Approval:
    return approvals.require_approved(
        incident=filing.incident, kind=KIND, subject_uid=filing.uid, digest=filing.digest
    )


def _check_submission(approval: Approval, receipt: str, at: datetime, now: datetime) -> None:
    if at > now:
        raise BadInput(
            "The moment of filing lies in the future", place="at", mend="Give the moment it was filed."
        )
    if approval.decided_at and at < approval.decided_at:
        raise BadInput(
            "It was filed before it was approved", place="at", mend="Correct the moment of filing."
        )
    if not receipt.strip() or len(receipt.strip()) > LONGEST_RECEIPT:
        mend = f"Copy the number from the authority's receipt, at most {LONGEST_RECEIPT} characters."
        raise BadInput("The receipt number is missing or too long", place="receipt", mend=mend)


def _end_clock(actor: User, filing: Filing, at: datetime, now: datetime) -> str:
    """Mark what was owed as done, and let what runs from this submission start. Returns how timely it was."""
    phase = "initial" if filing.number == 1 else "intermediate"
    regime, party = profile_of(filing).regime, filing.party
    owed = Obligation.objects.filter(
        party=party,
        regime=regime,
        to="authority",
        phase=phase,
        state__in=(ObligationState.PROVISIONAL, ObligationState.RUNNING),
    )
    # A further phase, or a filing out of caution, may answer nothing that is owed.
    if not owed.exists():
        return ""
    met = obligations.mark_met(
        actor=actor,
        incident=filing.incident,
        party=party,
        regime=regime,
        to="authority",
        phase=phase,
        at=at,
        now=now,
    )
    facts_service.refresh(
        actor=actor,
        incident=filing.incident,
        party=party,
        reason=f"filing {filing.number} submitted",
        now=now,
    )
    return met.lateness


def _store(filing: Filing, content: bytes, kind: str, now: datetime) -> Any:
    name = f"{filing.incident.reference}-{filing.authority}-{filing.number}.{kind}"
    return store_sealed(
        incident=filing.incident, stream=io.BytesIO(content), purpose=f"filing_{kind}", now=now, filename=name
    )


def _next_number(party: Party, authority: str) -> int:
    last = Filing.objects.filter(party=party, authority=authority).order_by("-number").first()
    return last.number + 1 if last else 1


def _check_party(incident: Incident, party: Party) -> None:
    if party.incident_id != incident.pk:
        raise BadInput("This party is not of this incident", place="party", mend="Choose one of its parties.")


def _locked(filing: Filing) -> Filing:
    rows = Filing.objects.select_for_update(of=("self",)).select_related("incident", "party__organisation")
    return rows.get(pk=filing.pk)


def _move(filing: Filing, to: FilingState) -> None:
    if (filing.state, to) not in FILING_MOVES:
        raise Conflict(f"A filing that is “{filing.get_state_display()}” cannot become “{to.label}”.")
    filing.state = to


def _record(actor: User | None, filing: Filing, action: str, data: Mapping[str, Any], now: datetime) -> None:
    record(actor=actor, incident=filing.incident, action=action, subject=filing.uid, data=data, now=now)
