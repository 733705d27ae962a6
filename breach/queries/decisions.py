"""Decisions as the page shows them: the advice beside each, and what opened one again, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from breach.law import words
from breach.models import Decision, FactsVersion, Incident, Membership, Party, User
from breach.permissions import CAPABILITIES
from breach.queries.clocks import law_name
from breach.queries.fact_labels import fact_label
from breach.queries.fact_values import Difference, differences
from breach.queries.severity import level_names, risk_names

DECIDING = frozenset(role for role, rights in CAPABILITIES.items() if "decision.make" in rights)


@dataclass(frozen=True, slots=True)
class Reopened:
    """What opened a decision again: the facts with both values, and what the rules answer otherwise.

    `labels` name facts of which the values are not kept. `by` is the version of the facts, or None.
    """

    at: datetime
    by: FactsVersion | None
    changed: tuple[Difference, ...]
    labels: tuple[str, ...]
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision. `stands` is False once another about the same took its place."""

    row: Decision
    stands: bool
    reopened: Reopened | None


def standing(party_id: int) -> list[Decision]:
    """Return the last decision about the authority and the last about the people, open again or not."""
    newest = Decision.objects.filter(party=party_id).values("about").annotate(newest=Max("pk"))
    rows = Decision.objects.filter(pk__in=newest.values("newest"))
    return list(rows.select_related("facts", "incident").order_by("about"))


def stands(decision: Decision) -> bool:
    """Whether no other decision about the same took its place."""
    later = Decision.objects.filter(party=decision.party_id, about=decision.about, pk__gt=decision.pk)
    return not later.exists()


def deciders(incident: Incident) -> QuerySet[User]:
    """The members who may decide. The officer advises instead (Article 38(6) GDPR)."""
    members = Membership.objects.filter(incident=incident, is_dpo=False)
    return User.objects.filter(is_active=True, role__in=DECIDING, memberships__in=members).order_by("pk")


def decision_lines(party: Party, language: str) -> list[DecisionLine]:
    """Return every decision of `party`, newest first."""
    rows = Decision.objects.filter(party=party).select_related(
        "created_by", "facts", "reopened_by", "incident", "advice__created_by", "advice__incident"
    )
    seen: set[str] = set()
    found = []
    for row in rows.order_by("-pk"):
        found.append(DecisionLine(row, row.about not in seen, _reopened(row, language)))
        seen.add(row.about)
    return found


def _reopened(row: Decision, language: str) -> Reopened | None:
    if row.reopened_at is None:
        return None
    because = frozenset(row.reopened_because)
    changed: tuple[Difference, ...] = ()
    if row.reopened_by is not None:
        every = differences(row.facts.document, row.reopened_by.document, row.incident.zone)
        changed = tuple(one for one in every if one.key.partition(".")[0] in because)
    labels = () if changed else tuple(fact_label(key) for key in row.reopened_because)
    return Reopened(
        row.reopened_at, row.reopened_by, changed, labels, _effects(row.reopened_effect, language)
    )


def _effects(effect: dict[str, Any], language: str) -> tuple[str, ...]:
    """Word what the rules answered before and answer now."""
    told = {"no": _("no"), "yes": _("yes"), "public": _("by public communication")}
    risks, levels = risk_names(), level_names()
    found = []
    if "risk" in effect:
        found.append(_("Risk by the rules:") + _arrow(*(risks[one] for one in effect["risk"])))
    elif "risk_high" in effect:
        found.append(
            _("The risk could be as high as:") + _arrow(*(risks[one] for one in effect["risk_high"]))
        )
    if "level" in effect:
        spans = [" – ".join(dict.fromkeys(levels[one] for one in pair)) for pair in effect["level"]]
        found.append(_("Severity by ENISA:") + _arrow(*spans))
    if "told" in effect:
        found.append(_("Tell the people:") + _arrow(*(told[one] for one in effect["told"])))
    return (*found, *_laws(effect.get("owed"), language))


def _laws(owed: list[list[list[str]]] | None, language: str) -> list[str]:
    if not owed:
        return []
    before, after = ({(regime, to) for regime, to in side} for side in owed)
    more = _("%(law)s now asks to tell: %(to)s")
    less = _("%(law)s no longer asks to tell: %(to)s")
    pairs = [(more, one) for one in sorted(after - before)] + [(less, one) for one in sorted(before - after)]
    return [
        text % {"law": law_name(regime, language), "to": words.name("to", to, language)}
        for text, (regime, to) in pairs
    ]


def _arrow(before: str, after: str) -> str:
    return f" {before} → {after}"
