"""Facts that somebody waits for: laws that cannot tell yet, and the assessment of risk."""

from collections import Counter
from dataclasses import dataclass

from breach.law import risk
from breach.law.facts import Facts
from breach.models import Party, RegimeAnswer
from breach.queries.fact_labels import fact_label
from breach.queries.fact_sections import is_a_fact
from breach.queries.facts import latest_version


@dataclass(frozen=True, slots=True)
class Question:
    """One unknown fact: how many laws wait for it, and whether the assessment does."""

    fact: str
    label: str
    laws: int
    is_of_risk: bool


def open_questions(party: Party) -> tuple[Question, ...]:
    """Return what is asked, the fact that most laws wait for first."""
    version = latest_version(party)
    if version is None:
        return ()
    waiting = RegimeAnswer.objects.filter(facts=version, ended_at=None, outcome="undecided")
    laws: Counter[str] = Counter()
    for detail in waiting.values_list("detail", flat=True):
        laws.update(set(detail.get("needs", ())))
    of_risk = risk.assess(Facts.from_json(version.document)).needs
    wanted = [key for key in {**dict(laws.most_common()), **dict.fromkeys(of_risk)} if is_a_fact(key)]
    return tuple(Question(key, fact_label(key), laws[key], key in of_risk) for key in wanted)
