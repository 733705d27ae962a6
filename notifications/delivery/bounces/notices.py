"""Failures that a mail service tells as JSON instead of a message of its own: Amazon's, as it passes them on by mail."""

import json
from dataclasses import dataclass
from typing import Any

_BOUNCE, _COMPLAINT = "Bounce", "Complaint"


@dataclass(frozen=True, slots=True)
class Told:
    """What the service says: a complaint or a bounce, permanent or not, about which addresses."""

    is_complaint: bool
    is_permanent: bool
    addresses: tuple[str, ...]
    status: str = ""
    diagnostic: str = ""


def told_in(text: str) -> Told | None:
    """Read the notice out of a message's text; None where it holds none."""
    document = _document(text)
    inner = document.get("Message") if document else None
    # The notice is text inside of a text; line breaks that a mail server put in break it.
    notice = _document(inner) if isinstance(inner, str) else document
    kind = (notice or {}).get("notificationType") or (notice or {}).get("eventType")
    if notice is None or kind not in (_BOUNCE, _COMPLAINT):
        return _from_fragments(text)
    part = notice.get(kind.lower()) or {}
    people = part.get("bouncedRecipients") or part.get("complainedRecipients") or []
    first: dict[str, Any] = people[0] if people else {}
    return Told(
        is_complaint=kind == _COMPLAINT,
        is_permanent=part.get("bounceType") == "Permanent",
        addresses=tuple(
            str(one.get("emailAddress", "")).lower() for one in people if one.get("emailAddress")
        ),
        status=str(first.get("status", "")),
        diagnostic=str(first.get("diagnosticCode", "")),
    )


def _document(text: str) -> dict[str, Any] | None:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        found = json.loads(text[start : end + 1], strict=False)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _from_fragments(text: str) -> Told | None:
    """Read the recipients where the document as a whole was damaged on its way."""
    plain = text.replace("\\", "")
    for key, is_complaint in (('"bouncedRecipients":', False), ('"complainedRecipients":', True)):
        start = plain.find(key)
        end = plain.find("]", start)
        if start < 0 or end < 0:
            continue
        try:
            people = json.loads(plain[start + len(key) : end + 1], strict=False)
        except ValueError:
            continue
        return Told(
            is_complaint=is_complaint,
            is_permanent='"bounceType":"Permanent"' in plain.replace(" ", ""),
            addresses=tuple(str(one["emailAddress"]).lower() for one in people if one.get("emailAddress")),
            status=str(people[0].get("status", "")) if people else "",
            diagnostic=str(people[0].get("diagnosticCode", "")) if people else "",
        )
    return None
