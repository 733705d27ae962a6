"""Narrowing the board of clocks. A value that is not offered narrows nothing: addresses are kept and shared."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.models import ObligationState
from breach.queries.clock_board import STATES, Choices, Narrowing

EVERYTHING = ("", _("all"))


class NarrowingForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False)
    regime = forms.ChoiceField(label=_("Law or contract"), required=False)
    to = forms.ChoiceField(label=_("To whom"), required=False)
    party = forms.ChoiceField(label=_("Organisation"), required=False)
    overdue = forms.BooleanField(label=_("Only what is overdue"), required=False)

    def __init__(self, narrowing: Narrowing, *, regimes: Choices, to: Choices, parties: Choices) -> None:
        super().__init__({name: getattr(narrowing, name) for name in self.base_fields})
        states = [(str(state), ObligationState(state).label) for state in STATES]
        offered = {"state": states, "regime": regimes, "to": to, "party": parties}
        for name, choices in offered.items():
            self.fields[name].choices = [EVERYTHING, *choices]  # type: ignore[attr-defined, misc]


def narrowing_of(query: Any) -> Narrowing:
    """Read the address's query."""
    given = {name: str(query.get(name, ""))[:60] for name in ("state", "regime", "to", "party")}
    if given["state"] not in STATES:
        given["state"] = ""
    return Narrowing(**given, overdue=query.get("overdue", "") not in ("", "0"))
