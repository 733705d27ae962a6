"""Writing a notice's texts. Every edit is a new version and ends a live approval: one changed word asks
again.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from breach import approvals
from breach.errors import BadInput, Conflict
from breach.models import User
from breach.permissions import require
from breach.services.keys import vault_for
from breach.services.record import record
from breach.vault import canonical_json, salted_digest
from notifications.contents import current_texts
from notifications.delivery.channels import KNOWN
from notifications.letters import library
from notifications.letters.syntax import parse
from notifications.letters.values import IncidentText, Wording, wording_key
from notifications.models import Notice, NoticeText
from notifications.models.notices import TextPart
from notifications.services.moves import move_notice
from notifications.states import NoticeState

TEXT_LABEL = "tocsin/notice-text/v1"


def salt_context(notice: Notice) -> str:
    return f"notice/{notice.incident.uid}/{notice.uid}/salt"


def salt_of(notice: Notice) -> bytes:
    """Open the notice's salt, which lives and dies with the incident's key."""
    return vault_for(notice.incident).open(bytes(notice.sealed_salt), context=salt_context(notice))


def edit_wording(*, actor: User, notice: Notice, wording: Wording, now: datetime) -> NoticeText:
    """Store a new version of the wording in its language and form; back to draft, a live approval is void.

    Raises BadInput for an unknown placeholder, condition or block, Conflict once the notice was released.
    """
    library.check(wording)
    with transaction.atomic():
        notice = reopen(actor=actor, notice=notice, reason="wording edited", now=now)
        text = add_text(
            actor=actor,
            notice=notice,
            part=TextPart.WORDING,
            language=wording.language,
            form=wording.form,
            content=wording.to_json(),
            now=now,
        )
        record_text(actor, text, now)
    return text


def edit_incident_text(
    *, actor: User, notice: Notice, text: IncidentText, now: datetime, form: str = "", compared: bool = False
) -> NoticeText:
    """Store a new version of the house's own prose about the incident in one language. Raises as
    `edit_wording`.

    A translation notes which text it was made from. It keeps that note when it is edited, unless somebody says
    by `compared` that it follows the source as it now stands.
    """
    check_incident_text(text)
    with transaction.atomic():
        notice = reopen(actor=actor, notice=notice, reason="incident text edited", now=now)
        own = _own_texts(notice)
        before = own.get(wording_key(text.language, form))
        if before and before.translated_from == text.translated_from and before.source_mark and not compared:
            text = dataclasses.replace(text, source_mark=before.source_mark)
        else:
            text = marked(text, own)
        row = add_text(
            actor=actor,
            notice=notice,
            part=TextPart.INCIDENT,
            language=text.language,
            form=form,
            content=text.to_json(),
            now=now,
        )
        record_text(actor, row, now)
    return row


def marked(text: IncidentText, own: Mapping[str, IncidentText]) -> IncidentText:
    """Return the text with a note of what it was translated from, as that now stands in `own`."""
    source = own.get(text.translated_from) if text.translated_from else None
    return dataclasses.replace(text, source_mark=source.mark if source else "")


def _own_texts(notice: Notice) -> dict[str, IncidentText]:
    return {
        wording_key(text.language, text.form): IncidentText(**text.content)
        for text in current_texts(notice)
        if text.part == TextPart.INCIDENT
    }


def edit_frame(
    *,
    actor: User,
    notice: Notice,
    policy: Sequence[str],
    breach_from: dt.date | None,
    breach_to: dt.date | None,
    delayed_by_law_enforcement: bool,
    title: str,
    now: datetime,
    discovered_on: dt.date | None = None,
    kept_from_email: str = "",
    neutral_envelope: bool = False,
) -> Notice:
    """Change channels, dates of the breach and the working title; back to draft, a live approval is void."""
    check_policy(policy)
    check_dates(breach_from, breach_to, now, discovered_on)
    with transaction.atomic():
        notice = reopen(actor=actor, notice=notice, reason="frame edited", now=now)
        new: dict[str, Any] = {
            "policy": list(policy),
            "breach_from": breach_from,
            "breach_to": breach_to,
            "discovered_on": discovered_on,
            "delayed_by_law_enforcement": delayed_by_law_enforcement,
            "kept_from_email": kept_from_email,
            "neutral_envelope": neutral_envelope,
            "title": title.strip(),
        }
        changed = {name: [_plain(getattr(notice, name)), _plain(value)] for name, value in new.items()}
        changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
        if "title" in changed:  # people's own words, which may name somebody
            salt = salt_of(notice)
            changed["title"] = [
                salted_digest(TEXT_LABEL, canonical_json(one), salt) for one in changed["title"]
            ]
        for name, value in new.items():
            setattr(notice, name, value)
        notice.save(update_fields=list(new))
        _record(actor, notice, "notice.edited", {"changed": changed}, now)
    return notice


def reopen(*, actor: User, notice: Notice, reason: str, now: datetime) -> Notice:
    """Return the notice, locked and as a draft. Ends a live approval. Call in the edit's transaction."""
    require(actor, "letters.draft", notice.incident)
    locked = (
        Notice.objects.select_for_update().select_related("incident", "party__organisation").get(pk=notice.pk)
    )
    if not locked.is_editable:
        raise Conflict(
            "This notice was released or withdrawn; its text is fixed. Make a new notice or a small batch."
        )
    approvals.void(
        actor=actor, incident=locked.incident, kind="letters", subject_uid=locked.uid, reason=reason, now=now
    )
    if locked.state != NoticeState.DRAFT:
        move_notice(locked, NoticeState.DRAFT, digest="", content={}, submitted_at=None, submitted_by=None)
    return locked


