"""Reading filings: content, what a case knows for the form, findings, prints."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from typing import Any

from django.utils.translation import override

from breach.errors import BadInput
from breach.files import open_sealed
from breach.law.steps import Step
from breach.law.words import word
from breach.models import (
    Approval,
    ApprovalState,
    Assessment,
    AwarenessState,
    Incident,
    Membership,
    Obligation,
    ObligationState,
    Party,
    PartyRole,
    SealedFile,
    User,
)
from breach.models.ledger import Checkpoint
from breach.queries.facts import awareness_history, current_awareness, facts_of
from breach.services.keys import vault_for
from notifications.filings.complete import Finding, findings
from notifications.filings.content import Clock, FilingContent
from notifications.filings.document import Approver, CheckpointMark, Print, Seals, filing_json
from notifications.filings.prefill import Contact, Entity, Judgement, Known
from notifications.filings.profiles import Profile, profile_for, profile_named
from notifications.filings.render import filing_pdf
from notifications.filings.show import words
from notifications.models import Filing
from notifications.moments import say_country
from notifications.queries.telling import telling_of
from notifications.wording import pick

KIND = "filing"
STANDING = (ObligationState.RUNNING, ObligationState.MET)
DECIDED = (AwarenessState.DECIDED, AwarenessState.CORRECTED)


def filings_of(incident: Incident) -> list[Filing]:
    """Every phase of every filing of the incident, by party, authority and number."""
    rows = Filing.objects.filter(incident=incident).select_related(
        "incident", "party__organisation", "author", "submitted_by"
    )
    return list(rows)


def content_of(filing: Filing) -> FilingContent:
    return opened(filing)[0]


def opened(filing: Filing) -> tuple[FilingContent, bytes]:
    """Open a filing's content and the salt of its digest."""
    blob = vault_for(filing.incident).open(bytes(filing.sealed_content), context=context_of(filing))
    document = json.loads(blob)
    return FilingContent.from_json(document["content"]), bytes.fromhex(document["salt"])


def context_of(filing: Filing) -> str:
    """Bind the sealed content to its row and version, so that an older one cannot be put back unseen."""
    return f"filing/{filing.uid}/{filing.version}"


def profile_of(filing: Filing) -> Profile:
    return profile_named(filing.profile, filing.authority)


def findings_of(filing: Filing, now: datetime) -> tuple[Finding, ...]:
    """What is still to mend before this phase may go to approval."""
    return findings(content_of(filing), profile_of(filing).form, now)


def print_of(filing: Filing, now: datetime) -> Print:
    """Everything that the paper and the document of this phase are made of, with its seals as they stand."""
    before = content_of(filing.follows) if filing.follows else None
    return Print(content_of(filing), seals_of(filing, now), before)


def seals_of(filing: Filing, now: datetime) -> Seals:
    approval = Approval.objects.filter(
        kind=KIND, subject_uid=filing.uid, state=ApprovalState.APPROVED, digest=filing.digest
    ).first()
    if approval is None or approval.decided_by is None or approval.decided_at is None:
        return Seals(prepared_at=now)
    mark = Checkpoint.objects.order_by("-number").first()
    return Seals(
        prepared_at=now,
        digest=filing.digest,
        approvers=(Approver(approval.decided_by.name, approval.decided_at),),
        checkpoint=CheckpointMark(mark.number, mark.digest, mark.short, mark.at) if mark else None,
    )


def preview_pdf(filing: Filing, now: datetime) -> bytes:
    """The phase as it would print now, by the renderer that makes the submitted one; marked as a draft
    until then.
    """
    return filing_pdf(print_of(filing, now), word)


def preview_json(filing: Filing, now: datetime) -> bytes:
    return filing_json(print_of(filing, now), word)


def open_pdf(filing: Filing) -> bytes:
    """The PDF that was made after approval. Raises BadInput when there is none yet."""
    return _opened_file(filing.pdf, filing)


def open_json(filing: Filing) -> bytes:
    """The JSON document that was made after approval. Raises BadInput when there is none yet."""
    return _opened_file(filing.document, filing)


def _opened_file(file: SealedFile | None, filing: Filing) -> bytes:
    if file is None:
        raise BadInput(
            "This filing was not rendered yet", place=str(filing), mend="Have it approved, then render it."
        )
    with open_sealed(file) as stream:
        return stream.read()


# --- what the case knows ---------------------------------------------------------------------------------


