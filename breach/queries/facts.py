"""Facts as they stand: what people entered, filled up from the rows that later rooms wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from breach.law.facts import Facts
from breach.models import (
    Awareness,
    AwarenessState,
    FactsVersion,
    LawHold,
    Obligation,
    ObligationState,
    Party,
)
from breach.models.people import Person
from breach.models.timeline import Event

DECIDED = (AwarenessState.DECIDED, AwarenessState.CORRECTED)
# Facts that other pages decide, so that nobody overrules them in the document.
FIRM = frozenset({"role", "zone", "controller_aware", "detected", "submissions", "holds"})


@dataclass(frozen=True, slots=True)
class Signals:
    """What starts clocks: the awareness that stands, and the earliest report or detection (UTC) on record."""

    awareness: Awareness | None
    earliest: datetime | None

    @property
    def decided(self) -> bool:
        return self.awareness is not None and self.awareness.state in DECIDED

    @property
    def ruled_out(self) -> bool:
        return self.awareness is not None and self.awareness.state == AwarenessState.RULED_OUT


def awareness_history(party: Party) -> list[Awareness]:
    """Every step, oldest first; the last one stands."""
    return list(Awareness.objects.filter(party=party).select_related("created_by", "incident").order_by("pk"))


def current_awareness(party: Party) -> Awareness | None:
    return (
        Awareness.objects.filter(party=party, superseded_by=None)
        .select_related("created_by", "incident")
        .order_by("-pk")
        .first()
    )


def earliest_signal(party: Party) -> datetime | None:
    """The earliest report, detection or suspicion on record for `party`, in UTC."""
    events = Event.objects.signals(party).order_by("occurred_from").values_list("occurred_from", flat=True)
    suspected = Awareness.objects.filter(party=party, state=AwarenessState.SUSPECTED).order_by("instant")
    found = [
        instant
        for instant in (events.first(), suspected.values_list("instant", flat=True).first())
        if instant
    ]
    return min(found, default=None)


def signals_of(party: Party) -> Signals:
    return Signals(current_awareness(party), earliest_signal(party))


def latest_version(party: Party) -> FactsVersion | None:
    return FactsVersion.objects.filter(party=party).order_by("-number").first()


def facts_of(party: Party) -> Facts:
    """The facts of `party` as last stored; all unknown before the first version."""
    version = latest_version(party)
    return Facts.from_json(version.document) if version else Facts()


@dataclass(frozen=True, slots=True)
class Standing:
    """The version that stands (`number` 0: none yet) beside what other rows count now.

    `overruled` gives the reason for each fact that stands against its count.
    """

    number: int
    document: Mapping[str, Any]
    overruled: Mapping[str, str]
    counted: Mapping[str, Any]

    @property
    def countable(self) -> list[str]:
        """Facts that other rows count and that people may overrule."""
        return [key for key in self.counted if key not in FIRM]


def standing_facts(party: Party, number: int | None = None) -> Standing:
    """Return the facts as they stand, or as version `number` had them, with the counts of now."""
    rows = FactsVersion.objects.filter(party=party)
    version = latest_version(party) if number is None else rows.filter(number=number).first()
    counted = counted_facts(party)
    if version is None:
        document = Facts.from_json({**Facts().to_json(), **counted}).to_json()
        return Standing(0, document, {}, {key: document[key] for key in counted})
    return Standing(version.number, version.document, version.overruled, counted)


def counted_facts(party: Party) -> dict[str, Any]:
    """What other rows say, as keys of the facts document. What they leave open, people may say.

    People are counted once some are loaded.
    """
    return {key: value for key, value in _derived(party).items() if value is not None or key in FIRM}


def _derived(party: Party) -> dict[str, Any]:
    signals = signals_of(party)
    aware = signals.awareness.instant if signals.awareness and signals.decided else None
    # People decide awareness on later insight; a report noted later than that must not block the document.
    detected = min([one for one in (signals.earliest, aware) if one], default=None)
    return {
        **_party(party),
        "controller_aware": aware.isoformat() if aware else None,
        "detected": detected.isoformat() if detected else None,
        "submissions": _submissions(party) or None,
        **_people(party),
        **_holds(party),
    }


def _party(party: Party) -> dict[str, Any]:
    """Role, place and zone, as the party's row says."""
    roles = {"processor": "processor", "joint_controller": "joint_controller"}
    return {
        "role": roles.get(party.role, "controller"),
        "established_in": [party.establishment],
        "main_establishment": party.establishment,
        "lead_authority": party.authority or None,
        "zone": party.incident.zone,
    }


def _submissions(party: Party) -> list[Mapping[str, Any]]:
    met = Obligation.objects.filter(party=party, affected=None, state=ObligationState.MET).order_by("met_at")
    return [
        {"regime": row.regime, "to": row.to, "phase": row.phase, "at": row.met_at.isoformat()}
        for row in met
        if row.met_at
    ]


def _holds(party: Party) -> dict[str, Any]:
    """Requests of law enforcement as they stand; ended ones too, since a clock may still rest on them."""
    rows = LawHold.objects.filter(party=party, superseded_by=None).order_by("pk")
    holds = [
        {
            "jurisdiction": row.jurisdiction,
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "document": row.document,
            "form": row.form,
            "basis": row.basis,
            "scope": row.scope,
            "regimes": row.regimes,
        }
        for row in rows
    ]
    return {"holds": holds} if holds else {}


def _people(party: Party) -> dict[str, Any]:
    active = Person.objects.filter(party=party, state="active")
    total = active.count()
    if not total:
        return {}
    groups = (
        active.values("country", "region", "kinds").annotate(people=Count("pk")).order_by("country", "region")
    )
    by_country: dict[str, int] = {}
    by_region: dict[str, int] = {}
    kinds: set[str] = set()
    combinations = []
    for group in groups:
        country, region = group["country"] or "ZZ", group["region"] or ""
        state = region if region.startswith(("US-", "CA-")) else ""
        by_country[country] = by_country.get(country, 0) + group["people"]
        if state:
            by_region[state] = by_region.get(state, 0) + group["people"]
        kinds.update(group["kinds"])
        if country != "ZZ":
            combinations.append(
                {"place": state or country, "kinds": sorted(group["kinds"]), "people": group["people"]}
            )
    return {
        "people_total": total,
        "people_precision": "exact",
        "people_by_country": by_country,
        "people_by_region": by_region or None,
        "combinations": combinations,
        "data_kinds": sorted(kinds),
        "minors": active.filter(minor=True).exists() or None,
    }
