"""How the page of facts lays the form out: every fact in its section, with where its value comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.forms import BoundField, CheckboxSelectMultiple
from django.urls import reverse
from django.utils.translation import gettext as _

from breach.forms.fact_tables import TableWidget
from breach.forms.facts import WHY, FactsForm
from breach.models import Incident
from breach.queries.fact_labels import fact_help, fact_label
from breach.queries.fact_sections import SECTIONS, Section
from breach.queries.fact_values import Difference, differences, value_in_words, value_of
from breach.queries.facts import FIRM
from breach.queries.open_questions import Question

# What the rows of people say; other counts come from the party's own entry.
OF_PEOPLE = frozenset(
    {
        "people_total", "people_precision", "people_by_country", "people_by_region", "combinations", "data_kinds",
        "minors",
    }
)  # fmt: skip
INPUT, BOXES, TABLE, SHOWN = "input", "boxes", "table", "shown"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from, in words, with the page where it is changed."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class FactPlace:
    """One fact on the page. `shape` says how it is drawn, `said` its value in words where that helps.

    `counted` is what other rows say of a fact that may be overruled; `theirs` what somebody recorded meanwhile.
    """

    key: str
    label: str
    help: str
    shape: str
    field: BoundField | None
    said: str
    source: Source | None
    counted: str
    why: BoundField | None
    is_overruled: bool
    question: Question | None
    theirs: Difference | None
    is_asked: bool


@dataclass(frozen=True, slots=True)
class LaidOut:
    """One section of the page. `known` of `total` facts are known."""

    section: Section
    places: tuple[FactPlace, ...]
    known: int
    is_open: bool

    @property
    def total(self) -> int:
        return len(self.places)


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays facts out for one request. `asked` is the fact that a link led to; `theirs` by key."""

    form: FactsForm
    incident: Incident
    questions: Mapping[str, Question]
    theirs: Mapping[str, Difference]
    asked: str

    def sections(self) -> list[LaidOut]:
        return [self._section(one) for one in SECTIONS]

    def _section(self, section: Section) -> LaidOut:
        places = tuple(self._place(key) for key in section.facts)
        known = sum(value_of(self.form.standing.document, key) is not None for key in section.facts)
        named = any(one.is_asked or one.theirs or (one.field and one.field.errors) for one in places)
        return LaidOut(section, places, known, section.is_open or named)

    def _place(self, key: str) -> FactPlace:
        standing, form = self.form.standing, self.form
        value = value_of(standing.document, key)
        field = None if key in FIRM else form[key]
        countable = key in standing.countable
        moment = key not in FIRM and isinstance(value, str) and "T" in value and ":" in value
        return FactPlace(
            key=key,
            label=fact_label(key),
            help=fact_help(key),
            shape=_shape(field),
            field=field,
            said=value_in_words(key, value, self.incident.zone) if key in FIRM or moment else "",
            source=self._source(key),
            counted=value_in_words(key, standing.counted[key], self.incident.zone) if countable else "",
            why=form[f"{WHY}{key}"] if countable else None,
            is_overruled=key in standing.overruled,
            question=self.questions.get(key),
            theirs=self.theirs.get(key),
            is_asked=key == self.asked,
        )

    def _source(self, key: str) -> Source | None:
        if key in FIRM:
            return self._firm(key)
        if key not in self.form.standing.countable:
            return None
        if key in OF_PEOPLE:
            return Source(_("Counted from the people loaded"), reverse("people", args=[self.incident.uid]))
        return Source(_("As entered when the incident was opened"))

    def _firm(self, key: str) -> Source | None:
        uid = self.incident.uid
        obligations = reverse("obligations", args=[uid])
        found = {
            "controller_aware": Source(_("Decided under Obligations"), f"{obligations}#awareness"),
            "detected": Source(
                _("The first report or alert in the timeline"), reverse("timeline", args=[uid])
            ),
            "submissions": Source(_("Obligations that were met"), obligations),
            "holds": Source(_("Requests entered for this incident"), obligations),
        }
        return found.get(key, Source(_("As entered when the incident was opened")))


@dataclass(frozen=True, slots=True)
class Sides:
    """One fact that somebody recorded, or the reader typed, since the version that both had seen; all in words.

    `theirs` or `mine` is empty where that side left the fact alone.
    """

    key: str
    label: str
    before: str
    theirs: str
    mine: str

    @property
    def url(self) -> str:
        """Return where on the page its field is."""
        return f"#fact-{self.key}"


def side_by_side(typed: FactsForm, theirs: tuple[Difference, ...], zone: str) -> list[Sides]:
    """Return what both sides changed, what both touched first."""
    mine = {one.key: one for one in differences(typed.standing.document, typed.document(), zone)}
    found = {one.key: one for one in theirs}
    rows = [
        Sides(
            key=key,
            label=(found.get(key) or mine[key]).label,
            before=(found.get(key) or mine[key]).before,
            theirs=found[key].after if key in found else "",
            mine=mine[key].after if key in mine else "",
        )
        for key in {**found, **mine}
    ]
    return sorted(rows, key=lambda one: not (one.theirs and one.mine))


def _shape(field: BoundField | None) -> str:
    if field is None:
        return SHOWN
    widget = field.field.widget
    if isinstance(widget, TableWidget):
        return TABLE
    return BOXES if isinstance(widget, CheckboxSelectMultiple) else INPUT
