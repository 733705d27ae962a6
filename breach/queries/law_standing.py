"""What the forms of awareness, assessment, advice and decision are made over, by the names of their fields."""

from typing import Any

from breach.models import Advice, Assessment, Awareness, Decision, Party
from breach.queries.facts import current_awareness
from breach.timewords import Moment, say


def law_standing(party: Party, decision: str) -> dict[str, dict[str, Any]]:
    """Return what stands for each form of the assessment page; `decision` is the uid of the one whose day moves."""
    assessment = Assessment.objects.filter(party=party).select_related("incident").order_by("pk").last()
    advice = Advice.objects.filter(party=party).select_related("incident").order_by("pk").last()
    decided = Decision.objects.filter(party=party).select_related("incident").order_by("pk").last()
    reviewed = Decision.objects.filter(party=party, uid=decision).first() if decision else None
    return {
        "assess": {"conclusion": assessment.conclusion, "reasons": assessment.reasons} if assessment else {},
        "advise": {"recommends": advice.recommends, "text": advice.reasons} if advice else {},
        "decide": _decision(decided) if decided else {},
        "review": stands_for_review(reviewed) if reviewed else {},
    }


def stands_for_review(row: Decision) -> dict[str, Any]:
    return {"review_on": row.review_on}


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "decided": row.uid,
        "about": row.about,
        "outcome": row.outcome,
        "reasons": row.reasons,
        "why_not_followed": row.why_not_followed,
        "review_on": row.review_on,
    }


def awareness_standing(party: Party) -> dict[str, Any]:
    """Return the awareness that stands, in the fields of its form; empty while none was recorded."""
    row: Awareness | None = current_awareness(party)
    if row is None:
        return {}
    instant = say(Moment.at(row.instant, row.zone), zone=row.incident.zone)
    return {"state": row.state, "instant": instant, "reasons": row.reasons}
