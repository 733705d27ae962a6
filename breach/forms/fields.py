"""Form fields for what people say: a moment in their own words, yes/no/unknown, a country."""

from datetime import datetime
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from breach.errors import BadInput
from breach.law.places import is_country
from breach.timewords import Moment, read_moment

UNKNOWN = ""


class MomentField(forms.CharField):
    """A time in words ("14:05 yesterday"). `now` and `zone` are set by the form; cleans to a Moment."""

    now: datetime
    zone: str = "UTC"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("help_text", _("For example: 14:05 yesterday, about 14:00, 2026-11-20 18:40."))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Moment | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_moment(text, now=self.now, zone=self.zone)
        except BadInput as refusal:
            raise ValidationError(str(refusal)) from None


class LocalTimeField(forms.DateTimeField):
    """A day and hour still to come, in the incident's zone (set by the form); cleans to an aware instant or None."""

    zone: str = "UTC"

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)


class DayField(forms.DateField):
    """A day, entered with the browser's calendar. It takes and gives ISO 8601 in every language: in the reader's own format
    the calendar stays empty, and what was entered before would be lost.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs)


class YesNoUnknown(forms.TypedChoiceField):
    """Unknown is not the same as no."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(UNKNOWN, _("not known")), ("yes", _("yes")), ("no", _("no"))]
        super().__init__(
            choices=choices, coerce=lambda value: value == "yes", empty_value=None, required=False, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return (
            {True: "yes", False: "no", None: UNKNOWN}.get(value, value)
            if not isinstance(value, str)
            else value
        )


def countries() -> list[tuple[str, str]]:
    """Countries by name in the language of the page."""
    territories = Locale.parse(translation.get_language() or "en", sep="-").territories
    named = [(code, name) for code, name in territories.items() if is_country(code)]
    return sorted(named, key=lambda pair: pair[1])


def set_moments(form: forms.Form, now: datetime, zone: str) -> None:
    """Give every MomentField of `form` the moment it is read at and the zone it is said in; a LocalTimeField its zone."""
    for field in form.fields.values():
        if isinstance(field, MomentField):
            field.now, field.zone = now, zone
        if isinstance(field, LocalTimeField):
            field.zone = zone
