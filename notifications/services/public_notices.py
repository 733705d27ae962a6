"""Recording that people whom no letter reached were told in public, where, and until when it has to stand there."""

import datetime as dt
from datetime import datetime

from django.db import transaction

from breach.errors import BadInput
from breach.law import telling
from breach.models import Party, User
from breach.permissions import require
from breach.services.person_rows import local_day
from breach.services.record import record
from notifications.models import PublicNotice, PublicPlace
from notifications.queries.reach import last_day, reach


def record_public(
    *,
    actor: User,
    party: Party,
    regime: str,
    place: str,
    at: str,
    published_on: dt.date,
    now: datetime,
    toll_free: str = "",
) -> PublicNotice:
    """Record a notice in public. `at` is its address on the web, or the names of the media.

    Raises BadInput for a law that knows no such notice, a day to come, or a telephone number that the law wants and that
    is missing.
    """
    incident = party.incident
    require(actor, "delivery.record", incident)
    rule = telling.load().get(regime)
    if rule is None or rule.substitute is None:
        raise BadInput("This law knows no notice in public", place="regime", mend="Choose one of the list.")
    if place not in PublicPlace.values or not at.strip():
        raise BadInput("Where it was published is missing", place="at", mend="Give the address or the media.")
    if published_on > local_day(incident, now):
        raise BadInput(
            "This day is still to come", place="published_on", mend="Record it once it is published."
        )
    if rule.substitute.toll_free_days and not toll_free.strip():
        raise BadInput(
            "The law wants a number that costs nothing to call",
            place="toll_free",
            mend=f"Give the number; it has to answer for {rule.substitute.toll_free_days} days.",
        )
    counts = {one.country: one.unreached for one in reach(incident, party)}
    with transaction.atomic():
        row = PublicNotice.objects.create(
            incident=incident,
            party=party,
            regime=regime,
            place=place,
            at=at.strip(),
            published_on=published_on,
            until=last_day(rule, published_on) if place == PublicPlace.WEBSITE else None,
            toll_free=toll_free.strip(),
            unreached=rule.unreached(counts),
            created_by=actor,
            created_at=now,
        )
        data = {
            "party": party.uid,
            "regime": regime,
            "place": place,
            "at": row.at,
            "published_on": published_on.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "unreached": row.unreached,
        }
        record(
            actor=actor,
            incident=incident,
            action="public_notice.recorded",
            subject=row.uid,
            data=data,
            now=now,
        )
    return row
