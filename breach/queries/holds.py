"""Requests of law enforcement on an incident, and what they do to each clock: which stand still, which go on and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from breach.figures import Clock
from breach.law import regimes, words
from breach.law.steps import Step
from breach.models import Attachment, Incident, LawHold, Obligation
from breach.queries.clocks import clock_of, law_name
from breach.queries.room import live_obligations
from breach.wording import country

# The lines of a working that speak of requests.
HOLDING = ("clock.held", "clock.held_open", "clock.hold_oral", "clock.hold_open_limit", "clock.hold_longest")
NOT_HOLDING = ("clock.not_held", "clock.hold_needs_writing")
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Effect:
    """One running clock that a request concerns, with the lines that say what it does to it."""

    clock: Clock
    lines: tuple[str, ...]
    held: bool
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class HoldStep:
    """One step of a request with the papers that came with it."""

    row: LawHold
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One request as it stands: `row` is its last step, `steps` all of them, oldest first.

    `state` is open, running (it names an end), over (that end has passed) or ended (somebody ended it).
    """

    row: LawHold
    steps: tuple[HoldStep, ...]
    state: str
    scope: tuple[str, ...]
    laws: tuple[str, ...]
    people_in: tuple[str, ...] = ()

    @property
    def can_change(self) -> bool:
        return self.state != "ended"

    @property
    def tone(self) -> str:
        return {"open": "warn", "running": "info"}.get(self.state, "neutral")


def holds_of(incident: Incident, now: datetime) -> list[HoldLine]:
    """Every request, the newest first; those that were ended last."""
    rows = LawHold.objects.filter(incident=incident).select_related(
        "created_by", "incident", "event", "party"
    )
    steps = {row.pk: row for row in rows.order_by("pk")}
    files = _files(incident, steps.values())
    later = {row.supersedes_id for row in steps.values()}
    found = []
    for row in steps.values():
        if row.pk in later:
            continue
        chain = [row]
        while before := steps.get(chain[-1].supersedes_id or 0):
            chain.append(before)
        found.append(_line(chain[::-1], files, now))
    return sorted(found, key=lambda line: (line.state in ("ended", "over"), -line.row.pk))


def hold_of(incident: Incident, uid: str, now: datetime) -> HoldLine | None:
    """The request that has a step with this uid."""
    lines = holds_of(incident, now)
    return next((line for line in lines if any(step.row.uid == uid for step in line.steps)), None)


def stopping_letters(party: int, now: datetime) -> list[LawHold]:
    """Return the last step of each request for which letters to people of the party (primary key) wait at `now`, the oldest
    first.
    """
    last = LawHold.objects.filter(party=party, superseded_by=None).order_by("pk")
    return [row for row in last if row.stops_letters(now)]


def effects_of(incident: Incident, now: datetime) -> list[Effect]:
    """Every running clock that a request concerns: those that stand still first."""
    found = [_effect(row, now) for row in live_obligations(incident)]
    return sorted((one for one in found if one), key=lambda one: not one.held)


def laws_that_hold(incident: Incident) -> Choices:
    """The laws that ask for something now and let some of it be held back."""
    rules, language = regimes.load(), (get_language() or "en")[:2]
    keys = {row.regime for row in live_obligations(incident)}
    named = [(key, law_name(key, language)) for key in keys if key in rules and rules[key].hold.to]
    return sorted(named, key=lambda pair: pair[1].casefold())


def _effect(row: Obligation, now: datetime) -> Effect | None:
    language = (get_language() or "en")[:2]
    steps = [Step.from_json(line) for line in row.working]
    lines = [line for line in steps if line.code in HOLDING + NOT_HOLDING]
    if not lines:
        return None
    held = row.held and (row.held_until is None or row.held_until > now)
    return Effect(
        clock=clock_of(row, now),
        lines=tuple(words.word(line, language) for line in lines),
        held=held,
        held_until=row.held_until,
    )


def _line(chain: list[LawHold], files: dict[int, tuple[Attachment, ...]], now: datetime) -> HoldLine:
    row, language = chain[-1], (get_language() or "en")[:2]
    if row.step == "ended":
        state = "ended"
    elif row.until is None:
        state = "open"
    else:
        state = "running" if row.until > now else "over"
    return HoldLine(
        row=row,
        steps=tuple(HoldStep(one, files.get(one.event_id or 0, ())) for one in chain),
        state=state,
        scope=tuple(words.name("to", key, language) for key in row.scope or ()),
        laws=tuple(law_name(key, language) for key in row.regimes or ()),
        people_in=tuple(country(code) for code in row.people_in or ()),
    )


def _files(incident: Incident, rows: Iterable[LawHold]) -> dict[int, tuple[Attachment, ...]]:
    found: dict[int, tuple[Attachment, ...]] = {}
    events = [row.event_id for row in rows if row.event_id]
    for one in Attachment.objects.filter(incident=incident, event__in=events).order_by("pk"):
        found[one.event_id] = (*found.get(one.event_id, ()), one)
    return found
