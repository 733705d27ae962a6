"""One section of a filing as a form, made from the template's own data, so that page and template agree.

Each kind of answer has an entry in KINDS: the field it is asked with, how a stored value is shown in it, and
how what was typed becomes a value again. Rows that repeat together, one entry per party, are asked side by
side. Only what the person changed is saved, so that an answer somebody else gave meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from breach.errors import BadInput
from breach.forms.fields import MomentField, countries
from breach.wording import language as language_name
from notifications.filings.complete import MAY_LIE_AHEAD, asked, required
from notifications.filings.content import FilingContent, ToFollow, Value, clean_value, instant_value
from notifications.filings.form import Condition, Field, Form, Section
from notifications.forms.ahead import AheadField
from notifications.forms.country_lines import read_countries, read_counts, write_countries, write_counts
from notifications.moments import from_iso
from notifications.wording import pick

SPARE_ENTRIES = 2
SHORT_TEXTS = ("name", "id", "id_type", "_reference", "_function", "_activity", "lead_authority")
# Which phase this is follows from the one before, not from an answer.
FIXED = frozenset(("notification_type",))
WRITTEN = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a form is filled in: `language` is the page's, `written_in` the filing's."""

    now: datetime
    zone: str
    language: str
    written_in: str


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One row as the page shows it: its inputs, what it depends on, what was announced."""

    field: Field
    label: str
    inputs: tuple[Any, ...]
    is_asked: bool
    is_required: bool
    condition: str
    promise: ToFollow | None
    may_follow: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are asked together, and their inputs entry by entry; mostly one row and one entry."""

    rows: tuple[AskedRow, ...]
    entries: tuple[tuple[Any, ...], ...]

    @property
    def is_repeated(self) -> bool:
        return len(self.entries) > 1


class SectionForm(forms.Form):
    """The rows of one section. `changes` gives the values that differ, as services take them."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, form: Form, section: Section, content: FilingContent, place: Place, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.form, self.section, self.content, self.place = form, section, content, place
        self.names: dict[str, list[str]] = {}
        for field in self.rows():
            self.names[field.key] = list(self._add(field))

    def rows(self) -> Iterator[Field]:
        return (field for field in self.section.fields if field.key not in FIXED)

    def _add(self, field: Field) -> Iterator[str]:
        value = self.content.values.get(field.key)
        if not field.repeat:
            self.fields[field.key] = self._input(field, value)
            yield field.key
            return
        values = list(value or ())
        for index in range(self._entries(field)):
            name = f"{field.key}-{index}"
            self.fields[name] = self._input(field, values[index] if index < len(values) else None, index + 1)
            yield name

    def _entries(self, field: Field) -> int:
        together = (other.key for other in self.form.fields() if other.repeat == field.repeat)
        return max(len(self.content.values.get(key) or ()) for key in together) + SPARE_ENTRIES

    def _input(self, field: Field, value: Value, entry: int = 0) -> forms.Field:
        made = KINDS[field.type].make(field, self.place)
        made.required = False
        label = pick(field.label, self.place.language)
        made.label = _("%(label)s, entry %(number)d") % {"label": label, "number": entry} if entry else label
        if value is not None:
            made.initial = KINDS[field.type].show(made, value)
        return made

    def clean(self) -> dict[str, Any]:
        """Read every changed row as a value of the form, so that a refusal stands beside its row."""
        self.values: dict[str, Value] = {}
        for field in self.rows():
            names = self.names[field.key]
            if any(name in self.errors for name in names) or not any(
                name in self.changed_data for name in names
            ):
                continue
            try:
                self._keep(field)
            except BadInput as refusal:
                self.add_error(names[0], f"{refusal.message}. {refusal.mend}")
        self._check_entries()
        return self.cleaned_data

    def _keep(self, field: Field) -> None:
        """Note a value that differs from the stored one; other line ends or spaces are no difference."""
        value = self._value(field)
        if value != self.content.values.get(field.key):
            self.values[field.key] = value

    def _value(self, field: Field) -> Value:
        if not field.repeat:
            return _cleaned(field, self._typed(field, field.key))
        used = self._used_entries(field)
        return [
            _cleaned(field, self._typed(field, self.names[field.key][index])) or "" for index in used
        ] or None

    def _typed(self, field: Field, name: str) -> Value:
        return KINDS[field.type].read(self.fields[name], self.cleaned_data.get(name))

    def _together(self, field: Field) -> list[str]:
        return [other.key for other in self.rows() if other.repeat == field.repeat]

    def _used_entries(self, field: Field) -> list[int]:
        """The entries in which any of the rows that belong together says something."""
        keys = self._together(field)
        return [
            index
            for index in range(len(self.names[field.key]))
            if any(self.cleaned_data.get(self.names[key][index]) for key in keys)
        ]

    def _check_entries(self) -> None:
        """Refuse a choice left empty in an entry that is used; save rows that belong together at once."""
        for field in self.rows():
            if not field.repeat:
                continue
            if field.type == "choice":
                for index in self._used_entries(field):
                    name = self.names[field.key][index]
                    if not self.cleaned_data.get(name) and name not in self.errors:
                        self.add_error(name, _("Choose one, or empty the whole entry."))
            if any(key in self.values for key in self._together(field)) and not self.errors:
                self._keep(field)

    def show_version(self, version: int) -> None:
        """Let the next sending count as made on `version`, once the person was told of it."""
        data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict, since the form is bound
        data["version"] = str(version)
        self.data = data

    def changes(self) -> Mapping[str, Value]:
        """The changed answers, None for one that was emptied."""
        return self.values

    def asked_rows(self) -> list[AskedRow]:
        """The rows as the page shows them, in the order of the form."""
        facts = self.content.facts(self.place.now)
        return [
            AskedRow(
                field=field,
                label=pick(field.label, self.place.language),
                inputs=tuple(self[name] for name in self.names[field.key]),
                is_asked=asked(self.content, field, facts),
                is_required=required(field),
                condition=self._condition(field),
                promise=self.content.to_follow.get(field.key),
                may_follow=field.follows and self.content.completeness == "incomplete",
            )
            for field in self.rows()
        ]

    def blocks(self) -> list[Block]:
        """The rows as the page groups them: those that repeat together stand side by side, per entry."""
        groups: dict[str, list[AskedRow]] = {}
        for row in self.asked_rows():
            groups.setdefault(row.field.repeat or row.field.key, []).append(row)
        return [
            Block(tuple(rows), tuple(zip(*(row.inputs for row in rows), strict=True)))
            for rows in groups.values()
        ]

    def _condition(self, field: Field) -> str:
        return _(" and ").join(condition_text(one, self.form, self.place.language) for one in field.when)


def condition_text(condition: Condition, form: Form, language: str) -> str:
    """Word a condition: `Sector is “Private”`."""
    if condition.fact:
        return str(FACT_TEXTS[condition.fact, bool(condition.allowed[0])])
    field = form.field(condition.field)
    options = (field.option(str(key)) for key in condition.allowed)
    named = _(" or ").join(f"“{pick(option.text, language)}”" for option in options if option)
    return _("“%(row)s” (row %(number)d) is %(options)s") % {
        "row": pick(field.label, language),
        "number": field.row,
        "options": named,
    }


FACT_TEXTS = {
    ("late", True): gettext_lazy("the filing is late"),
    ("late", False): gettext_lazy("the filing is in time"),
    ("established_in_eea", True): gettext_lazy("the controller is established in the EEA"),
    ("established_in_eea", False): gettext_lazy("the controller is established outside the EEA"),
}


# --- kinds of answers ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of row is asked: make the input, show a value in it, read what was typed."""

    make: Callable[[Field, Place], forms.Field]
    show: Callable[[Any, Value], Any]
    read: Callable[[Any, Any], Value]


