"""Assessments as they were kept, each with what it says otherwise than the one before; and what is open now."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from breach.law.exposure import is_unintelligible
from breach.law.facts import Facts
from breach.models import Assessment, FactsVersion, Party
from breach.queries import workings
from breach.queries.fact_values import Difference, differences
from breach.queries.facts import latest_version
from breach.queries.severity import Reason, RulesAnswer, in_words, rules_answer
from breach.queries.workings import Need

# Places on the page: links to facts lead back there.
OPEN, EXEMPTIONS = "open-questions", "exemptions"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of which two assessments give different values, both in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one assessment says otherwise than the one before: facts, figures, reasons that came and that went."""

    facts: tuple[Difference, ...]
    figures: tuple[Figure, ...]
    came: tuple[Reason, ...]
    went: tuple[Reason, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.figures or self.came or self.went)


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One kept assessment; `change` is None for the first."""

    row: Assessment
    said: RulesAnswer
    change: Change | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """One case of Article 34(3) GDPR: whether it holds, and what follows.

    `state` is holds, no, open (the fact is not known) or moot (nothing to be exempted from). `need` leads to the fact
    where it is open.
    """

    letter: str
    title: str
    state: str
    text: str
    need: Need | None


@dataclass(frozen=True, slots=True)
class Now:
    """What the rules say on the facts of now. `since` compares with the last assessment, None where there is none."""

    rules: RulesAnswer
    exemptions: tuple[Exemption, ...]
    open_for_risk: tuple[Need, ...]
    open_for_score: tuple[Need, ...]
    since: Change | None


def kept(party: Party, language: str) -> list[AssessmentLine]:
    """Return every assessment of `party`, newest first."""
    rows = Assessment.objects.filter(party=party).select_related("created_by", "facts", "incident")
    found: list[AssessmentLine] = []
    for row in rows.order_by("pk"):
        said = in_words(row.document, language)
        before = found[-1] if found else None
        change = _change(before, row.facts, said, row.incident.zone) if before else None
        if before and change:
            change = _with_conclusion(change, before.row, row)
        found.append(AssessmentLine(row, said, change))
    return found[::-1]


def now(party: Party, lines: list[AssessmentLine], language: str) -> Now:
    """Return what the rules say now; `lines` are the kept assessments, newest first."""
    version = latest_version(party)
    facts = Facts.from_json(version.document) if version else Facts()
    rules = rules_answer(facts, language)
    since = _change(lines[0], version, rules, party.incident.zone) if lines and version else None
    score_only = [fact for fact in rules.enisa_needs if fact not in rules.needs]
    return Now(
        rules=rules,
        exemptions=_exemptions(party, facts, rules),
        open_for_risk=_needs(party, rules.needs, OPEN),
        open_for_score=_needs(party, score_only, OPEN),
        since=since,
    )


def _needs(party: Party, facts: Iterable[str], at: str) -> tuple[Need, ...]:
    return workings.needs_of(party, facts, back="assessment", at=at)


def _change(before: AssessmentLine, version: FactsVersion, said: RulesAnswer, zone: str) -> Change:
    old = before.said
    pairs = zip(old.figures, said.figures, strict=True)
    return Change(
        facts=differences(before.row.facts.document, version.document, zone),
        figures=tuple(Figure(label, was, value) for (label, was), (_same, value) in pairs if was != value),
        came=_only(said, old),
        went=_only(old, said),
    )


def _with_conclusion(change: Change, before: Assessment, row: Assessment) -> Change:
    if before.conclusion == row.conclusion:
        return change
    pair = (before.get_conclusion_display(), row.get_conclusion_display())
    figures = (*change.figures, Figure(_("The assessor’s conclusion"), *pair))
    return Change(change.facts, figures, change.came, change.went)


def _only(one: RulesAnswer, other: RulesAnswer) -> tuple[Reason, ...]:
    """Reasons that only the first gives, exceptions and the reasons of the score among them."""
    known = {reason.text for reason in _all(other)}
    return tuple(reason for reason in _all(one) if reason.text not in known)


def _all(answer: RulesAnswer) -> tuple[Reason, ...]:
    return (*answer.reasons, *answer.exceptions, *answer.enisa_reasons)


# --- Article 34(3) ---------------------------------------------------------------------------------------


def _exemptions(party: Party, facts: Facts, rules: RulesAnswer) -> tuple[Exemption, ...]:
    """The three cases, each by its own fact. (b) and (c) exempt only from a duty that a high risk makes."""
    is_high = rules.is_high
    # Once all is said to be encrypted, what is missing is whether the key is safe.
    fact = "key_compromised" if facts.encryption == "all" else "encryption"
    protected = is_unintelligible(facts) if facts.encryption or facts.unintelligible is not None else None
    return (
        _exemption(
            party,
            ("a", _("Protection made the data unintelligible to others"), fact),
            protected,
            _("No high risk comes from the disclosure: the people need not be told because of it."),
            is_asked=facts.confidentiality is not False,
        ),
        _exemption(
            party,
            ("b", _("Measures taken since avert the high risk"), "high_risk_averted"),
            facts.high_risk_averted,
            _("The people need not be told. Keep the proof of the measures: the authority may ask for it."),
            is_asked=is_high,
        ),
        _exemption(
            party,
            ("c", _("Telling each person would take disproportionate effort"), "disproportionate_effort"),
            facts.disproportionate_effort,
            _(
                "A public communication, or a measure that informs the people as effectively, takes the place of "
                "letters. The duty to tell them stays."
            ),
            is_asked=is_high and not facts.high_risk_averted,
        ),
    )


def _exemption(
    party: Party, named: tuple[str, str, str], value: bool | None, consequence: str, *, is_asked: bool
) -> Exemption:
    letter, title, fact = named
    if not is_asked:
        text = _("It does not matter here: there is nothing to be exempted from.")
        return Exemption(letter, title, "moot", text, None)
    if value is None:
        text = _("Not known yet. If it holds:") + f" {consequence}"
        return Exemption(letter, title, "open", text, _needs(party, [fact], EXEMPTIONS)[0])
    if value:
        return Exemption(letter, title, "holds", consequence, None)
    return Exemption(letter, title, "no", _("Nothing follows from it."), None)
