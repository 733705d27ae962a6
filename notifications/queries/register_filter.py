"""Which entries of the Article 33(5) register are wanted: read from rows, before anything is worded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from breach.models import (
    Assessment,
    Awareness,
    AwarenessState,
    Discharge,
    DischargeStep,
    Incident,
    Organisation,
    Party,
    PartyRole,
)
from notifications.models import Filing, FilingState, PersonNotice
from notifications.moments import say_day
from notifications.reports import page, register
from notifications.states import TALLY_OF, Tally
from notifications.wording import Words

DECIDED = (AwarenessState.DECIDED, AwarenessState.CORRECTED)
# A client of ours keeps its own register; it stands in ours only as another party.
OURS = (PartyRole.CONTROLLER, PartyRole.JOINT_CONTROLLER, PartyRole.GROUP_COMPANY, PartyRole.PROCESSOR)
DELIVERED = [state for state, tally in TALLY_OF.items() if tally == Tally.DELIVERED]
YES, NO = "yes", "no"
NOT_ASSESSED = "none"


class Period(StrEnum):
    """What `since` and `until` are held against: the decided awareness, or when the incident was opened."""

    AWARE = "aware"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What of the register is wanted; "" and None stand for everything.

    `since` and `until` are whole days, both included, by the clock of the incident's own zone. `party` is an
    organisation's uid. `authority` and `people` say whether they were notified ("yes", "no"): the authority by
    a filing that was submitted, people by a letter that was delivered, and both by a record of what was done
    outside. `risk` is the conclusion of the newest assessment, "none" where there is no assessment.
    """

    period: str = Period.AWARE
    since: date | None = None
    until: date | None = None
    phase: str = ""
    party: str = ""
    authority: str = ""
    people: str = ""
    risk: str = ""

    def given(self) -> dict[str, str]:
        """Return what narrows, as text, for addresses and for the ledger; the period only beside a day."""
        said = {name: str(value) for name, value in asdict(self).items() if value}
        if not (self.since or self.until):
            del said["period"]
        return said


EVERYTHING = RegisterFilter()


def register_parties(incidents: list[Incident], wanted: RegisterFilter = EVERYTHING) -> list[Party]:
    """Return the parties of the house in these incidents that are wanted: incidents in their order, then
    parties as they joined.
    """
    order = {incident.pk: place for place, incident in enumerate(incidents)}
    rows = Party.objects.filter(incident__in=incidents, role__in=OURS)
    rows = _narrowed(rows, wanted).select_related("incident", "organisation")
    parties = [party for party in rows if _in_period(party, wanted)]
    return sorted(parties, key=lambda party: (order[party.incident_id], party.pk))


def register_houses(incidents: list[Incident]) -> list[tuple[str, str]]:
    """Return uid and name of every organisation that has an entry in these incidents, by name."""
    parties = Party.objects.filter(incident__in=incidents, role__in=OURS)
    pairs = parties.values_list("organisation__uid", "organisation__name").distinct()
    return sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0]))


def say_filter(wanted: RegisterFilter, language: str) -> list[str]:
    """Word what narrows, one part each, in the words of the register."""
    w, words = register.words(language), page.words(language)
    found = []
    for end, day in (("since", wanted.since), ("until", wanted.until)):
        if day:
            found.append(w[f"filter.{wanted.period}.{end}"].format(day=say_day(day, language)))
    if wanted.phase:
        found.append(_pair(w, "column.phase", words[f"phase.{wanted.phase}"]))
    if wanted.party:
        house = Organisation.objects.get(uid=wanted.party)
        found.append(_pair(w, "column.controller", house.legal_name or house.name))
    found += [
        _pair(w, f"filter.{name}", w[f"filter.{answer}"])
        for name, answer in (("authority", wanted.authority), ("people", wanted.people))
        if answer
    ]
    if wanted.risk:
        text = w["filter.not_assessed"] if wanted.risk == NOT_ASSESSED else words[f"risk.{wanted.risk}"]
        found.append(_pair(w, "column.risk", text))
    return found


def _pair(w: Words, heading: str, text: str) -> str:
    return w["filter.pair"].format(heading=w[heading], text=text)


def _narrowed(rows: QuerySet[Party], wanted: RegisterFilter) -> QuerySet[Party]:
    if wanted.phase:
        rows = rows.filter(incident__phase=wanted.phase)
    if wanted.party:
        rows = rows.filter(organisation__uid=wanted.party)
    if wanted.authority:
        filed = Exists(Filing.objects.filter(party=OuterRef("pk"), state=FilingState.SUBMITTED))
        told = filed | Exists(_outside("authority"))
        rows = rows.filter(told if wanted.authority == YES else ~told)
    if wanted.people:
        letters = PersonNotice.objects.filter(notice__party=OuterRef("pk"), state__in=DELIVERED)
        told = Exists(letters) | Exists(_outside("individuals"))
        rows = rows.filter(told if wanted.people == YES else ~told)
    if wanted.risk:
        newest = Assessment.objects.filter(party=OuterRef("pk")).order_by("-pk").values("conclusion")[:1]
        rows = rows.annotate(concluded=Subquery(newest))
        none = wanted.risk == NOT_ASSESSED
        rows = rows.filter(concluded=None) if none else rows.filter(concluded=wanted.risk)
    if wanted.period == Period.AWARE and (wanted.since or wanted.until):
        stands = Awareness.objects.filter(party=OuterRef("pk"), superseded_by=None).order_by("-pk")
        rows = rows.annotate(
            aware_state=Subquery(stands.values("state")[:1]), aware_at=Subquery(stands.values("instant")[:1])
        ).filter(aware_state__in=DECIDED)
    return rows


def _outside(to: str) -> QuerySet[Discharge]:
    """Records that stand of what was done outside this system."""
    rows = Discharge.objects.filter(party=OuterRef("pk"), obligation__to=to, superseded_by=None)
    return rows.exclude(step=DischargeStep.TAKEN_BACK)


def _in_period(party: Party, wanted: RegisterFilter) -> bool:
    """Days begin and end by the incident's own zone, which a database does not compare by."""
    if not (wanted.since or wanted.until):
        return True
    aware: datetime | None = getattr(party, "aware_at", None)
    at = party.incident.created_at if wanted.period == Period.OPENED else aware
    if at is None:
        return False
    day = at.astimezone(ZoneInfo(party.incident.zone)).date()
    return (wanted.since is None or wanted.since <= day) and (wanted.until is None or day <= wanted.until)
