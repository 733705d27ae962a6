"""A notice from draft to release: two people, bound to the digest of exactly what is said, to whom, by which
channels.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language

from breach import approvals
from breach.errors import BadInput, Conflict
from breach.jobs import enqueue
from breach.models import Addressee, Approval, ApprovalState, Incident, Party, User, new_uid
from breach.permissions import require
from breach.services.keys import vault_for
from breach.services.person_rows import local_day
from breach.services.record import record
from breach.vault import new_salt
from notifications.contents import content_digest, current_texts, live_content
from notifications.delivery.channels import policy_told
from notifications.letters import library
from notifications.letters.compose import canonical
from notifications.letters.findings import worded
from notifications.letters.values import NEXT_OF_KIN, Finding, IncidentText, Wording
from notifications.models import Notice, PersonNotice
from notifications.models.notices import TextPart
from notifications.queries import differences
from notifications.queries.findings import people_findings, text_findings
from notifications.queries.notices import summary_of
from notifications.queries.telling_rules import telling_rules
from notifications.services import recipients, texts
from notifications.services.moves import move_notice, move_person
from notifications.services.remarks import remark
from notifications.states import NoticeState, PersonState, Withheld

KIND = "letters"
DEFAULT_POLICY = ("email", "post")


def draft(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    now: datetime,
    languages: Sequence[str] | None = None,
    forms: Sequence[str] | None = None,
    texts_by_language: Mapping[str, IncidentText] | None = None,
    channel_policy: Sequence[str] = DEFAULT_POLICY,
    breach_from: dt.date | None = None,
    breach_to: dt.date | None = None,
    discovered_on: dt.date | None = None,
    delayed_by_law_enforcement: bool = False,
    kept_from_email: str = "",
    neutral_envelope: bool = False,
    title: str = "",
) -> Notice:
    """Start a notice with the ready texts and return it.

    `languages` and `forms` (statutory forms such as "california") default to what the party's people need.
    `texts_by_language` holds the house's own prose by language tag. Raises BadInput for what letters do not
    know.
    """
    require(actor, "letters.draft", incident)
    _check_party(incident, party)
    texts.check_policy(channel_policy)
    texts.check_dates(breach_from, breach_to, now, discovered_on)
    tags = languages_needed(party) if languages is None else list(dict.fromkeys(languages))
    keys = forms_needed(party) if forms is None else list(dict.fromkeys(forms))
    wordings = library.ready_wordings(tags, keys)
    own = dict(texts_by_language or {})
    for text in own.values():
        texts.check_incident_text(text)
    with transaction.atomic():
        notice = _new(
            actor=actor,
            party=party,
            now=now,
            policy=list(channel_policy),
            breach_from=breach_from,
            breach_to=breach_to,
            discovered_on=discovered_on,
            delayed_by_law_enforcement=delayed_by_law_enforcement,
            kept_from_email=kept_from_email,
            neutral_envelope=neutral_envelope,
            title=title.strip(),
        )
        _add_texts(actor, notice, wordings.values(), own, now)
        _record(
            actor,
            notice,
            "notice.drafted",
            {
                "party": party.uid,
                "policy": policy_told(notice.policy, kept_from_email),
                "neutral_envelope": neutral_envelope,
                **_texts(notice),
            },
            now,
        )
    return notice


def batch_for(
    *, actor: User, notice: Notice, people: Iterable[int] | None = None, title: str = "", now: datetime
) -> Notice:
    """Start a small notice with the same texts for people found late or with a corrected address; it has its
    own approval.

    `people` are ids of Person rows; None takes every active person of the party whom neither the notice nor
    another of its batches knows. Raises Conflict before the first notice was released, BadInput when nobody
    is left.
    """
    require(actor, "letters.draft", notice.incident)
    if not notice.is_out:
        raise Conflict(
            "The first notice was not released yet. Edit it instead; it takes everybody when it is submitted."
        )
    parent = notice.parent or notice
    chosen = (
        differences.late_people(parent)
        if people is None
        else recipients.active_people(parent.party).filter(pk__in=list(people))
    )
    if not chosen.exists():
        raise BadInput(
            "Nobody is left to write to", place="people", mend="Load the people first, or name them."
        )
    with transaction.atomic():
        batch = _new(
            actor=actor,
            party=parent.party,
            now=now,
            parent=parent,
            is_listed=True,
            policy=parent.policy,
            kept_from_email=parent.kept_from_email,
            neutral_envelope=parent.neutral_envelope,
            breach_from=parent.breach_from,
            breach_to=parent.breach_to,
            discovered_on=parent.discovered_on,
            delayed_by_law_enforcement=parent.delayed_by_law_enforcement,
            title=title.strip(),
        )
        for text in current_texts(parent):
            texts.add_text(
                actor=actor,
                notice=batch,
                part=TextPart(text.part),
                language=text.language,
                form=text.form,
                content=text.content,
                now=now,
            )
        count = recipients.add_people(batch, chosen, now)
        data = {"party": batch.party.uid, "parent": parent.uid, "recipients": count, **_texts(batch)}
        _record(actor, batch, "notice.drafted", data, now)
    return batch


def submit(
    *, actor: User, notice: Notice, approvers: Sequence[User], now: datetime, **answer: Any
) -> Approval:
    """Freeze texts, people and channels, and ask `approvers` in turn. Returns the approval that waits.

    Raises BadInput naming the first thing the law misses in the texts, Conflict when the notice is no draft.
    `answer` may hold `answer_within` (timedelta) for the approvers.
    """
    incident = notice.incident
    require(actor, "letters.submit", incident)
    if notice.state != NoticeState.DRAFT:
        raise Conflict("Only a draft can be submitted.")
    recipients.freeze_people(notice, now)
    content = live_content(notice)
    day = local_day(incident, now)
    _refuse(text_findings(notice, date=day))
    _refuse(people_findings(notice))
    digest = digest_now(notice)
    summary = summary_of(notice, content)
    if not summary["to_send"]:
        raise BadInput(
            "Nobody would be written to", place="people", mend="Load people with a usable address first."
        )
    with transaction.atomic():
        count = notice.people.count()
        move_notice(
            notice,
            NoticeState.SUBMITTED,
            content=canonical(content),
            digest=digest,
            recipients=count,
            submitted_by=actor,
            submitted_at=now,
        )
        approval = approvals.submit(
            actor=actor,
            incident=incident,
            kind=KIND,
            subject_uid=notice.uid,
            digest=digest,
            summary=summary,
            approvers=approvers,
            authors={notice.author, *(text.created_by for text in current_texts(notice))},
            now=now,
            **answer,
        )
        data = {"digest": digest, "approval": approval.uid, "counts": summary}
        _record(actor, notice, "notice.submitted", data, now)
    return approval


def decide(
    *, actor: User, notice: Notice, digest: str, approve: bool, now: datetime, reason: str = ""
) -> Approval:
    """Approve or refuse what was submitted. `digest` is what the approver saw. Raises as
    `approvals.decide`.
    """
    approval = live_approval(notice)
    if approval is None or approval.state != ApprovalState.ASKED:
        raise Conflict("This notice does not wait for approval.")
    with transaction.atomic():
        approval = approvals.decide(
            actor=actor, approval=approval, digest=digest, approve=approve, reason=reason, now=now
        )
        settle(notice=notice, actor=actor, now=now)
    return approval


def settle(*, notice: Notice, actor: User | None, now: datetime) -> Notice:
    """Follow what was decided about the notice, here or on the page of all approvals. May be called any
    time.
    """
    with transaction.atomic():
        notice.refresh_from_db()
        if notice.state != NoticeState.SUBMITTED:
            return notice
        last = Approval.objects.filter(kind=KIND, subject_uid=notice.uid).order_by("-pk").first()
        if last is None or last.state == ApprovalState.ASKED:
            return notice
        if last.state == ApprovalState.APPROVED:
            move_notice(notice, NoticeState.APPROVED)
        else:
            move_notice(
                notice, NoticeState.DRAFT, digest="", content={}, submitted_at=None, submitted_by=None
            )
        data = {"approval": last.uid, "state": notice.state, "digest": last.digest}
        _record(actor, notice, f"notice.{last.state}", data, now)
    return notice


def release(*, actor: User, notice: Notice, now: datetime) -> Notice:
    """Let the letters go. Raises Conflict unless exactly what stands here now was approved.

    Nothing leaves within this call; a job prepares and hands over once the transaction is committed.
    """
    require(actor, "release", notice.incident)
    with transaction.atomic():
        notice = settle(notice=locked(notice), actor=actor, now=now)
        digest = digest_now(notice)
        approvals.require_approved(incident=notice.incident, kind=KIND, subject_uid=notice.uid, digest=digest)
        move_notice(notice, NoticeState.RELEASED, released_by=actor, released_at=now)
        superseded = _supersede(notice)
        data = {"digest": digest, "recipients": notice.recipients, "superseded": superseded}
        _record(actor, notice, "notice.released", data, now)
        enqueue("notices.prepare", notice.uid)
    return notice


def withhold_person(*, actor: User, row: PersonNotice, reason: str, now: datetime) -> PersonNotice:
    """Take one person out, before or after release; never voids the approval. `reason` is a word of
    `Withheld`.

    Raises Conflict when the letter is being handed over or has left.
    """
    incident = row.notice.incident
    require(actor, "letters.submit", incident)
    if reason not in {Withheld.REMOVED, Withheld.LAW_ENFORCEMENT, Withheld.SAFETY, Withheld.TOLD_OTHERWISE}:
        raise BadInput(
            f"{reason!r} is no reason for holding back", place="reason", mend="Choose one of the list."
        )
    with transaction.atomic():
        before = row.state
        row = move_person(row, PersonState.WITHHELD, reason=reason, next_at=None)
        data = {"notice": row.notice.uid, "was": before, "reason": reason}
        record(
            actor=actor,
            incident=incident,
            action="notice.person_withheld",
            subject=row.uid,
            data=data,
            now=now,
        )
    return row


def withdraw(*, actor: User, notice: Notice, reason: str, now: datetime) -> Notice:
    """Give a notice up before anything left."""
    require(actor, "letters.submit", notice.incident)
    with transaction.atomic():
        approvals.void(
            actor=actor,
            incident=notice.incident,
            kind=KIND,
            subject_uid=notice.uid,
            reason="withdrawn",
            now=now,
        )
        notice = move_notice(locked(notice), NoticeState.WITHDRAWN)
        said = remark(
            actor=actor, notice=notice, action="notice.withdrawn", subject=notice.uid, reason=reason, now=now
        )
        _record(actor, notice, "notice.withdrawn", {"reasons_digest": said.texts_digest}, now)
    return notice


def digest_now(notice: Notice) -> str:
    """Return the salted digest of what the notice would say now, to its people, by its channels."""
    uids = recipients.frozen_uids(notice)
    policy = policy_told(notice.policy, notice.kept_from_email)
    return content_digest(live_content(notice), uids, policy, texts.salt_of(notice))


def live_approval(notice: Notice) -> Approval | None:
    """Return the approval that waits or holds, or None."""
    states = [ApprovalState.ASKED, ApprovalState.APPROVED]
    return Approval.objects.filter(kind=KIND, subject_uid=notice.uid, state__in=states).first()


def languages_needed(party: Party) -> list[str]:
    """Return the tags of ready texts for the party's people; a language without one is served by English."""
    spoken = (
        recipients.active_people(party).values_list("language", flat=True).distinct().order_by("language")
    )
    known = library.languages()
    return sorted({recipients.served_by(tag, known) for tag in spoken} or {recipients.FALLBACK_LANGUAGE})


