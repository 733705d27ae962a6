"""In which running incidents a regime asks something, would ask it, or may: from stored rows, nothing is computed again."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max

from breach.law import words
from breach.models import FactsVersion, Incident, Obligation, ObligationState, Party, RegimeAnswer, User
from breach.queries.clocks import obligation_label
from breach.queries.law_changes import running_incidents
from breach.queries.workings import Would, would_of

LIVE = (ObligationState.PROVISIONAL, ObligationState.RUNNING)


@dataclass(frozen=True, slots=True)
class Reached:
    """One party of an incident: what a regime asks or would ask of it; `is_undecided` where nobody can tell yet."""

    incident: Incident
    party: str
    would: tuple[Would, ...]
    is_undecided: bool


def reach(regime: str, user: User, language: str) -> tuple[Reached, ...]:
    """Return the running incidents that `user` may see in which `regime` matters, by reference."""
    incidents = running_incidents(user)
    owed = Obligation.objects.filter(regime=regime, state__in=LIVE, incident__in=incidents)
    found: dict[int, list[Would]] = {}
    for row in owed.order_by("urgency", "pk"):
        found.setdefault(row.party_id, []).append(_asked(row, language))
    newest = FactsVersion.objects.filter(incident__in=incidents).values("party").annotate(newest=Max("pk"))
    answers = RegimeAnswer.objects.filter(
        regime=regime,
        ended_at=None,
        outcome__in=("switched_off", "undecided"),
        facts__in=newest.values("newest"),
    )
    undecided = set()
    for answer in answers:
        asked = [would_of(regime, duty, language) for duty in answer.detail.get("would", ())]
        if asked:
            found.setdefault(answer.party_id, []).extend(asked)
        elif answer.detail.get("needs"):
            undecided.add(answer.party_id)
    return _lines(found, undecided)


def _lines(found: dict[int, list[Would]], undecided: Iterable[int]) -> tuple[Reached, ...]:
    open_ones = set(undecided)
    parties = Party.objects.filter(pk__in={*found, *open_ones}).select_related("incident", "organisation")
    return tuple(
        Reached(
            party.incident, party.organisation.name, tuple(found.get(party.pk, ())), party.pk not in found
        )
        for party in parties.order_by("incident__reference", "pk")
    )


def _asked(row: Obligation, language: str) -> Would:
    standard = words.name("standard", row.standard, language) if row.standard else ""
    return Would(obligation_label(row, language), row.due, standard)
