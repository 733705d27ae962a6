"""Whether the people were told, as an authority's form asks it: from decisions and from letters that left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel import Locale
from django.db.models import Count, Min, Q

from breach.models import Decision, Party
from notifications.filings.prefill import Telling
from notifications.filings.show import words
from notifications.models import PersonNotice
from notifications.states import TALLY_OF, PersonState, Tally


def telling_of(party: Party, language: str) -> Telling | None:
    """Return what is known about telling the people, or None while nobody has decided.

    `is_everybody` is False while a letter waits, failed or could not be sent.
    """
    sent = _letters(party)
    told_at: datetime | None = sent["first"]
    if told_at:
        return Telling(
            "yes", told_at=told_at, is_everybody=sent["open"] == 0, content=_content(party, language)
        )
    decision = Decision.objects.filter(party=party, about="individuals").order_by("-pk").first()
    if decision is None or decision.outcome == "wait":
        return None
    return Telling("planned_no_date" if decision.outcome == "notify" else "no_high_risk")


def _letters(party: Party) -> dict[str, Any]:
    not_told = [state for state, tally in TALLY_OF.items() if tally != Tally.DELIVERED]
    rows = PersonNotice.objects.filter(notice__party=party).exclude(state=PersonState.SUPERSEDED)
    return rows.aggregate(first=Min("sent_at"), open=Count("pk", filter=Q(state__in=not_told)))


def _content(party: Party, language: str) -> str:
    tags = PersonNotice.objects.filter(notice__party=party, sent_at__isnull=False).values_list(
        "language", flat=True
    )
    names = sorted({str(Locale.parse(tag, sep="-").get_display_name(language)) for tag in tags.distinct()})
    return words(language)["told_content"].format(languages=", ".join(names))