def _cleaned(field: Field, typed: Value) -> Value:
    if typed in (None, "", [], {}):
        return None
    return clean_value(field, [typed])[0] if field.repeat else clean_value(field, typed)


def _text(field: Field, place: Place) -> forms.Field:
    hint = _("Written in %(language)s.") % {"language": language_name(place.written_in)}
    if field.key.endswith(SHORT_TEXTS):
        return forms.CharField(max_length=300)
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), help_text=hint, max_length=10_000)


def _options(field: Field, place: Place) -> list[tuple[str, str]]:
    return [(option.key, pick(option.text, place.language)) for option in field.options]


def _choice(field: Field, place: Place) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("no answer yet")), *_options(field, place)])


def _multi(field: Field, place: Place) -> forms.Field:
    return forms.MultipleChoiceField(choices=_options(field, place), widget=forms.CheckboxSelectMultiple)


def _instant(field: Field, place: Place) -> forms.Field:
    if field.key in MAY_LIE_AHEAD:
        ahead = AheadField(must_lie_ahead=False)
        ahead.set_place(place.now, place.zone)
        return ahead
    made = MomentField()
    made.now, made.zone = place.now, place.zone
    return made


def _show_instant(made: Any, value: Value) -> str:
    at = from_iso(value["at"])
    return (
        made.said(at)
        if isinstance(made, AheadField)
        else at.astimezone(ZoneInfo(made.zone)).strftime(WRITTEN)
    )


def _read_instant(made: Any, typed: Any) -> Value:
    if typed is None:
        return None
    return (
        instant_value(typed, made.zone)
        if isinstance(made, AheadField)
        else instant_value(typed.occurred_from, typed.zone)
    )


def _number(_field: Field, _place: Place) -> forms.Field:
    return forms.IntegerField(min_value=0)


def _lines(example: Any) -> Callable[[Field, Place], forms.Field]:
    def make(_field: Field, _place: Place) -> forms.Field:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), help_text=example, max_length=10_000)

    return make


def _same(_made: Any, value: Any) -> Any:
    return value


def _or_none(_made: Any, typed: Any) -> Any:
    return None if typed in ("", []) else typed


KINDS: Mapping[str, Kind] = {
    "text": Kind(_text, _same, _or_none),
    "choice": Kind(_choice, _same, _or_none),
    "multi": Kind(_multi, _same, _or_none),
    "number": Kind(_number, _same, _or_none),
    "instant": Kind(_instant, _show_instant, _read_instant),
    "countries": Kind(
        _lines(gettext_lazy("One country per line, by name or two letters: FR.")),
        lambda _made, value: write_countries(value, dict(countries())),
        lambda _made, typed: read_countries(typed, dict(countries())),
    ),
    "counts": Kind(
        _lines(gettext_lazy("One country per line with its number of people: FR 1200.")),
        lambda _made, value: write_counts(value, dict(countries())),
        lambda _made, typed: read_counts(typed, dict(countries())),
    ),
}
