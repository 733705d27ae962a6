"""The facts document as a form: one field for every fact, against the version that was seen when it was opened."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from breach.errors import BadInput
from breach.forms.fact_fields import field_for
from breach.forms.fact_tables import TableWidget
from breach.forms.fields import set_moments
from breach.law.facts_file import facts_from_text, parse
from breach.law.facts_order import ORDER
from breach.queries.fact_labels import SECTOR, fact_label, sector_keys
from breach.queries.fact_sections import SECTIONS
from breach.queries.fact_values import shape_of, value_of
from breach.queries.facts import FIRM, Standing

WHY = "why_"
LONGEST_REASON = 300
LONGEST_NAME = 100
MOST_BYTES = 5_000_000


class FactsForm(forms.Form):
    """Untouched fields keep the value of the version, whatever they show of it: a time is shown to the second."""

    # No hidden input: a kept draft brings the version back that it was typed against.
    version = forms.IntegerField(widget=forms.TextInput(attrs={"hidden": True}), required=False)
    sectors_rest = forms.BooleanField(
        label=gettext_lazy("Everything here that is not known: no"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Where this is known from"),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say in a few words where this is known from.")},
    )

    def __init__(
        self, *args: Any, standing: Standing, now: datetime, zone: str, only_look: bool = False, **kwargs: Any
    ) -> None:
        """`only_look`: nothing is to be recorded yet, so that no reason is asked for."""
        super().__init__(*args, **kwargs)
        self.standing, self.zone = standing, zone
        self.fields["reason"].required = not only_look
        self.fields["version"].initial = standing.number
        for key in editable():
            field = field_for(key, shape_of(key))
            field.initial = field.said(value_of(standing.document, key), zone)
            self.fields[key] = field
        for key in standing.countable:
            why = forms.CharField(
                label=gettext_lazy("Why the count does not stand"),
                required=False,
                max_length=LONGEST_REASON,
                initial=standing.overruled.get(key, ""),
            )
            self.fields[f"{WHY}{key}"] = why
        set_moments(self, now, zone)
        for name, one in self.fields.items():
            _dress(one, has_error=bool(self.is_bound and name in self.errors))

    def offer_rows(self, count: int) -> None:
        """Offer so many blank rows in every table."""
        for one in self.fields.values():
            if isinstance(one.widget, TableWidget):
                one.widget.blank_rows = count

    # --- what was typed --------------------------------------------------------------------------------------

    def names(self, key: str) -> list[str]:
        """The names under which a browser posts a field."""
        widget = self.fields[key].widget
        return widget.names(key) if isinstance(widget, TableWidget) else [key]

    def as_posted(self) -> MultiValueDict[str, str]:
        """What a browser would post if nobody touched the form."""
        found: dict[str, list[str]] = {}
        for key, field in self.fields.items():
            initial = field.prepare_value(self.get_initial_for_field(field, key))
            if isinstance(field.widget, TableWidget):
                found |= field.widget.data_of(key, initial)
            elif isinstance(field, forms.MultipleChoiceField):
                found[key] = list(initial or [])
            elif not isinstance(field, forms.BooleanField):
                found[key] = ["" if initial is None else str(initial)]
        return MultiValueDict(found)

    def touched(self) -> list[str]:
        """Fields of which something else was posted than was shown."""
        shown = self.as_posted()
        return [key for key in self.fields if self._is_touched(key, shown)]

    def _is_touched(self, key: str, shown: MultiValueDict[str, str]) -> bool:
        widget = self.fields[key].widget
        if isinstance(widget, TableWidget):
            return widget.value_from_datadict(self.data, {}, key) != widget.value_from_datadict(
                shown, {}, key
            )
        return any(_of(self.data, name) != _of(shown, name) for name in self.names(key))

    # --- what it says ----------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        document = self.document()
        self._check_order(document)
        self._check_count(document)
        for key, why in self.overruled_now().items():
            if not why:
                self.add_error(key, _("The count says otherwise. Give the reason below, or take the count."))
        return data

    def _check_order(self, document: Mapping[str, Any]) -> None:
        for earlier, later in ORDER:
            first, second = document.get(earlier), document.get(later)
            wrong = first and second and datetime.fromisoformat(second) < datetime.fromisoformat(first)
            if wrong and not {earlier, later} & self.errors.keys():
                other = {"earlier": fact_label(earlier), "later": fact_label(later)}
                place = later if later in self.fields else earlier
                self.add_error(
                    place, _("“%(later)s” lies before “%(earlier)s”. Correct one of them.") % other
                )

    def _check_count(self, document: Mapping[str, Any]) -> None:
        total, counted = document["people_total"], sum((document["people_by_country"] or {}).values())
        if total is not None and document["people_precision"] == "exact" and counted > total:
            text = _("%(counted)d people by country, but exactly %(total)d in all. Correct one of the two.")
            self.add_error("people_by_country", text % {"counted": counted, "total": total})

    def document(self) -> dict[str, Any]:
        """The whole document as the form says it; a refused field as it was."""
        return {**self.standing.document, **self._document()}

    def changes(self) -> dict[str, Any]:
        """The changed facts as values of the facts document."""
        new, old = self._document(), self.standing.document
        return {key: value for key, value in new.items() if value != old.get(key)}

    def overruled_now(self) -> dict[str, str]:
        """Facts that are to stand against the count, each with its reason."""
        document = self._document()
        return {
            key: self.cleaned_data.get(f"{WHY}{key}", "")
            for key in self.standing.countable
            if key in document and document[key] != self.standing.counted[key]
        }

    def _document(self) -> dict[str, Any]:
        """Every fact that has a field and is not refused, as a JSON value."""
        touched = set(self.touched())
        found: dict[str, Any] = {}
        for key in editable():
            old = value_of(self.standing.document, key)
            if key in self.cleaned_data:
                found[key] = _settled(self.cleaned_data[key], old) if key in touched else old
        flags = {key: found.pop(f"{SECTOR}{key}", None) for key in sector_keys()}
        if self.cleaned_data.get("sectors_rest"):
            flags = {key: False if value is None else value for key, value in flags.items()}
        known = any(value is not None for value in flags.values())
        return {**found, "sectors": flags if known else None}

    def refuse(self, refusal: BadInput) -> None:
        """Show a refusal of the service beside the field that it names."""
        key = (
            refusal.place
            if refusal.place in self.fields
            else refusal.place.partition(".")[0].partition("[")[0]
        )
        self.add_error(key if key in self.fields else None, f"{refusal.message}. {refusal.mend}".strip())


class FactsFileForm(forms.Form):
    """A facts document as a file. Cleans to the keys that it names and the facts that it says."""

    file = forms.FileField(
        label=gettext_lazy("Facts document"), widget=forms.FileInput(attrs={"class": "form-control"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = data.get("file")
        if given is None:
            return data
        name = PurePath(given.name or "facts.json").name[:LONGEST_NAME]
        try:
            text = self._text(given, name)
            facts = facts_from_text(text, name=name)
            data |= {"facts": (list(parse(text, name)), facts), "name": name}
        except BadInput as refusal:
            self.add_error("file", str(refusal))
        return data

    def _text(self, given: Any, name: str) -> str:
        content = given.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise BadInput(_("the file is too large"), place=name, mend=_("Give a file of 5 MB at most."))
        try:
            return str(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise BadInput(_("the file is not UTF-8"), place=name, mend=_("Save it as UTF-8.")) from None


def editable() -> list[str]:
    """Facts that people enter; the others follow from what is recorded elsewhere."""
    return [key for section in SECTIONS for key in section.facts if key not in FIRM]


def merged(typed: FactsForm, latest: FactsForm) -> MultiValueDict[str, str]:
    """Return what to post on top of `latest`: its own values, with what was touched in `typed` over them."""
    found = latest.as_posted()
    for key in typed.touched():
        if key == "version" or key not in latest.fields:
            continue
        for name in typed.names(key):
            found.setlist(name, _of(typed.data, name))
    return found


def filled(form: FactsForm, document: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """Return what to post so that the form says what `document` says; keys that it leaves out stay."""
    found = form.as_posted()
    for key in editable():
        named = key.partition(".")[0]
        if named not in document:
            continue
        field = form.fields[key]
        value = field.said(value_of(document, key), form.zone)  # type: ignore[attr-defined]
        if isinstance(field.widget, TableWidget):
            for name in form.names(key):
                found.pop(name, None)
            for name, texts in field.widget.data_of(key, value).items():
                found.setlist(name, texts)
        elif isinstance(field, forms.MultipleChoiceField):
            found.setlist(key, value)
        else:
            prepared = field.prepare_value(value)
            found[key] = "" if prepared is None else str(prepared)
    return found


def _settled(new: Any, old: Any) -> Any:
    """Keep the order of a list that says the same as before."""
    same = isinstance(new, list) and isinstance(old, list) and len(new) == len(old)
    return old if same and all(one in old for one in new) else new


def _of(data: Any, name: str) -> list[str]:
    return sorted(one for one in data.getlist(name) if one != "")


def _dress(field: forms.Field, *, has_error: bool) -> None:
    """Give an input the classes of the design, and mark a refused one."""
    kinds: dict[type[forms.Widget], str] = {forms.Select: "form-select", forms.TextInput: "form-control"}
    css = next((name for kind, name in kinds.items() if isinstance(field.widget, kind)), "")
    if css:
        field.widget.attrs["class"] = f"{css} is-invalid" if has_error else css
