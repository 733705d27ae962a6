"""Assessment, advice and decision: three records by different people.

The officer advises (Article 39 GDPR), management decides; by default the officer cannot be the decider (Art. 38(6)).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.law import risk as law_risk
from breach.law.facts import Facts
from breach.models import Advice, Assessment, Decision, FactsVersion, Incident, Party, User
from breach.permissions import require
from breach.queries.facts import latest_version
from breach.services import reviews
from breach.services.record import record

RISKS = ("unlikely", "risk", "high_risk")
OUTCOMES = ("notify", "do_not_notify", "wait")


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
            _("The officer advised otherwise"),
            place="why_not_followed",
            mend=_("Say why the advice is not followed."),
        )
    if outcome == "wait" and review_on is None:
        raise BadInput(
            _("Waiting needs a date"), place="review_on", mend=_("Say when this is looked at again.")
        )
    if review_on is not None:
        reviews.check_day(review_on, incident, now)
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
        reviews.plan_review(decision=row, now=now)
        data: dict[str, Any] = {
            "party": party.uid,
            "about": about,
            "outcome": outcome,
            "facts": version.number,
            "review_on": review_on.isoformat() if review_on else None,
        }
        data |= {"advice": advice.uid if advice else None, "reasons_digest": row.texts_digest}
        record(actor=actor, incident=incident, action="decision.made", subject=row.uid, data=data, now=now)
    return row


def _version(party: Party) -> FactsVersion:
    version = latest_version(party)
    if version is None:
        raise Conflict(_("No facts are recorded yet. Enter what is known first."))
    return version


def _one_of(value: str, allowed: Sequence[str], place: str) -> None:
    if value not in allowed:
        raise BadInput(
            _("“%(value)s” is not known here") % {"value": value},
            place=place,
            mend=_("Choose one of: %(names)s.") % {"names": ", ".join(allowed)},
        )


def _reasons(text: str) -> None:
    if not text.strip():
        raise BadInput(
            _("Reasons are missing"), place="reasons", mend=_("Say in a sentence or two what decided it.")
        )
