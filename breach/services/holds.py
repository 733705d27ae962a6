"""Requests of law enforcement to hold back notices: entered, extended or put in writing, ended. Each step is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from breach.errors import BadInput, Conflict
from breach.law import places, regimes
from breach.law.facts_parts import LEGAL_RECIPIENTS
from breach.models import Event, EventKind, Incident, LawHold, Party, SealedFile, User
from breach.permissions import require
from breach.services import facts as facts_service
from breach.services import reminders
from breach.services.evidence import Upload, log_with_sealed, seal_uploads
from breach.services.record import record
from breach.timewords import Moment

RIGHT = "facts.edit"
# When to ask again, where nobody said and the request has no end. A matter of attention, not of law.
ASK_AGAIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Request:
    """What the document says. Instants are aware.

    `scope` None asks for all notices that the law lets be held back, `regimes` None for those of every law of the
    place. `people_in` names the countries (ISO 3166-1) of the people whose letters wait, None lets all wait.
    `review_at` is when to ask whether a request without an end still stands.
    """

    jurisdiction: str
    form: str
    official: str
    basis: str
    document: str
    since: datetime
    until: datetime | None = None
    scope: Sequence[str] | None = None
    regimes: Sequence[str] | None = None
    people_in: Sequence[str] | None = None
    review_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """One step: what was done to the request, when in the incident's life, with which papers."""

    kind: str
    zone: str
    reasons: str = ""
    supersedes: LawHold | None = None
    uploads: Sequence[Upload] = ()


def enter_hold(
    *,
    actor: User,
    incident: Incident,
    party: Party,
    request: Request,
    zone: str,
    now: datetime,
    uploads: Sequence[Upload] = (),
) -> LawHold:
    """Enter a request, with the document as sealed evidence.

    Raises BadInput for a place that is none, an impossible time or a missing word.
    """
    require(actor, RIGHT, incident)
    _check(request, now)
    return _store(actor, party, request, _Step("entered", zone, uploads=uploads), now)


def extend_hold(
    *,
    actor: User,
    hold: LawHold,
    until: datetime | None,
    form: str,
    document: str,
    reasons: str,
    now: datetime,
    review_at: datetime | None = None,
    uploads: Sequence[Upload] = (),
) -> LawHold:
    """Give a request another end, or put an oral one in writing; `document` is the one that says so."""
    require(actor, RIGHT, hold.incident)
    request = _changed(hold, until=until, form=form, document=document, review_at=review_at)
    _check(request, now)
    step = _Step("extended", hold.zone, reasons, supersedes=hold, uploads=uploads)
    return _store(actor, hold.party, request, step, now)


def end_hold(
    *,
    actor: User,
    hold: LawHold,
    at: datetime,
    reasons: str,
    now: datetime,
    uploads: Sequence[Upload] = (),
) -> LawHold:
    """End a request at `at`: the notices it held back are due again, by the working of each clock."""
    require(actor, RIGHT, hold.incident)
    if at > now:
        raise BadInput(
            _("The end lies in the future"), place="at", mend=_("Extend the hold to that day instead.")
        )
    if not reasons.strip():
        raise BadInput(
            _("Say who ended it"), place="reasons", mend=_("Name the document or the call that ended it.")
        )
    request = _changed(hold, until=at, form=hold.form, document=hold.document)
    _check(request, now, end_place="at")
    step = _Step("ended", hold.zone, reasons, supersedes=hold, uploads=uploads)
    return _store(actor, hold.party, request, step, now)


def _changed(hold: LawHold, **changes: Any) -> Request:
    return Request(
        jurisdiction=hold.jurisdiction,
        official=hold.official,
        basis=hold.basis,
        since=hold.since,
        scope=hold.scope,
        regimes=hold.regimes,
        people_in=hold.people_in,
        **changes,
    )


def _store(actor: User, party: Party, request: Request, step: _Step, now: datetime) -> LawHold:
    sealed = seal_uploads(actor=actor, incident=party.incident, uploads=step.uploads, now=now)
    with transaction.atomic():
        if step.supersedes is not None:
            _check_latest(step.supersedes)
        event = _log(actor, party, request, step, sealed, now) if sealed else None
        row = _row(actor, party, request, step, event, now)
        _follow(row, now)
    return row


def _check_latest(hold: LawHold) -> None:
    Party.objects.select_for_update().get(pk=hold.party_id)
    if LawHold.objects.filter(supersedes=hold).exists():
        raise Conflict(_("This hold was changed in the meantime. Look at its last step."))
    if hold.step == "ended":
        raise Conflict(_("This hold has ended. Enter a new request."))


