"""What an administrator sets for the house: when clocks alarm, and which endpoints are told."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from breach.services.reminder_plans import Marks

LONGEST = 120


class Numbers(forms.CharField):
    """Whole numbers with commas or spaces between them; none is allowed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        words = re.split(r"[\s,;%]+", str(super().to_python(value)).strip(" ,;%"))
        try:
            return [int(word) for word in words if word]
        except ValueError:
            raise ValidationError(
                _("Give whole numbers with commas between them, such as 50, 75, 90.")
            ) from None


class MarksForm(forms.Form):
    shares = Numbers(
        label=_("Per cent of the time"),
        help_text=_("From the start of a clock to its end. For example: 50, 75, 90."),
    )
    hours_before = Numbers(
        label=_("Hours before the end"),
        help_text=_("For example: 24, 1. The end itself always alarms."),
    )

    @classmethod
    def of(cls, marks: Marks, data: Any = None) -> "MarksForm":
        return cls(data, initial={"shares": marks.shares, "hours_before": marks.hours_before})


class EndpointForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What listens there, such as: pager."))
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("https only. It is kept sealed and not shown again: some addresses are secrets."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
