"""Which clients an incident concerns, and what happened with them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from breach.forms.clients import ClientFilterForm
from breach.forms.fields import MomentField, set_moments
from breach.forms.people import kind_choices
from breach.services.affected import LONGEST_SERVICES, Concern

WAYS = [
    ("references", _("Those with these references")),
    ("table", _("Those of a table")),
    ("filter", _("Those of the register that fit")),
    ("all", _("All of the register")),
]


class ChooseForm(ClientFilterForm):
    """Four ways to say which clients; what is concerned is said for all of them, a table may say it for each."""

    way = forms.ChoiceField(
        label=_("Which clients"), choices=WAYS, widget=forms.RadioSelect, initial="references"
    )
    references = forms.CharField(
        label=_("References"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Pasted as they are: one a line, or with commas between them."),
    )
    table = forms.FileField(
        label=_("Table"),
        required=False,
        help_text=_("CSV or XLSX with the column reference and, where known, services, kinds and people."),
    )
    services = forms.CharField(label=_("Services concerned"), max_length=LONGEST_SERVICES, required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of data"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Several: hold Ctrl or Cmd."),
    )
    people = forms.IntegerField(
        label=_("People, approximately, for each client"), min_value=0, max_value=999_999_999, required=False
    )

    field_order = ("way", "references", "table", "text", "language", "window", "services", "kinds", "people")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = kind_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        way = data.get("way")
        if way in {"references", "table"} and not data.get(way):
            self.add_error(way, _("Give it, or choose another way."))
        return data

    def concern(self) -> Concern:
        data = self.cleaned_data
        return Concern(data["services"].strip(), tuple(data["kinds"]), data["people"])


class MomentForm(forms.Form):
    """A form with moments said in the zone of the incident."""

    def __init__(self, *args: Any, now: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_moments(self, now, zone)


class ToldForm(MomentForm):
    at = MomentField(label=_("Told at"))
    how = forms.CharField(
        label=_("How"), max_length=500, help_text=_("Such as: by telephone to the security desk.")
    )


class AcknowledgedForm(MomentForm):
    at = MomentField(label=_("Acknowledged at"))
    who = forms.CharField(label=_("By whom"), max_length=200)
    how = forms.CharField(label=_("How"), max_length=500, required=False)
    controller_told_at = MomentField(
        label=_("The controller says it was told at"),
        required=False,
        help_text=_("Where it names an instant: its own 72 hours run from there."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)
