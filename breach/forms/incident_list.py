"""Looking for an incident. A value that is not offered narrows nothing: addresses are kept and shared."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.models import Phase
from breach.queries.incident_list import LONGEST_SEARCH, Wanted


class IncidentListForm(forms.Form):
    """Titles name no affected people, so what is looked for may stand in an address."""

    text = forms.CharField(
        label=_("Reference, title or organisation"), required=False, max_length=LONGEST_SEARCH
    )
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[("", _("all")), *Phase.choices])

    def __init__(self, wanted: Wanted) -> None:
        super().__init__({"text": wanted.text, "phase": wanted.phase})


def wanted_of(query: Any) -> Wanted:
    """Read the address's query."""
    phase = str(query.get("phase", ""))
    text = str(query.get("text", "")).replace("\0", "").strip()[:LONGEST_SEARCH]
    return Wanted(text=text, phase=phase if phase in Phase.values else "")
