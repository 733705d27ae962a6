"""What a notice says, from its rows: the letters' content, frozen as JSON at submission, and the digest of
approval.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from breach.models import Organisation
from breach.vault import canonical_json, salted_digest
from notifications.letters.compose import canonical
from notifications.letters.values import (
    IncidentText,
    MailSender,
    NoticeContent,
    Sender,
    Wording,
    wording_key,
)
from notifications.models import Notice, NoticeText
from notifications.models.notices import TextPart
from notifications.queries.senders import standing_sender

DIGEST_LABEL = "tocsin/notice/v1"


def sender_of(organisation: Organisation) -> Sender:
    version = standing_sender(organisation)
    return Sender(
        name=organisation.name,
        country=organisation.country,
        legal_name=organisation.legal_name,
        address_lines=organisation.address_lines,
        website=organisation.website,
        phone=organisation.contact_phone,
        email=organisation.contact_email,
        dpo_name=organisation.dpo_name,
        dpo_email=organisation.dpo_email,
        return_lines=tuple(version.return_lines) if version else (),
    )


def mail_sender_of(organisation: Organisation) -> MailSender:
    """As whom its e-mails leave; empty where nobody set anything."""
    version = standing_sender(organisation)
    return MailSender(version.from_email, version.reply_to, version.names) if version else MailSender()


def current_texts(notice: Notice) -> list[NoticeText]:
    """Return the newest version of every text of the notice."""
    newest = {(text.part, text.language, text.form): text for text in notice.texts.order_by("version")}
    return sorted(newest.values(), key=lambda text: (text.part, text.language, text.form))


def live_content(notice: Notice) -> NoticeContent:
    """Return what the notice would say now, from its newest texts and the organisation's present details."""
    texts = current_texts(notice)
    wordings = [Wording.from_json(text.content) for text in texts if text.part == TextPart.WORDING]
    own = {
        wording_key(text.language, text.form): IncidentText(**text.content)
        for text in texts
        if text.part == TextPart.INCIDENT
    }
    return NoticeContent(
        sender=sender_of(notice.party.organisation),
        wordings={wording.key: wording for wording in wordings},
        texts=own,
        breach_from=notice.breach_from,
        breach_to=notice.breach_to,
        genuine_page=settings.TOCSIN_PORTAL_URL,
        delayed_by_law_enforcement=notice.delayed_by_law_enforcement,
        discovered_on=notice.discovered_on,
        neutral_envelope=notice.neutral_envelope,
        drill=notice.incident.drill,
        mail_sender=mail_sender_of(notice.party.organisation),
    )


def frozen_content(notice: Notice) -> NoticeContent:
    """Return what approval froze; before submission, what the notice would say now."""
    return content_from_json(notice.content) if notice.content else live_content(notice)


def content_from_json(data: Mapping[str, Any]) -> NoticeContent:
    """Read what `compose.canonical` wrote."""
    said = data["sender"]
    lines = {name: tuple(said.get(name, ())) for name in ("address_lines", "return_lines")}
    return NoticeContent(
        sender=Sender(**{**said, **lines}),
        wordings={key: Wording.from_json(value) for key, value in data["wordings"].items()},
        texts={key: IncidentText(**value) for key, value in data["texts"].items()},
        breach_from=_date(data["breach_from"]),
        breach_to=_date(data["breach_to"]),
        genuine_page=data["genuine_page"],
        delayed_by_law_enforcement=data["delayed_by_law_enforcement"],
        drill=data["drill"],
        discovered_on=_date(data.get("discovered_on")),
        neutral_envelope=data.get("neutral_envelope", False),
        mail_sender=MailSender(**data.get("mail_sender", {})),
    )


def content_digest(content: NoticeContent, people: Iterable[str], policy: Sequence[str], salt: bytes) -> str:
    """Return the digest that approval binds to: everything said, the set of person uids, the channel policy.

    `people` must be sorted; they are digested as they stream by, so a million costs no memory.
    """
    listed, count = hashlib.sha256(), 0
    for uid in people:
        listed.update(uid.encode() + b"\n")
        count += 1
    value = {
        "content": canonical(content),
        "people": {"count": count, "sha256": listed.hexdigest()},
        "channels": list(policy),
    }
    return salted_digest(DIGEST_LABEL, canonical_json(value), salt)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
