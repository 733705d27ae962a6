"""Assessment, advice and decision: three records by different people.

The officer advises (Article 39 GDPR), management decides; by default the officer cannot be the decider (Art. 38(6)).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.law import risk as law_risk
from breach.law.facts import Facts
from breach.models import Advice, Assessment, Decision, FactsVersion, Incident, Party, User
from breach.permissions import require
from breach.queries.facts import latest_version
from breach.services.record import record

RISKS = ("unlikely", "risk", "high_risk")
OUTCOMES = ("notify", "do_not_notify", "wait")
# Facts that a decision rests on; others (a receipt number, a second count of records) do not open it again.
WEIGHTY = frozenset(
    {
        "confidentiality", "integrity", "availability", "cause", "accessed", "exfiltration", "recipients",
        "recipients_malicious", "deletion_confirmed", "backup", "restore_hours", "availability_harm", "data_kinds",
        "encryption", "encryption_strong", "key_compromised", "unintelligible", "hashes_broken", "people_by_country",
        "minors", "vulnerable", "harm_occurred", "harms", "high_risk_averted", "disproportionate_effort",
    }
)  # fmt: skip


def assess(
    *, actor: User, incident: Incident, party: Party, conclusion: str, reasons: str, now: datetime
) -> Assessment:
    """Keep severity and risk as the rules see them on the latest facts, with the assessor's own conclusion.

    Where the conclusion differs from the rules' answer the reasons have to say why.
    """
    require(actor, "assessment.make", incident)
    version = _version(party)
    document = law_risk.to_json(law_risk.assess(Facts.from_json(version.document)))
    _one_of(conclusion, RISKS, "conclusion")
    _reasons(reasons)
    with transaction.atomic():
        row = Assessment(
            incident=incident,
            party=party,
            facts=version,
            document=document,
            risk=document["risk"],
            conclusion=conclusion,
            created_by=actor,
            created_at=now,
        )
        row.seal_texts(reasons=reasons)
        row.save()
        data = {"party": party.uid, "facts": version.number, "risk": row.risk, "conclusion": conclusion}
        data["reasons_digest"] = row.texts_digest
        record(actor=actor, incident=incident, action="assessment.made", subject=row.uid, data=data, now=now)
    return row


def advise(
    *, actor: User, incident: Incident, party: Party, recommends: str, text: str, now: datetime
) -> Advice:
    """Record the officer's advice. Only the member marked as data protection officer gives it."""
    require(actor, "advice.give", incident)
    _one_of(recommends, OUTCOMES, "recommends")
    _reasons(text)
    with transaction.atomic():
        row = Advice(incident=incident, party=party, recommends=recommends, created_by=actor, created_at=now)
        row.seal_texts(reasons=text)
        row.save()
        data = {"party": party.uid, "recommends": recommends, "text_digest": row.texts_digest}
        record(actor=actor, incident=incident, action="advice.given", subject=row.uid, data=data, now=now)
    return row


def decide(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    about: str,
    outcome: str,
    reasons: str,
    now: datetime,
    why_not_followed: str = "",
    review_on: date | None = None,
) -> Decision:
    """Decide to notify the authority or the people, or not, or to wait, on the latest facts, assessment and advice."""
    require(actor, "decision.make", incident)
    _one_of(about, ("authority", "individuals"), "about")
    _one_of(outcome, OUTCOMES, "outcome")
    _reasons(reasons)
    version = _version(party)
    advice = Advice.objects.filter(party=party).order_by("-pk").first()
    if advice and advice.recommends != outcome and not why_not_followed.strip():
        raise BadInput(
            "The officer advised otherwise",
            place="why_not_followed",
            mend="Say why the advice is not followed.",
        )
    if outcome == "wait" and review_on is None:
        raise BadInput("Waiting needs a date", place="review_on", mend="Say when this is looked at again.")
    with transaction.atomic():
        row = Decision(
            incident=incident,
            party=party,
            about=about,
            outcome=outcome,
            advice=advice,
            assessment=Assessment.objects.filter(party=party).order_by("-pk").first(),
            facts=version,
            review_on=review_on,
            created_by=actor,
            created_at=now,
        )
        row.seal_texts(reasons=reasons, why_not_followed=why_not_followed)
        row.save()
        data: dict[str, Any] = {
            "party": party.uid,
            "about": about,
            "outcome": outcome,
            "facts": version.number,
        }
        data |= {"advice": advice.uid if advice else None, "reasons_digest": row.texts_digest}
        record(actor=actor, incident=incident, action="decision.made", subject=row.uid, data=data, now=now)
    return row


def reopen_where_undermined(
    *, version: FactsVersion, changed: Sequence[str], now: datetime
) -> list[Decision]:
    """Mark the standing decisions of the party whose facts changed, and name which. In the caller's transaction."""
    weighty = sorted(WEIGHTY.intersection(changed))
    if not weighty:
        return []
    reopened = []
    for about in ("authority", "individuals"):
        row = Decision.objects.filter(party_id=version.party_id, about=about).order_by("-pk").first()
        # Notifying stands whatever more becomes known; not notifying and waiting rest on the facts.
        if row is None or row.outcome == "notify" or row.reopened_at:
            continue
        row.reopened_at, row.reopened_because = now, weighty
        row.save(update_fields=["reopened_at", "reopened_because"])
        data = {"because": weighty, "facts": version.number}
        record(
            actor=None,
            incident=version.incident,
            action="decision.reopened",
            subject=row.uid,
            data=data,
            now=now,
        )
        reopened.append(row)
    return reopened


def _version(party: Party) -> FactsVersion:
    version = latest_version(party)
    if version is None:
        raise Conflict("No facts are recorded yet. Enter what is known first.")
    return version


def _one_of(value: str, allowed: Sequence[str], place: str) -> None:
    if value not in allowed:
        raise BadInput(
            f"{value!r} is not known here", place=place, mend=f"Choose one of: {', '.join(allowed)}."
        )


def _reasons(text: str) -> None:
    if not text.strip():
        raise BadInput(
            "Reasons are missing", place="reasons", mend="Say in a sentence or two what decided it."
        )
