"""Emergency access, and what is shared with guests."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.models import Incident, User
from breach.queries.access import files_of, guests_of


class GlassForm(forms.Form):
    reference = forms.CharField(label=_("Reference of the incident"), max_length=20)
    reason = forms.CharField(
        label=_("Why it cannot wait"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The owners of the incident are told at once, and read this. It stands in the ledger."),
    )


class ShareForm(forms.Form):
    user = forms.ModelChoiceField(label=_("Guest"), queryset=User.objects.none(), to_field_name="uid")
    attachment = forms.ChoiceField(label=_("File"))

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        guests = User.objects.filter(pk__in=[one.pk for one in guests_of(incident)])
        self.fields["user"].queryset = guests  # type: ignore[attr-defined]
        self.fields["attachment"].choices = files_of(incident)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    note = forms.CharField(
        label=_("Your answer"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
