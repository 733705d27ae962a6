"""Asking that a list of people may leave the house."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.people import FIELD_LABELS
from breach.models import User
from breach.services.people_exports import COLUMNS

LABELS = FIELD_LABELS | {
    "uid": _("identifier here"),
    "address": _("postal address"),
    "minor": _("minor"),
    "relation": _("relation"),
    "kinds": _("data exposed"),
    "channel": _("channel"),
    "addressee": _("letter goes to"),
}


class ExportForm(forms.Form):
    """Which columns, what for, and who approves. Nothing is chosen beforehand: each column is one more that leaks."""

    columns = forms.MultipleChoiceField(
        label=_("What the list has to hold"),
        choices=[(name, LABELS[name]) for name in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=_("Who needs it, and what for"), max_length=300)

    def __init__(self, *args: Any, approvers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.approvers = approvers
        self.fields["approver"] = forms.ChoiceField(
            label=_("Who approves it"), choices=[(user.uid, user.name) for user in approvers]
        )

    def chosen(self) -> list[User]:
        """Return whom to ask: the chosen one first, the others if that one is silent."""
        first = self.cleaned_data["approver"]
        return sorted(self.approvers, key=lambda user: user.uid != first)
