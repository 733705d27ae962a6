"""What a decision on a breach rests on, and what takes that from under it. Pure: facts then, facts now, rules.

Two rules, and for a decision to notify a milder form of each:

- Facts in words (`WEIGHTY`: kind of breach, cause, who has the data, which data, what protects them, ...) are
  grounds by themselves: one that changes undermines the decision, whatever the rules make of it.
- Every other fact, numbers first, undermines it where the answer of the rules changes: the risk and its upper end,
  ENISA's level and flags, a threshold of the risk rules, whom to tell, or the laws that ask for it. Between 90 people
  and 95 nothing happens; from 90 to 101 ENISA's flag appears, and from 500 to 501 Californians their Attorney General.
- To notify does not rest on what nobody knew: a fact that was unknown undermines it only where the risk itself, whom to
  tell, or the laws that ask for it change.

Instants, reports given and requests to hold back say when, never whether: they undermine nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from breach.law import risk
from breach.law.facts import Facts
from breach.law.facts_fields import Instant, described, read_fields, shape_of
from breach.law.obligations import obligations

WEIGHTY = frozenset(
    {
        "confidentiality", "integrity", "integrity_effect", "availability", "backup", "availability_harm", "cause",
        "natures", "accessed", "exfiltration", "recipients", "recipients_malicious", "deletion_confirmed",
        "data_kinds", "encryption", "encryption_strong", "key_compromised", "unintelligible", "hashes_broken",
        "identification", "data_depth", "data_public_before", "data_wrong", "controller_tells", "safety_critical",
        "subjects", "minors", "vulnerable", "large_scale", "harm_occurred", "harms", "high_risk_averted",
        "disproportionate_effort",
    }
)  # fmt: skip
_WHEN = frozenset(
    {item.name for item in described(Facts) if isinstance(shape_of(item), Instant)}
    | {"zone", "submissions", "holds"}
)
# To whom the laws send notices that go with telling the people; every other recipient goes with the authority.
_WITH_PEOPLE = frozenset({"individuals", "media", "consumer_reporting_agencies"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules answer. `told` is no, yes or public; `owed` are pairs of regime and recipient.

    `thresholds` are the risk rules that were used, by their codes; `flags` those of ENISA.
    """

    risk: str
    risk_high: str
    level: tuple[str, str]
    told: str
    flags: frozenset[str]
    thresholds: frozenset[str]
    owed: frozenset[tuple[str, str]]

    def narrowed(self) -> Outcome:
        """Return the outcome without what only tells how sure it is."""
        nothing: frozenset[str] = frozenset()
        return replace(self, risk_high="", level=("", ""), flags=nothing, thresholds=nothing)


@dataclass(frozen=True, slots=True)
class Undermined:
    """Keys of the facts document that take the ground away, and the outcome before and after all that changed."""

    because: tuple[str, ...]
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Question:
    """What was decided: about the authority or individuals; `is_to_notify` of a decision to notify.

    `off` are regimes that the house does not follow; `now` says which laws are in force.
    """

    about: str
    is_to_notify: bool
    now: datetime
    off: Collection[str] = ()


def undermined(old: Mapping[str, Any], new: Mapping[str, Any], question: Question) -> Undermined | None:
    """Compare the document that a decision rests on with one of now; None where the decision stands."""
    changed = {key for key in new if new[key] != old.get(key)} - _WHEN
    unsettled = {key for key in changed if old.get(key) is None} if question.is_to_notify else set()
    because = changed & (WEIGHTY - unsettled)
    others = changed - because
    if others - unsettled:
        because |= _moving(others - unsettled, old, new, question, narrowly=False)
    if others & unsettled:
        because |= _moving(others & unsettled, old, new, question, narrowly=True)
    if not because:
        return None
    return Undermined(tuple(sorted(because)), outcome(old, question), outcome(new, question))


def outcome(document: Mapping[str, Any], question: Question) -> Outcome:
    """Return what the rules answer on a facts document."""
    # Not checked for its order: a mix of then and now may hold fewer people in all than in one country.
    facts = Facts(**read_fields(Facts, document, ""))
    found = risk.assess(facts)
    told = "public" if found.public_communication else "yes" if found.notify_individuals else "no"
    answer = obligations(facts, None, question.now, switched_off=question.off)
    to_people = question.about == "individuals"
    return Outcome(
        risk=found.risk,
        risk_high=found.risk_high,
        level=found.enisa.level,
        told=told,
        flags=frozenset(found.enisa.flags),
        thresholds=frozenset(reason.step.code for reason in found.reasons),
        owed=frozenset(
            (one.regime, one.to) for one in answer.obligations if (one.to in _WITH_PEOPLE) == to_people
        ),
    )


def _moving(
    keys: Iterable[str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    question: Question,
    *,
    narrowly: bool,
) -> set[str]:
    """Return those of `keys` that move the outcome by themselves or, where only all together do, all of them."""

    def seen(without: Iterable[str]) -> Outcome:
        found = outcome({**new, **{key: old.get(key) for key in without}}, question)
        return found.narrowed() if narrowly else found

    wanted = set(keys)
    as_it_is = seen(())
    if seen(wanted) == as_it_is:
        return set()
    return {key for key in wanted if seen((key,)) != as_it_is} or wanted


def to_json(found: Undermined) -> dict[str, Any]:
    """Return what the outcome was and what it is, as stored: only the parts that differ."""
    pairs = {
        item.name: [_plain(getattr(one, item.name)) for one in (found.before, found.after)]
        for item in fields(Outcome)
        if item.name != "thresholds"
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted([list(one) if isinstance(one, tuple) else one for one in value])
    return list(value) if isinstance(value, tuple) else value