def add_text(
    *,
    actor: User,
    notice: Notice,
    part: TextPart,
    language: str,
    form: str,
    content: Mapping[str, Any],
    now: datetime,
) -> NoticeText:
    """Store the next version of one text, without an entry; the caller records."""
    known = notice.texts.filter(part=part, language=language, form=form)
    last = known.aggregate(last=Max("version"))["last"] or 0
    return NoticeText.objects.create(
        notice=notice,
        part=part,
        language=language,
        form=form,
        version=last + 1,
        is_source=not content.get("translated_from"),
        content=dict(content),
        translator=str(content.get("translator", "")),
        checker=str(content.get("checker", "")),
        created_by=actor,
        created_at=now,
    )


def check_incident_text(text: IncidentText) -> None:
    """Raise BadInput for a notation that letters do not know, or a language they do not have."""
    library.phrases(text.language)
    for name in ("incident", "measures", "consequences"):
        parse(getattr(text, name), place=f"{text.language}/{name}", terms=library.data_kinds())


def check_policy(policy: Sequence[str]) -> None:
    if not policy or len(set(policy)) != len(policy) or not set(policy) <= set(KNOWN):
        raise BadInput(
            f"The channels {list(policy)} are not usable",
            place="channels",
            mend="Name e-mail, post, or both, each once, in the order in which they are tried.",
        )


def check_dates(
    start: dt.date | None, end: dt.date | None, now: datetime, discovered: dt.date | None = None
) -> None:
    """Raise BadInput for days of the breach that cannot be; a day of grace covers zones ahead of UTC."""
    if end and not start:
        raise BadInput(
            "The breach has an end but no beginning", place="breach_from", mend="Give its first day."
        )
    if start and end and end < start:
        raise BadInput(
            "The breach ends before it begins", place="breach_to", mend="Swap or correct the days."
        )
    latest = now.date() + dt.timedelta(days=1)
    if discovered and (discovered > latest or (start and discovered < start)):
        raise BadInput(
            "The breach cannot have been discovered then",
            place="discovered_on",
            mend="Give a day from its first day to today.",
        )
    if any(day and day > latest for day in (start, end)):
        raise BadInput("The breach lies in the future", place="breach_from", mend="Correct the days.")


def record_text(actor: User, text: NoticeText, now: datetime) -> None:
    data = {
        "text": text.uid,
        "part": text.part,
        "language": text.language,
        "form": text.form,
        "version": text.version,
        "digest": text_digest(text),
        "translator": bool(text.translator),
        "checker": bool(text.checker),
    }
    _record(actor, text.notice, "notice.text_edited", data, now)


def text_digest(text: NoticeText) -> str:
    return salted_digest(TEXT_LABEL, canonical_json(text.content), salt_of(text.notice))


def _record(actor: User, notice: Notice, action: str, data: Mapping[str, Any], now: datetime) -> None:
    record(actor=actor, incident=notice.incident, action=action, subject=notice.uid, data=data, now=now)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