def clock_for(party: Party, profile: Profile) -> Clock | None:
    """The clock that this filing answers, with what a corrected awareness superseded; None until it is
    decided.
    """
    aware = current_awareness(party)
    owed = _obligations(party, profile).filter(state__in=STANDING).order_by("-pk").first()
    if aware is None or aware.state not in DECIDED or owed is None or owed.due is None:
        return None
    return Clock(
        aware_at=aware.instant,
        due=owed.due,
        outer=owed.outer,
        working=tuple(map(Step.from_json, owed.working)),
        superseded=tuple(_superseded(party, profile)),
    )


def _obligations(party: Party, profile: Profile) -> Any:
    return Obligation.objects.filter(party=party, regime=profile.regime, to="authority", phase="initial")


def _superseded(party: Party, profile: Profile) -> list[tuple[datetime, datetime, str]]:
    history = awareness_history(party)
    dues = dict(_obligations(party, profile).order_by("pk").values_list("awareness_id", "due"))
    return [
        (earlier.instant, dues[earlier.pk], later.reasons)
        for earlier, later in itertools.pairwise(history)
        if earlier.state in DECIDED and earlier.instant != later.instant and dues.get(earlier.pk)
    ]


def known_of(*, party: Party, profile: Profile, actor: User, language: str) -> Known:
    """What the case knows for the form now. `actor` is the reporting person."""
    incident, aware = party.incident, current_awareness(party)
    return Known(
        reference=incident.reference,
        zone=incident.zone,
        controller=_entity(party, language),
        reporter=_reporter(incident, actor, language),
        officer=_officer(party),
        facts=facts_of(party),
        aware_at=aware.instant if aware and aware.state in DECIDED else None,
        others=tuple(_entity(other, language) for other in _other_parties(party)),
        lead_authority=pick(profile_for(party.authority).name, language) if party.authority else "",
        judgement=_judgement(party, language),
        telling=telling_of(party, language),
        severity_from_enisa=profile.severity_from_enisa,
    )


def _other_parties(party: Party) -> list[Party]:
    rows = party.incident.parties.exclude(pk=party.pk).exclude(role=PartyRole.CLIENT)
    return list(rows.select_related("organisation").order_by("pk"))


def _entity(party: Party, language: str) -> Entity:
    house = party.organisation
    telephone = f"{words(language)['telephone']} {house.contact_phone}" if house.contact_phone else ""
    country = say_country(house.country, language)
    lines = (*house.address_lines, country, house.contact_email, telephone, house.website)
    role = party.role if party.role in (PartyRole.PROCESSOR, PartyRole.JOINT_CONTROLLER) else "other"
    contact = "\n".join(line for line in lines if line)
    return Entity(house.legal_name or house.name, contact, role, house.registration)


def _reporter(incident: Incident, actor: User, language: str) -> Contact:
    is_officer = Membership.objects.filter(incident=incident, user=actor, is_dpo=True).exists()
    with override(language):
        text = "" if is_officer else str(actor.get_role_display())
    return Contact(actor.name, actor.email, "dpo" if is_officer else "other", text)


def _officer(party: Party) -> Contact | None:
    house = party.organisation
    if not house.dpo_name:
        return None
    reach = "\n".join(line for line in (house.dpo_email, house.dpo_phone) if line)
    return Contact(house.dpo_name, reach, "dpo")


def _judgement(party: Party, language: str) -> Judgement | None:
    row = Assessment.objects.filter(party=party).select_related("incident").order_by("-pk").first()
    if row is None:
        return None
    enisa = row.document["enisa"]
    level = _upper(enisa["level"])
    w = words(language)
    figures = {name: _figure(enisa[name], language) for name in ("se", "dpc", "ei", "cb")}
    method = w["risk_text"].format(level=w[f"level.{level}"], **figures)
    return Judgement(row.conclusion, level, f"{row.reasons}\n{method}".strip())


def _upper(level: Any) -> str:
    """The level, or the upper end of an interval: doubt is not reassurance."""
    return str(level["high"]) if isinstance(level, dict) else str(level)


def _figure(value: Any, language: str) -> str:
    if isinstance(value, dict):
        low, high = (_figure(value[end], language) for end in ("low", "high"))
        return words(language)["span"].format(low=low, high=high)
    text = f"{value:g}"
    return text.replace(".", ",") if language == "fr" else text
