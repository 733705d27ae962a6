"""What a stranger may cause: one question about one code, counted. Public pages write nowhere else."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from notifications.codes import mark_of, read_code
from notifications.models import PersonNotice, PortalCount
from notifications.portal_key import portal_key

WINDOW = timedelta(minutes=10)
QUESTIONS = 20  # from one origin in one window: a household with several letters and some slips
KEPT = timedelta(days=1)
HOUSEHOLD = 64  # bits of an IPv6 address that one household shares (RFC 6177)
_ORIGIN_LABEL = b"tocsin/v1/portal-origin\0"
_NO_CODE = "00000-00000-0000"


class TooMany(Exception):  # noqa: N818 - the answer's name
    """This origin asked too often; whether the code is genuine is not said."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a code is ours; if so, who wrote and the date on the letter. Nothing about the person."""

    is_genuine: bool
    organisation: str = ""
    day: date | None = None
    is_drill: bool = False


def check_code(*, text: str, origin: str, now: datetime) -> Verdict:
    """Answer whether the code is printed on one of our letters. `origin` is the asker's network address.

    Every question counts, whatever the answer, and each costs one look-up. Raises TooMany.
    """
    _count(origin, now)
    mark = mark_of(read_code(text) or _NO_CODE, portal_key())
    rows = PersonNotice.objects.filter(code_mark=mark, letter_date__isnull=False)
    row = rows.select_related("notice__party__organisation", "notice__incident").first()
    if row is None:
        return Verdict(False)
    notice = row.notice
    return Verdict(True, notice.party.organisation.name, row.letter_date, notice.incident.drill)


def forget_counts(*, now: datetime) -> int:
    """Remove counts that no longer matter."""
    removed, _rows = PortalCount.objects.filter(window__lt=now - KEPT).delete()
    return removed


def origin_mark(address: str, now: datetime) -> str:
    """Return a keyed hash of the asker's address, new every day. IPv6 counts by its /64."""
    try:
        parsed = ipaddress.ip_address(address)
        prefix = parsed.max_prefixlen if isinstance(parsed, ipaddress.IPv4Address) else HOUSEHOLD
        network = str(ipaddress.ip_network((parsed, prefix), strict=False))
    except ValueError:
        network = "unknown"
    text = f"{now.astimezone(UTC).date()} {network}"
    return hmac.new(portal_key(), _ORIGIN_LABEL + text.encode(), hashlib.sha256).hexdigest()


def _count(origin: str, now: datetime) -> None:
    """Count one question, a refused one too, so that hammering does not pay. Raises TooMany."""
    seconds = int(WINDOW.total_seconds())
    window = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)
    mark = origin_mark(origin, now)
    with transaction.atomic():
        counts = PortalCount.objects.filter(origin=mark, window=window)
        if not counts.update(count=F("count") + 1):
            PortalCount.objects.bulk_create(
                [PortalCount(origin=mark, window=window, count=0)], ignore_conflicts=True
            )
            counts.update(count=F("count") + 1)
        asked = counts.values_list("count", flat=True)[0]
    if asked > QUESTIONS:
        raise TooMany
