"""When a party became aware (EDPB Guidelines 9/2022 v2.0, II.A.2): suspected, decided, corrected or ruled out.

Never derived from detection. Until somebody decides, a provisional clock runs from the earliest report.
"""

from datetime import datetime, timedelta

from django.db import transaction

from breach.errors import BadInput, Conflict
from breach.models import Awareness, AwarenessState, Incident, Party, User
from breach.permissions import require
from breach.queries.facts import current_awareness, earliest_signal, facts_of
from breach.services import facts as facts_service
from breach.services import playbooks
from breach.services.record import record

CLOCK_SKEW = timedelta(minutes=5)  # a responder's watch may run ahead of the server's
RIGHT = {
    AwarenessState.SUSPECTED: "awareness.suspect",
    AwarenessState.DECIDED: "awareness.decide",
    AwarenessState.CORRECTED: "awareness.decide",
    AwarenessState.RULED_OUT: "awareness.decide",
}
MOVES = {
    (None, AwarenessState.SUSPECTED),
    (None, AwarenessState.DECIDED),
    (AwarenessState.SUSPECTED, AwarenessState.SUSPECTED),
    (AwarenessState.SUSPECTED, AwarenessState.DECIDED),
    (AwarenessState.SUSPECTED, AwarenessState.RULED_OUT),
    (AwarenessState.DECIDED, AwarenessState.CORRECTED),
    (AwarenessState.CORRECTED, AwarenessState.CORRECTED),
    (AwarenessState.DECIDED, AwarenessState.RULED_OUT),
    (AwarenessState.CORRECTED, AwarenessState.RULED_OUT),
    # A breach that was ruled out can turn out to be one after all.
    (AwarenessState.RULED_OUT, AwarenessState.SUSPECTED),
    (AwarenessState.RULED_OUT, AwarenessState.DECIDED),
}


def set_awareness(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    state: str,
    instant: datetime,
    zone: str,
    reasons: str,
    now: datetime,
    original_text: str = "",
) -> Awareness:
    """Record one step; a later step names the one it supersedes, and every clock is computed again.

    `instant` is aware (any zone), kept in UTC beside `zone`, the IANA zone it was said in.
    Raises BadInput for an instant in the future or before the breach began, or without reasons.
    """
    state = AwarenessState(state)
    require(actor, RIGHT[state], incident)
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        before = current_awareness(party)
        if (AwarenessState(before.state) if before else None, state) not in MOVES:
            stands = before.get_state_display() if before else "not recorded"
            raise Conflict(f"Awareness is {stands}; it cannot become {state.label} now.")
        _check(party, state, instant, reasons, now)
        row = Awareness(
            incident=incident,
            party=party,
            state=state,
            instant=instant,
            zone=zone,
            original_text=original_text,
            supersedes=before,
            created_by=actor,
            created_at=now,
        )
        row.seal_texts(reasons=reasons)
        row.save()
        facts_service.refresh(
            actor=actor, incident=incident, party=party, reason=f"awareness {state}", now=now
        )
        playbooks.replan_party(actor=actor, party=party, now=now)
        record(
            actor=actor,
            incident=incident,
            action=f"awareness.{state}",
            subject=row.uid,
            data={
                "party": party.uid,
                "old": before.instant.isoformat() if before else None,
                "new": instant.isoformat(),
                "zone": zone,
                "reasons_digest": row.texts_digest,
            },
            now=now,
        )
    return row


def _check(party: Party, state: AwarenessState, instant: datetime, reasons: str, now: datetime) -> None:
    if instant > now + CLOCK_SKEW:
        raise BadInput(
            "Awareness lies in the future",
            place="instant",
            mend="Give the moment it was decided, not a deadline.",
        )
    began = facts_of(party).occurred_from
    if began and instant < began and state is not AwarenessState.RULED_OUT:
        raise BadInput(
            "Awareness lies before the breach began",
            place="instant",
            mend="Correct this moment, or the moment the breach began.",
        )
    signal = earliest_signal(party)
    if state is AwarenessState.SUSPECTED and reasons.strip():
        return
    if not reasons.strip():
        later = signal is not None and instant > signal
        why = (
            "It is later than the first report; say what had to be checked."
            if later
            else "Say what made it certain."
        )
        raise BadInput("Awareness needs reasons", place="reasons", mend=why)
