"""As whom each legal entity writes: what stands, what it comes out as, and who set it."""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from breach.models import Organisation
from notifications.delivery.email import bounce_address
from notifications.letters import library
from notifications.models.senders import SenderVersion

EMPTY: dict[str, Any] = {"from_email": "", "reply_to": "", "return_lines": [], "names": {}}


@dataclass(frozen=True, slots=True)
class SenderCard:
    """How mail and letters of one legal entity come out. `names` is one pair of display name and language tags per name."""

    organisation: Organisation
    version: SenderVersion | None
    address: str
    reply_to: str
    return_lines: tuple[str, ...]
    names: tuple[tuple[str, tuple[str, ...]], ...]
    is_foreign: bool


def standing_sender(organisation: Organisation) -> SenderVersion | None:
    """The version that stands, or None where nobody set one."""
    rows = SenderVersion.objects.filter(organisation=organisation).select_related("created_by")
    return rows.order_by("-number").first()


def values_of(version: SenderVersion | None) -> dict[str, Any]:
    """What a version sets, by the names of its fields; everything empty for None."""
    return {name: getattr(version, name) for name in EMPTY} if version else dict(EMPTY)


def sender_card(organisation: Organisation) -> SenderCard:
    version = standing_sender(organisation)
    set_here = values_of(version)
    address = set_here["from_email"] or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    by_name: dict[str, list[str]] = {}
    for tag in library.languages():
        by_name.setdefault(set_here["names"].get(tag, organisation.name), []).append(tag)
    return SenderCard(
        organisation=organisation,
        version=version,
        address=address,
        reply_to=set_here["reply_to"] or organisation.contact_email,
        return_lines=tuple(set_here["return_lines"]) or organisation.address_lines,
        names=tuple((name, tuple(tags)) for name, tags in by_name.items()),
        is_foreign=_domain(address) != bounce_address()[1].casefold(),
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