def policy_needed(party: Party) -> list[str]:
    """Return the channels in the order that the laws which ask for letters want; post alone where one wants post first."""
    wanted = {rule.first for rule in telling_rules(party)}
    return ["post"] if "post" in wanted else list(DEFAULT_POLICY)


def forms_needed(party: Party) -> list[str]:
    """Return the statutory forms that the regions of the party's people ask for, and the letter to next of kin where
    one of them has died.
    """
    everybody = recipients.active_people(party)
    regions = everybody.values_list("region", flat=True).distinct()
    keys = {form for region in regions if region and (form := library.form_of_region(region))}
    if everybody.filter(addressee=Addressee.NEXT_OF_KIN).exists():
        keys.add(NEXT_OF_KIN)
    return sorted(keys)


def locked(notice: Notice) -> Notice:
    """Return the notice fresh and locked until the end of the transaction."""
    rows = Notice.objects.select_for_update(of=("self",)).select_related("incident", "party__organisation")
    return rows.get(pk=notice.pk)


def _new(*, actor: User, party: Party, now: datetime, **fields: Any) -> Notice:
    incident = party.incident
    last = Notice.objects.filter(incident=incident).aggregate(last=Max("number"))["last"] or 0
    notice = Notice(
        uid=new_uid(), incident=incident, party=party, number=last + 1, author=actor, created_at=now, **fields
    )
    notice.sealed_salt = vault_for(incident).seal(new_salt(), context=texts.salt_context(notice))
    notice.save()
    return notice


