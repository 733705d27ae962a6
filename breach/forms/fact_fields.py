"""A form field for every shape of the facts document, so that the page cannot drift from the law.

Left empty, every one of them says "not known". What a field cleans to is a JSON value of the document.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from breach.forms.fact_lists import AdjustmentsField, CombinationsField, CountsField, PlacesField
from breach.forms.fact_names import PLACES, read_place
from breach.forms.fact_tables import NONE_OF_THESE, whole_number
from breach.forms.fields import MomentField, YesNoUnknown
from breach.forms.refused_times import worded
from breach.law import facts_fields, kinds
from breach.law.authorities import load as authorities
from breach.queries.fact_labels import choice_label, fact_help, fact_label
from breach.queries.fact_values import place
from breach.timewords import Moment, UnreadableTime, read_moment, say

NONE = "-"


class FlagField(YesNoUnknown):
    def said(self, value: Any, _zone: str) -> Any:
        return value


class ChoiceField(forms.ChoiceField):
    def __init__(self, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        known = [("", gettext_lazy("not known")), *choices]
        super().__init__(choices=known, required=False, **kwargs)

    def clean(self, value: Any) -> str | None:
        return super().clean(value) or None

    def said(self, value: Any, _zone: str) -> Any:
        return value or ""


class SeveralField(forms.MultipleChoiceField):
    """Nothing ticked is not known; "none of these" is an answer."""

    def __init__(self, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        every = [*choices, (NONE, NONE_OF_THESE)]
        super().__init__(choices=every, required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def clean(self, value: Any) -> list[str] | None:
        found = super().clean(value)
        if NONE in found and len(found) > 1:
            raise ValidationError(_("“None of these” is ticked beside others: take one of them away."))
        return [] if found == [NONE] else (found or None)

    def said(self, value: Any, _zone: str) -> list[str]:
        return [NONE] if value == [] else list(value or ())


class InstantField(MomentField):
    """A moment in words; where it is a span, its beginning counts."""

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        if not text:
            return None
        try:
            return read_moment(text, now=self.now, zone=self.zone).occurred_from.isoformat()
        except UnreadableTime as refusal:
            raise ValidationError(worded(refusal), code=refusal.code) from None

    def said(self, value: Any, zone: str) -> str:
        return say(Moment.at(datetime.fromisoformat(value), zone), zone=zone) if value else ""


class NumberField(forms.CharField):
    """A whole number as people write it: 1200, or 1 200."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        super().__init__(required=False, max_length=20, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return whole_number(text) if text else None

    def said(self, value: Any, _zone: str) -> str:
        return "" if value is None else str(value)


class PlaceField(forms.CharField):
    """A country, or a part of one, by code or by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=80, widget=forms.TextInput(attrs={"list": PLACES}), **kwargs
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return read_place(text, PLACES) if text else None

    def said(self, value: Any, _zone: str) -> str:
        return place(value) if value else ""


def field_for(key: str, shape: Any) -> Any:
    """Return the field of a fact; `said(value, zone)` of it gives its initial value."""
    common: dict[str, Any] = {"label": fact_label(key), "help_text": fact_help(key)}
    if isinstance(shape, facts_fields.ListOf):
        return _list_field(key, shape.of, common)
    if isinstance(shape, facts_fields.CountsBy):
        return CountsField(regions=isinstance(shape.key, facts_fields.Regions), **common)
    if isinstance(shape, facts_fields.Choice):
        return ChoiceField([(one, choice_label(one)) for one in shape.words], **common)
    if isinstance(shape, facts_fields.AuthorityKey):
        return ChoiceField(_authorities(), **common)
    plain = {
        facts_fields.Flag: FlagField,
        facts_fields.Count: NumberField,
        facts_fields.Place: PlaceField,
    }
    if isinstance(shape, facts_fields.Instant):
        return InstantField(required=False, **common)
    return plain[type(shape)](**common)


def _list_field(key: str, of: Any, common: dict[str, Any]) -> forms.Field:
    if isinstance(of, facts_fields.KindKey):
        return SeveralField([(one.key, one.label(_language())) for one in kinds.load().values()], **common)
    if isinstance(of, facts_fields.Choice):
        return SeveralField([(one, choice_label(one)) for one in of.words], **common)
    if isinstance(of, facts_fields.Place):
        return PlacesField(**common)
    return {"combinations": CombinationsField, "adjustments": AdjustmentsField}[key](**common)


def _authorities() -> list[tuple[str, str]]:
    rows = ((key, f"{place(one.country)}: {one.native_name}") for key, one in authorities().items())
    return sorted(rows, key=lambda pair: pair[1])


def _language() -> str:
    return (get_language() or "en")[:2]