def _log(
    actor: User, party: Party, request: Request, step: _Step, sealed: Sequence[SealedFile], now: datetime
) -> Event:
    """Let the timeline carry the papers, where evidence is kept."""
    words = {
        "entered": _("Request of law enforcement to hold back notices: %(document)s"),
        "extended": _("Request of law enforcement extended or put in writing: %(document)s"),
        "ended": _("Request of law enforcement ended: %(document)s"),
    }
    event, _files = log_with_sealed(
        actor=actor,
        incident=party.incident,
        sealed=sealed,
        now=now,
        party=party,
        kind=EventKind.COMMUNICATED,
        text=words[step.kind] % {"document": request.document.strip()},
        moment=Moment.at(now.replace(microsecond=0), step.zone),
    )
    return event


def _row(
    actor: User, party: Party, request: Request, step: _Step, event: Event | None, now: datetime
) -> LawHold:
    is_open = request.until is None
    row = LawHold(
        incident=party.incident,
        party=party,
        step=step.kind,
        jurisdiction=request.jurisdiction,
        form=request.form,
        document=request.document.strip(),
        basis=request.basis.strip(),
        scope=sorted(request.scope, key=LEGAL_RECIPIENTS.index) if request.scope else None,
        regimes=sorted(request.regimes) if request.regimes else None,
        people_in=sorted(request.people_in) if request.people_in else None,
        since=request.since,
        until=request.until,
        review_at=(request.review_at or now + ASK_AGAIN) if is_open else None,
        zone=step.zone,
        event=event,
        supersedes=step.supersedes,
        created_by=actor,
        created_at=now,
    )
    row.seal_texts(official=request.official, reasons=step.reasons)
    row.save()
    return row


def _follow(row: LawHold, now: datetime) -> None:
    """Let the facts take it over, which computes every clock again, and enter it."""
    incident, party, actor = row.incident, row.party, row.created_by
    facts_service.refresh(actor=actor, incident=incident, party=party, reason=f"hold {row.step}", now=now)
    reminders.plan_reviews(party=party, now=now)
    data = {
        "party": party.uid,
        "jurisdiction": row.jurisdiction,
        "form": row.form,
        "scope": row.scope,
        "regimes": row.regimes,
        "people_in": row.people_in,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "review_at": row.review_at.isoformat() if row.review_at else None,
        "supersedes": row.supersedes.uid if row.supersedes else None,
        "event": row.event.uid if row.event else None,
        "texts_digest": row.texts_digest,
    }
    record(actor=actor, incident=incident, action=f"hold.{row.step}", subject=row.uid, data=data, now=now)


def _check(request: Request, now: datetime, *, end_place: str = "until") -> None:
    if not (places.is_country(request.jurisdiction) or places.is_region(request.jurisdiction)):
        raise BadInput(
            _("“%(place)s” is no place") % {"place": request.jurisdiction},
            place="jurisdiction",
            mend=_("Use a country or state code, such as FR or US-CA."),
        )
    for place in ("official", "basis", "document"):
        if not getattr(request, place).strip():
            raise BadInput(
                _("This is needed"), place=place, mend=_("A hold needs official, legal basis and document.")
            )
    _check_times(request, now, end_place)
    _check_words(request)


def _check_times(request: Request, now: datetime, end_place: str) -> None:
    if request.since > now:
        raise BadInput(
            _("The document is dated in the future"), place="since", mend=_("Give the day it was made.")
        )
    if request.until is not None and request.until < request.since:
        raise BadInput(
            _("The hold ends before it begins"),
            place=end_place,
            mend=_("Correct the end or the date of the document."),
        )
    if request.review_at is not None and request.until is None and request.review_at <= now:
        raise BadInput(
            _("This day has passed"), place="review_at", mend=_("Give a day on which to ask again.")
        )


def _check_words(request: Request) -> None:
    if strange := [one for one in request.people_in or () if not places.is_country(one)]:
        raise BadInput(
            _("“%(place)s” is no place") % {"place": strange[0]},
            place="people_in",
            mend=_("Use codes of countries such as FR or US, with commas between."),
        )
    if unknown := set(request.scope or ()) - set(LEGAL_RECIPIENTS):
        raise BadInput(
            _("Unknown notices: %(names)s") % {"names": ", ".join(sorted(unknown))},
            place="scope",
            mend=_("Use: %(names)s.") % {"names": ", ".join(LEGAL_RECIPIENTS)},
        )
    if unknown := set(request.regimes or ()) - set(regimes.load()):
        raise BadInput(
            _("Unknown laws: %(names)s") % {"names": ", ".join(sorted(unknown))},
            place="regimes",
            mend=_("Use the names of files in breach/law/regimes."),
        )