def _add_texts(
    actor: User, notice: Notice, wordings: Iterable[Wording], own: Mapping[str, IncidentText], now: datetime
) -> None:
    for wording in wordings:
        texts.add_text(
            actor=actor,
            notice=notice,
            part=TextPart.WORDING,
            language=wording.language,
            form=wording.form,
            content=wording.to_json(),
            now=now,
        )
    for tag, text in own.items():
        texts.add_text(
            actor=actor,
            notice=notice,
            part=TextPart.INCIDENT,
            language=tag,
            form="",
            content=texts.marked(text, own).to_json(),
            now=now,
        )


def _texts(notice: Notice) -> dict[str, Any]:
    return {
        "texts": {
            f"{text.part}/{text.language}/{text.form}": texts.text_digest(text)
            for text in current_texts(notice)
        }
    }


def _refuse(findings: Iterable[Finding]) -> None:
    legal = [finding for finding in findings if finding.level == "legal"]
    if legal:
        first = legal[0]
        message, mend = worded(first, get_language() or "en")
        more = f" (+ {len(legal) - 1})" if len(legal) > 1 else ""
        raise BadInput(message + more, place=first.place, mend=mend, code=first.code)


def _supersede(batch: Notice) -> int:
    """Let the rows of earlier notices of the family, which did not reach the person, point at the batch's
    rows.
    """
    if batch.parent_id is None:
        return 0
    fresh = {row.person_id: row for row in batch.people.filter(state=PersonState.LISTED)}
    stale = PersonNotice.objects.filter(
        notice__in=[batch.parent_id, *batch.parent.batches.values_list("pk", flat=True)]
        if batch.parent
        else [],
        person__in=list(fresh),
        state__in=[PersonState.UNREACHABLE, PersonState.FAILED, PersonState.WITHHELD],
    ).exclude(notice=batch)
    for row in stale:
        move_person(row, PersonState.SUPERSEDED, superseded_by=fresh[row.person_id], reason=Withheld.BATCH)
    return len(stale)


def _check_party(incident: Incident, party: Party) -> None:
    if party.incident_id != incident.pk:
        raise BadInput(
            "The party belongs to another incident", place="party", mend="Choose one of this incident."
        )


def _record(actor: User | None, notice: Notice, action: str, data: Mapping[str, Any], now: datetime) -> None:
    record(actor=actor, incident=notice.incident, action=action, subject=notice.uid, data=data, now=now)
