"""What would be owed if laws that are only proposed, or not yet in force, applied: computed for a look, never stored.

Nothing is planned, no reminder is made, no clock changes. The answer rests on the same facts, switches and contracts as
the stored clocks (services/obligations.py).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from breach.law import regimes, scope, words
from breach.law.facts import Facts
from breach.law.obligations import Answer, obligations
from breach.law.obligations import Obligation as Owed
from breach.models import Obligation, Party
from breach.queries import contracts
from breach.queries.clock_basis import basis_of
from breach.queries.clocks import obligation_label
from breach.queries.facts import latest_version
from breach.queries.switches import switched_off
from breach.queries.workings import Need, needs_of

ENDED = "scope.ended"
Key = tuple[str, str, str, str]  # regime, to, phase, recipient
NEW, GONE, SOONER, LATER, OTHER = "new", "gone", "sooner", "later", "other"


@dataclass(frozen=True, slots=True)
class Choice:
    """A law that can be supposed to apply: `standing` says in words why it does not today."""

    key: str
    name: str
    standing: str
    citation: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed: `due` aware UTC, or None with the `standard` in words (empty while its clock has not started)."""

    label: str
    law: str
    due: datetime | None
    standard: str


@dataclass(frozen=True, slots=True)
class Change:
    """A duty that is `new`, `gone`, due `sooner` or `later`, or the same act under another law (`other`).

    `hours` is how many whole hours sooner or later.
    """

    kind: str
    before: Duty | None
    after: Duty | None
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Silent:
    """A supposed law that asks nothing here, or nobody can tell yet, with what decides and what it needs."""

    name: str
    text: str
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would change, what would stay (`same`), and supposed laws that change nothing."""

    changes: tuple[Change, ...] = ()
    same: int = 0
    silent: tuple[Silent, ...] = ()
    has_facts: bool = True


def choices(chosen: Collection[str], now: datetime, language: str) -> tuple[Choice, ...]:
    """Return every law that does not apply yet at `now`, by name. Laws that have ended are not among them."""
    found = []
    for regime in regimes.load().values():
        verdict = scope.standing(regime, now)
        if not verdict.holds and verdict.reason.code != ENDED:
            said = words.word(verdict.reason, language)
            one = Choice(regime.key, regime.name(language), said, regime.citation, regime.key in chosen)
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def what_if(party: Party, chosen: Collection[str], now: datetime, language: str) -> WhatIf:
    """Compare what `party` owes with what it would owe if the `chosen` laws applied, as things stand at `now`."""
    version = latest_version(party)
    if version is None:
        return WhatIf(has_facts=False)
    basis = basis_of(party, version)
    if basis.ruled_out or not chosen:
        return WhatIf()
    rules = [*regimes.load().values(), *contracts.regimes_of(party, Facts.from_json(version.document))]
    off = switched_off()
    today = obligations(basis.facts, rules, now, switched_off=off)
    then = obligations(
        basis.facts, rules, now, simulate=chosen, switched_off=[key for key in off if key not in chosen]
    )
    changes, same = _compared(today.obligations, then.obligations, language)
    return WhatIf(changes, same, _silent(party, then, chosen, language))


def _compared(today: Iterable[Owed], then: Iterable[Owed], language: str) -> tuple[tuple[Change, ...], int]:
    before = {(one.regime, one.to, one.phase, one.recipient): one for one in today}
    after = {(one.regime, one.to, one.phase, one.recipient): one for one in then}
    kept = [key for key in before if key in after]
    changes = [_moved(before[key], after[key], language) for key in kept if before[key].due != after[key].due]
    gone = {key: one for key, one in before.items() if key not in after}
    new = {key: one for key, one in after.items() if key not in before}
    for key in list(gone):
        match = next((other for other in new if _takes_the_place(other, of=key)), None)
        if match is not None:
            changes.append(_moved(gone.pop(key), new.pop(match), language))
    changes += [Change(GONE, _duty(one, language), None) for one in gone.values()]
    changes += [Change(NEW, None, _duty(one, language)) for one in new.values()]
    return tuple(sorted(changes, key=_order)), sum(before[key].due == after[key].due for key in kept)


def _takes_the_place(new: Key, *, of: Key) -> bool:
    """Whether the law of `new` says that it comes in the place of this duty: a change, and no end and beginning."""
    law = regimes.load().get(new[0])
    return law is not None and (of[0], of[1]) in law.replaces and new[1:3] == of[1:3]


def _moved(old: Owed, new: Owed, language: str) -> Change:
    kind, hours = OTHER, 0
    if old.due is not None and new.due is not None and old.due != new.due:
        kind = SOONER if new.due < old.due else LATER
        hours = int(abs(new.due - old.due).total_seconds()) // 3600
    return Change(kind, _duty(old, language), _duty(new, language), hours)


def _order(change: Change) -> tuple[bool, float, str]:
    """What ends first on top; what has no hour last."""
    duty = change.after or change.before
    if duty is None or duty.due is None:
        return True, 0.0, duty.label if duty else ""
    return False, duty.due.timestamp(), duty.label


def _duty(one: Owed, language: str) -> Duty:
    row = Obligation(
        regime=one.regime, to=one.to, phase=one.phase, recipient=one.recipient, label=dict(one.label)
    )
    law = regimes.load().get(one.regime)
    return Duty(
        label=obligation_label(row, language),
        law=law.name(language) if law else "",
        due=one.due,
        standard=words.name("standard", one.standard, language) if one.standard else "",
    )


def _silent(party: Party, answer: Answer, chosen: Collection[str], language: str) -> tuple[Silent, ...]:
    laws, found = regimes.load(), []
    for key in chosen:
        for open_one in (one for one in answer.undecided if one.regime == key):
            needs = needs_of(party, open_one.needs, back="obligations", at="")
            found.append(Silent(laws[key].name(language), words.word(open_one.reason, language), needs))
        found += [
            Silent(laws[key].name(language), words.word(one.reason, language))
            for one in answer.ruled_out
            if one.regime == key
        ]
    return tuple(found)
