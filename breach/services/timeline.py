"""Entering what happened. An entry is never edited: a correction is a new entry that names the old one."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.models import Event, EventKind, Incident, Party, User
from breach.permissions import require
from breach.services import facts as facts_service
from breach.services.record import record
from breach.timewords import CLOCK_SKEW, Moment, Precision

LONGEST_TEXT = 20_000
# What we do or are told is known when it happens; what we find in a log was not.
KNOWN_AT_ONCE = frozenset(
    {
        EventKind.DETECTED,
        EventKind.REPORTED,
        EventKind.CONTAINED,
        EventKind.RECOVERED,
        EventKind.COMMUNICATED,
        EventKind.DECIDED,
    }
)


def log_event(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    kind: str,
    text: str,
    moment: Moment,
    now: datetime,
    known_at: datetime | None = None,
    is_detection: bool = False,
    is_report: bool = False,
) -> Event:
    """Enter one event. Its text is sealed; a report or detection starts the provisional clocks.

    `known_at` (aware) is when we learned of it: by default the event itself for what we do or are told,
    else now.
    Raises BadInput for an empty text, a time ahead of `now`, or knowledge before the event.
    """
    require(actor, "timeline.add", incident)
    event = Event(
        kind=_kind(kind),
        is_detection=is_detection,
        is_report=is_report,
        **_common(actor, incident, party, now),
    )
    _set_times(event, moment, known_at, now)
    with transaction.atomic():
        _save(event, text=text)
        if is_detection or is_report:
            _restart_clocks(event, actor, now)
        _record(event, actor, "event.logged", now)
    return event


def correct_event(
    *,
    actor: User,
    event: Event,
    text: str,
    reason: str,
    moment: Moment,
    now: datetime,
    kind: str | None = None,
    known_at: datetime | None = None,
    is_detection: bool | None = None,
    is_report: bool | None = None,
) -> Event:
    """Enter a correction of `event`, with the reason; what is not given stays as it was.

    Evidence stays on the entry it came with.
    Raises Conflict when somebody else has corrected it already: correct the correction then.
    """
    require(actor, "timeline.add", event.incident)
    if not reason.strip():
        raise BadInput(_("A correction needs a reason"), place="reason", mend=_("Say what was wrong."))
    with transaction.atomic():
        old = Event.objects.select_for_update().get(pk=event.pk)
        if Event.objects.filter(supersedes=old).exists():
            raise Conflict(_("This entry was corrected already. Open the correction and correct that."))
        new = Event(
            kind=_kind(kind or old.kind),
            is_detection=old.is_detection if is_detection is None else is_detection,
            is_report=old.is_report if is_report is None else is_report,
            supersedes=old,
            **_common(actor, old.incident, old.party, now),
        )
        _set_times(new, moment, known_at or _carried(old, moment), now)
        _save(new, text=text, reason=reason)
        if old.is_detection or old.is_report or new.is_detection or new.is_report:
            _restart_clocks(new, actor, now)
        _record(new, actor, "event.corrected", now, supersedes=old.uid)
    return new


def _common(actor: User, incident: Incident, party: Party, now: datetime) -> dict[str, Any]:
    if party.incident_id != incident.pk:
        raise BadInput(
            _("This party belongs to another incident"), place="party", mend=_("Choose one of this incident.")
        )
    return {"incident": incident, "party": party, "created_by": actor, "created_at": now}


def _kind(kind: str) -> EventKind:
    try:
        return EventKind(kind)
    except ValueError:
        raise BadInput(
            _("“%(kind)s” is no kind of entry") % {"kind": kind},
            place="kind",
            mend=_("Choose one of %(kinds)s.") % {"kinds": ", ".join(EventKind.values)},
        ) from None


def _set_times(event: Event, moment: Moment, known_at: datetime | None, now: datetime) -> None:
    event.occurred_from, event.occurred_to = moment.occurred_from, moment.occurred_to
    event.precision, event.zone, event.original_text = moment.precision, moment.zone, moment.original_text
    event.known_at = known_at or _known_by_default(event, now)
    if moment.occurred_from > now + CLOCK_SKEW or moment.occurred_to > now + CLOCK_SKEW:
        raise BadInput(
            _("This time is still to come"),
            place="moment",
            mend=_("Only what has happened is logged."),
            code="time_future",
        )
    if event.known_at > now + CLOCK_SKEW:
        raise BadInput(
            _("It cannot become known later than now"), place="known", mend=_("Give when you learned of it.")
        )
    # "About 14:00" may have been known at five to two.
    if event.known_at < event.occurred_from and moment.precision is not Precision.ABOUT:
        raise BadInput(
            _("It was known before it happened"), place="known", mend=_("Correct one of the two times.")
        )


def _known_by_default(event: Event, now: datetime) -> datetime:
    at_once = event.kind in KNOWN_AT_ONCE or event.is_detection or event.is_report
    return event.occurred_to if at_once else max(now, event.occurred_from)


def _carried(old: Event, moment: Moment) -> datetime | None:
    """Return when we learned of it, for a correction that does not say: None where it went with the event."""
    return None if old.known_at == old.occurred_to else max(old.known_at, moment.occurred_from)


def _save(event: Event, *, text: str, reason: str = "") -> None:
    if not text.strip():
        raise BadInput(_("Nothing is written"), place="text", mend=_("One sentence is enough."))
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            _("The text is longer than %(count)d characters") % {"count": LONGEST_TEXT},
            place="text",
            mend=_("Attach it as a file."),
        )
    event.seal_texts(text=text, **({"reason": reason} if reason else {}))
    event.save()


def _restart_clocks(event: Event, actor: User, now: datetime) -> None:
    """Until awareness is decided, clocks run from the earliest report or detection."""
    facts_service.refresh(
        actor=actor, incident=event.incident, party=event.party, reason="report or detection logged", now=now
    )


def _record(event: Event, actor: User, action: str, now: datetime, **more: str) -> None:
    data = {
        "party": event.party.uid,
        "kind": str(event.kind),
        "occurred_from": event.occurred_from.isoformat(),
        "occurred_to": event.occurred_to.isoformat(),
        "precision": str(event.precision),
        "zone": event.zone,
        "known_at": event.known_at.isoformat(),
        "is_detection": event.is_detection,
        "is_report": event.is_report,
        "text_digest": event.texts_digest,
        **more,
    }
    record(actor=actor, incident=event.incident, action=action, subject=event.uid, data=data, now=now)
