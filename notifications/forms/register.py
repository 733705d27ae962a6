"""Choosing what of the register is wanted. A value that does not fit is refused: what leaves has to be what was asked
for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.fields import DayField
from breach.models import Phase
from breach.models.facts import RISKS
from notifications.queries.register_filter import NO, NOT_ASSESSED, YES, Period, RegisterFilter

ALL = ("", _("all"))
WRONG_DAY = _("Write the day as year-month-day, such as 2026-11-27.")
WRONG_CHOICE = _("This is not offered. Choose one of the list.")


def _day(label: Any) -> DayField:
    errors = {"invalid": WRONG_DAY}
    return DayField(label=label, required=False, input_formats=["%Y-%m-%d"], error_messages=errors)


def _choice(label: Any, *choices: Any) -> forms.ChoiceField:
    errors = {"invalid_choice": WRONG_CHOICE}
    return forms.ChoiceField(label=label, required=False, choices=choices, error_messages=errors)


class RegisterFilterForm(forms.Form):
    """One field per part of `RegisterFilter`; empty fields narrow nothing."""

    period = _choice(_("Period of"), (Period.AWARE, _("awareness")), (Period.OPENED, _("opening")))
    since = _day(_("First day"))
    until = _day(_("Last day"))
    phase = _choice(_("State"), ALL, *Phase.choices)
    party = _choice(_("Organisation"), ALL)
    authority = _choice(_("Authority notified"), ALL, (YES, _("yes")), (NO, _("no")))
    people = _choice(_("People notified"), ALL, (YES, _("yes")), (NO, _("no")))
    risk = _choice(_("Risk"), ALL, *RISKS, (NOT_ASSESSED, _("not assessed")))

    def __init__(self, data: Mapping[str, Any], *, houses: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["party"].choices = [ALL, *houses]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first. Change one of them."))
        return data

    def wanted(self) -> RegisterFilter:
        """Return the filter of a valid form."""
        data = dict(self.cleaned_data)
        return RegisterFilter(**data | {"period": data["period"] or Period.AWARE})
