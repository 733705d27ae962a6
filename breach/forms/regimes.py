"""The list of regimes narrowed, and a regime switched off or on with a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.queries.law_list import NOT_IN_FORCE, OFF, ON, Sought
from breach.services.switches import LONGEST

STATES = [
    ("", _("all")),
    (ON, _("followed")),
    (OFF, _("switched off")),
    (NOT_IN_FORCE, _("not in force")),
]


class SoughtForm(forms.Form):
    text = forms.CharField(label=_("Name, citation or place"), max_length=80, required=False)
    place = forms.ChoiceField(label=_("Jurisdiction"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def __init__(self, sought: Sought, places: list[tuple[str, str]]) -> None:
        super().__init__({name: getattr(sought, name) for name in self.base_fields})
        self.fields["place"].choices = [("", _("all")), *places]  # type: ignore[attr-defined]


def sought_of(query: Any, places: list[tuple[str, str]]) -> Sought:
    """Read the address's query. A value that is not offered narrows nothing: addresses are kept and shared."""
    given = {name: str(query.get(name, ""))[:80].strip() for name in ("text", "place", "state")}
    if given["place"] not in dict(places):
        given["place"] = ""
    if given["state"] not in dict(STATES):
        given["state"] = ""
    return Sought(**given)


class SwitchForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is shown in every incident, with your name and the time."),
        error_messages={"required": _("Say why: whoever reads an incident later has to understand it.")},
    )
